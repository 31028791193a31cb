// Decoded sound that waits for its turn, by position.

/** Holds blocks in the order of their streams and positions. A few seconds at most: the oldest give way. */
export class JitterBuffer {
  /** Frames that are held. */
  frames = 0;

  #capacity;
  /** @type {Block[]} */
  #blocks = [];

  /** @param {number} capacity The most frames. */
  constructor(capacity) {
    this.#capacity = capacity;
  }

  /** Adds a block, in order. @param {Block} block @returns {boolean} False if it was here already. */
  put(block) {
    let at = this.#blocks.length;
    while (at > 0 && isAfter(this.#blocks[at - 1], block)) {
      at--;
    }

    const before = this.#blocks[at - 1];
    if (before && before.stream === block.stream && before.position === block.position) {
      return false;
    }

    this.#blocks.splice(at, 0, block);
    this.frames += length(block);
    while (this.frames > this.#capacity) {
      this.#removeFirst();
    }

    return true;
  }

  /** The first block, if there is one. */
  get first() {
    return this.#blocks[0];
  }

  /** Removes the first frames of the first block. @param {number} frames */
  remove(frames) {
    const first = this.#blocks[0];
    if (frames >= length(first)) {
      this.#removeFirst();
      return;
    }

    this.frames -= frames;
    this.#blocks[0] = {
      stream: first.stream,
      position: first.position + frames,
      planes: first.planes.map((plane) => plane.subarray(frames)),
    };
  }

  /** Removes what is before a position, older streams too. @param {number} stream @param {number} position */
  removeBefore(stream, position) {
    for (let first = this.first; first && first.stream <= stream; first = this.first) {
      const before = first.stream < stream ? length(first) : position - first.position;
      if (before <= 0) {
        return;
      }

      this.remove(before);
    }
  }

  /** Removes the blocks of all streams but one. @param {number} stream */
  keepOnly(stream) {
    this.#blocks = this.#blocks.filter((block) => block.stream === stream);
    this.frames = this.#blocks.reduce((sum, block) => sum + length(block), 0);
  }

  #removeFirst() {
    this.frames -= length(/** @type {Block} */ (this.#blocks.shift()));
  }
}

/** @param {Block} block */
function length(block) {
  return block.planes[0].length;
}

/** @param {Block} a @param {Block} b */
function isAfter(a, b) {
  return a.stream > b.stream || (a.stream === b.stream && a.position > b.position);
}
