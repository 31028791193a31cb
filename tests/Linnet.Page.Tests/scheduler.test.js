import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScheduledOutput } from '../../src/Linnet.Server/wwwroot/player/scheduler.js';
import { hasNoClick, music } from './simulation.js';

const RATE = 48000;

/** An AudioContext that mixes what is scheduled when its time comes. */
class FakeContext {
  sampleRate = RATE;
  frame = 0;
  /** @type {{ at: number, data: Float32Array, isOn: boolean }[]} */
  sources = [];
  output = new Float32Array(RATE * 30);

  get currentTime() {
    return this.frame / RATE;
  }

  /** @param {number} _channels @param {number} length */
  createBuffer(_channels, length) {
    const data = new Float32Array(length);
    return { getChannelData: () => data, data };
  }

  createBufferSource() {
    const context = this;
    /** @type {{ at: number, data: Float32Array, isOn: boolean }} */
    const source = { at: 0, data: new Float32Array(0), isOn: true };
    return {
      /** @param {{ data: Float32Array }} buffer */
      set buffer(buffer) {
        source.data = buffer.data;
      },
      connect() {},
      disconnect() {
        source.isOn = false;
      },
      /** @param {number} when */
      start(when) {
        source.at = Math.max(Math.round(when * RATE), context.frame);
        context.sources.push(source);
      },
    };
  }

  createGain() {
    return { disconnect() {} };
  }

  /** @param {number} frames Passes time. */
  advance(frames) {
    for (const end = this.frame + frames; this.frame < end; this.frame++) {
      for (const { at, data, isOn } of this.sources) {
        if (isOn && this.frame >= at && this.frame < at + data.length) {
          this.output[this.frame] += data[this.frame - at];
        }
      }

      if (this.frame % RATE === 0) {
        this.sources = this.sources.filter(({ at, data }) => at + data.length > this.frame);
      }
    }
  }
}

/** @param {number} seconds @param {{ atMs: number, ms: number } | undefined} stop When the page stands still, and for how long. */
function play(seconds, stop) {
  const context = new FakeContext();
  /** @type {PlayoutReport | undefined} */
  let report;
  const options = { rate: RATE, channels: 1, least: 80_000, most: 400_000, aheadMs: 140, drift: true };
  const output = new ScheduledOutput(/** @type {any} */ (context), options, (last) => (report = last));
  let sent = 0;
  for (let ms = 0; ms < seconds * 1000; ms += 5) {
    context.advance(RATE / 200);
    if (stop && ms >= stop.atMs && ms < stop.atMs + stop.ms) {
      continue;
    }

    for (; sent * 20 <= ms; sent++) {
      const position = sent * 960;
      output.put({ stream: 0, position, planes: [Float32Array.from({ length: 960 }, (_, i) => music(position + i))] });
    }

    if (ms % 20 === 0) {
      output.pump();
    }
  }

  const misses = output.misses;
  output.close();
  context.advance(RATE);
  return { pcm: context.output.subarray(0, context.frame), misses, report };
}

test('buffers that are scheduled one behind the other join without a click, from the first to the last', () => {
  const { pcm, misses } = play(4, undefined);
  hasNoClick(pcm);
  assert.equal(misses, 0);
  assert.ok(pcm.subarray(RATE / 2, 4 * RATE).some((sample) => Math.abs(sample) > 0.3));
});

test('a page that stands still for longer than was scheduled fades out, and in again at the live edge', () => {
  const { pcm, misses, report } = play(12, { atMs: 3000, ms: 600 });
  assert.equal(misses, 1);
  hasNoClick(pcm);
  assert.ok(report && !report.isStarved);

  // 80 ms of buffer and at most 300 ms ahead.
  const latencyMs = (report.at - (report.position * 1e6) / RATE) / 1000;
  assert.ok(latencyMs < 400, `${latencyMs} ms`);
});
