// The state of the data, and in the demo the simulator's own counts beside the screen's.
import { byId, keep, make, setText } from './dom.js';
import { clock, fullAmount, fullCount, NOTHING } from './format.js';
import { t } from './i18n.js';

const SLOW_LAG_MS = 5000;
const COUNTERS = ['read', 'applied', 'pending', 'late', 'moved', 'duplicate', 'rejected'];
const TRUTH_TYPES = ['enter', 'like', 'barrage', 'click', 'cart', 'order'];

/** Up to when the numbers are settled, how far behind, and where every event went. */
export function drawState(snapshot, live, sequence) {
  const counters = live?.counters ?? {};
  const wording = !snapshot.settled ? 'notWhole' : snapshot.capped ? 'capped' : 'settled';
  const rows = [
    { key: 'settled', tone: wording === 'settled' ? 'fine' : 'warn', label: t(wording), value: '' },
    { key: 'asOf', label: t('settledAsOf'), value: clock(snapshot.asOf) },
    { key: 'lag', tone: live?.lagMs > SLOW_LAG_MS ? 'warn' : '', label: t('lag'), value: live ? (live.lagMs / 1000).toFixed(1) + ' s' : NOTHING },
    { key: 'perSecond', label: t('perSecond'), value: fullCount(live?.perSecond) },
    ...COUNTERS.filter((name) => name !== 'pending' || counters.pending !== undefined)
      .map((name) => ({ key: 'counter-' + name, label: t(name), value: fullCount(counters[name]) })),
    { key: 'sequence', label: t('sequence'), value: '#' + sequence },
  ];
  const children = keep(byId('state'), rows.length, () => {
    const item = make('span');
    item.append(make('label'), make('output', 'num'));
    return item;
  });
  rows.forEach((row, index) => {
    const item = children[index];
    item.className = 'item ' + (row.tone ?? '');
    item.lastElementChild.id = row.key;
    setText(item.firstElementChild, row.label);
    setText(item.lastElementChild, row.value);
  });
}

/** What the simulator made and what the screen's live numbers say; the difference is under way. */
export function drawTruth(truth, live, money) {
  const strip = byId('truth');
  strip.hidden = !truth || !live;
  document.body.classList.toggle('demo', !strip.hidden);
  if (strip.hidden) return;
  const pairs = TRUTH_TYPES.filter((type) => truth.events[type] !== undefined)
    .map((type) => [t(type), truth.events[type], live.events[type] ?? 0, fullCount]);
  pairs.push([t('payments'), truth.payments, live.payments, fullCount]);
  pairs.push([t('gmvShort'), truth.gmv, live.gmv, (value) => fullAmount(value, money)]);
  const children = keep(strip, pairs.length + 1, (index) => {
    if (index === 0) return make('b');
    const item = make('span', 'pair');
    item.append(make('label'), make('output', 'num'), make('i'), make('output', 'num'));
    return item;
  });
  setText(children[0], t('truthTitle'));
  pairs.forEach(([name, made, shown, format], index) => {
    const item = children[index + 1];
    const [label, left, sign, right] = item.children;
    setText(label, name);
    setText(left, format(made));
    setText(right, format(shown));
    setText(sign, made === shown ? '=' : '≈');
    item.classList.toggle('equal', made === shown);
    const verdict = made === shown ? t('truthEqual') : t('truthBehind', format(Math.abs(made - shown)));
    item.title = `${t('truthSim')} ${format(made)} · ${t('truthScreen')} ${format(shown)} · ${verdict}`;
  });
}
