// The messages of a live connection: docs/wire/websocket.md. Reads what comes from the network, so nothing here throws.

export const SUBPROTOCOL = 'linnet.live.1';

const HEADER = 24;
const PACKET = 1;
const MOST_FRAMES = 1 << 17;

/** Reads a binary message. @param {ArrayBuffer} data @returns {Packet | undefined} Nothing if it is no packet, or none that can be true. */
export function readPacket(data) {
  if (data.byteLength <= HEADER) {
    return undefined;
  }

  const view = new DataView(data);
  const frames = view.getUint32(4);
  const position = Number(view.getBigInt64(8));
  const due = Number(view.getBigInt64(16));
  const isPacket = view.getUint8(0) === PACKET && frames > 0 && frames <= MOST_FRAMES;
  return isPacket && Number.isSafeInteger(position) && Number.isSafeInteger(due)
    ? { frames, position, due, payload: new Uint8Array(data, HEADER) }
    : undefined;
}

/** Reads a text message. @param {string} text @returns {Message | undefined} Nothing if it is of an unknown type or cannot be true. */
export function readMessage(text) {
  /** @type {any} */
  let message;
  try {
    message = JSON.parse(text);
  } catch {
    return undefined;
  }

  switch (message?.type) {
    case 'hello': {
      const format = readFormat(message);
      const { station, rendition, time } = message;
      return format && { type: 'hello', station: String(station ?? ''), rendition: String(rendition ?? ''), time: Number(time), format };
    }
    case 'format': {
      const format = readFormat(message);
      return format && { type: 'format', format };
    }
    case 'title': {
      const position = Number.isSafeInteger(message.position) ? message.position : -Infinity;
      return { type: 'title', position, title: String(message.title ?? ''), artist: String(message.artist ?? '') };
    }
    case 'discontinuity':
      return { type: 'discontinuity', position: Number(message.position) };
    case 'moved':
      return { type: 'moved', packets: Number(message.packets) || 0 };
    case 'time':
      return { type: 'time', sent: message.sent, received: message.received, replied: message.replied };
    case 'end':
      return { type: 'end', reason: String(message.reason ?? 'ended') };
    default:
      return undefined;
  }
}

/** @param {number} sent Our clock, in µs. @returns {string} A question for the server's clock. */
export function timeRequest(sent) {
  return JSON.stringify({ type: 'time', sent });
}

/**
 * The address of a station's live sound.
 * @param {string} server As `http://host:8000/` or, for a signed link, `http://host:8000/k/…/`. @param {string} station
 * @param {string | undefined} rendition @param {number} burstMs How much sound to send at the start.
 * @param {number} [intervalMs] How much sound may come at once after that.
 */
export function liveAddress(server, station, rendition, burstMs, intervalMs = 0) {
  const url = stationAddress(server, station, '/live');
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  if (rendition) {
    url.searchParams.set('rendition', rendition);
  }

  for (const [name, ms] of Object.entries({ burst: burstMs, interval: intervalMs })) {
    if (ms > 0) {
      url.searchParams.set(name, String(Math.round(ms)));
    }
  }

  return url;
}

/** An address below a server's. @param {string} server @param {string} station @param {string} ending */
export function stationAddress(server, station, ending) {
  const url = new URL(server);
  url.pathname = `${url.pathname.replace(/\/?$/, '/')}${encodeURIComponent(station)}${ending}`;
  return url;
}

/** @param {any} message @returns {Format | undefined} */
function readFormat(message) {
  const { codec, rate, channels, packet } = message;
  const bits = message.bits ?? 0;
  const isKnown = codec === 'opus' || codec === 'flac' || (codec === 'pcm' && (bits === 16 || bits === 24));
  const isSound = isWithin(rate, 1000, 768_000) && isWithin(channels, 1, 32);
  if (!isKnown || !isSound) {
    return undefined;
  }

  const description = readBase64(message.description);
  return codec === 'flac' && !description
    ? undefined
    : { codec, bits, rate, channels, packet: isWithin(packet, 1, MOST_FRAMES) ? packet : 960, description };
}

/** @param {unknown} text @returns {Uint8Array | undefined} */
function readBase64(text) {
  try {
    return typeof text === 'string' && text !== '' ? Uint8Array.from(atob(text), (c) => c.charCodeAt(0)) : undefined;
  } catch {
    return undefined;
  }
}

/** @param {unknown} value @param {number} least @param {number} most */
function isWithin(value, least, most) {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}
