import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { test } from 'node:test';
import { LinnetPlayer } from '../../src/Linnet.Server/wwwroot/linnet-player.js';
import { renditionsFor } from '../../src/Linnet.Server/wwwroot/player/profiles.js';
import { whyRefused } from '../../src/Linnet.Server/wwwroot/player/refusal.js';
import { Speaker } from '../../src/Linnet.Server/wwwroot/player/speaker.js';
import { WebSocket, WebSocketServer, packet, startServer } from './live-server.js';

const RATE = 48000;
const PACKET = 960;
const HELLO = { type: 'hello', station: 'jazz', rendition: 'l16', codec: 'pcm', bits: 16, rate: RATE, channels: 1, packet: PACKET };

/** An AudioContext in real time, without a device. */
class FakeContext {
  /** @type {FakeContext[]} */
  static all = [];
  sampleRate = RATE;
  state = 'running';
  resumed = 0;
  gain = { value: 1, target: NaN, setTargetAtTime: (/** @type {number} */ value) => (this.gain.target = value) };

  constructor() {
    FakeContext.all.push(this);
  }

  get currentTime() {
    return performance.now() / 1000;
  }

  /** @param {number} _channels @param {number} length */
  createBuffer(_channels, length) {
    return { getChannelData: () => new Float32Array(length) };
  }

  createBufferSource() {
    return { connect() {}, disconnect() {}, start() {} };
  }

  createGain() {
    return { gain: this.gain, connect() {}, disconnect() {} };
  }

  createAnalyser() {
    return {};
  }

  async resume() {
    this.resumed++;
    this.state = 'running';
  }

  async close() {}
}

Object.assign(globalThis, { AudioContext: FakeContext, WebSocket });

/** @param {import('ws').WebSocket} socket Gets live sound until it closes. */
function sendLive(socket) {
  socket.send(JSON.stringify(HELLO));
  let next = Math.floor(performance.now() / 20) - 10;
  const timer = setInterval(() => {
    for (; next * 20 <= performance.now(); next++) {
      socket.send(packet(PACKET, next * PACKET, next * 20_000, new Uint8Array(PACKET * 2).fill(64)));
    }
  }, 5);
  socket.on('close', () => clearInterval(timer));
}

