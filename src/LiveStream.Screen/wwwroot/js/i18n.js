// Which language is on, and the words of the page in it. The choice is remembered; ?lang=en or ?lang=zh wins.
import { en, zh } from './words.js';

const words = { zh, en };
const listeners = new Set();
const asked = new URLSearchParams(location.search).get('lang');
let current = Object.hasOwn(words, asked ?? '') ? asked : remembered() ?? (navigator.language?.startsWith('en') ? 'en' : 'zh');

function remembered() {
  try {
    const value = localStorage.getItem('livestream.lang');
    return Object.hasOwn(words, value ?? '') ? value : null;
  } catch {
    return null; // storage may be forbidden; then the language is asked of the browser each time
  }
}

export const language = () => current;

/** The word for a key, {0}, {1} filled in. A key without a word is shown as it is: a step or funnel named by configuration. */
export function t(key, ...values) {
  const word = Object.hasOwn(words[current], key) ? words[current][key] : key;
  return word.replace(/\{(\d)\}/g, (_, index) => values[index] ?? '');
}

export function setLanguage(next) {
  current = next;
  try {
    localStorage.setItem('livestream.lang', next);
  } catch {
    // not remembered, still switched
  }
  apply();
  for (const listener of listeners) listener();
}

export const onLanguage = (listener) => listeners.add(listener);

/** Writes the words of all elements that carry data-t. */
export function apply() {
  document.documentElement.lang = current === 'zh' ? 'zh-CN' : 'en';
  for (const element of document.querySelectorAll('[data-t]')) element.textContent = t(element.dataset.t);
}

/** The name of a window of the snapshot: "10m" -> 10分钟, "session" -> 本场. */
export function windowName(name) {
  const match = /^(\d+)([mh])$/.exec(name);
  if (!match) return t(name);
  return t(match[2] === 'm' ? 'minuteWindow' : 'hourWindow', match[1]);
}
