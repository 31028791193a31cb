// One WebSocket to a station: packets, messages, and the exchange of clock readings.

import { ClockSync } from './clock-sync.js';
import { SUBPROTOCOL, readMessage, readPacket, timeRequest } from './wire.js';

const FIRST_EXCHANGES = 8;
const FIRST_EXCHANGE_MS = 100;
const EXCHANGE_MS = 1000;

// If a question stays without any answer for longer, the path is gone, or this machine slept.
const SILENT_MS = 6000;

// Browsers round their clock to as much as this.
const RESOLUTION_US = 1000;

export class Connection {
  /** Bytes of sound that have arrived. */
  bytes = 0;

  #socket;
  #events;
  #now;
  #sync = new ClockSync(RESOLUTION_US);
  #exchanges = 0;
  #watchAt = 0;
  /** @type {number | undefined} The first question since something came; at first, the handshake. */
  #askedAt;
  #wasOpen = false;
  #isClosed = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {URL} url @param {ConnectionEvents} events @param {typeof WebSocket} [Socket]
   * @param {() => number} [now] This machine's monotonic clock, in ms.
   */
  constructor(url, events, Socket = WebSocket, now = () => performance.now()) {
    this.#events = events;
    this.#now = now;
    this.#askedAt = now();
    this.#socket = new Socket(url, SUBPROTOCOL);
    this.#socket.binaryType = 'arraybuffer';
    this.#socket.onopen = () => {
      this.#wasOpen = true;
      this.#askedAt = undefined;
      this.#exchange();
    };
    this.#socket.onmessage = ({ data }) => this.#receive(data);
    this.#socket.onclose = () => this.#end();
    this.#socket.onerror = () => {};
    this.#wait(EXCHANGE_MS);
  }

  /** What is known of the server's clock: nothing before the first exchange. */
  get clock() {
    return this.#sync.read(this.#now() * 1000);
  }

  /** The last round trip, in ms. */
  get roundTripMs() {
    return this.#sync.accepted > 0 ? this.#sync.lastRoundTrip / 1000 : undefined;
  }

  /** Call it often: the timers of a hidden page are slow. */
  check() {
    if (!this.#isClosed && this.#now() >= this.#watchAt) {
      this.#watch();
    }
  }

  /** Ends it without a call of `onClosed`. */
  close() {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
  }

  #end() {
    this.close();
    this.#events.onClosed(this.#wasOpen);
  }

  #watch() {
    if (this.#askedAt !== undefined && this.#now() - this.#askedAt > SILENT_MS) {
      this.#end();
    } else if (this.#wasOpen) {
      this.#exchange();
    } else {
      this.#wait(EXCHANGE_MS);
    }
  }

  /** @param {number} ms */
  #wait(ms) {
    clearTimeout(this.#timer);
    this.#watchAt = this.#now() + ms;
    this.#timer = setTimeout(() => this.#watch(), ms);
  }

  #exchange() {
    if (this.#socket.readyState === 1) {
      this.#askedAt ??= this.#now();
      this.#socket.send(timeRequest(Math.round(this.#now() * 1000)));
    }

    this.#exchanges++;
    this.#wait(this.#exchanges < FIRST_EXCHANGES ? FIRST_EXCHANGE_MS : EXCHANGE_MS);
  }

  /** @param {string | ArrayBuffer} data */
  #receive(data) {
    const heardAt = this.#now();
    this.#askedAt = undefined;
    if (typeof data !== 'string') {
      const packet = readPacket(data);
      if (packet) {
        this.bytes += packet.payload.length;
        this.#events.onPacket(packet);
      }

      return;
    }

    const message = readMessage(data);
    if (message?.type === 'time') {
      const { sent, received, replied } = message;
      this.#sync.tryAdd({ sent, received, replied, returned: Math.round(heardAt * 1000) });
    } else if (message && !this.#isClosed) {
      this.#events.onMessage(message);
    }
  }
}
