// Fills gaps without clicks: the last pitch period goes on for a moment and fades out.

const FULL_MS = 10;
const FADE_MS = 60;
const STEP_MS = 3;

/** Continues a sound that has ended too early. Allocates nothing after the constructor. */
export class Concealer {
  #splice;
  /** @type {Float32Array[]} One period of each channel. */
  #loop;
  #steps;
  #period = 0;
  #at = 0;
  #full;
  #fade;
  #step;

  /** @param {number} rate In Hz. @param {number} channels @param {import('./splice.js').PitchSplice} splice Finds the period. */
  constructor(rate, channels, splice) {
    this.#splice = splice;
    this.#loop = Array.from({ length: channels }, () => new Float32Array(splice.longest));
    this.#steps = new Float32Array(channels);
    this.#full = Math.floor((FULL_MS * rate) / 1000);
    this.#fade = Math.floor((FADE_MS * rate) / 1000);
    this.#step = Math.floor((STEP_MS * rate) / 1000);
    this.#at = this.#full + this.#fade;
  }

  /** Whether there is only silence from now on. */
  get isSilent() {
    return this.#at >= this.#full + this.#fade;
  }

  /** Begins after a sound. @param {Float32Array[]} planes @param {number} end Index after its last frame. */
  begin(planes, end) {
    const splice = this.#splice;
    const most = Math.min(splice.longest, Math.floor((end - splice.fade) / 2));
    this.#at = 0;
    this.#period = most >= splice.shortest ? splice.find(planes, end - splice.fade, -1, splice.shortest, most) : 0;
    const period = this.#period;
    const blend = Math.floor(period / 4);
    for (let channel = 0; channel < planes.length; channel++) {
      const plane = planes[channel];
      const loop = this.#loop[channel];
      const last = end > 0 ? plane[end - 1] : 0;
      if (period === 0) {
        this.#steps[channel] = last;
        continue;
      }

      for (let i = 0; i < period; i++) {
        loop[i] = plane[end - period + i];
      }

      for (let i = 0; i < blend; i++) {
        // The end of the period turns into what came before its beginning.
        const weight = smooth((i + 1) / (blend + 1));
        const at = period - blend + i;
        loop[at] += weight * (plane[end - 2 * period + at] - loop[at]);
      }

      // What the sound and its previous period differ by at the joint fades out.
      this.#steps[channel] = last - plane[end - period - 1];
    }
  }

  /** Writes the next frames. @param {Float32Array[]} planes @param {number} from @param {number} frames */
  fill(planes, from, frames) {
    for (let channel = 0; channel < planes.length; channel++) {
      const plane = planes[channel];
      const loop = this.#loop[channel];
      for (let i = 0; i < frames; i++) {
        const at = this.#at + i;
        const step = at < this.#step ? this.#steps[channel] * (1 - smooth((at + 1) / (this.#step + 1))) : 0;
        const sound = this.#period > 0 ? loop[at % this.#period] : 0;
        plane[from + i] = (sound + step) * this.#gain(at);
      }
    }

    this.#at += frames;
  }

  /** @param {number} at */
  #gain(at) {
    return at < this.#full ? 1 : at < this.#full + this.#fade ? 1 - smooth((at - this.#full) / this.#fade) : 0;
  }
}

/** Cross-fades from what would have come into what comes instead. */
export class CrossFade {
  /** Frames of the fade. */
  length;

  /** @type {Float32Array[]} What would have come. */
  #left;
  #faded;

  /** @param {number} frames @param {number} channels */
  constructor(frames, channels) {
    this.length = this.#faded = frames;
    this.#left = Array.from({ length: channels }, () => new Float32Array(frames));
  }

  /** Whether a fade is due or has not ended. */
  get isActive() {
    return this.#faded < this.length;
  }

  /** Begins. @param {Float32Array[]} left What would have come; copied. */
  begin(left) {
    this.#left.forEach((plane, channel) => plane.set(left[channel]));
    this.#faded = 0;
  }

  /** Mixes the rest of the fade into the frames that come. @param {Float32Array[]} planes @param {number} from @param {number} frames */
  apply(planes, from, frames) {
    frames = Math.min(frames, this.length - this.#faded);
    for (let channel = 0; channel < planes.length; channel++) {
      const plane = planes[channel];
      const left = this.#left[channel];
      for (let i = 0; i < frames; i++) {
        const at = this.#faded + i;
        plane[from + i] = left[at] + smooth(at / this.length) * (plane[from + i] - left[at]);
      }
    }

    this.#faded += Math.max(frames, 0);
  }
}

/** From 0 to 1 without a corner at the ends. @param {number} x 0 to 1. */
export function smooth(x) {
  return x * x * (3 - 2 * x);
}
