// Plays a station of a Linnet server, live, in any page:
//   import { LinnetPlayer } from 'http://host:8000/linnet-player.js';
//   const player = new LinnetPlayer({ station: 'jazz' });
//   button.onclick = () => player.play().catch((error) => alert(error.message));

import { ElementSession } from './player/element.js';
import { claimPlayback, hasWebCodecs, hideMedia, showMedia } from './player/media.js';
import { MESSAGES } from './player/messages.js';
import { PROFILES, renditionsFor } from './player/profiles.js';
import { whyRefused } from './player/refusal.js';
import { Session } from './player/session.js';
import { Speaker } from './player/speaker.js';

// A server that answers, but not on a WebSocket, is behind a proxy that lets none through.
const MOST_REFUSALS = 2;

/** @type {Map<string, PathName | undefined>} By server: the path that was heard. `auto` begins there. */
const provenPaths = new Map();

/** @typedef {'low-latency' | 'balanced' | 'robust'} ProfileName How far behind live to play. */
/** @typedef {'webcodecs' | 'pcm' | 'audio'} PathName Opus or FLAC decoded by the browser, PCM, or an `<audio>` element on the MP3. */
/** @typedef {'connecting' | 'buffering' | 'playing' | 'waiting' | 'stopped' | 'failed'} PlayerState */

/**
 * @typedef {object} PlayerOptions
 * @property {string} [server] The server's address. Default: where this module comes from.
 * @property {string} station The station's name.
 * @property {ProfileName} [profile] Default: `balanced`.
 * @property {PathName | 'auto'} [path] Default: `auto`, the best that works.
 * @property {number} [volume] 0 to 1. Default: 1.
 * @property {boolean} [muted] Default: false.
 * @property {string} [rendition] As `flac`; default: what suits the path.
 * @property {string} [artwork] Address of a picture for the lock screen and the media controls of the browser.
 * @property {boolean} [drift] Follow the server's clock by tiny changes of speed. Default: true. False keeps lossless sound lossless.
 * @property {number} [outputDelay] What the device delays without telling the browser, in ms, as Bluetooth does. Counts in the latency.
 * @property {'auto' | 'scheduled'} [output] `scheduled`: no AudioWorklet even where there is one.
 */

/**
 * @typedef {object} PlayerStatistics
 * @property {PlayerState} state
 * @property {PathName} [path]
 * @property {string} [rendition]
 * @property {number} [latency] From when sound is due at the server to when it is heard, in ms.
 * @property {number} [buffer] Sound that has arrived and has not played, in ms.
 * @property {number} [target] The delay that the network needs now, in ms.
 * @property {number} [delay] The delay between arrival and playback, in ms: it follows the target.
 * @property {number} lost Milliseconds of sound that never came.
 * @property {number} concealed Milliseconds that were filled in because sound was lost or late.
 * @property {number} underruns How often the buffer ran empty.
 * @property {number} jumps How often playback jumped.
 * @property {number} [drift] How much faster the server's clock runs than the device's, in ppm.
 * @property {number} [roundTrip] In ms.
 * @property {number} [bitrate] Of the sound, in bits per second.
 * @property {number[]} peaks The loudest sample of each channel, 0 to 1.
 */

/** Why playing failed. `reason` is for programs, `message` for people. */
export class PlayerError extends Error {
  /** @param {string} reason */
  constructor(reason) {
    super(MESSAGES[reason] ?? reason);
    this.name = 'PlayerError';
    /** `blocked`: before a click, `unknown-station`, `rendition`, `closed`, `full`, `ended`, `output`, `decoder`, `network`, `stopped`. */
    this.reason = reason;
  }
}

/**
 * Plays one station. Events: `state` (`detail`: `{ state, reason }`), `title` (`{ title, artist }`) and, 4 times a second,
 * `statistics` (as the property).
 */
export class LinnetPlayer extends EventTarget {
  #options;
  /** @type {PlayerState} */
  #state = 'stopped';
  /** @type {string | undefined} */
  #reason;
  #speaker = new Speaker();
  /** @type {Session | undefined} */
  #session;
  /** @type {ElementSession | undefined} */
  #element;
  /** @type {PathName | undefined} */
  #path;
  #isOn = false;
  #refusals = 0;
  #run = 0;
  #title = { title: '', artist: '' };
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  /** @type {(() => void)[]} */
  #waiting = [];

