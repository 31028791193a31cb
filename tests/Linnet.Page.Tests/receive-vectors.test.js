import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DelayTarget } from '../../src/Linnet.Server/wwwroot/player/delay-target.js';
import { DriftController } from '../../src/Linnet.Server/wwwroot/player/drift.js';
import { Resampler } from '../../src/Linnet.Server/wwwroot/player/resampler.js';
import { PitchSplice } from '../../src/Linnet.Server/wwwroot/player/splice.js';
import { Timeline } from '../../src/Linnet.Server/wwwroot/player/timeline.js';
import { vectors } from './vectors.js';

test('the delay target follows late packets as the C# code does', () => {
  const target = new DelayTarget(60_000, 300_000);
  target.lookAhead = 833;
  for (const step of vectors('delay-target').steps) {
    if (step.length === 2) {
      target.shift(step[0]);
      near([target.us], [step[1]], 1);
    } else {
      target.observe(step[0], step[1]);
      near([target.us, target.lateness], step.slice(2), 1);
    }
  }
});

test('the timeline of undelayed arrivals is the one of the C# code', () => {
  /** @type {Timeline | undefined} */
  let timeline;
  for (const [position, arrivedAt, delay, arrival, slope, shifted] of vectors('timeline').steps) {
    timeline ??= new Timeline(position, arrivedAt, 48000, 300_000);
    // The C# code rounds to whole µs at every step.
    near([timeline.observe(position, arrivedAt), timeline.arrivalOf(position), timeline.shifted], [delay, arrival, shifted], 10);
    near([timeline.slope * 1e6], [slope], 0.2);
    near([timeline.positionArrivingAt(timeline.arrivalOf(position))], [position], 1e-3);
  }
});

test('the drift controller corrects as the C# code does', () => {
  const controller = new DriftController();
  for (const [restart, error, elapsed, correction, drift, settled] of vectors('drift').steps) {
    if (restart) {
      controller.restart();
    }

    controller.update(error, elapsed);
    near([controller.correction * 1e6, controller.drift * 1e6, Number(controller.isSettled)], [correction, drift, settled], 1e-3);
  }
});

for (const [inputRate, outputRate] of [
  [48000, 48000],
  [44100, 48000],
  [48000, 44100],
]) {
  test(`the resampler gives what the C# code gives, from ${inputRate} to ${outputRate} Hz`, () => {
    const resampler = new Resampler(inputRate, outputRate, 1);
    const output = new Float32Array(1024);
    let position = 0;
    for (const [ppm, written, first, middle, last, lag, needed] of vectors(`resampler-${inputRate}-${outputRate}`).steps) {
      resampler.adjustment = ppm * 1e-6;
      const input = Float32Array.from({ length: 512 }, (_, i) => sound(position + i));
      assert.equal(resampler.process([input], 0, 512, [output], 0, 1024), written);
      assert.equal(resampler.consumed, 512);
      position += 512;
      near([output[0], output[written >> 1], output[written - 1]], [first, middle, last], 3e-6);
      near([resampler.lag], [lag], 1e-6);
      assert.ok(Math.abs(resampler.inputFramesFor(480) - needed) <= 1);
    }
  });
}

test('the resampler changes no bit at equal rates without adjustment', () => {
  const resampler = new Resampler(48000, 48000, 1);
  const input = Float32Array.from({ length: 4800 }, (_, i) => sound(i));
  const output = new Float32Array(4800);
  const written = resampler.process([input], 0, 4800, [output], 0, 4800);
  assert.ok(written > 4700);
  assert.deepEqual(output.subarray(0, written), input.subarray(0, written));
});

test('pitch splices are made where the C# code makes them', () => {
  const splice = new PitchSplice(48000, 2);
  vectors('splice').steps.forEach((/** @type {number[]} */ step, /** @type {number} */ i) => {
    const [place, direction, most, length, likeness, first, middle, last] = step;
    const pcm = [0, 1].map((channel) => Float32Array.from({ length: 4000 }, (_, n) => (i === 39 ? 0 : sound(n + 100 * channel))));
    assert.equal(splice.find(pcm, place, direction === 1 ? 1 : -1, splice.shortest, most), length);
    near([splice.likeness], [likeness], 1e-5);
    const to = place + direction * length;
    splice.apply(pcm, place, to);
    near([pcm[0][to], pcm[1][to + 200], pcm[0][to + splice.fade - 1]], [first, middle, last], 3e-6);
  });
});

/** @param {number} frame */
function sound(frame) {
  return Math.sin(0.11 * frame) / 2 + Math.sin(0.7 * frame + 1) / 4;
}

/** @param {number[]} actual @param {number[]} expected @param {number} tolerance */
function near(actual, expected, tolerance) {
  for (let i = 0; i < expected.length; i++) {
    assert.ok(Math.abs(actual[i] - expected[i]) <= tolerance, `${actual} is not ${expected}`);
  }
}
