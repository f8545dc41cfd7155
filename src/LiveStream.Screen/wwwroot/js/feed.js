// The stream of one room. Snapshots carry consecutive sequence numbers; a live message carries the number of the
// snapshot it follows. A missing snapshot is a gap, healed by loading the whole snapshot anew. Knows whether the
// numbers are fresh: by the time the engine published them, on the server's clock.

const STALE_MS = 3000;
const DEAD_MS = 8000;
const CLOCK_SAMPLES = 60;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 4000;

export const roomPath = (room) => `/rooms/${encodeURIComponent(room)}`;

export class Feed {
  constructor(room, handlers) {
    this.room = room;
    this.handlers = handlers;
    this.gaps = 0;
    this.sequence = 0;
    this.publishedAt = null;
    this.isGone = false;
    this.isClosed = false;
    this.offsets = [];
    this.retryMs = FIRST_RETRY_MS;
    this.connect();
  }

  connect() {
    this.source?.close();
    clearTimeout(this.retry);
    this.heardAt = performance.now();
    this.isOpen = false;
    const source = new EventSource(`${roomPath(this.room)}/stream`);
    this.source = source;
    source.addEventListener('open', () => {
      this.sequence = 0;
      this.isOpen = true;
      this.retryMs = FIRST_RETRY_MS;
    });
    source.addEventListener('snapshot', (event) => this.onSnapshot(Number(event.lastEventId), JSON.parse(event.data)));
    source.addEventListener('live', (event) => this.onLive(Number(event.lastEventId), JSON.parse(event.data)));
    source.addEventListener('clock', (event) => this.onClock(Number(event.data)));
    source.addEventListener('demo', () => this.handlers.demo());
    source.addEventListener('gone', () => {
      this.isGone = true;
      this.isOpen = false;
      source.close();
      this.handlers.gone();
      this.reconnectLater();
    });
    source.addEventListener('error', () => {
      this.isOpen = false;
      if (source.readyState === EventSource.CLOSED) this.reconnectLater();
    });
  }

  reconnectLater() {
    clearTimeout(this.retry);
    if (this.isClosed) return;
    this.retry = setTimeout(() => this.connect(), this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, LAST_RETRY_MS);
  }

  close() {
    this.isClosed = true;
    clearTimeout(this.retry);
    this.source.close();
  }

  onSnapshot(sequence, snapshot) {
    this.heardAt = performance.now();
    if (this.sequence > 0 && sequence <= this.sequence) return;
    const missed = this.sequence > 0 ? sequence - this.sequence - 1 : 0;
    this.take(sequence, snapshot);
    if (missed > 0) this.noteGap(missed);
  }

  onLive(sequence, live) {
    this.heardAt = performance.now();
    if (sequence > this.sequence) {
      this.heal();
      return;
    }
    this.publishedAt = live.publishedAt;
    this.handlers.live(live);
  }

  onClock(serverMs) {
    this.heardAt = performance.now();
    this.offsets.push(Date.now() - serverMs);
    if (this.offsets.length > CLOCK_SAMPLES) this.offsets.shift();
  }

  take(sequence, snapshot) {
    this.sequence = sequence;
    this.isGone = false;
    this.publishedAt = snapshot.live?.publishedAt ?? this.serverNow();
    this.handlers.snapshot(snapshot);
  }

  noteGap(missed) {
    this.gaps += missed;
    this.handlers.gap();
  }

  async heal() {
    if (this.isHealing) return;
    this.isHealing = true;
    try {
      const response = await fetch(`${roomPath(this.room)}/snapshot`);
      const sequence = Number(response.headers.get('x-sequence'));
      if (response.ok && sequence > this.sequence) {
        const missed = sequence - this.sequence;
        const snapshot = await response.json();
        if (this.isClosed || sequence <= this.sequence) return;
        this.take(sequence, snapshot);
        this.noteGap(missed);
      }
    } catch {
      this.isOpen = false; // the server does not answer: the banner says so, the stream reconnects by itself
    } finally {
      this.isHealing = false;
    }
  }

  /** The server's clock, by the least delayed of the last samples. */
  serverNow() {
    return Date.now() - (this.offsets.length > 0 ? Math.min(...this.offsets) : 0);
  }

  /** null when the numbers are fresh, else why not ('gone', 'connection' or 'silence') and how old they are. */
  trouble() {
    const silentMs = performance.now() - this.heardAt;
    const ageMs = this.publishedAt === null ? 0 : Math.max(0, this.serverNow() - this.publishedAt);
    if (silentMs > DEAD_MS && this.source.readyState !== EventSource.CLOSED) this.connect();
    if (this.isGone) return { kind: 'gone', ageMs };
    if (!this.isOpen || silentMs > STALE_MS) return { kind: 'connection', ageMs };
    return this.publishedAt !== null && ageMs > STALE_MS ? { kind: 'silence', ageMs } : null;
  }
}
