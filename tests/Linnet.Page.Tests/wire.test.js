import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PcmDecoder, samplesOf } from '../../src/Linnet.Server/wwwroot/player/decoder.js';
import { heardAtMs } from '../../src/Linnet.Server/wwwroot/player/output.js';
import { liveAddress, readMessage, readPacket, stationAddress, timeRequest } from '../../src/Linnet.Server/wwwroot/player/wire.js';
import { packet } from './live-server.js';

/** @param {ArrayBufferLike} buffer */
const bytesOf = (buffer) => new Uint8Array(buffer);

test('a packet is read as it was written', () => {
  const read = readPacket(packet(960, 12_345_678_901, -5, Uint8Array.of(1, 2, 3)));
  assert.deepEqual(read, { frames: 960, position: 12_345_678_901, due: -5, payload: Uint8Array.of(1, 2, 3) });
});

test('a packet that cannot be true is refused', () => {
  const good = bytesOf(packet(960, 0, 0, Uint8Array.of(1)));
  /** @param {number} at @param {number[]} bytes */
  const changed = (at, ...bytes) => {
    const copy = good.slice();
    copy.set(bytes, at);
    return readPacket(copy.buffer);
  };
  assert.ok(changed(0, 1));
  assert.equal(changed(0, 2), undefined, 'unknown type');
  assert.equal(changed(4, 0, 0, 0, 0), undefined, 'no frames');
  assert.equal(changed(4, 255, 0, 0, 0), undefined, 'too many frames');
  assert.equal(changed(8, 127), undefined, 'a position beyond what a number holds');
  assert.equal(changed(16, 127), undefined, 'a time beyond what a number holds');
  assert.equal(readPacket(good.slice(0, 24).buffer), undefined, 'no payload');
  assert.equal(readPacket(new ArrayBuffer(0)), undefined);
});

test('noise is no message and no packet, and nothing throws', () => {
  let seed = 7;
  const next = () => (seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0) >>> 8;
  for (let i = 0; i < 2000; i++) {
    const bytes = Uint8Array.from({ length: next() % 60 }, () => next() & 255);
    readPacket(bytes.buffer);
    readMessage(String.fromCharCode(...bytes));
    readMessage(JSON.stringify({ type: ['hello', 'format', 'title', 'time', 'end'][next() % 5], codec: 'pcm', bits: next(), rate: bytes }));
  }
});

test('the hello of every codec is understood', () => {
  const hello = {
    type: 'hello',
    version: 1,
    station: 'jazz',
    rendition: 'opus',
    codec: 'opus',
    rate: 48000,
    channels: 2,
    packet: 960,
    time: 5,
  };
  const opus = { codec: 'opus', bits: 0, rate: 48000, channels: 2, packet: 960, description: undefined };
  assert.deepEqual(readMessage(JSON.stringify(hello)), { type: 'hello', station: 'jazz', rendition: 'opus', time: 5, format: opus });
  const flac = readMessage(JSON.stringify({ ...hello, codec: 'flac', description: 'ZkxhQw==' }));
  assert.ok(flac?.type === 'hello');
  assert.deepEqual(
    flac.format.description,
    Uint8Array.from('fLaC', (c) => c.charCodeAt(0)),
  );
});

test('a hello that no decoder could follow is refused', () => {
  const hello = { type: 'hello', codec: 'pcm', bits: 16, rate: 48000, channels: 2, packet: 240 };
  for (const change of [
    { codec: 'mp3' },
    { bits: 8 },
    { rate: 0 },
    { rate: '48000' },
    { channels: 99 },
    { codec: 'flac', description: '%' },
  ]) {
    assert.equal(readMessage(JSON.stringify({ ...hello, ...change })), undefined, JSON.stringify(change));
  }

  assert.ok(readMessage(JSON.stringify(hello)));
});

test('addresses keep the path of a signed link and of a server behind a prefix', () => {
  assert.equal(liveAddress('http://host:8000/', 'jazz', undefined, 0).href, 'ws://host:8000/jazz/live');
  assert.equal(
    liveAddress('https://host/k/abc', 'jazz', 'flac', 80.4, 40).href,
    'wss://host/k/abc/jazz/live?rendition=flac&burst=80&interval=40',
  );
  assert.equal(stationAddress('http://host/radio/', 'a b', '.mp3').href, 'http://host/radio/a%20b.mp3');
  assert.equal(timeRequest(5), '{"type":"time","sent":5}');
});

test('PCM of 16 and 24 bit becomes exactly what it says', () => {
  /** @type {[number, Float32Array[]][]} */
  const heard = [];
  const decoder = new PcmDecoder(
    { codec: 'pcm', bits: 16, rate: 48000, channels: 2, packet: 240, description: undefined },
    (position, planes) => heard.push([position, planes]),
  );
  decoder.decode({ frames: 2, position: 7, due: 0, payload: Uint8Array.of(0x80, 0, 0x7f, 0xff, 0xff, 0xff, 0, 1) });
  assert.deepEqual(heard, [[7, [Float32Array.of(-1, -1 / 32768), Float32Array.of(32767 / 32768, 1 / 32768)]]]);

  heard.length = 0;
  new PcmDecoder({ codec: 'pcm', bits: 24, rate: 48000, channels: 1, packet: 240, description: undefined }, (position, planes) =>
    heard.push([position, planes]),
  ).decode({ frames: 3, position: 0, due: 0, payload: Uint8Array.of(0x80, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff) });
  assert.deepEqual(heard[0][1], [Float32Array.of(-1, 8388607 / 8388608, -1 / 8388608)]);
});

for (const converts of [true, false]) {
  test(`decoded integers become samples that are exact at both ends, ${converts ? 'from planes' : 'where the browser makes none'}`, () => {
    const samples = Int16Array.of(-32768, 32767, 1, -1);
    const data = {
      format: 's16',
      numberOfChannels: 2,
      numberOfFrames: 2,
      copyTo: (/** @type {Int16Array} */ to, /** @type {AudioDataCopyToOptions} */ { planeIndex, format }) => {
        if (!format) {
          assert.ok(!converts, 'WebKitGTK crashes');
          to.set(samples);
        } else if (converts && format === 's16-planar') {
          to.set([samples[planeIndex], samples[planeIndex + 2]]);
        } else {
          throw new DOMException('no', 'NotSupportedError');
        }
      },
    };
    const planes = samplesOf(/** @type {any} */ (data));
    assert.deepEqual(planes, [Float32Array.of(-1, 1 / 32768), Float32Array.of(32767 / 32768, -1 / 32768)]);
  });
}

test('the output tells when a frame is heard, and a time in the future is ignored', () => {
  const now = performance.now();
  const context = { currentTime: 5, baseLatency: 0.01, outputLatency: 0.02, getOutputTimestamp: () => stamp };
  let stamp = { contextTime: 4.9, performanceTime: now - 50 };
  const heardAt = () => heardAtMs(/** @type {any} */ (context), 5.1) - now;
  assert.ok(Math.abs(heardAt() - 150) < 1);

  // WebKitGTK adds the context's time to what it should be.
  stamp = { contextTime: 4.9, performanceTime: now + 4900 };
  assert.ok(Math.abs(heardAt() - 130) < 50);
});
