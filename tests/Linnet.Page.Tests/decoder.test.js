import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodecDecoder } from '../../src/Linnet.Server/wwwroot/player/decoder.js';

/** A decoder of the browser that a test controls. */
class FakeDecoder {
  /** @type {FakeDecoder[]} */
  static all = [];
  state = 'configured';
  decodeQueueSize = 0;
  decoded = 0;

  /** @param {{ output: (data: any) => void, error: (error: unknown) => void }} events */
  constructor(events) {
    this.events = events;
    FakeDecoder.all.push(this);
  }

  configure() {}

  decode() {
    this.decoded++;
  }

  async flush() {}

  close() {
    this.state = 'closed';
  }
}

Object.assign(globalThis, { AudioDecoder: FakeDecoder, EncodedAudioChunk: class {} });

function open() {
  FakeDecoder.all = [];
  /** @type {unknown[]} */
  const errors = [];
  /** @type {number[][]} */
  const sounds = [];
  const format = /** @type {const} */ ({ codec: 'opus', bits: 0, rate: 48000, channels: 2, packet: 960, description: undefined });
  const decoder = new CodecDecoder(
    format,
    (start, planes) => sounds.push([start, ...planes.map((plane) => plane.length)]),
    (error) => errors.push(error),
  );
  let position = 0;
  const decode = () => {
    decoder.decode({ position, frames: 960, due: 0, payload: new Uint8Array(1) });
    position += 960;
    return /** @type {FakeDecoder} */ (FakeDecoder.all.at(-1));
  };
  return { decoder, decode, errors, sounds };
}

test('a packet that cannot be decoded costs a decoder; three in a short time end it', () => {
  const { decode, errors } = open();
  for (let i = 1; i <= 3; i++) {
    const last = decode();
    assert.equal(FakeDecoder.all.length, i);
    assert.deepEqual(errors, []);
    last.events.error('EncodingError');
    assert.equal(last.state, 'closed');
  }

  assert.deepEqual(errors, ['EncodingError']);
});

test('an error of a decoder that only finishes does not end the one after it', () => {
  const { decoder, decode, errors } = open();
  const first = decode();
  decoder.finish();
  const second = decode();
  first.events.error('late');
  assert.notEqual(first, second);
  assert.equal(second.state, 'configured');
  assert.deepEqual(errors, []);
});

test('a decoder that hangs is closed', () => {
  const { decode } = open();
  const first = decode();
  first.decodeQueueSize = 2001;
  assert.notEqual(decode(), first);
  assert.equal(first.state, 'closed');
});

test('sound that cannot be copied is given back', () => {
  const { decode, errors } = open();
  let closed = 0;
  const data = { timestamp: 0, numberOfChannels: 2, numberOfFrames: 960, format: 'f32-planar', close: () => closed++ };
  const copyTo = () => {
    throw new Error('no memory');
  };
  decode().events.output({ ...data, copyTo });
  assert.equal(closed, 1);
  assert.deepEqual(errors, []);
});

test('the start of an Opus decoder, which is silence and a step, is not heard', () => {
  const { decode, sounds } = open();
  const data = { numberOfChannels: 2, format: 'f32-planar', copyTo() {}, close() {} };
  const first = decode();
  for (let i = 0; i < 5; i++) {
    first.events.output({ ...data, timestamp: i * 5000, numberOfFrames: 240 });
  }

  assert.deepEqual(sounds, [
    [480, 240, 240],
    [720, 240, 240],
    [960, 240, 240],
  ]);
  decode(); // Sound goes on where it was, at the position of another packet.
  first.events.output({ ...data, timestamp: 25000, numberOfFrames: 960 });
  assert.deepEqual(sounds.at(-1), [1200, 960, 960]);
});
