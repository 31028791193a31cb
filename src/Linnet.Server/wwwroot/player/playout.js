// Plays a live stream on a clock of its own: each position at its time. As DevicePlayout and PlayoutDecoder in src/Linnet/Receive. It runs
// in the worklet, or on the main thread where there is none. All times are in µs on the clock of the output.

import { smooth } from './conceal.js';
import { DelayTarget } from './delay-target.js';
import { PlayoutDepth } from './depth.js';
import { DriftController } from './drift.js';
import { MAX_ADJUSTMENT, Resampler } from './resampler.js';
import { CHUNK, Supply } from './supply.js';
import { Timeline, clamp } from './timeline.js';

const FADE_MS = 5;
const BELIEVED_AFTER = 3;
const MAX_STEERED_US = 5000;
const MAX_ERROR_US = 50_000;

// A page that starts is busy, so its first packets are late.
const SETTLE_US = 60_000;
const MOST_SETTLING_US = 500_000;

/** The receiver's second half: from decoded blocks to the output, which asks for frames. */
export class Playout {
  #options;
  #target;
  #depth;
  #supply;
  #resampler;
  #controller = new DriftController();
  /** @type {Timeline | undefined} */
  #timeline;
  /** @type {Timeline | undefined} */
  #newest;
  #newestStream = -1;
  #shifted = 0;
  #lastHeardAt = 0;
  #farOff = 0;
  #shortenedAt = -Infinity;
  #error = 0;
  #isStarved = true;
  #isHopeless = false;
  #jumps = 0;
  #gain = 1;
  #wantedGain = 1;
  #gainStep;
  #peaks;

  /** @param {PlayoutOptions} options */
  constructor(options) {
    const { rate, outputRate, channels, quantum, least, most } = options;
    this.#options = options;
    this.#target = new DelayTarget(least, most);
    this.#depth = new PlayoutDepth(this.#target, rate);
    this.#supply = new Supply(rate, channels);
    this.#resampler = new Resampler(rate, outputRate, channels);
    this.#target.lookAhead = (this.#resampler.lag / rate + quantum / outputRate) * 1e6;
    this.#depth.reset();
    this.#peaks = new Float32Array(channels);
    this.#gainStep = 1000 / (FADE_MS * outputRate);
  }

  /** Whether a fade-out has ended. */
  get isOut() {
    return this.#gain === 0 && this.#wantedGain === 0;
  }

  /** Changes the bounds of the delay; it then follows inaudibly. @param {number} least @param {number} most */
  setBounds(least, most) {
    this.#target.setBounds(least, most);
  }

  /** Fades out within 5 ms. */
  fadeOut() {
    this.#wantedGain = 0;
  }

