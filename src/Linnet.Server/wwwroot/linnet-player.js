// Plays a station of a Linnet server, live, in any page:
//   import { LinnetPlayer } from 'http://host:8000/linnet-player.js';
//   const player = new LinnetPlayer({ station: 'jazz' });
//   button.onclick = () => player.play();

import { ElementSession } from './player/element.js';
import { claimPlayback, hasWebCodecs, resume, showMedia, showMediaState } from './player/media.js';
import { PROFILES } from './player/profiles.js';
import { Session } from './player/session.js';
import { liveAddress } from './player/wire.js';

const STATISTICS_MS = 250;
const RESUME_MS = 1000;
const VOLUME_SECONDS = 0.015;

// A server that answers over HTTP but lets no WebSocket through, this often in a row, is behind a proxy that does not.
const MOST_REFUSALS = 2;

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
 * @property {string} [artwork] Address of a picture for the lock screen.
 * @property {boolean} [drift] Whether to follow the server's clock by tiny changes of speed. Default: true. Without it, lossless sound
 * stays lossless if the device has its rate, with a gap or a jump now and then.
 * @property {number} [outputDelay] What the device delays without telling the browser, in ms, as Bluetooth does. Counts in the latency.
 * @property {'auto' | 'scheduled'} [output] `scheduled`: no AudioWorklet even where there is one.
 */

/**
 * @typedef {object} PlayerStatistics
 * @property {PlayerState} state
 * @property {PathName | undefined} path
 * @property {string | undefined} rendition
 * @property {number | undefined} latency From when sound is due at the server to when it is heard, in ms.
 * @property {number | undefined} buffer Sound that has arrived and has not played, in ms.
 * @property {number | undefined} target The delay that the network needs now, in ms.
 * @property {number | undefined} delay The delay between arrival and playback, in ms: it follows the target.
 * @property {number} lost Milliseconds of sound that never came.
 * @property {number} concealed Milliseconds that were filled in because sound was lost or late.
 * @property {number} underruns How often the buffer ran empty.
 * @property {number} jumps How often playback jumped.
 * @property {number | undefined} drift How much faster the server's clock runs than the device's, in ppm.
 * @property {number | undefined} roundTrip In ms.
 * @property {number | undefined} bitrate Of the sound, in bits per second.
 * @property {number[]} peaks The loudest sample of each channel, 0 to 1.
 */

/** Why playing failed. `reason` is for programs, `message` for people. */
export class PlayerError extends Error {
    /**
     * @param {string} reason
     * @param {string} message
     */
    constructor(reason, message) {
        super(message);
        this.name = 'PlayerError';
        /**
         * `blocked` (the browser wants a click first), `unknown-station`, `rendition`, `closed`, `full`, `ended`, `removed`, `output`,
         * `decoder`, `stopped`.
         */
        this.reason = reason;
    }
}

