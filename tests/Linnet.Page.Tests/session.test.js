import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { Session } from '../../src/Linnet.Server/wwwroot/player/session.js';
import { PROFILES } from '../../src/Linnet.Server/wwwroot/player/profiles.js';
import { WebSocket, packet, startServer } from './live-server.js';

globalThis.WebSocket = /** @type {any} */ (WebSocket);

const RATE = 8000;
const PACKET = 160;
const HELLO = { type: 'hello', station: 'jazz', rendition: 'l16', codec: 'pcm', bits: 16, rate: RATE, channels: 1, packet: PACKET };

/** A context that runs in real time, without a device. */
class SilentContext {
  sampleRate = RATE;
  state = 'running';

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
    return { disconnect() {} };
  }
}

/**
 * Sends live sound that is due now, until the socket closes.
 * @param {import('ws').WebSocket} socket
 * @param {number} base The position that was due at time 0.
 */
function sendLive(socket, base) {
  const dueAt = (/** @type {number} */ index) => (index * PACKET * 1000) / RATE;
  let next = Math.floor(performance.now() / dueAt(1)) - 10;
  const timer = setInterval(() => {
    for (; dueAt(next) <= performance.now(); next++) {
      socket.send(packet(PACKET, base + next * PACKET, dueAt(next) * 1000, new Uint8Array(PACKET * 2).fill(64)));
    }
  }, 5);
  socket.on('close', () => clearInterval(timer));
}

/** @param {string} server @param {Partial<SessionEvents>} events */
function open(server, events) {
  const options = { server, station: 'jazz', renditions: ['l16', undefined], profile: PROFILES.balanced, drift: true };
  const session = new Session(
    { ...options, useWorklet: false, outputDelayMs: 0 },
    {
      onContext: async () => /** @type {any} */ (new SilentContext()),
      onNode: () => {},
      onHello: () => {},
      onState: () => {},
      onTitle: () => {},
      onEnd: () => {},
      onRefused: async () => undefined,
      ...events,
    },
  );
  session.connect();
  return session;
}

test('a lost connection is made again; the sound goes on, and each title shows when it is heard', async (t) => {
  let connections = 0;
  const server = await startServer(0, (socket) => {
    connections++;
    socket.send(JSON.stringify(HELLO));
    socket.send(JSON.stringify({ type: 'title', position: 0, title: `title ${connections}`, artist: 'A' }));
    sendLive(socket, 1000);
    if (connections === 1) {
      setTimeout(() => socket.terminate(), 600);
    }
  });
  t.after(() => server.close());

  /** @type {string[]} */
  const told = [];
  /** @type {Session} */
  const session = await new Promise((resolve) => {
    const opened = open(server.address, {
      onState: (state) => told.push(state),
      onTitle: (title) => {
        told.push(title);
        return title === 'title 2' && resolve(opened);
      },
    });
  });
  t.after(() => session.close());
  const changes = told.filter((line, i) => line !== told[i - 1]);
  assert.deepEqual(changes.slice(0, 3), ['buffering', 'title 1', 'buffering']);
  assert.ok(changes.includes('playing'), changes.join());

  while (session.statistics.latency === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }

  // 80 ms of buffer, 140 ms ahead of the output, and what a busy machine adds.
  const { latency, rendition } = session.statistics;
  assert.ok(latency > 80 && latency < 1000, `${latency} ms`);
  assert.equal(rendition, 'l16');
});

test('a profile asks for its groups of packets, and another one connects again for its own', async (t) => {
  /** @type {string[]} */
  const asked = [];
  /** @type {() => void} */
  let onAsked = () => {};
  const server = await startServer(0, (socket, url) => {
    asked.push(new URL(url, 'http://localhost').search);
    socket.send(JSON.stringify(HELLO));
    onAsked();
  });
  t.after(() => server.close());
  const nextAsked = () => new Promise((resolve) => (onAsked = () => resolve(undefined)));
  const first = nextAsked();
  const session = open(server.address, {});
  t.after(() => session.close());
  await first;
  for (const profile of /** @type {const} */ (['robust', 'low-latency'])) {
    const next = nextAsked();
    session.setProfile(PROFILES[profile]);
    await next;
    session.setProfile(PROFILES[profile]);
  }

  assert.deepEqual(asked, ['?rendition=l16&burst=80&interval=60', '?rendition=l16&burst=900&interval=200', '?rendition=l16&burst=25']);
});

/**
 * A server that is full and names the address of another.
 * @param {import('node:test').TestContext} t @param {string} other @param {string[]} asked
 */