  /**
   * Adds a block of decoded sound.
   * @param {Block} block @param {number} now The time of the next frame to be read.
   */
  put(block, now) {
    const { buffer } = this.#supply;
    if (block.stream < this.#newestStream) {
      // The rest of the stream that plays; of others no one knows when they would be due.
      if (block.stream === this.#supply.stream) {
        buffer.put(block);
      }

      return;
    }

    if (block.stream > this.#newestStream || !this.#newest) {
      buffer.keepOnly(this.#supply.stream);
      this.#newestStream = block.stream;
      this.#newest = new Timeline(block.position, now, this.#options.rate, this.#target.most);
      this.#isHopeless = false;
    }

    const shifted = this.#newest.shifted;
    const delay = this.#newest.observe(block.position, now);
    const longer = this.#newest.shifted - shifted;
    if (longer !== 0) {
      this.#target.shift(longer);
      this.#shortenedAt = longer < 0 ? now : this.#shortenedAt;
    }

    // On one connection a packet holds up all that follow. If no buffer could wait for the first, theirs need not either.
    this.#isHopeless = delay > this.#target.most || (this.#isHopeless && delay > this.#target.us);
    if (!this.#isHopeless) {
      this.#target.observe(delay, now);
    }

    buffer.put(block);
  }

  /**
   * Gives the next frames; silence if there is nothing else.
   * @param {number} heardAt When the first of them is due. @param {Float32Array[]} output One array for each channel of the stream.
   * @param {number} frames
   */
  read(heardAt, output, frames) {
    this.#steer(heardAt);
    let written = 0;
    while (written < frames) {
      if (this.#supply.window.frames === 0) {
        this.#provide(heardAt + (written * 1e6) / this.#options.outputRate, frames - written);
      }

      // The resampler gets no more than it needs: what it held in excess would be decided on too early.
      const { planes, start, frames: ready } = this.#supply.window;
      const needed = Math.min(ready, this.#inputFor(frames - written));
      written += this.#resampler.process(planes, start, needed, output, written, frames - written);
      this.#supply.consume(this.#resampler.consumed);
    }

    this.#finish(output, frames);
  }

  /** What is going on. @param {number} at The time of the next frame to be read. @returns {PlayoutReport} */
  report(at) {
    const peaks = Array.from(this.#peaks);
    this.#peaks.fill(0);
    return {
      stream: this.#supply.stream,
      position: this.#supply.position - this.#resampler.lag,
      at,
      isStarved: this.#isStarved,
      delayUs: this.#depth.us,
      targetUs: this.#target.us,
      bufferedUs: this.#toUs(this.#supply.buffer.frames + this.#supply.window.frames),
      errorUs: this.#error,
      driftPpm: this.#controller.drift * 1e6,
      concealedFrames: this.#supply.concealed,
      lostFrames: this.#supply.lost,
      underruns: this.#supply.underruns,
      jumps: this.#jumps,
      splices: this.#depth.changes,
      peaks,
    };
  }

  /** Measures how late the first frame of this call plays, and corrects it. @param {number} heardAt */
  #steer(heardAt) {
    if (!this.#timeline || this.#timeline !== this.#newest) {
      return;
    }

    this.#depth.us += this.#shifted - this.#timeline.shifted;
    this.#shifted = this.#timeline.shifted;
    const elapsed = heardAt - this.#lastHeardAt;
    let error = heardAt - (this.#timeline.arrivalOf(this.#supply.position) + this.#depth.us - this.#lagUs());
    const isFar = Math.abs(error) > (this.#options.drift ? MAX_STEERED_US : MAX_ERROR_US);
    if (isFar || this.#depth.isLost) {
      if (++this.#farOff < BELIEVED_AFTER) {
        return;
      }

      if (Math.abs(error) > MAX_ERROR_US || this.#depth.isLost) {
        this.#jumps++;
        this.#jump(this.#timeline, heardAt);
      } else {
        this.#depth.us += error;
        this.#controller.restart();
      }

      this.#farOff = 0;
      error = 0;
    } else {
      this.#farOff = 0;
      this.#controller.update(error / 1e6, elapsed / 1e6);
    }

    this.#lastHeardAt = heardAt;
    this.#error = error;
    if (this.#options.drift) {
      const slide = this.#depth.slide(clamp(elapsed, 0, 100_000));
      this.#resampler.adjustment = clamp(this.#controller.correction + slide, -MAX_ADJUSTMENT, MAX_ADJUSTMENT);
    }
  }

  /**
   * Makes at least one frame ready, even if only of silence.
   * @param {number} heardAt @param {number} frames The frames of the output that are missing.
   */
  #provide(heardAt, frames) {
    const supply = this.#supply;
    const needed = this.#inputFor(frames);
    const newest = this.#newest;
    const isDue = newest && newest !== this.#timeline && (!this.#timeline || supply.buffer.first?.stream === this.#newestStream);
    if (!this.#timeline || isDue) {
      if (!newest || !this.#tryAlign(newest, heardAt, needed)) {
        supply.fill(needed, false);
        return;
      }
    }

    this.#forgive();
    if (supply.prepare()) {
      this.#isStarved = false;
      this.#follow(heardAt);
    } else {
      this.#isStarved = true;
      this.#followInSilence();
      supply.fill(needed, true);
    }
  }

  /** Begins a stream when its first sound is due. @param {Timeline} timeline @param {number} heardAt @param {number} needed */
  #tryAlign(timeline, heardAt, needed) {
    const { firstArrivedAt, lastArrivedAt } = timeline;
    const isCalm = lastArrivedAt - firstArrivedAt >= SETTLE_US && heardAt - this.#shortenedAt >= SETTLE_US;
    const hasSettled = isCalm || heardAt >= firstArrivedAt + MOST_SETTLING_US;
    const first = this.#supply.buffer.first;
    const position = this.#positionDueAt(timeline, heardAt, this.#target.us);
    if (!hasSettled || first?.stream !== this.#newestStream || first.position - position > needed) {
      return false;
    }

    this.#jump(timeline, heardAt);
    return true;
  }

  /** Plays at the target delay from now on. @param {Timeline} timeline @param {number} heardAt */
  #jump(timeline, heardAt) {
    this.#depth.reset();
    this.#shifted = timeline.shifted;
    this.#supply.jumpTo(this.#newestStream, this.#positionDueAt(timeline, heardAt, this.#depth.us));
    this.#controller.restart();
    this.#timeline = timeline;
    this.#lastHeardAt = heardAt;
  }

  /** Goes back to sound that arrived after it was due, as far as the target allows: it is played with more delay. */
  #forgive() {
    const next = this.#supply.next;
    if (this.#isStarved && next) {
      const back = Math.min(this.#supply.position - next.position, this.#toFrames(this.#target.us - this.#depth.us));
      if (back > 0) {
        this.#supply.goBack(back);
        this.#depth.us += this.#toUs(back);
      }
    }
  }

  /** Changes the delay towards the target where that is inaudible. @param {number} heardAt */
  #follow(heardAt) {
    const wanted = this.#depth.wanted(heardAt, this.#supply.shortestSplice);
    if (wanted && (this.#options.drift || Math.abs(this.#depth.us - this.#target.us) > MAX_ERROR_US)) {
      this.#depth.onSpliced(heardAt, this.#supply.splice(wanted.direction, wanted.frames, wanted.likeness));
    }
  }

  /** Nothing is heard, so the delay may take any value. */
  #followInSilence() {
    if (this.#supply.isSilent) {
      const longer = this.#toFrames(this.#target.us - this.#depth.us);
      this.#supply.position -= longer;
      this.#depth.us += this.#toUs(longer);
    }
  }

