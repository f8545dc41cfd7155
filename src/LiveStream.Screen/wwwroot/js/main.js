// The page: which room, its feed, and when each card is drawn.
import { drawAudience, drawHeroes, drawLive, drawRetention, drawTalk, drawTrade } from './cards.js';
import { Curves } from './charts.js';
import { drawConversion } from './conversion.js';
import { byId, setText } from './dom.js';
import { Feed, roomPath } from './feed.js';
import { clock, day, stopwatch } from './format.js';
import { apply, language, onLanguage, setLanguage, t } from './i18n.js';
import { reset } from './number.js';
import { drawState, drawTruth } from './proof.js';
import { Rooms } from './rooms.js';

const TICK_MS = 250;
const CHOOSE_MS = 2000;
const TRUTH_MS = 1000;
const SERIES_GAP_MS = 5000;
const FALLBACK_MONEY = { currency: 'CNY', minorDigits: 2 };

const page = { room: null, feed: null, snapshot: null, live: null, truth: null };
const curves = new Curves();
const money = () => page.snapshot ?? FALLBACK_MONEY;
new Rooms((room) => { location.hash = 'room=' + encodeURIComponent(room); }, money);

function addressedRoom() {
  return new URLSearchParams(location.hash.slice(1)).get('room') ?? new URLSearchParams(location.search).get('room');
}

async function busiestRoom() {
  try {
    const response = await fetch('/rooms?take=1');
    const { rooms } = await response.json();
    return rooms[0]?.room ?? null;
  } catch {
    return null; // asked again with the next round
  }
}

async function choose() {
  const addressed = addressedRoom();
  if (addressed !== null) {
    if (addressed !== page.room) follow(addressed);
  } else if (!page.room || page.feed.isGone) {
    const room = await busiestRoom();
    if (room !== null && room !== page.room) follow(room);
  }
}

function follow(room) {
  page.feed?.close();
  Object.assign(page, { room, snapshot: null, live: null, truth: null, hasTruth: false, explained: new Map(), explaining: null, seriesAt: -Infinity });
  reset();
  curves.clear();
  document.body.classList.add('waiting');
  byId('status').hidden = true;
  byId('explaining').hidden = true;
  page.feed = new Feed(room, {
    snapshot: onSnapshot,
    live: (live) => { page.live = live; drawLive(live, money()); },
    gap: () => loadSeries(),
    demo: () => { page.hasTruth = true; loadTruth(); },
    gone: () => tick(),
  });
  drawWords();
  drawTruth(null);
}

function onSnapshot(snapshot) {
  noteExplained(snapshot);
  page.snapshot = snapshot;
  page.live = snapshot.live ?? page.live;
  document.body.classList.remove('waiting');
  draw();
  tick();
  if (curves.isBehind(snapshot) && performance.now() - page.seriesAt > SERIES_GAP_MS) loadSeries();
}

// A product is being explained when the newest second added to its explained time.
function noteExplained(snapshot) {
  if (page.snapshot && snapshot.asOf <= page.snapshot.asOf) return;
  const totals = new Map((snapshot.products?.explains ?? []).map((row) => [row.product, row.totalMs]));
  const grown = page.snapshot ? [...totals].find(([product, totalMs]) => totalMs > (page.explained.get(product) ?? 0)) : undefined;
  page.explaining = grown ? grown[0] : null;
  page.explained = totals;
}

async function loadSeries() {
  const { room } = page;
  page.seriesAt = performance.now();
  try {
    const response = await fetch(`${roomPath(room)}/series`);
    const points = response.ok ? await response.json() : null;
    if (points && room === page.room) curves.setSeries(points);
  } catch {
    page.seriesAt = -Infinity; // asked for again with the next snapshot; the banner tells of a lost connection
  }
}

async function loadTruth() {
  const { room } = page;
  if (!page.hasTruth || document.hidden) return;
  try {
    const response = await fetch(`/demo/truth?room=${encodeURIComponent(room)}`);
    const truth = response.status === 200 ? await response.json() : null;
    if (room !== page.room) return;
    page.hasTruth = truth !== null;
    page.truth = truth;
  } catch {
    page.truth = null; // the server does not answer; the banner says so
  }
  drawTruth(page.truth, page.live, money());
}

function draw() {
  const { snapshot, live } = page;
  if (!snapshot) return;
  const status = byId('status');
  const explaining = byId('explaining');
  setText(byId('roomName'), snapshot.roomName || snapshot.room);
  document.title = `${snapshot.roomName || snapshot.room} · LiveStream`;
  status.hidden = false;
  status.dataset.status = snapshot.status;
  setText(status, t(snapshot.status === 'ended' ? 'endedStatus' : 'liveStatus'));
  explaining.hidden = page.explaining === null;
  setText(explaining, page.explaining === null ? '' : `${t('explaining')} ${snapshot.names?.[page.explaining] ?? page.explaining}`);
  setText(byId('elapsed'), stopwatch(snapshot.elapsedMs));
  drawHeroes(snapshot, live, money());
  drawTrade(snapshot, money());
  drawAudience(snapshot);
  drawRetention(snapshot);
  drawTalk(snapshot);
  drawConversion(snapshot, money());
  drawState(snapshot, live, page.feed.sequence);
  curves.draw(snapshot);
}

function tick() {
  const now = page.feed?.serverNow() ?? Date.now();
  setText(byId('clock'), clock(now));
  setText(byId('today'), day(now));
  drawTrouble(page.feed?.trouble() ?? null);
}

function drawTrouble(trouble) {
  const isOver = trouble?.kind === 'gone' && page.snapshot?.status === 'ended';
  const isStale = trouble !== null && !isOver;
  const banner = byId('banner');
  document.body.classList.toggle('stale', isStale && page.snapshot !== null);
  banner.hidden = page.snapshot === null || (!isStale && !isOver);
  banner.classList.toggle('calm', isOver);
  if (banner.hidden) return;
  const reason = trouble.kind === 'silence' ? t('noNews', Math.floor(trouble.ageMs / 1000)) : t('reconnecting');
  setText(banner, isOver ? t('over') : [t('stale'), reason, t('lastUpdate', clock(page.feed.publishedAt))].join('  ·  '));
}

function drawWords() {
  setText(byId('language'), t('language'));
  if (!page.snapshot) setText(byId('roomName'), t(page.room ? 'loading' : 'waitingRoom'));
}

apply();
drawWords();
tick();
choose();
onLanguage(() => {
  drawWords();
  draw();
  tick();
  drawTruth(page.truth, page.live, money());
});
byId('language').addEventListener('click', () => setLanguage(language() === 'zh' ? 'en' : 'zh'));
addEventListener('hashchange', choose);
setInterval(tick, TICK_MS);
setInterval(choose, CHOOSE_MS);
setInterval(loadTruth, TRUTH_MS);
document.fonts.ready.then(() => curves.resize());
