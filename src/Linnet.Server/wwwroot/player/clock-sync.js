// Follows another machine's monotonic clock from exchanges with four times each. The same as ClockSync in src/Linnet/Clock. In µs.

const MAX_DRIFT = 500e-6;
const WANDER_PER_US = 0.1e-12;
const JUMP_US = 5000;
const MAX_PAUSE = 60_000_000;
const MAX_ROUND_TRIP = 10_000_000;
const MAX_TIME = 2 ** 50;
const WINDOW = 5_000_000;
const CAPACITY = 60;

/** Keeps the interval of offsets that all exchanges allow together, carried forward by the drifts that are possible. */
export class ClockSync {
  /** Exchanges that were used. */
  accepted = 0;

  /** The last exchange's round trip. */
  lastRoundTrip = 0;

  #slack;
  #anchors = new DriftAnchors();
  #base = 0;
  #at = 0;
  /** @type {Interval} */
  #offset = around(0, 0);
  #drift = around(0, MAX_DRIFT);
  #epoch = 0;

  /** @param {number} [resolution] How far our clock's readings may be from the true time: browsers round theirs. */
  constructor(resolution = 1) {
    this.#slack = resolution + 1;
  }

  /**
   * Learns from an exchange. Exchanges come in the order in which they ended.
   * @param {Exchange} exchange @returns {boolean} False: its times cannot be true, and it was ignored.
   */
  tryAdd(exchange) {
    const { sent, received, replied, returned } = exchange;
    if (!isPlausible(exchange) || (this.accepted > 0 && returned < this.#at)) {
      return false;
    }

    if (this.accepted === 0) {
      this.#base = received - sent;
    }

    // The other clock had not yet reached `received` when we sent, and was past `replied` when the answer arrived.
    const pause = returned - this.#at;
    const own = {
      least: replied - returned - this.#base - this.#slack,
      most: received - sent - this.#base + this.#slack + MAX_DRIFT * (returned - sent),
    };
    if (length(own) < 0) {
      return false;
    }

    this.lastRoundTrip = returned - sent - (replied - received);
    if (this.accepted++ === 0) {
      this.#restart(own, returned);
      return true;
    }

    const both = and(this.#offsetAt(returned), own);
    this.#drift = this.#driftAt(returned);
    this.#at = returned;
    if (length(both) < 0) {
      this.#slip(own, -length(both) > JUMP_US);
    } else if (pause > MAX_PAUSE) {
      this.#anchors.clear();
      this.#offset = own;
    } else {
      this.#offset = both;
      this.#learn(own);
    }

    this.#anchors.add(this.#at, this.#offset);
    return true;
  }

  /**
   * What is known of the other clock.
   * @param {number} now By our clock. @returns {Estimate | undefined} Nothing before the first exchange.
   */
  read(now) {
    if (this.accepted === 0) {
      return undefined;
    }

    const offset = this.#offsetAt(now);
    const drift = this.#driftAt(now);
    return {
      offset: this.#base + middle(offset),
      bound: length(offset) / 2,
      driftPpm: middle(drift) * 1e6,
      driftBoundPpm: (length(drift) / 2) * 1e6,
      epoch: this.#epoch,
    };
  }

  /** @param {Interval} own */
  #learn(own) {
    const drift = this.#anchors.confine(this.#drift, this.#at, this.#offset);
    if (length(drift) < 0) {
      this.#slip(own, false);
    } else {
      this.#drift = drift;
    }
  }

  /** @param {Interval} own @param {boolean} isJump */
  #slip(own, isJump) {
    this.#epoch += isJump ? 1 : 0;
    this.#restart(own, this.#at);
  }

  /** @param {Interval} own @param {number} at */
  #restart(own, at) {
    this.#anchors.clear();
    this.#at = at;
    this.#offset = own;
    this.#drift = around(0, MAX_DRIFT);
  }

  /** @param {number} now @returns {Interval} */
  #offsetAt(now) {
    // Towards the past as well: then the fastest drift gives the least offset.
    const elapsed = now - this.#at;
    const spread = (WANDER_PER_US * Math.abs(elapsed)) / 2;
    const slow = Math.max(this.#drift.least - spread, -MAX_DRIFT) * elapsed;
    const fast = Math.min(this.#drift.most + spread, MAX_DRIFT) * elapsed;
    return { least: this.#offset.least + Math.min(slow, fast), most: this.#offset.most + Math.max(slow, fast) };
  }

  /** @param {number} now @returns {Interval} */
  #driftAt(now) {
    const spread = WANDER_PER_US * Math.abs(now - this.#at);
    return { least: Math.max(this.#drift.least - spread, -MAX_DRIFT), most: Math.min(this.#drift.most + spread, MAX_DRIFT) };
  }
}

/** The best knowledge of an offset in each of the last windows of 5 s. From then to now the offset changed by the drift. */
class DriftAnchors {
  /** @type {{ at: number, offset: Interval }[]} The newest last. */
  #anchors = [];
  #windowFrom = 0;

  /** Forgets all of them. */
  clear() {
    this.#anchors = [];
  }

  /** Notes what is known of the offset. A window keeps its shortest interval. @param {number} at @param {Interval} offset */
  add(at, offset) {
    const anchors = this.#anchors;
    if (anchors.length === 0 || at - this.#windowFrom >= WINDOW) {
      this.#windowFrom = at;
      anchors.push({ at, offset });
      if (anchors.length > CAPACITY) {
        anchors.shift();
      }
    } else if (length(offset) < length(anchors[anchors.length - 1].offset)) {
      anchors[anchors.length - 1] = { at, offset };
    }
  }

  /**
   * Confines the drift.
   * @param {Interval} drift What is known of it. @param {number} at Now. @param {Interval} offset What is known of the offset now.
   */
  confine(drift, at, offset) {
    for (const anchor of this.#anchors) {
      const elapsed = at - anchor.at;
      if (elapsed > 0) {
        const spread = (WANDER_PER_US * elapsed) / 2;
        drift = and(drift, {
          least: (offset.least - anchor.offset.most) / elapsed - spread,
          most: (offset.most - anchor.offset.least) / elapsed + spread,
        });
      }
    }

    return drift;
  }
}

/** @param {Exchange} exchange */
function isPlausible({ sent, received, replied, returned }) {
  const areTimes = [sent, received, replied, returned].every((time) => Number.isFinite(time) && Math.abs(time) <= MAX_TIME);
  return areTimes && returned >= sent && returned - sent <= MAX_ROUND_TRIP && replied >= received;
}

/** @param {number} centre @param {number} distance @returns {Interval} */
function around(centre, distance) {
  return { least: centre - distance, most: centre + distance };
}

/** @param {Interval} a @param {Interval} b @returns {Interval} */
function and(a, b) {
  return { least: Math.max(a.least, b.least), most: Math.min(a.most, b.most) };
}

/** @param {Interval} interval Negative: it is empty. */
function length(interval) {
  return interval.most - interval.least;
}

/** @param {Interval} interval */
function middle(interval) {
  return (interval.least + interval.most) / 2;
}
