import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROFILES } from '../../src/Linnet.Server/wwwroot/player/profiles.js';
import { Playout } from '../../src/Linnet.Server/wwwroot/player/playout.js';
import { hasNoClick, isOnTarget, music, run } from './simulation.js';

test('a stall of 300 ms is bridged: what was late plays with more delay, which then shrinks again', () => {
  const scene = run({ seconds: 45, network: (_, at) => (at > 10_000 && at < 10_300 ? 10_301 - at : 1) });
  hasNoClick(scene.output);
  assert.equal(scene.report.underruns, 1);
  assert.equal(scene.report.jumps, 0);
  assert.ok(scene.samples.some(({ at, target }) => at > 10_000 && target > 250));
  assert.ok(scene.samples.filter(({ at }) => at > 10_400 && at < 10_800).every(({ latency }) => latency > 250));
  isOnTarget(scene, 25_000);
  assert.equal(Math.round(scene.report.targetUs / 1000), 60);
});

test('after a stall of 5 s it plays live again at once, with no more delay than before', () => {
  const scene = run({ seconds: 25, network: (_, at) => (at > 10_000 && at < 15_000 ? 15_001 - at : 1) });
  hasNoClick(scene.output);
  isOnTarget(scene, 15_500);
  assert.ok(scene.samples.every(({ target }) => target < 61));
  assert.equal(scene.report.jumps, 0);
});

test('an output that stood still for 5 s, as on a sleeping laptop, goes on at the live edge', () => {
  const scene = run({ seconds: 25, pause: { atMs: 10_000, ms: 5000 } });
  hasNoClick(scene.output);
  isOnTarget(scene, 10_200);
  assert.equal(scene.report.jumps, 1);
});

test('packets that the server left out are concealed, each within its own time', () => {
  const scene = run({ seconds: 20, network: (index) => (index % 37 === 5 ? null : 1) });
  hasNoClick(scene.output);
  isOnTarget(scene, 1000, 3);
  assert.equal(scene.report.lostFrames, Math.ceil((1000 - 5) / 37) * 960);
  assert.equal(scene.report.concealedFrames, scene.report.lostFrames);
});

test('jitter grows the buffer, so that nothing is missing', () => {
  const scene = run({ seconds: 30, network: (index) => 1 + ((index * 7919) % 100) });
  hasNoClick(scene.output);
  const late = scene.samples.filter(({ at }) => at > 20_000);
  assert.ok(late.every(({ report }) => report.concealedFrames === late[0].report.concealedFrames));
  assert.ok(scene.report.targetUs > 65_000);
  assert.ok(Math.abs(scene.report.delayUs - scene.report.targetUs) < 20_000);
});

test('without drift correction every sample is the one that was sent', () => {
  const scene = run({ drift: false, seconds: 10, burstMs: 100 });
  const at = scene.report.at / 1e6;
  const offset = scene.report.position - Math.round(at * 48000);
  const from = 48000;
  const expected = Float32Array.from({ length: 48000 * 8 }, (_, i) => music(from + i + offset));
  assert.deepEqual(scene.output.subarray(from, from + expected.length), expected);
});

test('it begins and ends without a click, and starts at once where the server sends what it buffers', () => {
  const scene = run({ seconds: 3, burstMs: 100 });
  hasNoClick(scene.output);
  const first = scene.output.findIndex((sample) => sample !== 0);
  assert.ok(first < 0.15 * 48000, `the first sound comes after ${first / 48} ms`);

  scene.playout.fadeOut();
  const end = new Float32Array(4800);
  scene.playout.read(3_000_000, [end], end.length);
  assert.ok(scene.playout.isOut);
  hasNoClick(Float32Array.of(...scene.output.subarray(-10), ...end));
  assert.equal(Math.abs(end[4799]), 0);
});

/** @type {['balanced' | 'robust', number][]} */
const GROUPED = [
  ['balanced', 960],
  ['balanced', 240],
  ['robust', 960],
];

/**
 * Packets as a server groups them: each waits for the last of its group.
 * @param {'balanced' | 'robust'} profile @param {number} packet @param {(index: number) => number} jitterMs @param {number} seconds
 */
function runGrouped(profile, packet, jitterMs, seconds) {
  const { leastMs, mostMs, intervalMs } = PROFILES[profile];
  const group = Math.floor(intervalMs / (packet / 48));
  assert.ok(group >= 2);
  const missing = (/** @type {number} */ index) => group - 1 - (((index % group) + group) % group);
  const network = (/** @type {number} */ index) => 1 + (missing(index) * packet) / 48 + jitterMs(Math.floor(index / group));
  return run({ least: leastMs, most: mostMs, burstMs: leastMs, seconds, packet, network });
}

for (const [profile, packet] of GROUPED) {
  const name = `groups of packets of ${packet / 48} ms, as ${profile} asks for,`;
  test(`${name} play with no more delay than single packets, and start as soon`, () => {
    const scene = runGrouped(profile, packet, () => 0, 5);
    hasNoClick(scene.output);
    isOnTarget(scene, 1000, 5);
    assert.equal(scene.report.targetUs / 1000, PROFILES[profile].leastMs);
    assert.deepEqual([scene.report.concealedFrames, scene.report.splices, scene.report.jumps], [0, 0, 0]);
    const first = scene.output.findIndex((sample) => sample !== 0);
    assert.ok(first < 0.25 * 48000, `the first sound comes after ${first / 48} ms`);
  });

  test(`${name} bear the jitter of a wireless network`, () => {
    const scene = runGrouped(profile, packet, (group) => (group * 7919) % 30, 8);
    hasNoClick(scene.output);
    assert.deepEqual([scene.report.concealedFrames, scene.report.jumps], [0, 0]);
    assert.ok(scene.report.targetUs / 1000 < PROFILES[profile].leastMs + 15);
  });
}

test('a station that begins again is followed to its new positions without a click', () => {
  const scene = run({ seconds: 2 });
  const { playout } = scene;
  const output = [...scene.output];
  for (let frame = 96000, sent = 0; frame < 192000; frame += 128) {
    for (; sent * 960 + 98000 <= frame; sent++) {
      const position = 7_000_000 + sent * 960;
      playout.put({ stream: 1, position, planes: [Float32Array.from({ length: 960 }, (_, i) => music(position + i))] }, frame / 0.048);
    }

    const block = new Float32Array(128);
    playout.read(frame / 0.048, [block], 128);
    output.push(...block);
  }

  hasNoClick(Float32Array.from(output));
  const report = playout.report(4_000_000);
  assert.equal(report.stream, 1);
  assert.ok(Math.abs(7_000_000 + (192000 - 98000) - report.position - 60 * 48) < 960);
});

test('streams that end before they could play hold up nothing', () => {
  const playout = new Playout({ rate: 48000, outputRate: 48000, channels: 1, quantum: 128, least: 60_000, most: 300_000, drift: true });
  let isHeard = false;
  for (let frame = 0; frame < 48000; frame += 128) {
    if (frame % 960 < 128) {
      const index = Math.floor(frame / 960);
      const position = 1_000_000 * Math.min(index, 3) + index * 960;
      const planes = [Float32Array.from({ length: 960 }, (_, i) => music(position + i))];
      playout.put({ stream: Math.min(index, 3), position, planes }, frame / 0.048);
    }

    const block = new Float32Array(128);
    playout.read(frame / 0.048, [block], 128);
    isHeard ||= frame < 24000 && block.some((sample) => sample !== 0);
  }

  assert.ok(isHeard);
  assert.equal(playout.report(1_000_000).stream, 3);
});