/** @type {Record<string, string>} */
const MESSAGES = {
    blocked: 'The browser plays sound only after a click.',
    'unknown-station': 'The server has no such station.',
    rendition: 'The station has no such rendition.',
    closed: 'The station is not open to everyone.',
    full: 'The server has as many listeners as it can serve.',
    ended: 'The station has ended.',
    removed: 'The station was removed.',
    output: 'The browser cannot play sound this way.',
    decoder: 'The browser cannot decode the sound.',
    stopped: 'Stopped.',
};

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
    /** @type {AudioContext | undefined} */
    #context;
    /** @type {GainNode | undefined} */
    #gain;
    /** @type {AnalyserNode | undefined} */
    #analyser;
    /** @type {Session | undefined} */
    #session;
    /** @type {ElementSession | undefined} */
    #element;
    /** @type {PathName | undefined} */
    #path;
    #isOn = false;
    #refusals = 0;
    #sink = '';
    #title = { title: '', artist: '' };
    /** @type {ReturnType<typeof setInterval> | undefined} */
    #timer;
    /** @type {(() => void)[]} */
    #waiting = [];

    /** @param {PlayerOptions} options */
    constructor(options) {
        super();
        const server = options.server ?? new URL('.', import.meta.url).href;
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
            server,
        };
    }

    /**
     * Plays. Call it when the user clicks. Connections that end are made again until `stop`.
     * @returns {Promise<void>} Resolves when the station is heard. Rejects with a `PlayerError`.
     */
    async play() {
        if (!this.#isOn) {
            this.#isOn = true;
            this.#refusals = 0;
            claimPlayback();
            this.#setState('connecting');
            this.#timer = setInterval(() => this.#tick(), STATISTICS_MS);
            await this.#begin(undefined);
        }

        await this.#untilHeard();
    }

    /** Stops; the sound fades out. */
    stop() {
        this.#halt('stopped', 'stopped');
    }

    /** What it is doing. */
    get state() {
        return this.#state;
    }

    /** The station. */
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
        this.#applyVolume();
    }

    get muted() {
        return this.#options.muted;
    }

    set muted(value) {
        this.#options.muted = value;
        this.#applyVolume();
    }

    /** How far behind live it plays. A change while playing connects again if another rendition suits it better. */
    get profile() {
        return this.#options.profile;
    }

    set profile(value) {
        if (PROFILES[value] && value !== this.#options.profile) {
            const last = this.#renditions();
            this.#options.profile = value;
            this.#session?.setProfile(PROFILES[value]);
            if (this.#session && String(last) !== String(this.#renditions())) {
                this.#restart(this.#path);
            }
        }
    }

    /** How the sound comes: `auto` until it plays, unless an option says more. */
    get path() {
        return this.#path ?? this.#options.path;
    }

    set path(value) {
        this.#options.path = value;
        if (this.#isOn) {
            this.#restart(undefined);
        }
    }

    /** The sound itself, before volume, for meters: nothing before `play`, nor for an `<audio>` element without AudioContext. */
    get analyser() {
        return this.#analyser;
    }

    /** @returns {PlayerStatistics} */
    get statistics() {
        const report = this.#session?.report;
        const rate = this.#session?.rate ?? 1;
        /** @param {number | undefined} us */
        const ms = (us) => (us === undefined ? undefined : us / 1000);
        return {
            state: this.#state,
            path: this.#path,
            rendition: this.#element ? 'mp3' : this.#session?.rendition,
            latency: this.#session?.latencyMs,
            buffer: ms(report?.bufferedUs),
            target: ms(report?.targetUs),
            delay: ms(report?.delayUs),
            lost: ((report?.lostFrames ?? 0) * 1000) / rate,
            concealed: ((report?.concealedFrames ?? 0) * 1000) / rate,
            underruns: report?.underruns ?? 0,
            jumps: report?.jumps ?? 0,
            drift: report?.driftPpm,
            roundTrip: this.#session?.roundTripMs,
            bitrate: this.#session?.bitrate,
            peaks: report?.peaks ?? [],
        };
    }

    /**
     * Chooses an output device.
     * @param {string} id As `navigator.mediaDevices.enumerateDevices()` gives it; empty: the default.
     * @returns {Promise<void>} Rejects if the browser has no choice of devices.
     */
    async setSinkId(id) {
        const target = /** @type {{ setSinkId?: (id: string) => Promise<void> } | undefined} */ (
            this.#context ?? this.#element?.element ?? (typeof AudioContext === 'undefined' ? undefined : AudioContext.prototype)
        );
        if (!target?.setSinkId) {
            throw new DOMException('This browser cannot choose the output device.', 'NotSupportedError');
        }

        this.#sink = id;
        if (this.#context || this.#element) {
            await target.setSinkId(id);
        }
    }

    /** @param {PathName | undefined} path Instead of the one that the options say. */
    async #begin(path) {
        const { server, station, profile } = this.#options;
        const wanted = path ?? this.#options.path;
        try {
            // Before anything else: later, the click no longer counts.
            await this.#openContext(48000);
            this.#path = wanted === 'auto' ? ((await hasWebCodecs()) ? 'webcodecs' : 'pcm') : wanted;
        } catch (error) {
            if (error instanceof PlayerError) {
                this.#halt('failed', error.reason);
                return;
            }

            this.#path = 'audio';
        }

        if (!this.#isOn) {
            return;
        }

        if (this.#path === 'audio') {
            await this.#beginElement(server, station);
            return;
        }

        const session = new Session(
            {
                server,
                station,
                renditions: this.#renditions(),
                profile: PROFILES[profile],
                drift: this.#options.drift,
                useWorklet: this.#options.output !== 'scheduled',
                outputDelayMs: this.#options.outputDelay,
            },
            {
                onContext: (rate) => this.#openContext(rate),
                onNode: (node) => this.#connect(node),
                onState: (state, reason) => this.#setState(state, reason),
                onTitle: (title, artist) => this.#setTitle(title, artist),
                onEnd: (reason) => this.#onEnd(reason),
                onRefused: (attempt) => this.#whyRefused(attempt),
            },
        );
        this.#session = session;
        session.connect();
    }

    /** @param {string} server @param {string} station */
    async #beginElement(server, station) {
        this.#element = new ElementSession(server, station, {
            onState: (state, reason) => this.#setState(state, reason),
            onEnd: (reason) => this.#onEnd(reason),
        });
        if (this.#context) {
            this.#connect(this.#context.createMediaElementSource(this.#element.element));
        }

        this.#applyVolume();
        try {
            await this.#element.play();
        } catch {
            this.#halt('failed', 'blocked');
        }
    }

    /** What to ask for, the best first. The last resort is the server's own choice. */
    #renditions() {
        const { rendition, profile } = this.#options;
        return rendition ? [rendition] : [...(this.#path === 'pcm' ? ['l16', 'pcm'] : PROFILES[profile].opus), undefined];
    }

    /** @param {number} rate @returns {Promise<AudioContext>} A context that runs; with this rate, if the browser can. */
    async #openContext(rate) {
        const last = this.#context;
        if (last?.sampleRate === rate && last.state !== 'closed') {
            await this.#demandRunning(last);
            return last;
        }

        const options = { sampleRate: rate, latencyHint: PROFILES[this.#options.profile].latencyHint };
        let context;
        try {
            context = new AudioContext(options);
        } catch {
            context = new AudioContext({ latencyHint: options.latencyHint });
        }

        if (last && !(await resume(context, RESUME_MS))) {
            // It was made too long after the click. The last one runs, and the sound is converted to its rate.
            void context.close();
            return last;
        }

        void last?.close();
        this.#context = context;
        this.#gain = context.createGain();
        this.#gain.connect(context.destination);
        this.#analyser = context.createAnalyser();
        this.#applyVolume();
        if (this.#sink) {
            await this.setSinkId(this.#sink).catch(() => {});
        }

        await this.#demandRunning(context);
        return context;
    }

    /** @param {AudioContext} context */
    async #demandRunning(context) {
        if (!(await resume(context, RESUME_MS))) {
            throw new PlayerError('blocked', MESSAGES.blocked);
        }
    }

    /** @param {AudioNode} node */
    #connect(node) {
        if (this.#gain && this.#analyser) {
            node.connect(this.#gain);
            node.connect(this.#analyser);
        }
    }

    #applyVolume() {
        const { volume, muted } = this.#options;
        const gain = muted ? 0 : volume;
        if (this.#gain && this.#context) {
            // Straight at first, so that full volume changes no sample; then smooth.
            const param = this.#gain.gain;
            if (this.#context.currentTime === 0) {
                param.value = gain;
            } else if (param.value !== gain) {
                param.setTargetAtTime(gain, this.#context.currentTime, VOLUME_SECONDS);
            }
        } else if (this.#element) {
            this.#element.element.volume = volume;
            this.#element.element.muted = muted;
        }
    }

    /**
     * A WebSocket does not say why it was refused; a request does.
     * @param {{ rendition: string | undefined, hasPlayed: boolean }} attempt
     * @returns {Promise<string | undefined>}
     */
    async #whyRefused({ rendition, hasPlayed }) {
        const { server, station } = this.#options;
        const url = liveAddress(server, station, rendition, 0);
        url.protocol = url.protocol === 'wss:' ? 'https:' : 'http:';
        const status = await fetch(url, { cache: 'no-store', signal: AbortSignal.timeout(3000) }).then(
            (response) => response.status,
            () => 0,
        );
        if (status === 401 || status === 403) {
            return 'closed';
        }

        if (status === 404 && rendition) {
            return 'rendition';
        }

        // After a restart a station may need a moment to come back.
        if (status === 404 && !hasPlayed) {
            return 'unknown-station';
        }

        if (status === 503 && !hasPlayed) {
            return 'full';
        }

        this.#refusals = status === 426 ? this.#refusals + 1 : 0;
        return this.#refusals >= MOST_REFUSALS && this.#options.path === 'auto' ? 'websocket' : undefined;
    }

    /** @param {string} reason */
    #onEnd(reason) {
        const canChange = this.#options.path === 'auto';
        if (reason === 'decoder' && canChange && this.#path === 'webcodecs') {
            this.#restart('pcm');
        } else if ((reason === 'websocket' || reason === 'output' || reason === 'decoder') && canChange && this.#path !== 'audio') {
            this.#restart('audio');
        } else {
            this.#halt(reason === 'ended' || reason === 'removed' ? 'stopped' : 'failed', reason);
        }
    }

    /** @param {PathName | undefined} path */
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
            this.#setState(state, reason);
        }
    }

    #closeSessions() {
        this.#session?.close();
        this.#element?.close();
        this.#session = this.#element = undefined;
    }

    #tick() {
        this.dispatchEvent(new CustomEvent('statistics', { detail: this.statistics }));
    }

    /** @param {PlayerState} state @param {string} [reason] */
    #setState(state, reason) {
        if (state !== this.#state || reason !== this.#reason) {
            this.#state = state;
            this.#reason = reason;
            showMediaState(state === 'stopped' || state === 'failed' ? 'paused' : 'playing');
            if (state === 'playing') {
                this.#showMedia();
            }

            this.dispatchEvent(new CustomEvent('state', { detail: { state, reason } }));
            for (const check of this.#waiting.splice(0)) {
                check();
            }
        }
    }

    /** @param {string} title @param {string} artist */
    #setTitle(title, artist) {
        this.#title = { title, artist };
        this.#showMedia();
        this.dispatchEvent(new CustomEvent('title', { detail: this.#title }));
    }

    #showMedia() {
        const { station, artwork } = this.#options;
        const actions = { play: () => void this.play().catch(() => {}), stop: () => this.stop() };
        showMedia({ ...this.#title, album: station, artwork }, actions);
    }

    async #untilHeard() {
        while (this.#state !== 'playing') {
            if (!this.#isOn) {
                const reason = this.#reason ?? 'stopped';
                throw new PlayerError(reason, MESSAGES[reason] ?? reason);
            }

            await new Promise((resolve) => this.#waiting.push(() => resolve(undefined)));
        }
    }
}
