import { colour, fit } from './meter.js';

/** A minute, at four numbers a second. */
const POINTS = 240;

/** Draws how the delay and the buffer were over the last minute. */
export class Plot {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    /** @type {{ latency?: number, buffer?: number, isLost: boolean }[]} */
    this.points = [];
    this.lost = 0;
  }

  clear() {
    this.points = [];
    this.lost = 0;
    this.draw();
  }

  /** @param {any} statistics */
  add(statistics) {
    const lost = (statistics.lost ?? 0) + (statistics.underruns ?? 0);
    this.points.push({ latency: statistics.latency, buffer: statistics.buffer, isLost: lost > this.lost });
    this.lost = lost;
    if (this.points.length > POINTS) {
      this.points.shift();
    }
    this.draw();
  }

  draw() {
    const context = fit(this.canvas);
    if (!context) {
      return;
    }
    const { width, height } = this.canvas;
    const scale = devicePixelRatio;
    context.clearRect(0, 0, width, height);
    const most = this.points.reduce((top, p) => Math.max(top, p.latency ?? 0, p.buffer ?? 0), 0);
    const top = niceAbove(most);
    context.font = `${11 * scale}px system-ui, sans-serif`;
    context.lineWidth = scale;
    for (const part of [0, 0.5, 1]) {
      const y = this.y(part * top, top);
      context.strokeStyle = colour(this.canvas, '--line');
      context.beginPath();
      context.moveTo(0, y);
      context.lineTo(width, y);
      context.stroke();
      context.fillStyle = colour(this.canvas, '--quiet');
      context.fillText(`${Math.round(part * top)} ms`, 2 * scale, y - 3 * scale);
    }
    context.fillStyle = colour(this.canvas, '--bad');
    this.points.forEach((point, index) => {
      if (point.isLost) {
        context.fillRect(this.x(index), 14 * scale, 2 * scale, height);
      }
    });
    this.line(context, 'buffer', '--second', top);
    this.line(context, 'latency', '--accent', top);
  }

  /** @param {CanvasRenderingContext2D} context @param {"latency" | "buffer"} field @param {string} name @param {number} top */
  line(context, field, name, top) {
    context.strokeStyle = colour(this.canvas, name);
    context.lineWidth = 2 * devicePixelRatio;
    context.beginPath();
    this.points.forEach((point, index) => {
      const value = point[field];
      if (typeof value === 'number') {
        context.lineTo(this.x(index), this.y(value, top));
      }
    });
    context.stroke();
  }

  /** @param {number} index The newest is at the right. */
  x(index) {
    const { width } = this.canvas;
    return width - ((this.points.length - 1 - index) / (POINTS - 1)) * width;
  }

  /** @param {number} value @param {number} top */
  y(value, top) {
    const room = 14 * devicePixelRatio;
    const { height } = this.canvas;
    return height - 1 - (value / top) * (height - room - 1);
  }
}

/** @param {number} value A round number not below it. */
function niceAbove(value) {
  const steps = [100, 200, 300, 500, 1000, 2000, 5000, 10_000, 20_000, 60_000];
  return steps.find((step) => step >= value) ?? value;
}
