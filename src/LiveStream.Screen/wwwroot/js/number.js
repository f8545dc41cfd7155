// A number on the wall: counts up to its new value, shows -- and the reason when there is none.
import { NOTHING } from './format.js';
import { t } from './i18n.js';

const DURATION_MS = 650;
const running = new Map();
const calm = matchMedia('(prefers-reduced-motion: reduce)');
let frame = 0;

/** A reading of a plain value: the value, or null with the reason why there is none (a why_ word). */
export const known = (value) => (value === null || value === undefined ? { value: null, why: 'missing' } : { value });

/** A reading of a ratio of the snapshot; `why` says what its denominator counts. */
export function ratio(part, why) {
  if (!part || part.den === undefined) return { value: null, why: 'missing' };
  return part.value === null ? { value: null, why } : { value: part.value };
}

/** Shows `reading` in an output element. */
export function show(element, reading, format) {
  const { value, why } = reading;
  element.classList.toggle('nothing', value === null);
  if (value === null) {
    running.delete(element);
    element.shown = undefined;
    element.title = t('why_' + why);
    write(element, NOTHING);
    return;
  }
  element.removeAttribute('title');
  const from = element.shown;
  if (from === undefined || from === value || calm.matches || document.hidden) {
    running.delete(element);
    element.shown = value;
    write(element, format(value));
    return;
  }
  running.set(element, { from, to: value, format, since: performance.now() });
  frame ||= requestAnimationFrame(step);
}

/** Forgets what was shown, so that the next number does not count up from another room's. */
export function reset() {
  running.clear();
  for (const element of document.querySelectorAll('output')) element.shown = undefined;
}

function step(now) {
  frame = 0;
  for (const [element, run] of running) {
    const share = Math.max(0, Math.min(1, (now - run.since) / DURATION_MS));
    const value = share === 1 ? run.to : run.from + (run.to - run.from) * (1 - (1 - share) ** 3);
    const isWhole = Number.isInteger(run.to);
    element.shown = isWhole ? Math.round(value) : value;
    write(element, run.format(element.shown));
    if (share === 1) running.delete(element);
  }
  if (running.size > 0) frame = requestAnimationFrame(step);
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
