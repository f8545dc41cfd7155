// The list of rooms: asked for in pages, drawn only where it is looked at, so that ten thousand rooms scroll like ten.
import { byId, make, setText } from './dom.js';
import { amount, count } from './format.js';
import { onLanguage, t } from './i18n.js';

const PAGE = 100;
const REFRESH_MS = 3000;
const TYPING_MS = 150;
const MAX_PAGES_KEPT = 20;
const ROW_REM = 3.25;
const MARGIN_ROWS = 6;

export class Rooms {
  /** choose(room) is called with the room that was picked; money() says how to write amounts. */
  constructor(choose, money) {
    this.choose = choose;
    this.money = money;
    this.dialog = byId('rooms');
    this.view = byId('roomView');
    this.space = byId('roomSpace');
    this.query = byId('roomQuery');
    this.pages = new Map();
    this.asked = new Set();
    this.rows = new Map();
    this.total = 0;
    this.generation = 0;
    byId('openRooms').addEventListener('click', () => this.open());
    this.view.addEventListener('scroll', () => this.draw(), { passive: true });
    this.query.addEventListener('input', () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.reload(true), TYPING_MS);
    });
    this.dialog.addEventListener('close', () => clearInterval(this.refresh));
    this.dialog.addEventListener('click', (event) => event.target === this.dialog && this.dialog.close());
    onLanguage(() => this.draw());
  }

  open() {
    this.query.placeholder = t('search');
    this.dialog.showModal();
    this.query.focus();
    this.reload(true);
    this.refresh = setInterval(() => this.reload(false), REFRESH_MS);
  }

  reload(isFromTop) {
    this.generation++;
    this.asked.clear();
    if (isFromTop) {
      this.pages.clear();
      this.view.scrollTop = 0;
      this.load(0);
    }
    this.draw();
  }

  async load(page) {
    if (this.asked.has(page)) return;
    this.asked.add(page);
    const { generation } = this;
    try {
      const response = await fetch(`/rooms?skip=${page * PAGE}&take=${PAGE}&q=${encodeURIComponent(this.query.value)}`);
      const answer = await response.json();
      if (generation !== this.generation) return;
      this.total = answer.total;
      this.pages.delete(page);
      this.pages.set(page, answer.rooms);
      if (this.pages.size > MAX_PAGES_KEPT) this.pages.delete(this.pages.keys().next().value);
      this.draw();
    } catch {
      this.asked.delete(page); // asked for again with the next refresh
    }
  }

  draw() {
    if (!this.dialog.open) return;
    const rowHeight = ROW_REM * parseFloat(getComputedStyle(document.documentElement).fontSize);
    const first = Math.max(0, Math.floor(this.view.scrollTop / rowHeight) - MARGIN_ROWS);
    const end = Math.min(this.total, first + Math.ceil(this.view.clientHeight / rowHeight) + 2 * MARGIN_ROWS);
    this.space.style.height = `${this.total * rowHeight}px`;
    setText(byId('roomCount'), this.total === 0 ? t('noRooms') : t('roomTotal', count(this.total)));
    for (const [index, row] of this.rows) {
      if (index >= first && index < end) continue;
      row.remove();
      this.rows.delete(index);
    }
    for (let index = first; index < end; index++) this.drawRow(index, rowHeight);
    for (let page = Math.floor(first / PAGE); page * PAGE < end; page++) this.load(page);
  }

  drawRow(index, rowHeight) {
    const room = this.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
    const row = this.rows.get(index) ?? this.addRow(index);
    row.style.transform = `translateY(${index * rowHeight}px)`;
    row.room = room?.room;
    row.classList.toggle('loading', !room);
    if (!room) return;
    const [name, status, online, gmv] = row.children;
    setText(name, room.roomName || room.room);
    name.title = `${room.room} · ${room.session}`;
    setText(status, t(room.status === 'ended' ? 'endedStatus' : 'liveStatus'));
    status.dataset.status = room.status;
    setText(online, count(room.online));
    setText(gmv, amount(room.gmv, this.money()));
  }

  addRow(index) {
    const row = make('button', 'rooms-row');
    row.type = 'button';
    row.append(make('span', 'name'), make('span', 'state'), make('span', 'num'), make('span', 'num'));
    row.addEventListener('click', () => {
      if (row.room === undefined) return;
      this.dialog.close();
      this.choose(row.room);
    });
    this.rows.set(index, row);
    this.space.append(row);
    return row;
  }
}
