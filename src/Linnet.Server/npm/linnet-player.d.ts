export type ProfileName = 'low-latency' | 'balanced' | 'robust';
export type PathName = 'webcodecs' | 'pcm' | 'audio';
export type PlayerState = 'connecting' | 'buffering' | 'playing' | 'waiting' | 'stopped' | 'failed';
export type PlayerOptions = {
    /**
     * The server's address. Default: where this module comes from.
     */
    server?: string;
    /**
     * The station's name.
     */
    station: string;
    /**
     * Default: `balanced`.
     */
    profile?: ProfileName;
    /**
     * Default: `auto`, the best that works.
     */
    path?: PathName | 'auto';
    /**
     * 0 to 1. Default: 1.
     */
    volume?: number;
    /**
     * Default: false.
     */
    muted?: boolean;
    /**
     * As `flac`; default: what suits the path.
     */
    rendition?: string;
    /**
     * Address of a picture for the lock screen and the media controls of the browser.
     */
    artwork?: string;
    /**
     * Follow the server's clock by tiny changes of speed. Default: true. False keeps lossless sound lossless.
     */
    drift?: boolean;
    /**
     * What the device delays without telling the browser, in ms, as Bluetooth does. Counts in the latency.
     */
    outputDelay?: number;
    /**
     * `scheduled`: no AudioWorklet even where there is one.
     */
    output?: 'auto' | 'scheduled';
};
export type PlayerStatistics = {
    state: PlayerState;
    path?: PathName;
    rendition?: string;
    /**
     * From when sound is due at the server to when it is heard, in ms.
     */
    latency?: number;
    /**
     * Sound that has arrived and has not played, in ms.
     */
    buffer?: number;
    /**
     * The delay that the network needs now, in ms.
     */
    target?: number;
    /**
     * The delay between arrival and playback, in ms: it follows the target.
     */
    delay?: number;
    /**
     * Milliseconds of sound that never came.
     */
    lost: number;
    /**
     * Milliseconds that were filled in because sound was lost or late.
     */
    concealed: number;
    /**
     * How often the buffer ran empty.
     */
    underruns: number;
    /**
     * How often playback jumped.
     */
    jumps: number;
    /**
     * How much faster the server's clock runs than the device's, in ppm.
     */
    drift?: number;
    /**
     * In ms.
     */
    roundTrip?: number;
    /**
     * Of the sound, in bits per second.
     */
    bitrate?: number;
    /**
     * The loudest sample of each channel, 0 to 1.
     */
    peaks: number[];
};
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
export declare class PlayerError extends Error {
    /** `blocked`: before a click, `unknown-station`, `rendition`, `closed`, `full`, `ended`, `output`, `decoder`, `network`, `stopped`. */
    reason: string;
    /** @param {string} reason */
    constructor(reason: string);
}
/**
 * Plays one station. Events: `state` (`detail`: `{ state, reason }`), `title` (`{ title, artist }`) and, 4 times a second,
 * `statistics` (as the property).
 */
export declare class LinnetPlayer extends EventTarget {
    #private;
    /** @param {PlayerOptions} options */
    constructor(options: PlayerOptions);
    /**
     * Plays. Call it when the user clicks. Connections that end are made again until `stop`.
     * @returns {Promise<void>} Resolves when the station is heard. Rejects with a `PlayerError`.
     */
    play(): Promise<void>;
    /** Stops; the sound fades out, but not that of an `<audio>` element. */
    stop(): void;
    get state(): PlayerState;
    get station(): string;
    /** The title that is heard. */
    get title(): {
        title: string;
        artist: string;
    };
    /** 0 to 1. */
    get volume(): number;
    set volume(value: number);
    get muted(): boolean;
    set muted(value: boolean);
    /** As the option `artwork`. @param {string | undefined} value */
    set artwork(value: string | undefined);
    /** How far behind live it plays. A change while playing connects again if another rendition suits it better. */
    get profile(): ProfileName;
    set profile(value: ProfileName);
    /** How the sound comes: `auto` until it plays, unless an option says more. */
    get path(): "auto" | PathName;
    set path(value: "auto" | PathName);
    /** The sound itself, before volume, for meters: nothing before `play`, nor for an `<audio>` element without AudioContext. */
    get analyser(): AnalyserNode | undefined;
    /** @returns {PlayerStatistics} */
    get statistics(): PlayerStatistics;
    /** @param {string} id An output device of `enumerateDevices()`; empty: the default. Rejects if the browser has no choice. */
    setSinkId(id: string): Promise<void>;
}
