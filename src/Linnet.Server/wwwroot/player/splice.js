// Skips a piece of sound, or plays one twice, where the sound is most similar. The same as PitchSplice in src/Linnet/Audio.

import { clamp } from './timeline.js';

const SHORTEST_MS = 2.5;
const LONGEST_MS = 25;
const FADE_MS = 8;
const COARSE_RATE = 8000;

// −66 dBFS. Below it everything sounds alike.
const SILENT_POWER = 2.5e-7;

/** Finds and makes splices of whole pitch periods. Allocates nothing after the constructor. */
export class PitchSplice {
  /** How similar the two ends of the last jump found are: 1 if they are the same, 0 if unrelated. */
  likeness = 0;

  #decimation;
  /** @type {Float32Array[]} */
  #coarse;
  #left;

  /** @param {number} rate In Hz. @param {number} channels */
  constructor(rate, channels) {
    this.#decimation = Math.max(1, Math.floor(rate / COARSE_RATE));
    /** The shortest jump, in frames. */
    this.shortest = Math.max(2, Math.floor((SHORTEST_MS * rate) / 1000));
    /** The longest jump, in frames. */
    this.longest = Math.floor((LONGEST_MS * rate) / 1000);
    /** Frames that are compared, and the length of the cross-fade. */
    this.fade = Math.max(2, Math.floor((FADE_MS * rate) / 1000));
    const coarse = Math.floor((this.longest + 2 * this.fade) / this.#decimation);
    this.#coarse = Array.from({ length: channels }, () => new Float32Array(coarse));
    this.#left = new Float32Array(this.fade);
  }

  /**
   * Finds the best length of a jump; sets `likeness`.
   * @param {Float32Array[]} pcm Reaches `fade` frames beyond `place`, and beyond the furthest position to jump to.
   * @param {number} place Index of the next frame. @param {1 | -1} direction 1 skips sound; −1 repeats it.
   * @param {number} least The shortest jump, at least `shortest`. @param {number} most The longest jump, at most `longest`.
   * @returns {number} Length of the jump, in frames.
   */
  find(pcm, place, direction, least, most) {
    if (isSilent(pcm, place, this.fade) && isSilent(pcm, place + direction * most, this.fade)) {
      this.likeness = 1;
      return most;
    }

    const decimation = this.#decimation;
    const first = direction > 0 ? place : place - most;
    const frames = Math.floor((most + this.fade) / decimation);
    for (let channel = 0; channel < pcm.length; channel++) {
      decimate(pcm[channel], first, decimation, this.#coarse[channel], frames);
    }

    const coarse = this.#best(
      this.#coarse,
      Math.floor((place - first) / decimation),
      direction,
      Math.floor(this.fade / decimation),
      Math.max(1, Math.floor(least / decimation)),
      Math.floor(most / decimation),
    );
    return this.#best(
      pcm,
      place,
      direction,
      this.fade,
      Math.max(least, (coarse - 1) * decimation),
      Math.min(most, (coarse + 1) * decimation),
    );
  }

  /**
   * Cross-fades from the sound before the jump into the sound after it.
   * @param {Float32Array[]} pcm @param {number} left Index of what would have come next without the jump.
   * @param {number} to Index of what comes after the jump; changed in place.
   */
  apply(pcm, left, to) {
    const alike = clamp(this.likeness, 0, 1);
    for (const plane of pcm) {
      for (let i = 0; i < this.fade; i++) {
        this.#left[i] = plane[left + i];
      }

      for (let i = 0; i < this.fade; i++) {
        const weight = (i + 1) / (this.fade + 1);
        const rest = 1 - weight;

        // The power of the sum of two sounds depends on how similar they are.
        const gain = 1 / Math.sqrt(weight * weight + rest * rest + 2 * weight * rest * alike);
        plane[to + i] = gain * (rest * this.#left[i] + weight * plane[to + i]);
      }
    }
  }

  /**
   * Of equal candidates the furthest, which needs the fewest splices.
   * @param {Float32Array[]} pcm @param {number} place @param {number} direction @param {number} template @param {number} least
   * @param {number} most
   */
  #best(pcm, place, direction, template, least, most) {
    const power = product(pcm, place, place, template);
    let best = most;
    this.likeness = -1;
    for (let step = most; step >= least; step--) {
      const to = place + direction * step;
      const both = power * product(pcm, to, to, template);
      const alike = both > 0 ? product(pcm, place, to, template) / Math.sqrt(both) : 0;
      if (alike > this.likeness) {
        this.likeness = alike;
        best = step;
      }
    }

    return best;
  }
}

/** Whether the sound is too quiet to hear. @param {Float32Array[]} pcm @param {number} from @param {number} frames */
export function isSilent(pcm, from, frames) {
  return product(pcm, from, from, frames) <= SILENT_POWER * frames * pcm.length;
}

/** @param {Float32Array[]} pcm @param {number} a @param {number} b @param {number} frames */
function product(pcm, a, b, frames) {
  let sum = 0;
  for (const plane of pcm) {
    for (let i = 0; i < frames; i++) {
      sum += plane[a + i] * plane[b + i];
    }
  }

  return sum;
}

/** @param {Float32Array} plane @param {number} first @param {number} decimation @param {Float32Array} coarse @param {number} frames */
function decimate(plane, first, decimation, coarse, frames) {
  for (let frame = 0; frame < frames; frame++) {
    let sum = 0;
    for (let i = 0; i < decimation; i++) {
      sum += plane[first + frame * decimation + i];
    }

    coarse[frame] = sum;
  }
}
