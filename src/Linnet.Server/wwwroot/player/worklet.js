// Plays decoded blocks in the audio thread. The ring is here, fed by messages, so that the page needs no shared memory.

import { Playout } from './playout.js';

const REPORT_SECONDS = 0.05;
const QUANTUM = 128;

class LinnetPlayout extends AudioWorkletProcessor {
  #playout;
  #isClosed = false;
  #reportAt = 0;

  /** @param {{ processorOptions: OutputOptions }} options */
  constructor(options) {
    super();
    this.#playout = new Playout({ ...options.processorOptions, outputRate: sampleRate, quantum: QUANTUM });
    this.port.onmessage = ({ data }) => this.#receive(data);
  }

  /** @param {Float32Array[][]} _inputs @param {Float32Array[][]} outputs */
  process(_inputs, outputs) {
    const frames = outputs[0][0].length;
    this.#playout.read(usOf(currentFrame), outputs[0], frames);
    if (currentFrame >= this.#reportAt) {
      this.#reportAt = currentFrame + REPORT_SECONDS * sampleRate;
      this.port.postMessage(this.#playout.report(usOf(currentFrame + frames)));
    }

    return !this.#isClosed;
  }

  /** @param {WorkletMessage} message */
  #receive(message) {
    switch (message.type) {
      case 'sound':
        this.#playout.put(message, usOf(currentFrame));
        break;
      case 'bounds':
        this.#playout.setBounds(message.least, message.most);
        break;
      case 'fade':
        this.#playout.fadeOut();
        break;
      case 'close':
        this.#isClosed = true;
        break;
    }
  }
}

/** @param {number} frame Of the context. */
function usOf(frame) {
  return (frame * 1e6) / sampleRate;
}

registerProcessor('linnet-playout', LinnetPlayout);
