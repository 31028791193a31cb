/** The choices, in minutes. */
export const SLEEP_MINUTES = [15, 30, 45, 60, 90];

const CHECK_MS = 5_000;

/** Stops the sound after a time. Emits `change` when the minutes that are left change. */
export class SleepTimer extends EventTarget {
  /** @param {() => void} stop */
  constructor(stop) {
    super();
    this.stop = stop;
    this.endsAt = 0;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
    this.left = 0;
  }

  /** @param {number} minutes 0: off. */
  set(minutes) {
    clearInterval(this.timer);
    this.endsAt = minutes ? Date.now() + minutes * 60_000 : 0;
    // A device that slept through the end stops late rather than never.
    this.timer = minutes ? setInterval(() => this.check(), CHECK_MS) : undefined;
    this.check();
  }

  check() {
    const left = this.endsAt ? Math.max(0, Math.ceil((this.endsAt - Date.now()) / 60_000)) : 0;
    if (this.endsAt && left === 0) {
      this.set(0);
      this.stop();
    } else if (left !== this.left) {
      this.left = left;
      this.dispatchEvent(new Event('change'));
    }
  }
}
