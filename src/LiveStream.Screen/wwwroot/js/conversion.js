// Conversion: the chain from view to payment (reach), the path funnels, and the list of hot products.
import { byId, chips, keep, make, setText } from './dom.js';
import { amount, count, NOTHING, percent } from './format.js';
import { t, windowName } from './i18n.js';
import { ratio } from './number.js';

const DEFAULT_HOT = '10m';
const choice = { reach: 'session', hot: DEFAULT_HOT, funnel: null };
let drawn = null;

/** Draws the three cards; the windows and the funnel that were chosen stay chosen. */
export function drawConversion(snapshot, money) {
  drawn = { snapshot, money };
  const keys = Object.keys(snapshot.windows);
  const choose = (name) => (key) => {
    choice[name] = key;
    drawConversion(drawn.snapshot, drawn.money);
  };
  for (const name of ['reach', 'hot']) if (!keys.includes(choice[name])) choice[name] = keys.at(-1);
  chips(byId('reachWindows'), keys, choice.reach, windowName, choose('reach'));
  chips(byId('hotWindows'), keys, choice.hot, windowName, choose('hot'));
  const window = snapshot.windows[choice.reach];
  drawChain(window);
  const funnels = window.funnels ?? {};
  const names = Object.keys(funnels);
  if (!names.includes(choice.funnel)) choice.funnel = names[0] ?? null;
  chips(byId('funnelNames'), names.length > 1 ? names : [], choice.funnel, t, choose('funnel'));
  drawFunnel(funnels[choice.funnel] ?? []);
  drawHot(snapshot, money);
}

// Writes a text, and why it is -- when the reading behind it is null.
function fill(parent, selector, text, reading) {
  const element = parent.querySelector(selector);
  const isNothing = reading?.value === null;
  setText(element, text);
  element.classList.toggle('nothing', isNothing);
  element.title = isNothing ? t('why_' + reading.why) : '';
}

const CHAIN_WIDTH = 600;

// Half the height of the band at a stage; the root keeps small shares visible. The numbers tell the exact share.
const halfHeight = (share) => 3 + 44 * Math.sqrt(Math.max(0, Math.min(1, share)));

function drawChain(window) {
  const steps = [{ step: 'viewersStep', users: window.viewers }, ...(window.reach ?? [])];
  byId('band').setAttribute('d', bandPath(steps.map((step) => halfHeight(window.viewers > 0 ? step.users / window.viewers : 0))));
  const nodes = keep(byId('nodes'), steps.length, () => {
    const node = make('div', 'node');
    node.append(make('label'), make('output', 'num'), make('small', 'num'));
    return node;
  });
  const rates = keep(byId('rates'), steps.length - 1, () => {
    const rate = make('div', 'rate');
    rate.append(make('output', 'num'));
    return rate;
  });
  steps.forEach((step, index) => {
    const node = nodes[index];
    node.dataset.step = step.step;
    fill(node, 'label', t(step.step));
    fill(node, 'output', count(step.users));
    if (index === 0) return;
    const ofViewers = ratio(step.ofViewers, 'viewers');
    fill(node, 'small', ofViewers.value === null ? NOTHING : t('ofViewers', percent(ofViewers.value)), ofViewers);
    const ofPrevious = ratio(step.ofPrevious, index === 1 ? 'viewers' : 'previous');
    fill(rates[index - 1], 'output', percent(ofPrevious.value), ofPrevious);
  });
  for (const [name, why] of [['clickPayRate', 'click'], ['dealRate', 'viewers']]) {
    const reading = ratio(window.trade?.[name], why);
    fill(byId('sums'), '#' + name, percent(reading.value), reading);
  }
}

// A band that is level at each stage and eases into the next; the lower edge mirrors the upper.
function bandPath(halves) {
  const width = CHAIN_WIDTH / halves.length;
  const level = width * 0.28;
  const edge = (sign, order) => order.map((stage, position) => {
    const middle = (stage + 0.5) * width;
    const enters = sign < 0 ? middle - level : middle + level;
    const leaves = sign < 0 ? middle + level : middle - level;
    const y = 50 + sign * halves[stage];
    if (position === 0) return `L${sign < 0 ? 0 : CHAIN_WIDTH} ${y} L${leaves} ${y}`;
    const before = order[position - 1];
    const from = (before + 0.5) * width - sign * level;
    const bend = (from + enters) / 2;
    return `C${bend} ${50 + sign * halves[before]} ${bend} ${y} ${enters} ${y} L${leaves} ${y}`;
  }).join('');
  const forth = halves.map((_, stage) => stage);
  return `M0 50${edge(-1, forth)}L${CHAIN_WIDTH} ${50 - halves.at(-1)}${edge(1, forth.toReversed())}L0 ${50 + halves[0]}Z`;
}

function drawFunnel(steps) {
  const parent = byId('funnel');
  if (steps.length === 0) {
    parent.replaceChildren(make('p', 'empty', t('noFunnel')));
    return;
  }
  parent.querySelector('.empty')?.remove();
  const rows = keep(parent, steps.length, () => {
    const row = make('div', 'step');
    const bar = make('div', 'bar');
    bar.append(make('i'), make('label'), make('output', 'num'), make('small', 'num'));
    row.append(make('div', 'drop num'), bar);
    return row;
  });
  steps.forEach((step, index) => {
    const row = rows[index];
    const ofFirst = index === 0 ? { value: step.users > 0 ? 1 : 0 } : ratio(step.ofFirst, 'first');
    row.querySelector('i').style.setProperty('--share', Math.max(0.012, ofFirst.value ?? 0));
    fill(row, 'label', t(step.step));
    fill(row, 'output', count(step.users));
    fill(row, 'small', index === 0 ? windowName(choice.reach) : percent(ofFirst.value), ofFirst);
    if (index === 0) return;
    const kept = ratio(step.ofPrevious, 'previous');
    fill(row, '.drop', `▼ ${t('lost')} ${kept.value === null ? NOTHING : percent(1 - kept.value)}`, kept);
  });
}

function drawHot(snapshot, money) {
  const products = snapshot.windows[choice.hot].hotProducts ?? [];
  const parent = byId('hot');
  if (products.length === 0) {
    parent.replaceChildren(make('li', 'empty', t('noHot')));
    return;
  }
  parent.querySelector('.empty')?.remove();
  const rows = keep(parent, products.length, () => {
    const row = make('li');
    row.append(
      make('b', 'num place'), make('span', 'move num'), make('span', 'name'), make('output', 'num score'), make('output', 'num money'), make('i'));
    return row;
  });
  const highest = products[0].score;
  products.forEach((product, index) => {
    const row = rows[index];
    row.style.setProperty('--share', highest > 0 ? product.score / highest : 0);
    fill(row, '.place', String(product.rank));
    fill(row, '.name', snapshot.names?.[product.product] ?? product.product);
    fill(row, '.score', count(product.score));
    fill(row, '.money', amount(product.gmv, money, true));
    drawMove(row.querySelector('.move'), product);
  });
}

function drawMove(element, product) {
  const change = product.previousRank == null ? null : product.previousRank - product.rank;
  const isNew = change === null && choice.hot !== 'session';
  element.dataset.move = isNew ? 'new' : change > 0 ? 'up' : change < 0 ? 'down' : 'same';
  setText(element, isNew ? t('isNew') : change > 0 ? `▲${change}` : change < 0 ? `▼${-change}` : '–');
}
