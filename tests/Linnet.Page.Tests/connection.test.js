import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from '../../src/Linnet.Server/wwwroot/player/connection.js';
import { liveAddress } from '../../src/Linnet.Server/wwwroot/player/wire.js';
import { WebSocket, packet, startServer } from './live-server.js';

const HELLO = JSON.stringify({
  type: 'hello',
  station: 'jazz',
  rendition: 'l16',
  codec: 'pcm',
  bits: 16,
  rate: 48000,
  channels: 1,
  packet: 240,
});
const Socket = /** @type {any} */ (WebSocket);

test('a connection gives packets and messages in order, and learns the clock of the server', async (t) => {
  let asked = '';
  const server = await startServer(5_000_000, (socket, url) => {
    asked = url;
    socket.send(HELLO);
    socket.send(packet(240, 480, 99, Uint8Array.of(0, 1)));
    socket.send('{"type":"unknown"}');
    socket.send('not JSON');
    socket.send('{"type":"end","reason":"ended"}');
  });
  t.after(() => server.close());

  /** @type {string[]} */
  const events = [];
  const connection = await new Promise((resolve) => {
    const opened = new Connection(
      liveAddress(server.address, 'jazz', 'l16', 0),
      {
        onPacket: ({ position }) => events.push(`packet ${position}`),
        onMessage: ({ type }) => {
          events.push(type);
          return type === 'end' && resolve(opened);
        },
        onClosed: () => events.push('closed'),
      },
      Socket,
    );
  });
  t.after(() => connection.close());
  assert.equal(asked, '/jazz/live?rendition=l16');
  assert.deepEqual(events, ['hello', 'packet 480', 'end']);
  assert.equal(connection.bytes, 2);
  while (!connection.clock || connection.clock.bound > 50_000) {
    await new Promise((resolve) => setImmediate(resolve));
  }

  const { offset, bound } = connection.clock;
  assert.ok(Math.abs(offset - 5_000_000) <= bound, `${offset} ± ${bound}`);
});

test('the end of a connection is told once, and whether it was ever open', async (t) => {
  const server = await startServer(0, (socket) => socket.close());
  /** @param {string} address @returns {Promise<boolean>} */
  const end = (address) =>
    new Promise((resolve) => {
      new Connection(new URL(address), { onPacket: () => {}, onMessage: () => {}, onClosed: resolve }, Socket);
    });
  const address = server.address.replace('http', 'ws');
  assert.equal(await end(address), true);
  t.after(() => server.close());

  const refused = await startServer(0, () => {});
  refused.close();
  assert.equal(await end(refused.address.replace('http', 'ws')), false);
});

/** @param {() => void} onSend */
function silentSocket(onSend) {
  /** @type {{ socket: any }} */
  const made = { socket: undefined };
  class Silent {
    readyState = 1;
    constructor() {
      made.socket = this;
    }

    send() {
      onSend();
    }

    close() {}
  }

  return { made, Silent: /** @type {any} */ (Silent) };
}

test('a connection on which nothing comes any more counts as ended', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  let sent = 0;
  const { made, Silent } = silentSocket(() => sent++);

  /** @type {boolean[]} */
  const ends = [];
  new Connection(
    new URL('ws://host/jazz/live'),
    { onPacket: () => {}, onMessage: () => {}, onClosed: (wasOpen) => ends.push(wasOpen) },
    Silent,
    () => now,
  );
  made.socket.onopen();
  for (; now < 6000; now += 100) {
    assert.deepEqual(ends, []);
    t.mock.timers.tick(100);
  }

  // The server allows 20 questions, and then 5 in a second.
  assert.ok(sent > 8 && sent < 20, `${sent} questions`);
  for (; now < 8000; now += 100) {
    t.mock.timers.tick(100);
  }

  assert.deepEqual(ends, [true]);
});

test('a hidden page, whose timers are slow, keeps a connection that answers', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  let sent = 0;
  const { made, Silent } = silentSocket(() => sent++);
  let ends = 0;
  const events = { onPacket: () => {}, onMessage: () => {}, onClosed: () => ends++ };
  const connection = new Connection(new URL('ws://host/jazz/live'), events, Silent, () => now);
  made.socket.onopen();
  for (let minute = 0; minute < 3; minute++) {
    made.socket.onmessage({ data: '{"type":"moved"}' });
    now += 60_000;
    t.mock.timers.tick(60_000);
  }

  assert.equal(ends, 0);

  // The reports of the audio thread come although timers do not.
  sent = 0;
  made.socket.onmessage({ data: '{"type":"moved"}' });
  for (let i = 0; i < 40; i++) {
    now += 50;
    connection.check();
  }

  assert.ok(sent >= 1, `${sent} questions`);
  now += 7000;
  connection.check();
  assert.equal(ends, 1);
});
