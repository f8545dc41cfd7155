// Cards made of single numbers: heroes, audience, trade, retention, session.
import { byId, keep, make, setText } from './dom.js';
import { amount, clock, count, duration, fullAmount, percent, signed } from './format.js';
import { t, windowName } from './i18n.js';
import { known, ratio, show } from './number.js';

const SEGMENT_MS = 600_000;

const absent = (why) => ({ value: null, why });
const slidingWindows = (snapshot) => Object.keys(snapshot.windows).filter((name) => name !== 'session');

/** Fills `parent` with labelled numbers. rows = [{key, label, reading, format, note?}] */
function cells(parent, rows) {
  const children = keep(parent, rows.length, () => {
    const cell = make('div', 'cell');
    cell.append(make('label'), make('output', 'num'), make('small'));
    return cell;
  });
  rows.forEach((row, index) => {
    const [label, number, note] = children[index].children;
    number.id = row.key;
    setText(label, row.label);
    show(number, row.reading, row.format);
    setText(note, row.reading.value === null ? t('why_' + row.reading.why) : row.note ?? '');
  });
}

export function drawHeroes(snapshot, live, money) {
  const { online } = snapshot;
  const { trade } = snapshot.windows.session;
  const asAmount = (value) => amount(value, money);
  show(byId('onlineNow'), known(online?.now), count);
  const [first] = slidingWindows(snapshot);
  const nearest = first ? snapshot.windows[first] : null;
  setText(byId('netEntriesLabel'), t('netEntries', first ? windowName(first) : ''));
  show(byId('netEntries'), nearest ? known(nearest.entries - nearest.leaves) : absent('window'), signed);
  show(byId('averageOnline'), online?.average == null ? absent('hops') : known(online.average), count);
  show(byId('gmv'), known(trade?.gmv), asAmount);
  if (trade) byId('gmv').title = fullAmount(trade.gmv, money);
  show(byId('netGmv'), known(trade?.netGmv), asAmount);
  const recent = slidingWindows(snapshot).at(-1);
  setText(byId('recentGmvLabel'), recent ? t('lastWindow', windowName(recent)) : t('gmvShort'));
  show(byId('recentGmv'), recent ? known(snapshot.windows[recent].trade?.gmv) : absent('window'), asAmount);
  drawLive(live, money);
}

export function drawLive(live, money) {
  show(byId('liveOnline'), live ? known(live.online) : absent('live'), count);
  show(byId('liveGmv'), live ? known(live.gmv) : absent('live'), (value) => fullAmount(value, money));
}

export function drawAudience(snapshot) {
  const { session } = snapshot.windows;
  const recent = slidingWindows(snapshot)[0];
  const rateNow = recent ? snapshot.windows[recent].interactionRate?.value ?? null : null;
  cells(byId('audience'), [
    { key: 'viewers', label: t('viewers'), reading: known(session.viewers), format: count },
    { key: 'entries', label: t('entries'), reading: known(session.entries), format: count },
    {
      key: 'peak', label: t('peak'), reading: known(snapshot.online?.peak), format: count,
      note: snapshot.online?.peak > 0 ? clock(snapshot.online.peakAt, false) : '',
    },
    {
      key: 'interactionRate', label: t('interactionRate'), reading: ratio(session.interactionRate, 'viewers'), format: percent,
      note: rateNow === null ? '' : t('lastInteraction', windowName(recent), percent(rateNow)),
    },
  ]);
}

export function drawTrade(snapshot, money) {
  const { trade = {} } = snapshot.windows.session;
  const asAmount = (value) => amount(value, money);
  cells(byId('trade'), [
    { key: 'paidOrders', label: t('paidOrders'), reading: known(trade.paidOrders), format: count },
    { key: 'buyers', label: t('buyers'), reading: known(trade.buyers), format: count },
    { key: 'arppu', label: t('arppu'), reading: ratio(trade.arppu, 'buyers'), format: asAmount },
    { key: 'averageOrderValue', label: t('averageOrderValue'), reading: ratio(trade.averageOrderValue, 'paidOrders'), format: asAmount },
    { key: 'gpm', label: t('gpm'), reading: ratio(trade.gpm, 'entries'), format: asAmount },
  ]);
}

export function drawRetention(snapshot) {
  cells(byId('windowRetention'), slidingWindows(snapshot).slice(0, 4).map((name) => ({
    key: 'retention-' + name, label: t('windowRetention', windowName(name)),
    reading: ratio(snapshot.windows[name].retention, 'before'), format: percent,
  })));
  const segments = (snapshot.retention?.segments ?? []).slice(-6);
  const bars = keep(byId('segments'), segments.length, () => {
    const bar = make('div', 'segment');
    const track = make('div');
    track.append(make('i'));
    bar.append(make('output', 'num'), track, make('label', 'num'));
    return bar;
  });
  segments.forEach((segment, index) => {
    const bar = bars[index];
    const [number, track, label] = bar.children;
    const hasNext = snapshot.asOf > snapshot.start + (segment.index + 1) * SEGMENT_MS;
    const reading = hasNext ? ratio(segment.retained, 'segment') : absent('next');
    show(number, reading, percent);
    track.firstElementChild.style.setProperty('--share', reading.value ?? 0);
    bar.classList.toggle('open', segment.open);
    track.dataset.note = segment.open ? t('openSegment') : '';
    setText(label, `${segment.index * 10}–${segment.index * 10 + 10}`);
  });
}

export function drawTalk(snapshot) {
  const minute = snapshot.windows['1m'];
  const whole = snapshot.sessionMetrics ?? {};
  show(byId('barrageRate'), minute ? known(minute.events?.barrage ?? 0) : absent('window'), count);
  cells(byId('sessionMetrics'), [
    { key: 'averageStayMs', label: t('averageStayMs'), reading: ratio(whole.averageStayMs, 'viewers'), format: duration },
    { key: 'returning', label: t('returning'), reading: ratio(whole.returning, 'viewers'), format: percent },
    { key: 'newViewerShare', label: t('newViewerShare'), reading: ratio(whole.newViewerShare, 'known'), format: percent },
  ]);
}
