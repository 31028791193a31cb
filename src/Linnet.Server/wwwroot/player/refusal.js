// Why a server refused: browsers do not tell, but the same address says it to an ordinary request.

import { liveAddress } from './wire.js';

const TIMEOUT_MS = 3000;

/** @type {Record<number, Refusal | undefined>} */
const REFUSALS = { 401: 'closed', 403: 'closed', 404: 'unknown-station', 426: 'websocket', 429: 'full', 503: 'full' };

/**
 * @param {string} server @param {string} station @param {string | undefined} rendition
 * @returns {Promise<Refusal | undefined>} Nothing: no answer that says anything.
 */
export async function whyRefused(server, station, rendition) {
  const url = askingAddress(server, station, rendition);
  const reason = await ask(url, 'GET');
  if (reason !== 'unknown-station' || !rendition) {
    return reason;
  }

  // Is it the station that is missing, or only the rendition?
  url.search = '';
  return (await ask(url, 'GET')) === 'unknown-station' ? 'unknown-station' : 'rendition';
}

/** @param {string} server @param {string} station @returns {Promise<boolean>} Whether it answers again. */
export async function isBack(server, station) {
  return (await ask(askingAddress(server, station, undefined), 'GET')) !== undefined;
}

/** @param {string} server @param {string} station @param {string | undefined} rendition */
function askingAddress(server, station, rendition) {
  const url = liveAddress(server, station, rendition, 0);
  url.protocol = url.protocol === 'wss:' ? 'https:' : 'http:';
  return url;
}

/** @param {URL} url @param {'GET' | 'HEAD'} method @returns {Promise<Refusal | undefined>} */
export async function ask(url, method) {
  const abort = new AbortController();
  const timeout = setTimeout(() => abort.abort(), TIMEOUT_MS);
  try {
    // With credentials, the browser would ask for a password.
    return REFUSALS[(await fetch(url, { method, cache: 'no-store', credentials: 'omit', signal: abort.signal })).status];
  } catch {
    return undefined;
  } finally {
    clearTimeout(timeout);
  }
}