  /** Measures the level; fades out at the end. @param {Float32Array[]} output @param {number} frames */
  #finish(output, frames) {
    const step = this.#gainStep;
    for (let i = 0; i < frames && (this.#gain !== 1 || this.#wantedGain !== 1); i++) {
      this.#gain = clamp(this.#wantedGain, this.#gain - step, this.#gain + step);
      for (const plane of output) {
        plane[i] *= smooth(this.#gain);
      }
    }

    for (let channel = 0; channel < this.#peaks.length; channel++) {
      let peak = this.#peaks[channel];
      for (let i = 0; i < frames; i++) {
        peak = Math.max(peak, Math.abs(output[channel][i]));
      }

      this.#peaks[channel] = peak;
    }
  }

  /**
   * The position of the next frame to enter the resampler, so that it plays on time.
   * @param {Timeline} timeline @param {number} heardAt @param {number} depth
   */
  #positionDueAt(timeline, heardAt, depth) {
    return Math.floor(timeline.positionArrivingAt(heardAt + this.#lagUs() - depth) + 1e-6);
  }

  /** @param {number} frames Of the output. */
  #inputFor(frames) {
    return clamp(this.#resampler.inputFramesFor(frames), 1, CHUNK);
  }

  #lagUs() {
    return (this.#resampler.lag * 1e6) / this.#options.rate;
  }

  /** @param {number} frames Of the stream. */
  #toUs(frames) {
    return (frames * 1e6) / this.#options.rate;
  }

  /** @param {number} us */
  #toFrames(us) {
    return Math.trunc((us * this.#options.rate) / 1e6);
  }
}
