const BARS = 28;
const MOST_THICK = 8;
const LOWEST_HZ = 50;
const HIGHEST_HZ = 16_000;

/** Pictures a second: for all, and for readers who want less motion. */
const CALM_INTERVAL_MS = 500;

/** Draws the spectrum of what is heard. */
export class Meter {
  /** @param {HTMLCanvasElement} canvas @param {() => AnalyserNode | null} analyser What to draw; `null`: nothing plays. */
  constructor(canvas, analyser) {
    this.canvas = canvas;
    this.analyser = analyser;
    this.calm = matchMedia('(prefers-reduced-motion: reduce)');
    /** @type {Uint8Array<ArrayBuffer>} */
    this.bins = new Uint8Array(0);
    this.levels = new Float32Array(BARS);
    this.frame = 0;
    this.drawnAt = 0;
  }

  start() {
    if (!this.frame) {
      this.next();
    }
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.levels.fill(0);
    this.draw();
  }

  next() {
    this.frame = requestAnimationFrame((now) => {
      if (!this.calm.matches || now - this.drawnAt > CALM_INTERVAL_MS) {
        this.drawnAt = now;
        this.measure();
        this.draw();
      }
      this.next();
    });
  }

  measure() {
    const analyser = this.analyser();
    if (!analyser) {
      this.levels.fill(0);
      return;
    }
    if (this.bins.length !== analyser.frequencyBinCount) {
      this.bins = new Uint8Array(analyser.frequencyBinCount);
    }
    analyser.getByteFrequencyData(this.bins);
    const hzPerBin = analyser.context.sampleRate / 2 / this.bins.length;
    for (let bar = 0; bar < BARS; bar++) {
      const from = Math.floor(edge(bar) / hzPerBin);
      const to = Math.max(from + 1, Math.floor(edge(bar + 1) / hzPerBin));
      let most = 0;
      for (let bin = from; bin < to && bin < this.bins.length; bin++) {
        most = Math.max(most, this.bins[bin]);
      }
      // Falls slower than it rises, as meters do.
      this.levels[bar] = Math.max(most / 255, this.levels[bar] * 0.9);
    }
  }

  draw() {
    const context = fit(this.canvas);
    if (!context) {
      return;
    }
    const { width, height } = this.canvas;
    const step = width / BARS;
    const thick = Math.max(1, Math.min(step * 0.62, MOST_THICK * devicePixelRatio));
    context.clearRect(0, 0, width, height);
    context.fillStyle = colour(this.canvas, '--accent');
    for (let bar = 0; bar < BARS; bar++) {
      const tall = Math.max(thick, this.levels[bar] * height);
      const left = bar * step + (step - thick) / 2;
      context.globalAlpha = 0.3 + 0.7 * this.levels[bar];
      context.beginPath();
      context.roundRect(left, height - tall, thick, tall, thick / 2);
      context.fill();
    }
  }
}

/** @param {number} bar The frequency at which it begins. */
function edge(bar) {
  return LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ) ** (bar / BARS);
}

/** Gives a canvas as many points as it has on the screen. @param {HTMLCanvasElement} canvas */
export function fit(canvas) {
  const width = Math.round(canvas.clientWidth * devicePixelRatio);
  const height = Math.round(canvas.clientHeight * devicePixelRatio);
  if (width === 0 || height === 0) {
    return null;
  }
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  return canvas.getContext('2d');
}

/** @param {Element} element @param {string} name A colour of the style sheet. */
export function colour(element, name) {
  return getComputedStyle(element).getPropertyValue(name).trim();
}
