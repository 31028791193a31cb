// What the browser shows and offers for playing media, as media keys do. Most browsers do that only for an <audio> element.

/** @type {object | undefined} The player that was heard last: of several, it alone has the keys. */
let owner;

/**
 * Shows what is heard, and lets media keys control it.
 * @param {object} player @param {{ title: string, artist: string, album: string, artwork: string | undefined }} what
 * @param {MediaActions} actions
 */
export function showMedia(player, { title, artist, album, artwork }, actions) {
  const session = globalThis.navigator?.mediaSession;
  if (session) {
    owner = player;
    try {
      session.playbackState = 'playing';
      session.metadata = new MediaMetadata({ title: title || album, artist, album, artwork: artwork ? [{ src: artwork }] : [] });
    } catch {
      // The address of the picture may be none.
    }

    setActions(session, actions.play, actions.stop);
  }
}

/** @param {object} player It has stopped. */
export function hideMedia(player) {
  const session = globalThis.navigator?.mediaSession;
  if (session && player === owner) {
    owner = undefined;
    session.playbackState = 'none';
    session.metadata = null;
    setActions(session, null, null);
  }
}

/** @param {MediaSession} session @param {(() => void) | null} play @param {(() => void) | null} stop */
function setActions(session, play, stop) {
  for (const action of /** @type {MediaSessionAction[]} */ (['play', 'pause', 'stop'])) {
    try {
      session.setActionHandler(action, action === 'play' ? play : stop);
    } catch {
      // Not every browser knows every action.
    }
  }
}

/** On iPhones, media is heard although the ringer is silent. */
export function claimPlayback() {
  const session = /** @type {{ audioSession?: { type: string } }} */ (globalThis.navigator ?? {}).audioSession;
  if (session) {
    session.type = 'playback';
  }
}

/**
 * Makes a context run; before a click, browsers do not let it.
 * @param {AudioContext} context @param {number} waitMs @returns {Promise<boolean>} Whether it runs.
 */
export async function resume(context, waitMs) {
  if (context.state !== 'running') {
    const timeout = new Promise((resolve) => setTimeout(resolve, waitMs));
    await Promise.race([context.resume().catch(() => {}), timeout]);
  }

  return /** @type {string} */ (context.state) === 'running';
}

/** Whether the browser can decode Opus for us. It needs a secure context for that. @returns {Promise<boolean>} */
export async function hasWebCodecs() {
  if (typeof AudioDecoder === 'undefined') {
    return false;
  }

  try {
    const { supported } = await AudioDecoder.isConfigSupported({ codec: 'opus', sampleRate: 48000, numberOfChannels: 2 });
    return supported === true;
  } catch {
    return false;
  }
}
