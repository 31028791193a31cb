// The delay between undelayed arrival and playback, and how it inaudibly follows the target. As PlayoutDepth in src/Linnet/Receive.

// The pause after a change, as a multiple of its length.
const URGENT_PAUSE = 4;
const SHRINK_PAUSE = 20;
const HURRIED_PAUSE = 10;
const HURRIED_US = 200_000;
const MOST_EXCESS_US = 500_000;
const RETRY_US = 10_000;

const FIRST_LIKENESS = 0.92;
const LAST_LIKENESS = 0.4;
const LESS_PER_SECOND = 0.15;

// An inaudible change of pitch that leaves room for as much drift.
const SLIDE_RATE = 0.0004;
const SLIDE_FROM_US = 1000;
const SLIDE_TO_US = 100;

/** Follows the target where the sound repeats itself, in silence, and by a slight change of pitch. All times are in µs. */
export class PlayoutDepth {
  /** The delay. */
  us;

  /** How often sound was skipped or repeated. */
  changes = 0;

  #target;
  #rate;
  #isSliding = false;
  #notBefore = -Infinity;
  #wantedSince = NaN;
  #direction = 0;

  /** @param {import('./delay-target.js').DelayTarget} target @param {number} rate In Hz. */
  constructor(target, rate) {
    this.#target = target;
    this.#rate = rate;
    this.us = target.us;
  }

  /** Whether the delay is so far above the maximum that only a jump helps. */
  get isLost() {
    return this.us > this.#target.most + MOST_EXCESS_US;
  }

  /** Sets the delay to the target when playback begins again. */
  reset() {
    this.us = this.#target.us;
  }

  /**
   * How far to change the delay before more sound plays, if at all.
   * @param {number} heardAt When it will play. @param {number} shortest The fewest frames that can be skipped or repeated.
   * @returns {{ direction: 1 | -1, frames: number, likeness: number } | undefined}
   */
  wanted(heardAt, shortest) {
    const excess = this.us - this.#target.us;
    const direction = excess > 0 ? 1 : -1;
    const frames = Math.floor((Math.abs(excess) * this.#rate) / 1e6);
    if (frames === 0 || (direction > 0 && frames < shortest) || frames < shortest / 4) {
      this.#wantedSince = NaN;
      return undefined;
    }

    if (isNaN(this.#wantedSince) || direction !== this.#direction) {
      this.#wantedSince = heardAt;
      this.#direction = direction;
    }

    // The longer a change is pending, the less similar the two ends must be.
    const waited = (heardAt - this.#wantedSince) / 1e6;
    const likeness = Math.max(LAST_LIKENESS, FIRST_LIKENESS - LESS_PER_SECOND * waited);
    return heardAt < this.#notBefore ? undefined : { direction, frames: direction > 0 ? frames : Infinity, likeness };
  }

  /** What became of that. @param {number} heardAt @param {number} step Frames skipped; negative: repeated; 0: it was not possible. */
  onSpliced(heardAt, step) {
    if (step === 0) {
      this.#notBefore = heardAt + RETRY_US;
      return;
    }

    const excess = this.us - this.#target.us;
    const isUrgent = step < 0 || this.us > this.#target.most;
    const pause = isUrgent ? URGENT_PAUSE : excess > HURRIED_US ? HURRIED_PAUSE : SHRINK_PAUSE;
    this.#notBefore = heardAt + (pause * Math.abs(step) * 1e6) / this.#rate;
    this.#wantedSince = heardAt;
    this.us -= (step * 1e6) / this.#rate;
    this.changes++;
  }

  /**
   * Call as time passes: changes the delay by pitch.
   * @param {number} elapsed Since the last call. @returns {number} How much faster to play, as a fraction.
   */
  slide(elapsed) {
    const excess = this.us - this.#target.us;
    this.#isSliding = Math.abs(excess) > (this.#isSliding ? SLIDE_TO_US : SLIDE_FROM_US);
    const rate = this.#isSliding ? Math.sign(excess) * SLIDE_RATE : 0;
    this.us -= rate * elapsed;
    return rate;
  }
}