  /** @param {PlayerOptions} options */
  constructor(options) {
    super();
    /** @type {Required<Omit<PlayerOptions, 'rendition' | 'artwork'>> & PlayerOptions} */
    this.#options = {
      profile: 'balanced',
      path: 'auto',
      volume: 1,
      muted: false,
      drift: true,
      outputDelay: 0,
      output: 'auto',
      ...options,
      server: options.server ?? new URL('.', import.meta.url).href,
    };
    this.volume = this.#options.volume;
  }

  /**
   * Plays. Call it when the user clicks. Connections that end are made again until `stop`.
   * @returns {Promise<void>} Resolves when the station is heard. Rejects with a `PlayerError`.
   */
  async play() {
    if (!this.#isOn) {
      this.#isOn = true;
      this.#refusals = 0;
      claimPlayback(this);
      if (this.#options.path === 'audio' || this.#options.path === 'auto') {
        this.#speaker.unlockElement();
      }

      this.#setState('connecting');
      this.#timer = setInterval(() => this.#watch(), 250);
      await this.#begin();
    } else {
      this.#speaker.wake();
    }

    await this.#untilHeard();
  }

  /** Stops; the sound fades out, but not that of an `<audio>` element. */
  stop() {
    this.#halt('stopped', 'stopped');
  }

  get state() {
    return this.#state;
  }

  get station() {
    return this.#options.station;
  }

  /** The title that is heard. */
  get title() {
    return this.#title;
  }

  /** 0 to 1. */
  get volume() {
    return this.#options.volume;
  }

  set volume(value) {
    this.#options.volume = Math.min(Math.max(Number(value) || 0, 0), 1);
    this.#speaker.setVolume(this.#options.volume, this.#options.muted);
  }

  get muted() {
    return this.#options.muted;
  }

  set muted(value) {
    this.#options.muted = value;
    this.#speaker.setVolume(this.#options.volume, this.#options.muted);
  }

  /** As the option `artwork`. @param {string | undefined} value */
  set artwork(value) {
    this.#options.artwork = value;
    this.#showMedia();
  }

  /** How far behind live it plays. A change while playing connects again if another rendition suits it better. */
  get profile() {
    return this.#options.profile;
  }

  set profile(value) {
    if (PROFILES[value] && value !== this.#options.profile) {
      const last = this.#renditions();
      this.#options.profile = value;
      if (this.#session && String(last) !== String(this.#renditions())) {
        this.#restart(this.#path);
      } else {
        this.#session?.setProfile(PROFILES[value]);
      }
    }
  }

  /** How the sound comes: `auto` until it plays, unless an option says more. */
  get path() {
    return this.#path ?? this.#options.path;
  }

  set path(value) {
    provenPaths.delete(this.#options.server);
    this.#options.path = value;
    if (this.#isOn) {
      this.#restart();
    }
  }

  /** The sound itself, before volume, for meters: nothing before `play`, nor for an `<audio>` element without AudioContext. */
  get analyser() {
    return this.#speaker.analyser;
  }

  /** @returns {PlayerStatistics} */
  get statistics() {
    const { lost = 0, concealed = 0, underruns = 0, jumps = 0, peaks = [], ...more } = this.#session?.statistics ?? {};
    return { ...more, lost, concealed, underruns, jumps, peaks, state: this.#state, path: this.#path };
  }

  /** @param {string} id An output device of `enumerateDevices()`; empty: the default. Rejects if the browser has no choice. */
  async setSinkId(id) {
    await this.#speaker.setSinkId(id);
  }

  /** @param {PathName} [path] Instead of the one that the options say. @returns {Promise<void>} */
  async #begin(path) {
    const run = ++this.#run;
    const { server, station, profile, drift, output, outputDelay } = this.#options;
    const wanted = path ?? (this.#options.path === 'auto' ? provenPaths.get(server) : undefined) ?? this.#options.path;
    try {
      // Before anything else: later, the click no longer counts.
      await this.#openContext(48000);
      path = wanted === 'auto' ? ((await hasWebCodecs()) ? 'webcodecs' : 'pcm') : wanted;
    } catch (error) {
      if (run !== this.#run) {
        return;
      }

      if (error instanceof PlayerError) {
        this.#halt('failed', error.reason);
        return;
      }

      path = 'audio';
    }

    if (!this.#isOn || run !== this.#run) {
      return; // Since then, `stop` or another choice has come.
    }

    const events = {
      onState: this.#setState.bind(this),
      onEnd: this.#onEnd.bind(this),
      onContext: this.#openContext.bind(this),
      onNode: this.#speaker.connect.bind(this.#speaker),
      onHello: () => (this.#refusals = 0),
      onTitle: this.#setTitle.bind(this),
      onRefused: this.#whyRefused.bind(this),
    };
    this.#path = path;
    try {
      if (path === 'audio') {
        this.#element = new ElementSession(this.#speaker.openElement(), server, station, events);
        await this.#element.play().catch(() => this.#halt('failed', 'blocked'));
        return;
      }

      const wishes = { drift, profile: PROFILES[profile], useWorklet: output !== 'scheduled', outputDelayMs: outputDelay };
      this.#session = new Session({ server, station, renditions: this.#renditions(), ...wishes }, events);
      this.#session.connect();
    } catch {
      this.#halt('failed', 'output'); // As for an address that is none.
    }
  }

  /** Called 4 times a second. */
  #watch() {
    this.#tell('statistics', this.statistics);
    const { isRunning, isStuck } = this.#speaker.watch();
    this.#session?.watch(isRunning);
    if (isStuck && this.#session) {
      this.#speaker.close();
      this.#restart(this.#path);
    }
  }

  #renditions() {
    return renditionsFor(this.#path, this.#options.profile, this.#options.rendition);
  }

  /** @param {number} rate @returns {Promise<AudioContext>} A context that runs; with this rate, if the browser can. */
  async #openContext(rate) {
    const context = await this.#speaker.open(rate, PROFILES[this.#options.profile].latencyHint);
    if (!context) {
      throw new PlayerError('blocked');
    }

    return context;
  }

  /**
   * @param {string | undefined} rendition @param {boolean} hasPlayed
   * @returns {Promise<string | undefined>} The reason, if trying again makes no sense.
   */
  async #whyRefused(rendition, hasPlayed) {
    const reason = await whyRefused(this.#options.server, this.#options.station, rendition);
    this.#refusals = reason === 'websocket' ? this.#refusals + 1 : 0;
    if (reason === 'websocket') {
      return this.#refusals >= MOST_REFUSALS && this.#options.path === 'auto' ? reason : undefined;
    }

    // After a restart, a station may need a moment to come back.
    return hasPlayed && (reason === 'unknown-station' || reason === 'full') ? undefined : reason;
  }

  /** @param {string} reason */
  #onEnd(reason) {
    if (this.#options.path === 'auto' && this.#path !== 'audio' && ['websocket', 'output', 'decoder'].includes(reason)) {
      this.#restart(reason === 'decoder' && this.#path === 'webcodecs' ? 'pcm' : 'audio');
    } else {
      this.#halt(reason === 'ended' ? 'stopped' : 'failed', reason);
    }
  }

  /** @param {PathName} [path] */
  #restart(path) {
    this.#closeSessions();
    this.#setState('connecting');
    void this.#begin(path);
  }

  /** @param {'stopped' | 'failed'} state @param {string} reason */
  #halt(state, reason) {
    if (this.#isOn) {
      this.#isOn = false;
      clearInterval(this.#timer);
      this.#closeSessions();
      this.#speaker.close();
      this.#setState(state, reason);
    }
  }

  #closeSessions() {
    this.#session?.close();
    this.#element?.close();
    this.#session = this.#element = undefined;
  }

  /** @param {PlayerState} state @param {string} [reason] */
  #setState(state, reason) {
    if (state !== this.#state || reason !== this.#reason) {
      this.#state = state;
      this.#reason = reason;
      if (state === 'playing') {
        if (this.#options.path === 'auto') {
          provenPaths.set(this.#options.server, this.#path);
        }

        this.#showMedia();
      } else if (state === 'stopped' || state === 'failed') {
        hideMedia(this);
      }

      this.#tell('state', { state, reason });
      for (const check of this.#waiting.splice(0)) {
        check();
      }
    }
  }

  /** @param {string} title @param {string} artist */
  #setTitle(title, artist) {
    this.#title = { title, artist };
    this.#showMedia();
    this.#tell('title', this.#title);
  }

  /** @param {string} name @param {object} detail */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #showMedia() {
    if (this.#state === 'playing') {
      const { station, artwork } = this.#options;
      const actions = { play: () => void this.play().catch(() => {}), stop: () => this.stop() };
      showMedia(this, { ...this.#title, album: station, artwork }, actions);
    }
  }

  async #untilHeard() {
    while (this.#state !== 'playing') {
      if (!this.#isOn) {
        throw new PlayerError(this.#reason ?? 'stopped');
      }

      await new Promise((resolve) => this.#waiting.push(() => resolve(undefined)));
    }
  }
}
