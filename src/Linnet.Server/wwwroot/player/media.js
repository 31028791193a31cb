// What the browser shows and offers for playing media, as on a lock screen and for media keys. Most browsers do that only for an <audio>
// element that plays, and phones stop the sound of a hidden page without one: so silence plays beside the sound.

/** @type {object | undefined} The player that was heard last: of several, it alone has the keys. */
let owner;

/** @type {HTMLAudioElement | undefined} */
let silence;

let isPausing = false;

/** Call it in the click that plays: later, the browser does not let an element play. @param {object} player */
export function claimPlayback(player) {
  const session = /** @type {{ audioSession?: { type: string } }} */ (globalThis.navigator ?? {}).audioSession;
  if (session) {
    session.type = 'playback'; // On iPhones, it is then heard although the ringer is silent.
  }

  owner = player;
  if (globalThis.Audio && !silence) {
    silence = new Audio(new URL('silence.fla', import.meta.url).href);
    silence.loop = true;
  }

  void silence?.play().catch(() => {});
}

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
      session.setPositionState?.({ duration: Infinity }); // Live, and not the length of the silence.
      session.metadata = new MediaMetadata({ title: title || album, artist, album, artwork: artwork ? [{ src: artwork }] : [] });
    } catch {
      // The address of the picture may be none.
    }

    setActions(session, actions);
  }
}

/** It has stopped. After the key for a pause, the key to play stays. @param {object} player */
export function hideMedia(player) {
  if (player === owner) {
    silence?.pause();
    const session = globalThis.navigator?.mediaSession;
    if (session && isPausing) {
      session.playbackState = 'paused';
    } else if (session) {
      owner = undefined;
      session.playbackState = 'none';
      session.metadata = null;
      setActions(session);
    }
  }
}

/** @param {MediaSession} session @param {MediaActions} [actions] */
function setActions(session, actions) {
  const pause = () => {
    isPausing = true;
    actions?.stop();
    isPausing = false;
  };
  for (const [action, handler] of /** @type {const} */ ([
    ['play', actions?.play],
    ['pause', actions && pause],
    ['stop', actions?.stop],
  ])) {
    try {
      session.setActionHandler(action, handler ?? null);
    } catch {
      // Not every browser knows every action.
    }
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
