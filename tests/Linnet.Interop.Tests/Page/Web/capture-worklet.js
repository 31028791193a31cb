const FRAMES = 4096;

// Sends its input to the page; its output is silence.
class Capture extends AudioWorkletProcessor {
  #planes = [];
  #filled = 0;
  #frame = 0;

  process([input]) {
    if (this.#filled === 0) {
      this.#frame = currentFrame;
      this.#planes = [new Float32Array(FRAMES), new Float32Array(FRAMES)];
    }

    input.forEach((samples, channel) => this.#planes[channel].set(samples, this.#filled));
    this.#filled += 128;
    if (this.#filled === FRAMES) {
      this.port.postMessage({ frame: this.#frame, planes: this.#planes });
      this.#filled = 0;
    }

    return true;
  }
}

registerProcessor('capture', Capture);
