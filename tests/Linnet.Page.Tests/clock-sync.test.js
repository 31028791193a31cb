import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClockSync } from '../../src/Linnet.Server/wwwroot/player/clock-sync.js';
import { vectors } from './vectors.js';

for (const { name, resolution, steps } of vectors('clock-sync').cases) {
  test(`the other machine's clock is followed as the C# code follows it: ${name}`, () => {
    const sync = new ClockSync(resolution);
    for (const step of steps) {
      if (step.length === 5) {
        const [sent, received, replied, returned, isAccepted] = step;
        assert.equal(sync.tryAdd({ sent, received, replied, returned }), isAccepted);
      } else {
        const [now, offset, bound, driftPpm, driftBoundPpm, epoch] = step;
        const read = sync.read(now);
        assert.ok(read);
        near(read.offset, offset, 0.01);
        near(read.bound, bound, 0.01);
        near(read.driftPpm, driftPpm, 0.001);
        near(read.driftBoundPpm, driftBoundPpm, 0.001);
        assert.equal(read.epoch, epoch);
      }
    }
  });
}

test('times that are no times are refused', () => {
  const sync = new ClockSync();
  for (const bad of [NaN, Infinity, 2 ** 60]) {
    assert.equal(sync.tryAdd({ sent: 0, received: bad, replied: bad, returned: 10 }), false);
  }

  assert.equal(sync.read(0), undefined);
});

/** @param {number} actual @param {number} expected @param {number} tolerance */
function near(actual, expected, tolerance) {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);
}