async function startFull(t, other, asked) {
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const link = `<${other}jazz/live?hop=1&rendition=l16>; rel="alternate"`;
    response.writeHead(503, { Link: link, 'Access-Control-Expose-Headers': 'Link', 'Access-Control-Allow-Origin': '*' });
    response.end('full\r\n');
  });
  server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}/`;
}

test('a full server that names another is left for that one', async (t) => {
  /** @type {string[]} */
  const asked = [];
  /** @type {(url: string) => void} */
  let onHeard = () => {};
  const other = await startServer(0, (socket, url) => {
    socket.send(JSON.stringify(HELLO));
    onHeard(url);
  });
  t.after(() => other.close());
  const full = await startFull(t, other.address, asked);
  const heard = new Promise((resolve) => (onHeard = resolve));
  const session = open(full, { onEnd: (reason) => assert.fail(reason) });
  t.after(() => session.close());

  assert.equal(await heard, '/jazz/live?hop=1&rendition=l16');
  assert.deepEqual(asked, ['/jazz/live?rendition=l16&burst=80&interval=60']);
});

test('if the other server is full, too, the player goes no further', async (t) => {
  /** @type {string[]} */
  const asked = [];
  const third = await startFull(t, 'http://127.0.0.1:9/', asked);
  const full = await startFull(t, third, asked);
  const reason = await new Promise((resolve) => {
    const session = open(full, { onRefused: async () => 'full', onEnd: resolve });
    t.after(() => session.close());
  });

  assert.equal(reason, 'full');
  assert.equal(asked.length, 1);
});

test('the end of a station is told', async (t) => {
  const server = await startServer(0, (socket) => socket.send('{"type":"end","reason":"ended"}'));
  t.after(() => server.close());
  /** @type {Session | undefined} */
  let session;
  t.after(() => session?.close());
  assert.equal(await new Promise((resolve) => (session = open(server.address, { onEnd: resolve }))), 'ended');
});

test('a rendition that is refused is followed by the next, and the last refusal is told', async () => {
  const server = await startServer(0, () => {});
  server.close();
  /** @type {(string | undefined)[]} */
  const asked = [];
  const reason = await new Promise((resolve) => {
    open(server.address, {
      onEnd: resolve,
      onRefused: async (rendition) => {
        asked.push(rendition);
        return rendition ? 'rendition' : 'unknown-station';
      },
    });
  });
  assert.deepEqual(asked, ['l16', undefined]);
  assert.equal(reason, 'unknown-station');
});

test('after a refused rendition, the next attempt asks for the best again', async (t) => {
  const server = await startServer(0, () => {});
  server.close();
  /** @type {(string | undefined)[]} */
  const asked = [];
  /** @type {Session | undefined} */
  let session;
  t.after(() => session?.close());
  await new Promise((resolve) => {
    session = open(server.address, {
      onRefused: async (rendition) => {
        if (asked.push(rendition) === 3) {
          resolve(undefined);
        }

        return rendition ? 'rendition' : undefined;
      },
    });
  });
  assert.deepEqual(asked, ['l16', undefined, 'l16']);
});

test('a server that sent its listeners away gets some seconds of rest', async (t) => {
  t.mock.method(Math, 'random', () => 0);
  let connections = 0;
  const server = await startServer(0, (socket) => {
    connections++;
    socket.send(JSON.stringify(HELLO));
    socket.send('{"type":"end","reason":"full"}');
    socket.close(1013);
  });
  t.after(() => server.close());
  /** @type {number[]} */
  const waits = [];
  const { setTimeout: wait } = globalThis;
  t.mock.method(globalThis, 'setTimeout', (/** @type {() => void} */ action, /** @type {number} */ ms) => {
    waits.push(ms);
    return wait(action, ms);
  });
  /** @type {Session | undefined} */
  let session;
  t.after(() => session?.close());
  await new Promise((resolve) => {
    session = open(server.address, { onState: (_state, reason) => reason === 'network' && setImmediate(resolve) });
  });
  assert.equal(connections, 1);
  assert.ok(waits.includes(5000), waits.join());
});

test('a server that is gone is asked by requests, until it answers', async (t) => {
  t.mock.method(Math, 'random', () => 0);
  const server = await startServer(0, (socket) => {
    socket.send(JSON.stringify(HELLO));
    server.close();
  });
  let requests = 0;
  t.mock.method(globalThis, 'fetch', async () => {
    if (++requests < 3) {
      throw new TypeError('gone');
    }

    return { status: 426 };
  });
  /** @type {number[]} How many requests there were before each socket. */
  const sockets = [];
  /** @type {(value?: unknown) => void} */
  let done = () => {};
  const isDone = new Promise((resolve) => (done = resolve));
  const Socket = WebSocket;
  t.after(() => Object.assign(globalThis, { WebSocket: Socket }));
  class CountedSocket extends Socket {
    /** @param {URL} url @param {string} protocol */
    constructor(url, protocol) {
      super(url, protocol);
      sockets.push(requests);
      if (sockets.length === 3) {
        done();
      }
    }
  }
  Object.assign(globalThis, { WebSocket: CountedSocket });
  const session = open(server.address, {});
  await isDone;
  session.close();

  // The first connection works, the second finds no server, the third is made after the server has answered.
  assert.deepEqual(sockets, [0, 0, 3]);
});
