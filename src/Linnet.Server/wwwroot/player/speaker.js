// The AudioContext, and what every sound passes on its way out: meters, volume, the output device.

import { resume } from './media.js';

const RESUME_MS = 1000;

// Some devices, as those over Bluetooth, take long to start.
const RESUME_CLICKED_MS = 5000;
const VOLUME_SECONDS = 0.015;
const CLOSE_MS = 500;

// How often in a row a context that says it runs may be found standing still.
const MOST_STILL = 8;

// What may let a context run again.
const WAKING = ['visibilitychange', 'pointerdown', 'pointerup', 'keydown'];

export class Speaker {
  /** @type {AnalyserNode | undefined} The sound before volume. */
  analyser;

  /** @type {AudioContext | undefined} */
  context;

  #volume = 1;
  #sink = '';
  #time = -1;
  #still = 0;
  /** @type {HTMLAudioElement | undefined} */
  #audio;
  #isDirect = false;
  /** @type {GainNode | undefined} */
  #gain;

  /**
   * Opens a context, or the same one again.
   * @param {number} rate The sound's, which the context gets if the browser can. @param {AudioContextLatencyCategory} latencyHint
   * @returns {Promise<AudioContext | undefined>} Nothing if the browser wants a click first.
   */
  async open(rate, latencyHint) {
    const last = this.context;
    if (last?.sampleRate === rate) {
      return (await resume(last, resumeMs())) ? last : undefined;
    }

    const context = create(rate, latencyHint);
    if (last && !(await resume(context, RESUME_MS))) {
      // It was made too long after the click. The last one runs, and the sound is converted to its rate.
      void context.close();
      return last;
    }

    void last?.close();
    this.context = context;
    for (const event of WAKING) {
      globalThis.document?.addEventListener(event, this.wake);
    }

    this.#gain = context.createGain();
    this.#gain.gain.value = this.#volume;
    this.#gain.connect(context.destination);
    this.analyser = context.createAnalyser();
    if (this.#sink) {
      await this.setSinkId(this.#sink).catch(() => {});
    }

    return (await resume(context, resumeMs())) ? context : undefined;
  }

  /** @param {AudioNode} node */
  connect(node) {
    if (this.#gain && this.analyser) {
      node.connect(this.#gain);
      node.connect(this.analyser);
    }
  }

  /** @param {number} volume 0 to 1. @param {boolean} muted */
  setVolume(volume, muted) {
    const gain = muted ? 0 : volume;

    // Not every browser's `gain.value` follows what was set for later.
    if (gain !== this.#volume) {
      this.#volume = gain;
      this.#gain?.gain.setTargetAtTime(gain, this.context?.currentTime ?? 0, VOLUME_SECONDS);
    }

    if (this.#audio && this.#isDirect) {
      this.#audio.volume = volume;
      this.#audio.muted = muted;
    }
  }

  /** Call it in a click: the element may then play later, when the click no longer counts. */
  unlockElement() {
    if (globalThis.Audio) {
      this.#audio ??= new Audio();
      this.#audio.load();
    }
  }

  /** @returns {HTMLAudioElement} One that is heard. */
  openElement() {
    const audio = (this.#audio ??= new Audio());

    // WebKit gives a context only silence of a live stream.
    const isWebKit = /AppleWebKit(?!.*Chrom)/.test(globalThis.navigator?.userAgent ?? '');
    const context = isWebKit ? undefined : this.context;
    this.#isDirect = !context;
    if (context) {
      this.connect(context.createMediaElementSource(audio));
      this.#audio = undefined; // It belongs to this context now.
    } else {
      audio.volume = this.#volume;
      audio.muted = this.#volume === 0;
    }

    return audio;
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

  /** Makes the context run again after the browser has stopped it, as for a phone call. */
  wake = () => {
    if (this.context && this.context.state !== 'running') {
      this.context.resume().catch(() => {});
    }
  };

  /** Call it 4 times a second. Stuck: the context says that it runs, but its time stands still. */
  watch() {
    this.wake();
    const { state = 'running', currentTime = -1 } = this.context ?? {};
    const isRunning = state === 'running';
    this.#still = isRunning && this.context && currentTime === this.#time ? this.#still + 1 : 0;
    this.#time = currentTime;
    return { isRunning, isStuck: this.#still >= MOST_STILL };
  }

  /** Gives the device back, after what still fades out. */
  close() {
    const context = this.context;
    this.context = this.analyser = this.#gain = undefined;
    this.#still = 0;
    for (const event of WAKING) {
      globalThis.document?.removeEventListener(event, this.wake);
    }

    setTimeout(() => void context?.close(), CLOSE_MS);
  }
}

function resumeMs() {
  return globalThis.navigator?.userActivation?.hasBeenActive ? RESUME_CLICKED_MS : RESUME_MS;
}

/** @param {number} sampleRate @param {AudioContextLatencyCategory} latencyHint */
function create(sampleRate, latencyHint) {
  try {
    return new AudioContext({ sampleRate, latencyHint });
  } catch {
    return new AudioContext({ latencyHint });
  }
}
