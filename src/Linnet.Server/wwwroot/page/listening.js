/**
 * @typedef {"balanced" | "low-latency" | "robust"} Profile
 * @typedef {"auto" | "webcodecs" | "pcm" | "audio"} Path
 */

/** What the listener chose, kept in the browser. */
const KEY = 'linnet';

/** The one station that plays, and how. Emits `change` when anything that the page shows changes, and `statistics` four times a second. */
export class Listening extends EventTarget {
  /** @param {URL} base Where the server's paths begin. */
  constructor(base) {
    super();
    this.base = base;
    /** @type {string | null} */
    this.station = null;
    /** @type {string | undefined} */
    this.art = undefined;
    /** @type {{ title: string, artist: string } | undefined} What is heard: a hidden page gets no events. */
    this.track = undefined;
    this.state = 'stopped';
    this.reason = '';
    /** @type {any} */
    this.player = null;
    this.output = '';
    const kept = recall();
    this.volume = typeof kept.volume === 'number' ? kept.volume : 1;
    this.muted = kept.muted === true;
    /** @type {Profile} */
    this.profile = kept.profile ?? 'balanced';
    /** @type {Path} */
    this.path = paths().includes(kept.path) ? kept.path : 'auto';
    /** @type {any} */
    this.loaded = undefined;
    this.module = import(new URL('linnet-player.js', base).href).then(
      (module) => (this.loaded = module),
      () => null,
    );
  }

  /** @param {string} name */
  isOn(name) {
    return this.station === name && this.state !== 'stopped' && this.state !== 'failed';
  }

  get analyser() {
    return this.player?.analyser ?? null;
  }

  get statistics() {
    return this.player?.statistics ?? null;
  }

  /** @param {string} name @param {string | undefined} art The address of its picture. */
  async play(name, art = this.art) {
    this.drop();
    this.station = name;
    this.art = art;
    this.track = undefined;
    this.become('connecting');
    // At once, if possible: a click counts only for a moment.
    const module = this.loaded ?? (await this.module);
    if (this.station !== name || this.player) {
      return;
    }
    if (!module) {
      this.become('failed', 'output');
      return;
    }
    const player = new module.LinnetPlayer({
      server: this.base.href,
      station: name,
      profile: this.profile,
      path: this.path,
      volume: this.volume,
      muted: this.muted,
      artwork: art,
    });
    this.player = player;
    player.addEventListener('state', (/** @type {any} */ event) => {
      if (player === this.player) {
        this.become(event.detail.state, event.detail.reason);
      }
    });
    player.addEventListener('title', (/** @type {any} */ event) => {
      if (player === this.player) {
        this.track = event.detail;
        this.dispatchEvent(new Event('change'));
      }
    });
    player.addEventListener('statistics', () => {
      if (player === this.player) {
        this.dispatchEvent(new Event('statistics'));
      }
    });
    try {
      if (this.output) {
        await player.setSinkId(this.output).catch(() => {});
      }
      await player.play();
    } catch (error) {
      if (player === this.player) {
        this.become('failed', /** @type {any} */ (error).reason);
      }
    }
  }

  /** @param {string | undefined} art The address of the picture that is shown now. */
  setArt(art) {
    if (art !== this.art) {
      this.art = art;
      if (this.player) {
        this.player.artwork = art;
      }
    }
  }

  stop() {
    this.drop();
    this.station = null;
    this.become('stopped');
  }

  /** @param {number} volume */
  setVolume(volume) {
    this.volume = volume;
    this.muted = false;
    this.apply();
  }

  toggleMute() {
    this.muted = !this.muted;
    this.apply();
  }

  /** @param {Profile} profile */
  setProfile(profile) {
    this.profile = profile;
    if (this.player) {
      this.player.profile = profile;
    }
    this.apply();
  }

  /** @param {Path} path Another path is another player, so it starts again. */
  setPath(path) {
    this.path = path;
    this.apply();
    if (this.station) {
      void this.play(this.station);
    }
  }

  /** @param {string} id */
  async setOutput(id) {
    try {
      await this.player?.setSinkId(id);
      this.output = id;
    } catch {
      // The device has gone.
    }
  }

  apply() {
    if (this.player) {
      this.player.volume = this.volume;
      this.player.muted = this.muted;
    }
    keep({ volume: this.volume, muted: this.muted, profile: this.profile, path: this.path });
    this.dispatchEvent(new Event('change'));
  }

  drop() {
    const player = this.player;
    this.player = null;
    player?.stop();
  }

  /** @param {string} state @param {string} [reason] */
  become(state, reason = '') {
    this.state = state;
    this.reason = reason;
    this.dispatchEvent(new Event('change'));
  }
}

/** @returns {Path[]} Those that this browser may have. */
export function paths() {
  return ['auto', ...(typeof AudioDecoder === 'undefined' ? [] : [/** @type {Path} */ ('webcodecs')]), 'pcm', 'audio'];
}

/** @returns {any} */
function recall() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') ?? {};
  } catch {
    return {};
  }
}

/** @param {object} values */
function keep(values) {
  try {
    localStorage.setItem(KEY, JSON.stringify(values));
  } catch {
    // A private window keeps nothing.
  }
}
