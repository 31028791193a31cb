// Plays without a worklet: short buffers, each scheduled on the context's clock right behind the last one, so that joints are exact to the
// sample. If the page stands still for so long that the next buffer is missed, an echo of the last one is already there, and fades out.

import { Playout } from './playout.js';
import { smooth } from './conceal.js';

const CHUNK_SECONDS = 0.02;
const TIMER_MS = 20;
const FADE_SECONDS = 0.005;

// The audio thread takes some time at once; what starts sooner than this might miss its start.
const LEAST_LEAD_SECONDS = 0.04;
const NEW_LEAD_SECONDS = 0.06;
const LAST_MOMENT_SECONDS = 0.015;
const MOST_AHEAD_SECONDS = 0.3;
const REPORT_CHUNKS = 3;

export class ScheduledOutput {
  #context;
  #playout;
  #channels;
  #onReport;
  #timer;
  #ahead;
  #chunk;
  #fade;
  #next = 0;
  #chunks = 0;
  #isClosed = false;
  /** @type {AudioBufferSourceNode | undefined} */
  #echo;

  /** How often the page stood still for too long. */
  misses = 0;

  /**
   * @param {SchedulingContext} context @param {OutputOptions} options
   * @param {(report: PlayoutReport) => void} onReport
   */
  constructor(context, options, onReport) {
    this.#context = context;
    this.#channels = options.channels;
    this.#onReport = onReport;
    this.#ahead = options.aheadMs / 1000;
    this.#chunk = Math.round(CHUNK_SECONDS * context.sampleRate);
    this.#playout = new Playout({ ...options, outputRate: context.sampleRate, quantum: this.#chunk });
    this.#fade = Math.round(FADE_SECONDS * context.sampleRate);
    this.node = context.createGain();
    this.#timer = setInterval(() => this.pump(), TIMER_MS);
  }

  /** @param {Block} block */
  put(block) {
    // Timers of a page in the background are slow; messages are not.
    this.pump();
    this.#playout.put(block, this.#usOf(this.#next));
  }

  /** @param {number} least @param {number} most */
  setBounds(least, most) {
    this.#playout.setBounds(least, most);
  }

  close() {
    clearInterval(this.#timer);
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#playout.fadeOut();
      this.#schedule(false);
      setTimeout(() => this.node.disconnect(), 1000);
    }
  }

  /** Schedules what is due within the next moments. */
  pump() {
    if (this.#isClosed) {
      return;
    }

    // At first, and if the page stood still.
    const isLate = this.#next < this.#frameAfter(LEAST_LEAD_SECONDS);
    if (isLate) {
      if (this.#chunks > 0) {
        this.misses++;
        this.#ahead = Math.min(this.#ahead * 1.5, MOST_AHEAD_SECONDS);
      }

      this.#echo = undefined;
      this.#next = this.#frameAfter(NEW_LEAD_SECONDS);
    }

    const until = this.#frameAfter(this.#ahead);
    for (let isFirst = isLate; this.#next < until; isFirst = false) {
      if (!this.#schedule(isFirst)) {
        return;
      }

      if (this.#chunks % REPORT_CHUNKS === 0) {
        const report = this.#playout.report(this.#usOf(this.#next));
        this.#onReport({ ...report, underruns: report.underruns + this.misses });
      }
    }
  }

  /** @param {boolean} fadesIn @returns {boolean} False if it was too late. */
  #schedule(fadesIn) {
    const { sampleRate } = this.#context;
    const buffer = this.#context.createBuffer(this.#channels, this.#chunk, sampleRate);
    const planes = Array.from({ length: this.#channels }, (_, channel) => buffer.getChannelData(channel));
    this.#playout.read(this.#usOf(this.#next), planes, this.#chunk);
    for (let i = 0; fadesIn && i < this.#fade; i++) {
      planes.forEach((plane) => (plane[i] *= smooth(i / this.#fade)));
    }

    const started = this.#start(buffer, this.#next);
    if (this.#next < this.#frameAfter(LAST_MOMENT_SECONDS)) {
      // The page stood still just now. The echo plays; the next call begins again behind it.
      started.disconnect();
      return false;
    }

    this.#echo?.disconnect();
    this.#next += this.#chunk;
    this.#chunks++;
    this.#echo = this.#start(this.#echoOf(planes), this.#next);
    return true;
  }

  /** Mirrored about its last sample, a sound goes on without a step and without a corner. @param {Float32Array[]} planes */
  #echoOf(planes) {
    const echo = this.#context.createBuffer(this.#channels, this.#fade, this.#context.sampleRate);
    planes.forEach((plane, channel) => {
      const data = echo.getChannelData(channel);
      const end = this.#chunk - 1;
      for (let i = 0; i < this.#fade; i++) {
        data[i] = (2 * plane[end] - plane[end - 1 - i]) * (1 - smooth((i + 1) / this.#fade));
      }
    });
    return echo;
  }

  /** @param {AudioBuffer} buffer @param {number} frame */
  #start(buffer, frame) {
    const source = this.#context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.node);
    source.start(frame / this.#context.sampleRate);
    return source;
  }

  /** @param {number} seconds @returns {number} The frame of the context that is so far ahead. */
  #frameAfter(seconds) {
    return Math.ceil((this.#context.currentTime + seconds) * this.#context.sampleRate);
  }

  /** @param {number} frame Of the context. */
  #usOf(frame) {
    return (frame * 1e6) / this.#context.sampleRate;
  }
}
