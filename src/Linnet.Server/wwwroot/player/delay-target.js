// How long packets should wait between arrival and playback. The same as DelayTarget in src/Linnet/Receive. All times are in µs.

const SLOT_US = 500_000;
const SPIKE = 8;
const RECENT = 16;
const TREND = 48;
const SPARED = 2;
const MARGIN_SHARE = 16;
const MARGIN_US = 200;

/**
 * The delay that packets need: long enough for late ones, within the profile's bounds. A short window (4 s) grows as soon as a packet is
 * too late. A long window (24 s) ignores its two worst half seconds: lateness that occurs more often is a trend.
 */
export class DelayTarget {
  /** The target delay. */
  us;

  #latest = new Float64Array(TREND);
  #sorted = new Float64Array(TREND);
  #slot = 0;
  #slotEnds = -Infinity;
  #spike = 0;
  #trend = 0;
  #margin = MARGIN_US;

  /**
   * @param {number} least The shortest delay.
   * @param {number} most The longest delay. Packets later than that are ignored: no buffer could wait for them.
   */
  constructor(least, most) {
    this.least = this.us = least;
    this.most = most;
  }

  /** How late packets are, ignoring the two worst of the last 48 half seconds. */
  get lateness() {
    return this.#trend;
  }

  /** Changes the bounds. @param {number} least @param {number} most */
  setBounds(least, most) {
    this.least = least;
    this.most = most;
    this.#decide();
  }

  /** @param {number} us How early playback needs the audio, because its filter looks ahead. */
  set lookAhead(us) {
    this.#margin = us + MARGIN_US;
    this.#decide();
  }

  /**
   * Records one arrival.
   * @param {number} delay How much later than undelayed the packet arrived. @param {number} arrivedAt When it arrived.
   */
  observe(delay, arrivedAt) {
    if (arrivedAt >= this.#slotEnds) {
      // As in the timeline, time without arrivals does not age anything.
      this.#slotEnds = arrivedAt + SLOT_US;
      this.#slot = (this.#slot + 1) % TREND;
      this.#latest[this.#slot] = 0;
      this.#remember();
    }

    if (delay <= this.most) {
      this.#latest[this.#slot] = Math.max(this.#latest[this.#slot], delay);
      this.#spike = Math.max(this.#spike, delay);
    }

    this.#decide();
  }

  /**
   * Adjusts to a longer path: packets of the last 8 s came over it, so they were less delayed than recorded.
   * @param {number} us How much longer. A shorter path changes nothing.
   */
  shift(us) {
    for (let i = 0; us > 0 && i < RECENT; i++) {
      const slot = (this.#slot - i + TREND) % TREND;
      this.#latest[slot] = Math.max(this.#latest[slot] - us, 0);
    }

    this.#remember();
    this.#decide();
  }

  #decide() {
    const seen = Math.max(this.#spike, this.#trend);
    this.us = Math.min(Math.max(this.least, seen + seen / MARGIN_SHARE + this.#margin), this.most);
  }

  #remember() {
    this.#spike = 0;
    for (let i = 0; i < SPIKE; i++) {
      this.#spike = Math.max(this.#spike, this.#latest[(this.#slot - i + TREND) % TREND]);
    }

    this.#sorted.set(this.#latest);
    this.#trend = this.#sorted.sort()[TREND - 1 - SPARED];
  }
}
