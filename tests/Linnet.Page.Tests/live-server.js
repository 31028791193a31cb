// A small stand-in for a server's live connection.

import { once } from 'node:events';
import { createRequire } from 'node:module';

/** @type {typeof import('ws')} The tools are installed in eng/js. */
const ws = createRequire(new URL('../../eng/js/', import.meta.url))('ws');

export const { WebSocket, WebSocketServer } = ws;

/**
 * A binary message.
 * @param {number} frames
 * @param {number} position
 * @param {number} due
 * @param {Uint8Array} payload
 * @returns {ArrayBuffer}
 */
export function packet(frames, position, due, payload) {
  const data = new Uint8Array(24 + payload.length);
  const view = new DataView(data.buffer);
  view.setUint8(0, 1);
  view.setUint32(4, frames);
  view.setBigInt64(8, BigInt(position));
  view.setBigInt64(16, BigInt(due));
  data.set(payload, 24);
  return data.buffer;
}

/**
 * Answers questions about the clock, which is ahead by `aheadUs`.
 * @param {number} aheadUs
 * @param {(socket: import('ws').WebSocket, url: string) => void} onListener
 */
export async function startServer(aheadUs, onListener) {
  const server = new ws.WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'linnet.live.1' });
  await once(server, 'listening');
  const now = () => Math.round(performance.now() * 1000) + aheadUs;
  server.on('connection', (/** @type {import('ws').WebSocket} */ socket, /** @type {import('node:http').IncomingMessage} */ request) => {
    socket.on('message', (/** @type {Buffer} */ text) => {
      const { type, sent } = JSON.parse(String(text));
      if (type === 'time') {
        socket.send(JSON.stringify({ type, sent, received: now(), replied: now() }));
      }
    });
    onListener(socket, request.url ?? '');
  });
  return {
    address: `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}/`,
    close: () => {
      for (const client of server.clients) {
        client.terminate();
      }

      server.close();
    },
  };
}
