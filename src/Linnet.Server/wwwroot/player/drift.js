// Turns the play-out error into a change of speed, which the resampler applies. The same as DriftController in src/Linnet/Receive.

import { MAX_ADJUSTMENT } from './resampler.js';
import { clamp } from './timeline.js';

const FIRST_FREQUENCY = 0.3;
const LAST_FREQUENCY = 0.05;
const SETTLING = 6;
const SETTLED_SECONDS = 20;
const SMOOTHING_SECONDS = 1;
const LONGEST_STEP_SECONDS = 0.1;

/** A proportional-integral controller, slow enough to be inaudible. Its integral is the drift between the two clocks. */
export class DriftController {
  /** How much faster than nominal to play, as a fraction within ±0.001. */
  correction = 0;

  /** How much faster the sender's clock runs than the device's, as a fraction. */
  drift = 0;

  #error = 0;
  #hasError = false;
  #age = 0;

  /** Whether it has run long enough for the drift to be about right. */
  get isSettled() {
    return this.#age >= SETTLED_SECONDS;
  }

  /**
   * Processes a new error.
   * @param {number} error How late the audio plays, in seconds. @param {number} elapsed Seconds since the last call.
   */
  update(error, elapsed) {
    elapsed = clamp(elapsed, 0, LONGEST_STEP_SECONDS);
    this.#error = this.#hasError ? this.#error + (error - this.#error) * Math.min(1, elapsed / SMOOTHING_SECONDS) : error;
    this.#hasError = true;

    this.#age += elapsed;
    const frequency = clamp(SETTLING / this.#age, LAST_FREQUENCY, FIRST_FREQUENCY);
    const correction = 2 * frequency * this.#error + this.drift;
    this.correction = clamp(correction, -MAX_ADJUSTMENT, MAX_ADJUSTMENT);
    if (correction === this.correction) {
      this.drift = clamp(this.drift + frequency * frequency * this.#error * elapsed, -MAX_ADJUSTMENT, MAX_ADJUSTMENT);
    }
  }

  /** Forgets the error after a jump, but not the drift: the clocks have not changed. */
  restart() {
    this.#hasError = false;
    this.correction = this.drift;
  }
}
