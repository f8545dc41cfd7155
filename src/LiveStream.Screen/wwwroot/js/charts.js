// The curves. Points come from the room's series (every 10 s of the last hour, before that every 60 s), with a last one
// from the newest snapshot, so that a curve moves every second.
import { byId, keep, make, setText } from './dom.js';
import { clock, count, percent } from './format.js';
import { t } from './i18n.js';

const CYAN = '#38d6ff', GREEN = '#46e6a6', ROSE = '#ff7d98', VIOLET = '#a595ff', INK = '#8fa3c7', WHITE = '#eaf1ff';
const GRID = 'rgba(125,155,215,.13)';
const MINUTE = 60_000;
const POINT_MS = 10_000;
const HAN = '"LiveStream Han",sans-serif';
const FONTS = '"LiveStream Digits","LiveStream Han",sans-serif';

const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);

export class Curves {
  constructor() {
    this.points = [];
    this.charts = ['curveChart', 'barrageChart', 'survivalChart'].map((id) => echarts.init(byId(id)));
    const observer = new ResizeObserver(() => this.resize());
    for (const chart of this.charts) observer.observe(chart.getDom());
  }

  resize() {
    for (const chart of this.charts) chart.resize();
    if (this.snapshot) this.draw(this.snapshot);
  }

  clear() {
    this.points = [];
    this.snapshot = null;
    for (const chart of this.charts) chart.clear();
  }

  /** Whether the series should be asked for again: its newest point is ten seconds behind. */
  isBehind(snapshot) {
    return this.points.length === 0 || snapshot.asOf - this.points.at(-1).t >= POINT_MS;
  }

  setSeries(points) {
    this.points = points;
    if (this.snapshot) this.draw(this.snapshot);
  }

  draw(snapshot) {
    this.snapshot = snapshot;
    const minute = snapshot.windows['1m'];
    const online = this.points.map((point) => [point.t, point.online]);
    const [entries, leaves, barrages] = ['entries', 'leaves', 'barrages'].map((field) => perMinute(this.points, field));
    if (snapshot.asOf > (this.points.at(-1)?.t ?? snapshot.start)) {
      online.push([snapshot.asOf, snapshot.online.now]);
      if (minute) {
        entries.push([snapshot.asOf, minute.entries]);
        leaves.push([snapshot.asOf, minute.leaves]);
        barrages.push([snapshot.asOf, minute.events.barrage ?? 0]);
      }
    }
    const size = rem();
    this.charts[0].setOption(curveOption(online, entries, leaves, size), true);
    this.charts[1].setOption(barrageOption(barrages, size), true);
    this.charts[2].setOption(survivalOption(snapshot.retention?.survival ?? [], size), true);
    drawLegend(snapshot, minute);
  }
}

// What happened in the minute up to each point: the sum over the points of that minute (a coarse point is a minute).
function perMinute(points, field) {
  let from = 0, sum = 0;
  return points.map((point, index) => {
    sum += point[field] ?? 0;
    while (from < index && points[from].t <= point.t - MINUTE) sum -= points[from++][field] ?? 0;
    return [point.t, sum];
  });
}

function drawLegend(snapshot, minute) {
  const rows = [
    [CYAN, t('online'), count(snapshot.online?.now)],
    [GREEN, t('entriesPerMinute'), minute ? count(minute.entries) + t('perMinuteShort') : '--'],
    [ROSE, t('leavesPerMinute'), minute ? count(minute.leaves) + t('perMinuteShort') : '--'],
  ];
  const items = keep(byId('curveLegend'), rows.length, () => {
    const item = make('span', 'key');
    item.append(make('i'), make('b'), make('output', 'num'));
    return item;
  });
  rows.forEach(([color, name, value], index) => {
    const [dot, label, number] = items[index].children;
    dot.style.background = color;
    setText(label, name);
    setText(number, value);
  });
}

const fade = (color, alpha) => new echarts.graphic.LinearGradient(0, 0, 0, 1, [
  { offset: 0, color: color + alpha }, { offset: 1, color: color + '00' }]);

const axisText = (size) => ({ color: INK, fontSize: size * 0.95, fontFamily: FONTS });

function timeAxis(size) {
  return {
    type: 'time', axisLine: { lineStyle: { color: GRID } }, axisTick: { show: false }, splitLine: { show: false }, splitNumber: 6,
    axisLabel: { ...axisText(size), hideOverlap: true, formatter: (ms) => clock(ms, ms % MINUTE !== 0) },
  };
}

function line(name, data, color, width, extra) {
  return {
    name, data, type: 'line', showSymbol: false, smooth: 0.2, smoothMonotone: 'x', sampling: 'lttb',
    lineStyle: { color, width }, itemStyle: { color }, ...extra,
  };
}

