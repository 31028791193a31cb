// When each position of a live stream would arrive without network delay. The same as PlayoutTimeline, ClockSlope and ArrivalLine in
// src/Linnet/Receive. All times are in µs.

const MOST_SLOPE = 0.001;
const CAPACITY = 128;
const PRIOR = 200e-6;
const FIRST_DOUBT_US = 500;

const STEP_US = 2000;
const WINDOW = 16;
const SMOOTHING = 16;
const SLOT_US = 500_000;

/** Estimates how much slower the sender's clock runs than ours, from the earliest arrival in each half second. */
export class ClockSlope {
  /** How much faster our clock runs than the sender's, as a fraction. */
  value = 0;

  /** The uncertainty of `value`. */
  doubt = PRIOR;

  /** @type {{ media: number, origin: number }[]} The points, oldest first. */
  points = [];

  /**
   * Adds the earliest arrival of an interval.
   * @param {number} media Its instant on the media clock. Not before the previous one. @param {number} origin How far our clock was ahead.
   */
  add(media, origin) {
    if (this.points.length === CAPACITY) {
      this.points.shift();
    }

    this.points.push({ media, origin });
    this.#estimate();
  }

  /**
   * Adjusts to a changed path: moves the points before the change.
   * @param {number} us How much longer the path became. @param {number} newest How many of the newest points are already on the new path.
   */
  shift(us, newest) {
    for (let i = 0; i < this.points.length - newest; i++) {
      this.points[i].origin += us;
    }
  }

  #estimate() {
    const points = this.points;
    const first = points[0];
    const span = points[points.length - 1].media - first.media;
    if (points.length < 2 || span <= 0) {
      return;
    }

    const hull = lowerHull(points);
    const middle = points.reduce((sum, point) => sum + point.media - first.media, 0) / points.length + first.media;
    let corner = 1;
    while (corner < hull.length - 1 && hull[corner].media < middle) {
      corner++;
    }

    const from = hull[corner - 1];
    const to = hull[corner];
    const slope = (to.origin - from.origin) / (to.media - from.media);
    const above = points.reduce((sum, point) => sum + point.origin - from.origin - slope * (point.media - from.media), 0);
    const spread = above / points.length + FIRST_DOUBT_US / points.length;
    const doubt = (2 * spread) / span;
    const belief = (PRIOR * PRIOR) / (PRIOR * PRIOR + doubt * doubt);
    this.value = clamp(belief * slope, -MOST_SLOPE, MOST_SLOPE);
    this.doubt = PRIOR * Math.sqrt(1 - belief);
  }
}

/** The line of undelayed arrivals. Jitter only adds delay, so it goes through the earliest arrivals of the last 8 s. */
export class Timeline {
  /** How far the line was moved in steps, because the path became longer or shorter. */
  shifted = 0;

  #rate;
  #tolerance;
  #slope = new ClockSlope();
  #anchor;
  #origin;
  #lineSlope = 0;
  #slotEnds;
  #slotMedia;
  #slotOrigin;

  /**
   * @param {number} position The position of the first packet. @param {number} arrivedAt When it arrived.
   * @param {number} rate Frames per second of the positions. @param {number} tolerance How late a packet may be and still be played.
   */
  constructor(position, arrivedAt, rate, tolerance) {
    this.#rate = rate;
    this.#tolerance = tolerance;
    this.firstArrivedAt = this.lastArrivedAt = arrivedAt;
    this.#slotEnds = arrivedAt + SLOT_US;
    this.#slotMedia = this.#anchor = this.mediaAt(position);
    this.#slotOrigin = this.#origin = arrivedAt - this.#anchor;
  }

  /** How much faster our clock runs than the sender's, as a fraction. */
  get slope() {
    return this.#lineSlope;
  }

  /** @param {number} position In frames. @returns {number} Its instant on the media clock. */
  mediaAt(position) {
    return (position * 1e6) / this.#rate;
  }

  /** @param {number} position In frames. @returns {number} When it arrives without network delay. */
  arrivalOf(position) {
    const media = this.mediaAt(position);
    return media + this.#originAt(media);
  }

