import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasNoClick, isOnTarget, run } from './simulation.js';

for (const ppm of [200, -200]) {
  test(`a clock that is off by ${ppm} ppm is followed without a gap, a click or a wrong delay`, () => {
    const scene = run({ ppm, seconds: 45 });
    hasNoClick(scene.output);
    isOnTarget(scene, 1000, 3);
    knowsDrift(scene, ppm);
    assert.equal(scene.report.concealedFrames, 0);
    assert.equal(scene.report.jumps, 0);
  });
}

test('another rate is converted, and its clock followed', () => {
  const scene = run({ rate: 44100, outputRate: 48000, packet: 4096, ppm: 100, seconds: 40, burstMs: 200 });
  hasNoClick(scene.output);
  isOnTarget(scene, 2000, 5);
  knowsDrift(scene, 100);
});

/** @param {ReturnType<typeof run>} scene @param {number} ppm */
function knowsDrift(scene, ppm) {
  assert.ok(Math.abs(scene.report.driftPpm - ppm) < 8, `${scene.report.driftPpm} ppm instead of ${ppm}`);
}
