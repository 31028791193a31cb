// Serves the web page as a Linnet server does, with stations that do not exist and a few chords.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname } from 'node:path';

const ROOT = new URL('../../src/Linnet.Server/wwwroot/', import.meta.url);
const RATE = 48_000;
const PACKET = 960;
const PACKET_US = 20_000;
const CHORDS = [
  [220, 277.2, 329.6, 415.3],
  [185, 220, 277.2, 329.6],
  [146.8, 185, 220, 277.2],
  [164.8, 207.7, 246.9, 293.7],
];

const LOOP = Int16Array.from({ length: 8 * RATE }, (_, i) => sampleAt(i / RATE));

/** @type {Record<string, string>} */
const TYPES = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.fla': 'audio/flac',
  '.webmanifest': 'application/manifest+json',
};

/**
 * @param {any} WebSocketServer @param {Map<string, Buffer>} covers By name.
 * @param {(text: string) => Promise<string>} drawCode Draws a QR code as an SVG.
 */
export async function startServer(WebSocketServer, covers, drawCode) {
  const state = { stations: /** @type {any[]} */ ([]), isOffline: false };
  /** @type {Set<import('node:http').ServerResponse>} */
  const readers = new Set();
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x');
    const cover = /\/art\/(\w+)$/.exec(pathname);
    if (pathname === '/events') {
      response.writeHead(state.isOffline ? 503 : 200, { 'content-type': 'text/event-stream' });
      if (state.isOffline) {
        response.end();
        return;
      }

      readers.add(response);
      response.on('close', () => readers.delete(response));
      response.write(`event: stations\ndata: ${JSON.stringify({ rtspPort: 8554, rtspsPort: null, stations: state.stations })}\n\n`);
    } else if (pathname === '/qr.svg') {
      response.writeHead(200, { 'content-type': 'image/svg+xml' });
      response.end(await drawCode(`http://${request.headers.host}/#${searchParams.get('station')}`));
    } else if (cover) {
      response.writeHead(200, { 'content-type': 'image/jpeg' });
      response.end(covers.get(cover[1]));
    } else {
      serveFile(pathname, response);
    }
  });
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'linnet.live.1' });
  server.on('upgrade', (request, socket, head) => {
    if (request.url?.startsWith('/full/')) {
      socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n');
    } else {
      sockets.handleUpgrade(request, socket, head, (/** @type {any} */ client) => play(client));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    state,
    port: /** @type {import('node:net').AddressInfo} */ (server.address()).port,
    /** Ends all events; browsers then ask again. */
    dropReaders: () => readers.forEach((reader) => reader.destroy()),
    close: () => {
      sockets.clients.forEach((/** @type {any} */ client) => client.terminate());
      server.closeAllConnections();
      server.close();
    },
  };
}

/** @param {string} pathname @param {import('node:http').ServerResponse} response */
function serveFile(pathname, response) {
  try {
    const name = pathname === '/' ? 'index.html' : pathname.slice(1);
    const file = readFileSync(new URL(name, ROOT));
    const isPage = name === 'index.html';
    response.writeHead(200, { 'content-type': isPage ? 'text/html' : (TYPES[extname(name)] ?? 'text/plain') });
    response.end(isPage ? file.toString().replaceAll('{{base}}', '').replace('{{stations}}', '') : file);
  } catch {
    response.writeHead(pathname.startsWith('/full/') ? 503 : 404);
    response.end();
  }
}

/** Sends PCM in real time, as docs/wire/websocket.md says. @param {any} client */
function play(client) {
  const now = () => Math.round(performance.now() * 1000);
  const hello = { type: 'hello', version: 1, rendition: 'l16', codec: 'pcm', bits: 16, rate: RATE, channels: 2, packet: PACKET };
  client.on('message', (/** @type {Buffer} */ text) => {
    const { type, sent } = JSON.parse(String(text));
    client.send(JSON.stringify({ type, sent, received: now(), replied: now() }));
  });
  client.send(JSON.stringify({ ...hello, time: now() }));
  const start = now();
  let sent = 0;
  const timer = setInterval(() => {
    for (; start + sent * PACKET_US <= now(); sent++) {
      const packet = Buffer.alloc(24 + PACKET * 4);
      packet.writeUInt8(1, 0);
      packet.writeUInt32BE(PACKET, 4);
      packet.writeBigInt64BE(BigInt(sent * PACKET), 8);
      packet.writeBigInt64BE(BigInt(start + sent * PACKET_US), 16);
      for (let i = 0; i < PACKET; i++) {
        const sample = LOOP[(sent * PACKET + i) % LOOP.length];
        packet.writeInt16BE(sample, 24 + 4 * i);
        packet.writeInt16BE(sample, 26 + 4 * i);
      }

      client.send(packet);
    }
  }, 5);
  client.on('close', () => clearInterval(timer));
}

/** @param {number} seconds @returns {number} A sample of 16 bits. */
function sampleAt(seconds) {
  const beat = seconds % 0.5;
  const tick = Math.exp(-beat * 60) * Math.sin(seconds * 41_000) + Math.exp(-beat * 14) * Math.sin(2 * Math.PI * 58 * beat);
  let sum = 0;
  for (const hz of CHORDS[Math.floor(seconds / 2) % CHORDS.length]) {
    for (let partial = 1; partial <= 12; partial++) {
      sum += Math.sin(2 * Math.PI * hz * partial * seconds) / partial ** 1.25;
    }
  }

  return Math.round(32_767 * Math.max(-1, Math.min(1, 0.06 * sum + 0.24 * tick)));
}