function tooltip(size, isRate) {
  return {
    trigger: 'axis', backgroundColor: '#0d1a33', borderColor: 'rgba(120,160,255,.3)', confine: true,
    textStyle: { color: WHITE, fontSize: size, fontFamily: FONTS }, axisPointer: { lineStyle: { color: INK } },
    formatter: (rows) => [clock(rows[0].value[0]), ...rows.map((row) =>
      `${row.marker}${row.seriesName} ${count(row.value[1])}${isRate || row.seriesIndex > 0 ? t('perMinuteShort') : ''}`)].join('<br>'),
  };
}

// A round number of four steps, at least `wanted`.
function niceMaximum(wanted) {
  const step = Math.max(1, wanted / 4);
  const power = 10 ** Math.floor(Math.log10(step));
  return 4 * power * [1, 2, 2.5, 5, 10].find((factor) => factor * power >= step && Number.isInteger(factor * power));
}

function curveOption(online, entries, leaves, size) {
  const newest = online.at(-1);
  const axis = (isRight) => ({
    type: 'value', min: 0, splitNumber: 4, minInterval: 1, position: isRight ? 'right' : 'left',
    splitLine: { show: !isRight, lineStyle: { color: GRID } }, axisLabel: { ...axisText(size), formatter: (value) => count(value) },
    max: isRight ? (range) => niceMaximum(range.max * 1.6) : undefined,
    name: isRight ? t('perMinuteAxis') : t('online'), nameTextStyle: { ...axisText(size), align: isRight ? 'right' : 'left', padding: [0, isRight ? -size * 2.4 : 0, 0, isRight ? 0 : -size * 3] }, nameGap: size * 0.5,
  });
  return {
    animation: false, tooltip: tooltip(size, false),
    grid: { left: size * 3.4, right: size * 3, top: size * 1.8, bottom: size * 1.7 },
    xAxis: timeAxis(size), yAxis: [axis(false), axis(true)],
    series: [
      line(t('online'), online, CYAN, size * 0.2, {
        areaStyle: { color: fade(CYAN, '4d') },
        markPoint: newest && {
          symbol: 'circle', symbolSize: size * 0.7, silent: true, label: { show: false }, data: [{ coord: newest }],
          itemStyle: { color: '#fff', shadowColor: CYAN, shadowBlur: size },
        },
      }),
      line(t('entriesPerMinute'), entries, GREEN, size * 0.13, { yAxisIndex: 1 }),
      line(t('leavesPerMinute'), leaves, ROSE, size * 0.13, { yAxisIndex: 1 }),
    ],
  };
}

function barrageOption(rates, size) {
  return {
    animation: false, tooltip: tooltip(size, true),
    grid: { left: 0, right: 0, top: size * 0.4, bottom: size * 0.15 },
    xAxis: { ...timeAxis(size), axisLabel: { show: false }, axisLine: { show: false } },
    yAxis: { type: 'value', min: 0, show: false },
    series: [line(t('barrages'), rates, VIOLET, size * 0.15, { areaStyle: { color: fade(VIOLET, '55') } })],
  };
}

function survivalOption(rows, size) {
  const label = { show: true, position: 'top', fontSize: size * 1.1, fontFamily: FONTS };
  return {
    animation: false,
    grid: { left: size * 1.8, right: size * 1.8, top: size * 1.9, bottom: size * 1.5 },
    xAxis: {
      type: 'category', boundaryGap: false, data: rows.map((row) => t('minutes', row.minutes)),
      axisLine: { lineStyle: { color: GRID } }, axisTick: { show: false }, axisLabel: { ...axisText(size), interval: 0 },
    },
    yAxis: { type: 'value', min: 0, max: 1, interval: 0.5, axisLabel: { show: false }, splitLine: { lineStyle: { color: GRID } } },
    series: [
      line(t('survival'), rows.map((row) => row.retained?.value ?? null), CYAN, size * 0.18, {
        sampling: undefined, showSymbol: true, symbol: 'circle', symbolSize: size * 0.5, areaStyle: { color: fade(CYAN, '38') },
        label: { ...label, color: WHITE, formatter: (point) => percent(point.value) },
      }),
      line('', rows.map((row) => (row.retained?.value == null ? 0 : null)), 'transparent', 0, {
        sampling: undefined, showSymbol: true, symbolSize: 1, silent: true, label: {
          ...label, color: INK, formatter: `{dash|--}\n{why|${t('why_old')}}`,
          rich: { dash: { fontFamily: HAN, fontSize: size * 1.1, align: 'center' }, why: { fontFamily: FONTS, fontSize: size * 0.9, align: 'center', padding: [size * 0.2, 0, 0, 0] } },
        },
      }),
    ],
  };
}