/** @param {(path: string) => number} status */
async function startRefusing(status) {
  const server = createServer((request, response) => response.writeHead(status(request.url ?? '')).end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}/`,
    close: () => server.close(),
    server,
  };
}

test('the volume that the constructor got is the one that is heard', async (t) => {
  const server = await startServer(0, sendLive);
  t.after(() => server.close());
  for (const [options, gain] of /** @type {const} */ ([
    [{ volume: 0.25 }, 0.25],
    [{ volume: 0.25, muted: true }, 0],
  ])) {
    const player = new LinnetPlayer({ server: server.address, station: 'jazz', ...options });
    await player.play();
    assert.equal(FakeContext.all.at(-1)?.gain.value, gain);
    player.stop();
  }
});

test('a context that the browser stops makes the player wait, and is woken', async (t) => {
  const server = await startServer(0, sendLive);
  t.after(() => server.close());
  const player = new LinnetPlayer({ server: server.address, station: 'jazz' });
  t.after(() => player.stop());
  await player.play();
  const context = /** @type {FakeContext} */ (FakeContext.all.at(-1));
  const waits = new Promise((resolve) => player.addEventListener('state', (event) => resolve(/** @type {CustomEvent} */ (event).detail)));
  const { resume } = context;
  context.resume = async () => {};
  context.state = 'interrupted';
  assert.deepEqual(await waits, { state: 'waiting', reason: 'suspended' });

  context.resume = resume;
  await player.play();
  assert.equal(player.state, 'playing');
  assert.ok(context.resumed > 0);
});

test('an address that is none fails, and leaves nothing on', async () => {
  const player = new LinnetPlayer({ server: '/', station: 'jazz' });
  await assert.rejects(player.play(), { reason: 'output' });
  assert.equal(player.state, 'failed');
});

test('a picture whose address is none does not stop the sound', async (t) => {
  const server = await startServer(0, sendLive);
  const had = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  t.after(() => {
    server.close();
    Object.defineProperty(globalThis, 'navigator', had ?? { value: undefined, configurable: true });
  });
  /** @type {Record<string, unknown>} */
  const handlers = {};
  const mediaSession = {
    playbackState: 'none',
    setActionHandler: (/** @type {string} */ action, /** @type {unknown} */ handler) => (handlers[action] = handler),
  };
  Object.defineProperty(globalThis, 'navigator', { value: { mediaSession, userAgent: '' }, configurable: true });
  const [first, second] = ['a', 'b'].map((station) => new LinnetPlayer({ server: server.address, station, artwork: 'http://' }));
  await first.play();
  await second.play();

  // What the first does now is not what the keys are for.
  first.stop();
  assert.equal(mediaSession.playbackState, 'playing');
  assert.equal(typeof handlers.pause, 'function');
  second.stop();
  assert.equal(mediaSession.playbackState, 'none');
  assert.equal(handlers.pause, null);
});

test('unmuting is heard in a browser whose gain does not tell what it will be', async () => {
  const speaker = new Speaker();
  const context = /** @type {any} */ (await speaker.open(RATE, 'interactive'));
  speaker.setVolume(1, true);
  assert.equal(context.gain.target, 0);
  speaker.setVolume(1, false);
  assert.equal(context.gain.target, 1);
  speaker.close();
});

test('a context whose time stands still is found', async () => {
  const speaker = new Speaker();
  const context = await speaker.open(RATE, 'interactive');
  assert.ok(!speaker.watch().isStuck);
  Object.defineProperty(context, 'currentTime', { value: 7 });
  const looks = Array.from({ length: 9 }, () => speaker.watch().isStuck);
  assert.deepEqual(looks, [false, false, false, false, false, false, false, false, true]);
  speaker.close();
});

test('a refusal tells whether the station is missing or only the rendition', async (t) => {
  const server = await startRefusing((path) => (path === '/jazz/live' ? 426 : path.startsWith('/busy') ? 429 : 404));
  t.after(() => server.close());
  assert.equal(await whyRefused(server.address, 'jazz', 'opus'), 'rendition');
  assert.equal(await whyRefused(server.address, 'news', 'opus'), 'unknown-station');
  assert.equal(await whyRefused(server.address, 'news', undefined), 'unknown-station');
  assert.equal(await whyRefused(server.address, 'busy', 'opus'), 'full');
});

test('a wish that the path cannot play gives way to what it can', () => {
  assert.deepEqual(renditionsFor('pcm', 'balanced', 'flac'), ['l16', 'pcm', undefined]);
  assert.deepEqual(renditionsFor('pcm', 'balanced', 'l24'), ['l24']);
  assert.deepEqual(renditionsFor('webcodecs', 'balanced', 'flac'), ['flac']);
});

test('where no WebSocket comes through, the next player begins with the element, which tells why it cannot play', async (t) => {
  let mp3 = 200;
  let asked = 0;
  const server = await startRefusing((path) => {
    asked += path.includes('/live') ? 1 : 0;
    return path.includes('/live') ? 426 : mp3;
  });
  t.after(() => server.close());

  class FakeAudio {
    /** @type {unknown} */
    error = null;
    currentTime = 0;
    onplaying = () => {};
    load() {}
    pause() {}
    removeAttribute() {}
    async play() {
      setImmediate(() => (mp3 === 200 ? this.onplaying() : (this.error = {})));
    }
  }

  Object.assign(globalThis, { Audio: FakeAudio });
  Object.assign(FakeContext.prototype, { createMediaElementSource: () => ({ connect() {} }) });
  const first = new LinnetPlayer({ server: server.address, station: 'jazz' });
  await first.play();
  assert.equal(first.path, 'audio');
  first.stop();
  const before = asked;
  const second = new LinnetPlayer({ server: server.address, station: 'jazz' });
  await second.play();
  assert.equal(second.path, 'audio');
  assert.equal(asked, before);
  second.stop();

  mp3 = 401;
  await assert.rejects(new LinnetPlayer({ server: server.address, station: 'jazz' }).play(), { reason: 'closed' });
});

test('handshakes that fail now and then, with connections in between, do not end at the element', async (t) => {
  const web = await startRefusing(() => 426);
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'linnet.live.1' });
  t.after(() => {
    sockets.clients.forEach((client) => client.terminate());
    web.close();
  });
  let handshakes = 0;
  web.server.on('upgrade', (request, socket, head) => {
    if (++handshakes % 2 === 1) {
      socket.end('HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n');
      return;
    }

    const isLast = handshakes === 4;
    sockets.handleUpgrade(request, socket, head, (client) => {
      sendLive(client);
      return isLast || setTimeout(() => client.terminate(), 20);
    });
  });
  const player = new LinnetPlayer({ server: web.address, station: 'jazz' });
  t.after(() => player.stop());
  await player.play();
  while (handshakes < 4) {
    await new Promise((resolve) => setImmediate(resolve));
  }

  assert.equal(player.path, 'pcm');
});

test('while the server does not answer, the player connects', async (t) => {
  const web = await startRefusing(() => 426);
  t.after(() => web.close());
  web.server.on('upgrade', (_request, socket) => t.after(() => socket.destroy()));
  const player = new LinnetPlayer({ server: web.address, station: 'jazz' });
  const played = assert.rejects(player.play(), { reason: 'stopped' });
  await new Promise((resolve) => player.addEventListener('statistics', resolve));
  await new Promise((resolve) => player.addEventListener('statistics', resolve));
  assert.equal(player.state, 'connecting');
  player.stop();
  await played;
});
