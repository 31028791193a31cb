// Why a server refused a WebSocket: browsers do not tell, but the same address says it to an ordinary request.

import { liveAddress } from './wire.js';

const TIMEOUT_MS = 3000;

/**
 * @param {string} server
 * @param {string} station
 * @param {string | undefined} rendition
 * @returns {Promise<'closed' | 'rendition' | 'unknown-station' | 'full' | 'websocket' | undefined>} `websocket`: the server is there, but
 * something on the way lets no WebSocket through. Nothing: no answer that says anything.
 */
export async function whyRefused(server, station, rendition) {
  const url = liveAddress(server, station, rendition, 0);
  url.protocol = url.protocol === 'wss:' ? 'https:' : 'http:';
  const status = await fetch(url, { cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) }).then(
    (response) => response.status,
    () => 0,
  );
  switch (status) {
    case 401:
    case 403:
      return 'closed';
    case 404:
      return rendition ? 'rendition' : 'unknown-station';
    case 426:
      return 'websocket';
    case 503:
      return 'full';
    default:
      return undefined;
  }
}
