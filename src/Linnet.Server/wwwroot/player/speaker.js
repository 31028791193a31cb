// The AudioContext, and what every sound passes on its way out: meters, volume, the output device.

import { resume } from './media.js';

const RESUME_MS = 1000;
const VOLUME_SECONDS = 0.015;
const CLOSE_MS = 500;

/** @typedef {{ setSinkId?: (id: string) => Promise<void> }} Sink */

export class Speaker {
  /** @type {AnalyserNode | undefined} The sound before volume. */
  analyser;

  /** @type {AudioContext | undefined} */
  context;

  #volume = 1;
  #sink = '';
  /** @type {GainNode | undefined} */
  #gain;

  /**
   * Opens a context, or the same one again.
   * @param {number} rate The sound's, which the context gets if the browser can.
   * @param {AudioContextLatencyCategory} latencyHint
   * @returns {Promise<AudioContext | undefined>} Nothing if the browser wants a click first.
   */
  async open(rate, latencyHint) {
    const last = this.context;
    if (last?.sampleRate === rate) {
      return (await resume(last, RESUME_MS)) ? last : undefined;
    }

    const context = create(rate, latencyHint);
    if (last && !(await resume(context, RESUME_MS))) {
      // It was made too long after the click. The last one runs, and the sound is converted to its rate.
      void context.close();
      return last;
    }

    void last?.close();
    this.context = context;
    this.#gain = context.createGain();
    this.#gain.gain.value = this.#volume;
    this.#gain.connect(context.destination);
    this.analyser = context.createAnalyser();
    if (this.#sink) {
      await this.setSinkId(this.#sink).catch(() => {});
    }

    return (await resume(context, RESUME_MS)) ? context : undefined;
  }

  /** @param {AudioNode} node */
  connect(node) {
    if (this.#gain && this.analyser) {
      node.connect(this.#gain);
      node.connect(this.analyser);
    }
  }

  /** @param {number} volume 0 to 1. */
  set volume(volume) {
    this.#volume = volume;
    if (this.context && this.#gain && this.#gain.gain.value !== volume) {
      this.#gain.gain.setTargetAtTime(volume, this.context.currentTime, VOLUME_SECONDS);
    }
  }

  /** @param {string} id */
  async setSinkId(id) {
    const context = /** @type {Sink | undefined} */ (this.context);
    if (!(/** @type {Sink} */ (context ?? globalThis.AudioContext?.prototype ?? {}).setSinkId)) {
      throw new DOMException('This browser cannot choose the output device.', 'NotSupportedError');
    }

    await context?.setSinkId?.(id);
    this.#sink = id;
  }

  /** Gives the device back, after what still fades out. */
  close() {
    const context = this.context;
    this.context = this.analyser = this.#gain = undefined;
    setTimeout(() => void context?.close(), CLOSE_MS);
  }
}

/** @param {number} sampleRate @param {AudioContextLatencyCategory} latencyHint */
function create(sampleRate, latencyHint) {
  try {
    return new AudioContext({ sampleRate, latencyHint });
  } catch {
    return new AudioContext({ latencyHint });
  }
}
