/** How long the page may be hidden before it lets its connection go. */
const HIDDEN_MS = 30_000;

/** The first and the longest wait before it connects again after a refusal. */
const FIRST_WAIT_MS = 4_000;
const LONGEST_WAIT_MS = 60_000;

/**
 * Follows the server's events. The browser reconnects by itself after a failure; after a refusal this does. A hidden page is not connected:
 * browsers allow few connections to one server.
 */
export class Events {
  /** @param {URL} address @param {{ all: (data: any) => void, change: (data: any) => void, connected: (is: boolean) => void }} tell */
  constructor(address, tell) {
    this.address = address;
    this.tell = tell;
    /** @type {EventSource | null} */
    this.source = null;
    this.lastId = '';
    this.waitMs = FIRST_WAIT_MS;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  start() {
    this.connect();
    document.addEventListener('visibilitychange', () => {
      clearTimeout(this.timer);
      if (document.hidden) {
        this.timer = setTimeout(() => this.close(), HIDDEN_MS);
      } else if (!this.source) {
        this.connect();
      }
    });
    // A page in the browser's history keeps nothing open.
    addEventListener('pagehide', () => this.close());
    addEventListener('pageshow', () => this.source ?? this.connect());
  }

  close() {
    this.source?.close();
    this.source = null;
  }

  connect() {
    this.close();
    const address = new URL(this.address);
    if (this.lastId) {
      address.searchParams.set('lastEventId', this.lastId);
    }
    const source = new EventSource(address);
    this.source = source;
    const take = (/** @type {MessageEvent} */ event) => {
      this.lastId = event.lastEventId;
      this.waitMs = FIRST_WAIT_MS;
      this.tell.connected(true);
      return JSON.parse(event.data);
    };
    source.addEventListener('open', () => this.tell.connected(true));
    source.addEventListener('stations', (event) => this.tell.all(take(event)));
    source.addEventListener('change', (event) => this.tell.change(take(event)));
    source.addEventListener('error', () => {
      this.tell.connected(false);
      if (source.readyState === EventSource.CLOSED && source === this.source) {
        this.close();
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.connect(), this.waitMs * (0.5 + Math.random()));
        this.waitMs = Math.min(LONGEST_WAIT_MS, this.waitMs * 2);
      }
    });
  }
}
