/**
 * Plays a station with the browser's own audio element. Stands in where `linnet-player.js` cannot be loaded; the same interface.
 */
export class AudioPlayer extends EventTarget {
    /** @param {{ server: string, station: string, volume: number, muted: boolean }} options */
    constructor(options) {
        super();
        this.audio = new Audio();
        this.audio.preload = 'none';
        this.source = new URL(`${options.station}.mp3`, options.server).href;
        this.audio.volume = options.volume;
        this.audio.muted = options.muted;
        this.profile = 'balanced';
        /** @type {AudioContext | null} */
        this.context = null;
        /** @type {AnalyserNode | null} */
        this.analyser = null;
        this.timer = 0;
        this.audio.addEventListener('playing', () => this.tell('playing'));
        this.audio.addEventListener('waiting', () => this.tell('buffering'));
        this.audio.addEventListener('ended', () => this.tell('waiting'));
        this.audio.addEventListener('error', () => this.tell('failed'));
    }

    get volume() {
        return this.audio.volume;
    }

    set volume(value) {
        this.audio.volume = value;
    }

    get muted() {
        return this.audio.muted;
    }

    set muted(value) {
        this.audio.muted = value;
    }

    get statistics() {
        const ranges = this.audio.buffered;
        const end = ranges.length > 0 ? ranges.end(ranges.length - 1) : 0;
        const buffer = Math.max(0, end - this.audio.currentTime) * 1000;
        return { path: 'audio', rendition: 'mp3', buffer };
    }

    async play() {
        this.tell('connecting');
        this.audio.src = this.source;
        this.analyse();
        this.timer = setInterval(() => this.dispatchEvent(new Event('statistics')), 250);
        await this.audio.play();
    }

    stop() {
        clearInterval(this.timer);
        this.audio.pause();
        this.audio.removeAttribute('src');
        this.audio.load();
        void this.context?.close();
        this.context = null;
        this.analyser = null;
        this.tell('stopped');
    }

    /** @param {string} id */
    async setSinkId(id) {
        await /** @type {any} */ (this.audio).setSinkId?.(id);
    }

    analyse() {
        this.context = new AudioContext();
        this.analyser = this.context.createAnalyser();
        this.context.createMediaElementSource(this.audio).connect(this.analyser).connect(this.context.destination);
        void this.context.resume();
    }

    /** @param {string} state */
    tell(state) {
        this.dispatchEvent(new CustomEvent('state', { detail: { state } }));
    }
}
