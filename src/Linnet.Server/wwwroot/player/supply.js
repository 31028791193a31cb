// Gives the stream's sound in order of position and fills its gaps. As PlayoutDecoder in src/Linnet/Receive.

import { Concealer, CrossFade } from './conceal.js';
import { JitterBuffer } from './jitter-buffer.js';
import { SoundWindow } from './sound-window.js';
import { PitchSplice } from './splice.js';

const FADE_MS = 5;
const HELD_SECONDS = 12;

/** The most frames that are made ready at once. */
export const CHUNK = 2048;

/** Decoded blocks on one side, sound without clicks on the other. */
export class Supply {
  /** The stream of `position`; −1 before the first. */
  stream = -1;

  /** The position of the next frame. */
  position = 0;

  /** Frames that were filled in because their sound was missing or late. */
  concealed = 0;

  /** Frames that never came. */
  lost = 0;

  /** How often the buffer ran empty while the sender was sending. */
  underruns = 0;

  #splice;
  #concealer;
  #fade;
  #next;
  #hasFilled = true;
  #isLeadIn = true;
  #isDry = false;
  #unknown = 0;

  /** @param {number} rate In Hz. @param {number} channels */
  constructor(rate, channels) {
    this.buffer = new JitterBuffer(HELD_SECONDS * rate);
    this.#splice = new PitchSplice(rate, channels);
    this.#concealer = new Concealer(rate, channels, this.#splice);
    this.#fade = new CrossFade(Math.floor((FADE_MS * rate) / 1000), channels);
    const ahead = this.#splice.longest + this.#splice.fade;
    this.window = new SoundWindow(channels, 2 * this.#splice.longest + this.#splice.fade, ahead + 2 * CHUNK);

    this.#next = Array.from({ length: channels }, () => new Float32Array(this.#fade.length));

    // What would have come before the first sound is silence.
    this.#fade.begin(this.#next);
  }

  /** The fewest frames that `splice` can skip or repeat. */
  get shortestSplice() {
    return this.#splice.shortest;
  }

  /** Whether the gap that is being filled has become silent. */
  get isSilent() {
    return this.#hasFilled && this.#concealer.isSilent && this.window.frames === 0;
  }

  /** The first block of this stream that waits, if there is one. */
  get next() {
    const first = this.buffer.first;
    return first?.stream === this.stream ? first : undefined;
  }

  /** Removes the first frames of the window, which were played. @param {number} frames */
  consume(frames) {
    this.window.consume(frames);
    this.position += frames;
  }

  /** Goes on elsewhere, with a cross-fade. @param {number} stream @param {number} position */
  jumpTo(stream, position) {
    this.#prepareFade();
    this.window.discard(this.window.frames);
    this.stream = stream;
    this.position = position;
    this.#isLeadIn = true;
    this.#unknown = 0;
    this.buffer.removeBefore(stream, position);
  }

  /** Goes back to sound that arrived after it was due. @param {number} frames */
  goBack(frames) {
    this.#settle(frames);
    this.position -= frames;
  }

  /** Makes the next frames ready. The window must be empty. @returns {boolean} False if there are none. */
  prepare() {
    if (!this.next) {
      return false;
    }

    const gap = this.next.position - this.position;
    this.#settle(-gap);
    this.buffer.removeBefore(this.stream, this.position);
    if (gap > 0) {
      const frames = Math.min(gap, CHUNK);
      this.lost += this.#isLeadIn ? 0 : frames;
      this.concealed += this.#isLeadIn ? 0 : frames;
      this.#fillIn(frames);
      return true;
    }

    // Blocks may overlap, or there may be a gap after one that was late.
    if (this.next?.position !== this.position) {
      return this.prepare();
    }

    if (this.#hasFilled) {
      this.#prepareFade();
      this.#hasFilled = false;
    }

    this.#isLeadIn = false;
    this.#isDry = false;
    this.#append();
    this.#fade.apply(this.window.planes, this.window.start, this.window.frames);
    return true;
  }

  /**
   * Fills in for sound that is not here yet: for a moment the last sound goes on, then there is silence.
   * @param {number} frames @param {boolean} isCounted Whether something should have played.
   */
  fill(frames, isCounted) {
    this.#unknown += isCounted ? frames : 0;
    this.#fillIn(frames);
  }

  /**
   * Skips or repeats a piece of the sound, where that is inaudible.
   * @param {1 | -1} direction 1 skips; −1 repeats. @param {number} most The most frames.
   * @param {number} likeness How similar the two ends must be, 0 to 1.
   * @returns {number} Frames skipped; negative: frames repeated; 0: not possible now.
   */
  splice(direction, most, likeness) {
    // Sound that was filled in or is being faded cannot be matched.
    if (this.#hasFilled || this.#fade.isActive) {
      return 0;
    }

    const ahead = this.#splice.fade + (direction > 0 ? Math.min(most, this.#splice.longest) : 0);
    while (this.window.frames < ahead && this.next?.position === this.position + this.window.frames) {
      this.#append();
    }

    const step = this.window.splice(this.#splice, direction, most, likeness);
    this.position += step;
    return step;
  }

  /** Moves the first frames of the buffer to the end of the window. */
  #append() {
    const block = /** @type {Block} */ (this.buffer.first);
    const frames = Math.min(block.planes[0].length, CHUNK);
    const at = this.window.add(frames);
    this.window.planes.forEach((plane, channel) => plane.set(block.planes[channel].subarray(0, frames), at));
    this.buffer.remove(frames);
  }

  /** @param {number} frames */
  #fillIn(frames) {
    if (!this.#hasFilled) {
      this.#concealer.begin(this.window.planes, this.window.end);
      this.#hasFilled = true;
    }

    const at = this.window.add(frames);
    this.#concealer.fill(this.window.planes, at, frames);
    this.#fade.apply(this.window.planes, at, frames);
  }

  /**
   * Says what was filled in while the buffer was empty: sound that was late, or that was never sent.
   * @param {number} overdue How late the next block is, in frames.
   */
  #settle(overdue) {
    if (this.#unknown > 0 && overdue > 0) {
      this.concealed += Math.min(this.#unknown, overdue);
      this.underruns += this.#isDry ? 0 : 1;
      this.#isDry = true;
    }

    this.#unknown = 0;
  }

  /** What would come next, had nothing happened, fades into what comes. */
  #prepareFade() {
    const { planes, start, end, frames } = this.window;
    const ready = Math.min(frames, this.#fade.length);
    this.#next.forEach((next, channel) => next.set(planes[channel].subarray(start, start + ready)));
    if (ready < this.#fade.length) {
      if (!this.#hasFilled) {
        this.#concealer.begin(planes, end);
      }

      // A fade that has not ended goes on in what would come.
      this.#concealer.fill(this.#next, ready, this.#fade.length - ready);
      this.#fade.apply(this.#next, ready, this.#fade.length - ready);
    }

    this.#fade.begin(this.#next);
  }
}
