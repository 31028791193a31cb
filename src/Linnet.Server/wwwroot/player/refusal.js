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

/**
 * The address at another server to which a full one sends listeners: a handshake cannot be redirected.
 * @param {URL} live The address that was refused.
 * @returns {Promise<URL | undefined>} Nothing: it names none.
 */
export async function addressElsewhere(live) {
  const response = await get(overHttp(live), 'GET');
  const named = response?.status === 503 && /^<(https?:[^>]+)>; rel="alternate"$/.exec(response.headers.get('Link') ?? '')?.[1];
  if (!named) {
    return undefined;
  }

  const url = new URL(named);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url;
}

/** @param {string} server @param {string} station @returns {Promise<boolean>} Whether it answers again. */
export async function isBack(server, station) {
  return (await ask(askingAddress(server, station, undefined), 'GET')) !== undefined;
}

/** @param {string} server @param {string} station @param {string | undefined} rendition */
function askingAddress(server, station, rendition) {
  return overHttp(liveAddress(server, station, rendition, 0));
}

/** @param {URL} live */
function overHttp(live) {
  const url = new URL(live);
  url.protocol = url.protocol === 'wss:' ? 'https:' : 'http:';
  return url;
}

/** @param {URL} url @param {'GET' | 'HEAD'} method @returns {Promise<Refusal | undefined>} */
export async function ask(url, method) {
  const response = await get(url, method);
  return response && REFUSALS[response.status];
}

/** @param {URL} url @param {'GET' | 'HEAD'} method @returns {Promise<Response | undefined>} */
async function get(url, method) {
  const abort = new AbortController();
  const timeout = setTimeout(() => abort.abort(), TIMEOUT_MS);
  try {
    // With credentials, the browser would ask for a password.
    return await fetch(url, { method, cache: 'no-store', credentials: 'omit', signal: abort.signal });
  } catch {
    return undefined;
  } finally {
    clearTimeout(timeout);
  }
}
