// A sender, a network and an output with clocks of their own, all simulated.

import assert from 'node:assert/strict';
import { Playout } from '../../src/Linnet.Server/wwwroot/player/playout.js';

/**
 * @typedef {object} Scene
 * @property {number} [seconds] How long to run, on the output's clock.
 * @property {number} [rate] Of the stream.
 * @property {number} [outputRate]
 * @property {number} [packet] Frames of a packet.
 * @property {number} [ppm] How much faster the sender's clock runs than the output's.
 * @property {number} [least] In ms.
 * @property {number} [most] In ms.
 * @property {boolean} [drift]
 * @property {number} [quantum] Frames of a read.
 * @property {(index: number, sentAtMs: number) => number | null} [network] The delay of a packet in ms; null: lost.
 * @property {(frame: number) => number} [sound]
 * @property {{ atMs: number, ms: number }} [pause] The output stands still then, for so long; its clock, too.
 * @property {number} [burstMs] Sound that is sent at once, at the start.
 */

/** @param {number} frame At 48 kHz. */
export const music = (frame) =>
  0.3 * Math.sin((2 * Math.PI * 220 * frame) / 48000) + 0.15 * Math.sin((2 * Math.PI * 331 * frame) / 48000 + 1);

/**
 * Runs a scene. On one connection no packet overtakes another.
 * @param {Scene} scene
 */
export function run(scene) {
  const { seconds = 30, rate = 48000, outputRate = rate, packet = 960, ppm = 0, least = 60, most = 300 } = scene;
  const { drift = true, quantum = 128, network = () => 1, sound = music, burstMs = 0, pause = { atMs: Infinity, ms: 0 } } = scene;
  const playout = new Playout({ rate, outputRate, channels: 1, quantum, least: least * 1000, most: most * 1000, drift });
  const packetMs = (packet / rate / (1 + ppm * 1e-6)) * 1000;
  const total = Math.ceil((seconds * 1000) / packetMs);
  const first = -Math.floor(burstMs / packetMs);

  /** @type {{ index: number, at: number }[]} */
  const arrivals = [];
  let last = 0;
  for (let index = first; index < total; index++) {
    const sent = index * packetMs;
    const delay = network(index, sent);
    if (delay !== null) {
      last = Math.max(last, sent + delay, 1);
      arrivals.push({ index, at: last });
    }
  }

  const output = new Float32Array(Math.floor((seconds * outputRate) / quantum) * quantum);
  /** @type {{ at: number, latency: number, target: number, report: PlayoutReport }[]} */
  const samples = [];
  let next = 0;
  const base = 1_000_000;

  /** @param {number} ms Of true time. */
  const outputTime = (ms) => (ms < pause.atMs ? ms : Math.max(pause.atMs, ms - pause.ms));
  for (let frame = 0; frame < output.length; frame += quantum) {
    const now = (frame * 1e6) / outputRate;
    for (; next < arrivals.length && outputTime(arrivals[next].at) * 1000 <= now; next++) {
      const position = base + arrivals[next].index * packet;
      playout.put({ stream: 0, position, planes: [Float32Array.from({ length: packet }, (_, i) => sound(position + i))] }, now);
    }

    playout.read(now, [output.subarray(frame, frame + quantum)], quantum);
    if (frame % (quantum * 32) === 0) {
      const at = now + (quantum * 1e6) / outputRate;
      const report = playout.report(at);
      // When the sender sent what the next frame holds, against when that is heard.
      const sentAt = ((report.position - base) / packet) * packetMs;
      const heardAt = at / 1000 + (at / 1000 > pause.atMs ? pause.ms : 0);
      samples.push({ at: at / 1000, latency: heardAt - sentAt, target: report.targetUs / 1000, report });
    }
  }

  return { output, samples, report: samples[samples.length - 1].report, playout };
}

/**
 * The sharpest corner of a sound: the largest second difference between frames.
 * @param {Float32Array} pcm
 * @param {number} [from]
 * @param {number} [to]
 */
export function sharpest(pcm, from = 0, to = pcm.length) {
  let most = 0;
  for (let i = Math.max(from, 2); i < to; i++) {
    most = Math.max(most, Math.abs(pcm[i] - 2 * pcm[i - 1] + pcm[i - 2]));
  }

  return most;
}

// The sound itself has no sharper corner than this. A step of 1 % of full scale has one of 0.01.
export const SOURCE_CORNER = sharpest(Float32Array.from({ length: 48000 }, (_, i) => music(i)));

/** @param {Float32Array} output @param {number} [times] */
export function hasNoClick(output, times = 2) {
  const corner = sharpest(output);
  assert.ok(corner < times * SOURCE_CORNER, `a corner of ${corner}; the sound has ${SOURCE_CORNER}`);
}

/** @param {ReturnType<typeof run>} scene @param {number} fromMs @param {number} [withinMs] */
export function isOnTarget(scene, fromMs, withinMs = 20) {
  for (const { at, latency, target } of scene.samples.filter((sample) => sample.at >= fromMs)) {
    assert.ok(Math.abs(latency - target) < withinMs, `at ${at} ms: latency ${latency}, target ${target}`);
  }
}
