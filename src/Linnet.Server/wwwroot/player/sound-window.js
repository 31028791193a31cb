// Sound that was played recently and sound that is ready, one after the other. As SoundWindow in src/Linnet/Receive.

/** Keeps played sound so that some of it can be repeated. Allocates nothing after the constructor. */
export class SoundWindow {
  /** Index of the next frame to play. */
  start = 0;

  /** Frames that are ready. */
  frames = 0;

  /** @type {Float32Array[]} */
  planes;

  #history;
  #capacity;

  /**
   * @param {number} channels @param {number} history Frames to keep after they were played.
   * @param {number} room The most frames that are ready.
   */
  constructor(channels, history, room) {
    this.#history = history;
    this.#capacity = history + room;
    this.room = room;
    this.planes = Array.from({ length: channels }, () => new Float32Array(history + room));
  }

  /** Index after the last frame that is ready. */
  get end() {
    return this.start + this.frames;
  }

  /** Makes frames ready; the caller then writes them. @param {number} frames @returns {number} The index to write to. */
  add(frames) {
    if (this.end + frames > this.#capacity) {
      const kept = Math.min(this.start, this.#history);
      for (const plane of this.planes) {
        plane.copyWithin(0, this.start - kept, this.end);
      }

      this.start = kept;
    }

    const at = this.end;
    this.frames += frames;
    return at;
  }

  /** Removes the first frames, which were played, and keeps them as history. @param {number} frames */
  consume(frames) {
    this.start += frames;
    this.frames -= frames;
  }

  /** Removes the first frames without playing them. @param {number} frames */
  discard(frames) {
    for (const plane of this.planes) {
      plane.copyWithin(this.start, this.start + frames, this.end);
    }

    this.frames -= frames;
  }

  /**
   * Skips or repeats sound, if there is a place where that is inaudible.
   * @param {import('./splice.js').PitchSplice} splice @param {1 | -1} direction 1 skips; −1 repeats. @param {number} most The most frames.
   * @param {number} likeness How similar the two places must be.
   * @returns {number} Frames skipped; negative: frames repeated; 0: no such place.
   */
  splice(splice, direction, most, likeness) {
    most = Math.min(most, splice.longest, direction > 0 ? this.frames - splice.fade : Math.min(this.start, this.room - this.frames));
    if (most < splice.shortest || this.frames < splice.fade) {
      return 0;
    }

    const step = splice.find(this.planes, this.start, direction, splice.shortest, most);
    if (splice.likeness < likeness) {
      return 0;
    }

    if (direction > 0) {
      splice.apply(this.planes, this.start, this.start + step);
      this.discard(step);
    } else {
      this.#repeat(step);
      splice.apply(this.planes, this.start + step, this.start);
    }

    return direction * step;
  }

  /** @param {number} frames Puts the last played frames before the ready ones again. */
  #repeat(frames) {
    const held = this.frames;
    this.add(frames);
    for (const plane of this.planes) {
      plane.copyWithin(this.start, this.start - frames, this.start + held);
    }
  }
}
