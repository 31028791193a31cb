/** Plays a station with the browser's own audio element, where `linnet-player.js` cannot be loaded. The same interface, without numbers. */
export class AudioPlayer extends EventTarget {
  /** @param {{ server: string, station: string, volume: number, muted: boolean }} options */
  constructor(options) {
    super();
    this.audio = new Audio();
    this.source = new URL(`${options.station}.mp3`, options.server).href;
    this.volume = options.volume;
    this.muted = options.muted;
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

  async play() {
    this.audio.src = this.source;
    await this.audio.play();
  }

  stop() {
    this.audio.pause();
    this.audio.removeAttribute('src');
  }

  /** @param {string} state */
  tell(state) {
    this.dispatchEvent(new CustomEvent('state', { detail: { state } }));
  }
}
