// Numbers as people read them. Every function returns '--' for null and undefined: an unknown number is never 0.
import { language } from './i18n.js';

export const NOTHING = '--';
const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

const isNothing = (value) => value === null || value === undefined || Number.isNaN(value);

// The largest unit in which the rounded number is at least 1: 9,999.96万 is 1.00亿, not 10000.0万.
function scaled(size, units) {
  for (const [unit, name, digits] of units) {
    const number = (size / unit).toFixed(digits);
    if (Number(number) >= 1) return number + name;
  }
  return null;
}

/** A count of people, orders, events: in full up to a million. */
export function count(value) {
  if (isNothing(value)) return NOTHING;
  if (Math.abs(value) < 1e6) return grouped.format(value);
  const units = language() === 'zh' ? [[1e8, '亿', 2], [1e4, '万', 1]] : [[1e9, 'B', 2], [1e6, 'M', 2]];
  return (value < 0 ? '-' : '') + (scaled(Math.abs(value), units) ?? grouped.format(Math.abs(value)));
}

/** A change: +12, -3, 0. */
export const signed = (value) => (value > 0 ? '+' : '') + count(value);

export const fullCount = (value) => (isNothing(value) ? NOTHING : grouped.format(value));

const symbols = new Map();

function symbol(currency) {
  if (!symbols.has(currency)) {
    let found = currency ? currency + ' ' : '';
    try {
      found = new Intl.NumberFormat('en', { style: 'currency', currency, currencyDisplay: 'narrowSymbol' })
        .formatToParts(0).find((part) => part.type === 'currency').value;
    } catch {
      // not an ISO code: shown as it is
    }
    symbols.set(currency, found);
  }
  return symbols.get(currency);
}

/** Minor units -> ¥12.8万 or ¥128K; below ten thousand in full, or whole units only. money = {currency, minorDigits}. */
export function amount(minor, money, isWhole = false) {
  if (isNothing(minor)) return NOTHING;
  const size = Math.abs(minor) / 10 ** money.minorDigits;
  const short = language() === 'zh' ? scaled(size, [[1e8, '亿', 2], [1e4, '万', 1]]) : shortEnglish(size);
  return (minor < 0 ? '-' : '') + symbol(money.currency) + (short ?? decimals(size, isWhole ? 0 : money.minorDigits));
}

function shortEnglish(size) {
  if (size < 1e4) return null;
  return scaled(size, [[1e9, 'B', 2], [1e6, 'M', 2], [1e3, 'K', size < 99_950 ? 1 : 0]]);
}

/** Minor units in full: ¥128,312.50. */
export function fullAmount(minor, money) {
  if (isNothing(minor)) return NOTHING;
  const size = Math.abs(minor) / 10 ** money.minorDigits;
  return (minor < 0 ? '-' : '') + symbol(money.currency) + decimals(size, money.minorDigits);
}

function decimals(size, digits) {
  return size.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** 0.4 -> 40.0%; below 1 % a second digit. */
export function percent(value) {
  if (isNothing(value)) return NOTHING;
  const hundredths = value * 100;
  return hundredths.toFixed(hundredths > 0 && hundredths < 0.995 ? 2 : 1) + '%';
}

const two = (value) => String(value).padStart(2, '0');

/** Milliseconds -> 01:23:45. */
export function stopwatch(ms) {
  if (isNothing(ms)) return NOTHING;
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** Milliseconds -> 3分20秒, 3m 20s. */
export function duration(ms) {
  if (isNothing(ms)) return NOTHING;
  const [hour, minute, second] = language() === 'zh' ? ['时', '分', '秒'] : ['h ', 'm ', 's'];
  const seconds = Math.round(ms / 1000);
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)}${hour}${Math.floor(seconds / 60) % 60}${minute.trim()}`;
  return seconds >= 60 ? `${Math.floor(seconds / 60)}${minute}${seconds % 60}${second}` : seconds + second;
}

/** Epoch ms -> 20:14:03 in the time zone of the screen. */
export function clock(ms, withSeconds = true) {
  if (isNothing(ms)) return NOTHING;
  const date = new Date(ms);
  return `${two(date.getHours())}:${two(date.getMinutes())}${withSeconds ? ':' + two(date.getSeconds()) : ''}`;
}

export function day(ms) {
  return new Date(ms).toLocaleDateString(language() === 'zh' ? 'zh-CN' : 'en-GB', { month: 'short', day: 'numeric', weekday: 'short' });
}
