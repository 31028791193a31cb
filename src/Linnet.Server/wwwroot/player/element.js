// The last resort: an <audio> element on the station's MP3. Seconds behind live, but it plays everywhere.

import { ask } from './refusal.js';
import { stationAddress } from './wire.js';

const STALLED_MS = 4000;
const RETRY_MS = 1500;

export class ElementSession {
  #address;
  #events;
  #isClosed = false;
  #movedAt = 0;
  #lastTime = -1;
  #timer;
  #retries = 0;
  #hasPlayed = false;
  #hasAsked = false;

  /** @param {HTMLAudioElement} element @param {string} server @param {string} station @param {ElementEvents} events */
  constructor(element, server, station, events) {
    this.#address = stationAddress(server, station, '.mp3');
    this.#events = events;
    this.element = element;
    this.element.crossOrigin = 'anonymous';
    this.element.onplaying = () => {
      this.#hasPlayed = true;
      this.#hasAsked = false;
      events.onState('playing');
    };
    this.element.onwaiting = () => events.onState(this.#hasPlayed ? 'waiting' : 'buffering');
    this.#timer = setInterval(() => this.#watch(), 1000);
  }

  /** @returns {Promise<void>} Rejects if the browser wants a click first. */
  async play() {
    this.#load();
    try {
      await this.element.play();
    } catch (error) {
      if (error instanceof DOMException && error.name === 'NotAllowedError') {
        throw error;
      }
    }
  }

  close() {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.element.onplaying = this.element.onwaiting = null;
    this.element.pause();
    this.element.removeAttribute('src');
    this.element.load();
  }

  /** Always at the live edge: a browser would go on with what it has kept. */
  #load() {
    this.#address.searchParams.set('now', String(this.#retries++));
    this.#movedAt = performance.now();
    this.element.src = this.#address.href;
  }

  #watch() {
    const now = performance.now();
    if (this.element.currentTime !== this.#lastTime) {
      this.#lastTime = this.element.currentTime;
      this.#movedAt = now;
    } else if (!this.#isClosed && this.element.error && !this.#hasAsked) {
      this.#hasAsked = true;
      void this.#ask();
    } else if (!this.#isClosed && now - this.#movedAt > (this.element.error ? RETRY_MS : STALLED_MS)) {
      this.#events.onState(this.#hasPlayed ? 'waiting' : 'connecting', 'network');
      this.play().catch(() => this.#events.onEnd('blocked'));
    }
  }

  /** An element does not tell why it cannot play. */
  async #ask() {
    const reason = await ask(this.#address, 'HEAD');

    // After a restart, a station may need a moment to come back.
    if (reason && !this.#isClosed && !(this.#hasPlayed && (reason === 'unknown-station' || reason === 'full'))) {
      this.#events.onEnd(reason);
    }
  }
}