  /** @param {number} instant In µs. @returns {number} The position that arrives then without network delay; not a whole number. */
  positionArrivingAt(instant) {
    const since = instant - this.#origin - this.#anchor;
    return ((this.#anchor + since / (1 + this.#lineSlope)) * this.#rate) / 1e6;
  }

  /**
   * Records one arrival.
   * @param {number} position In frames. @param {number} arrivedAt When it arrived.
   * @returns {number} How much later than undelayed it arrived.
   */
  observe(position, arrivedAt) {
    const media = this.mediaAt(position);
    const origin = arrivedAt - media;
    if (arrivedAt >= this.#slotEnds) {
      this.#closeSlot();

      // Time without arrivals ages nothing: the estimate from before a silence still holds after it.
      this.#slotEnds = arrivedAt + SLOT_US;
      this.#slotMedia = media;
      this.#slotOrigin = origin;
    } else if (this.#delay(media, origin) < this.#delay(this.#slotMedia, this.#slotOrigin)) {
      this.#slotMedia = media;
      this.#slotOrigin = origin;
    }

    const delay = this.#delay(media, origin);
    if (delay < 0) {
      this.#move(this.#anchor, this.#origin + delay, this.#lineSlope, 0);
    }

    this.lastArrivedAt = arrivedAt;
    return Math.max(delay, 0);
  }

  /** @param {number} media An instant of the media clock. @returns {number} How far our clock is ahead then. */
  #originAt(media) {
    return this.#origin + this.#lineSlope * (media - this.#anchor);
  }

  /** @param {number} media @param {number} origin @returns {number} How late a point is. */
  #delay(media, origin) {
    return origin - this.#originAt(media);
  }

  #closeSlot() {
    const points = this.#slope.points;
    if (points.length === 0 || this.#slotMedia > points[points.length - 1].media) {
      this.#slope.add(this.#slotMedia, this.#slotOrigin);
    }

    const newest = this.#delay(this.#slotMedia, this.#slotOrigin) > this.#tolerance ? 1 : WINDOW;

    // The further back a point is, the less it says about the present.
    const slope = this.#slope.value;
    let lowest = Infinity;
    for (const point of points.slice(-newest)) {
      const age = this.#slotMedia - point.media;
      lowest = Math.min(lowest, point.origin - this.#slotOrigin + (slope + this.#slope.doubt) * age);
    }

    this.#move(this.#slotMedia, this.#slotOrigin + lowest, slope, newest);
  }

  /**
   * @param {number} anchor @param {number} origin @param {number} slope
   * @param {number} newest How many of the newest points are already on the new path.
   */
  #move(anchor, origin, slope, newest) {
    const change = origin - this.#originAt(anchor);
    if (Math.abs(change) > STEP_US) {
      this.#slope.shift(change, newest);
      this.shifted += change;
    } else if (this.#slope.points.length > WINDOW) {
      // The earliest arrival over a few seconds varies slightly, so smooth it.
      origin += change / SMOOTHING - change;
    }

    this.#anchor = anchor;
    this.#origin = origin;
    this.#lineSlope = slope;
  }
}

/** The lower half of Andrew's monotone chain. @param {{ media: number, origin: number }[]} points By `media`. */
function lowerHull(points) {
  /** @type {{ media: number, origin: number }[]} */
  const hull = [];
  for (const point of points) {
    while (hull.length >= 2 && isAbove(hull[hull.length - 2], hull[hull.length - 1], point)) {
      hull.pop();
    }

    hull.push(point);
  }

  return hull;
}

/**
 * Whether the middle point lies on or above the line through the other two.
 * @param {{ media: number, origin: number }} left @param {{ media: number, origin: number }} middle
 * @param {{ media: number, origin: number }} right
 */
function isAbove(left, middle, right) {
  return (middle.origin - left.origin) * (right.media - left.media) >= (right.origin - left.origin) * (middle.media - left.media);
}

/** @param {number} value @param {number} least @param {number} most */
export function clamp(value, least, most) {
  return Math.min(Math.max(value, least), most);
}
