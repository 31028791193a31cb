// What the browser shows and offers for playing media: keys, lock screen, output devices.

/**
 * @typedef {object} MediaActions
 * @property {() => void} play
 * @property {() => void} stop
 */

/**
 * Shows what is heard on the lock screen, and lets media keys control it.
 * @param {{ title: string, artist: string, album: string, artwork: string | undefined }} what
 * @param {MediaActions} actions
 */
export function showMedia({ title, artist, album, artwork }, actions) {
  const session = navigator.mediaSession;
  if (!session) {
    return;
  }

  session.metadata = new MediaMetadata({ title: title || album, artist, album, artwork: artwork ? [{ src: artwork }] : [] });
  for (const [action, handler] of /** @type {[MediaSessionAction, () => void][]} */ ([
    ['play', actions.play],
    ['pause', actions.stop],
    ['stop', actions.stop],
  ])) {
    try {
      session.setActionHandler(action, handler);
    } catch {
      // Not every browser knows every action.
    }
  }
}

/** @param {MediaSessionPlaybackState} state */
export function showMediaState(state) {
  if (navigator.mediaSession) {
    navigator.mediaSession.playbackState = state;
  }
}

/** On iPhones, media is heard although the ringer is silent. */
export function claimPlayback() {
  const session = /** @type {{ audioSession?: { type: string } }} */ (navigator).audioSession;
  if (session) {
    session.type = 'playback';
  }
}

/**
 * Makes a context run; before a click, browsers do not let it.
 * @param {AudioContext} context
 * @param {number} waitMs
 * @returns {Promise<boolean>} Whether it runs.
 */
export async function resume(context, waitMs) {
  if (context.state !== 'running') {
    const timeout = new Promise((resolve) => setTimeout(resolve, waitMs));
    await Promise.race([context.resume().catch(() => {}), timeout]);
  }

  return /** @type {string} */ (context.state) === 'running';
}

/**
 * Whether the browser can decode Opus for us. It needs a secure context for that.
 * @returns {Promise<boolean>}
 */
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
