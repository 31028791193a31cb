// Converts sound from one sample rate to another, slightly faster or slower to follow another clock. The same as Resampler and
// PolyphaseFilter in src/Linnet/Audio.

import { clamp } from './timeline.js';

/** The largest adjustment, as a fraction: 1000 ppm, less than two hundredths of a semitone. */
export const MAX_ADJUSTMENT = 0.001;

const FINEST_ROWS = 1024;
const KAISER_BETA = 12.27;
const KAISER_PEAK = besselI0(KAISER_BETA);
const SLEW_SECONDS = 0.1;

/** A sinc under a Kaiser window for 120 dB, finely sampled: one row of taps for each of many fractions of a frame. */
class PolyphaseFilter {
  /**
   * @param {number} input Input rate divided by the greatest common divisor of both rates.
   * @param {number} output Output rate divided by the same.
   */
  constructor(input, output) {
    // Between equal rates the response at whole frames is exactly one, and the filter is half as long.
    this.isIdentity = input === output;
    const bandwidth = Math.min(output / input, 1);
    const cutoff = bandwidth * (this.isIdentity ? 1 : 0.95);
    this.half = Math.ceil((this.isIdentity ? 40 : 80) / bandwidth / 4) * 4;
    this.taps = 2 * this.half;

    const least = Math.ceil(FINEST_ROWS * bandwidth);
    this.rows = output <= FINEST_ROWS ? Math.floor((least + output - 1) / output) * output : least;
    this.table = new Float32Array((this.rows + 1) * this.taps);
    const row = new Float64Array(this.taps);
    for (let r = 0; r <= this.rows / 2; r++) {
      this.#compute(row, r / this.rows, cutoff);
      for (let tap = 0; tap < this.taps; tap++) {
        // The response is even: the other half is this half reversed.
        this.table[r * this.taps + tap] = row[tap];
        this.table[(this.rows - r) * this.taps + this.taps - 1 - tap] = row[tap];
      }
    }
  }

  /** @param {Float64Array} row @param {number} fraction @param {number} cutoff */
  #compute(row, fraction, cutoff) {
    let sum = 0;
    for (let tap = 0; tap < row.length; tap++) {
      const distance = tap - (this.half - 1) - fraction;
      row[tap] = sinc(cutoff * distance) * kaiser(distance / this.half);
      sum += row[tap];
    }

    // Every row passes a constant unchanged.
    for (let tap = 0; tap < row.length; tap++) {
      row[tap] /= sum;
    }
  }
}

/**
 * Output frame m is the sound at input position m × inputRate / outputRate plus the adjustment. At equal rates and without adjustment it
 * passes its input bit for bit. Allocates nothing after the constructor.
 */
export class Resampler {
  /** Position of the next input frame. */
  inputPosition = 0;

  /** Input frames that the last call of `process` used. */
  consumed = 0;

  #filter;
  #input;
  #output;
  #slew;
  #capacity;
  /** @type {Float32Array[]} The last input frames of each channel. */
  #planes;

  // Position of the first frame in the planes, and the number of frames there.
  #first = 0;
  #held = 0;

  // Position of the next output frame in input frames: whole, plus fraction / output, plus offset.
  #whole = 0;
  #fraction = 0;
  #offset = 0;

  // What each output frame adds to the offset now, and the value that approaches.
  #rate = 0;
  #wantedRate = 0;

  /** @param {number} inputRate In Hz. @param {number} outputRate In Hz. @param {number} channels Of input and output. */
  constructor(inputRate, outputRate, channels) {
    this.inputRate = inputRate;
    this.outputRate = outputRate;
    this.channels = channels;
    const divisor = commonDivisor(inputRate, outputRate);
    this.#input = inputRate / divisor;
    this.#output = outputRate / divisor;
    this.#filter = new PolyphaseFilter(this.#input, this.#output);
    this.#slew = (MAX_ADJUSTMENT * inputRate) / outputRate / (SLEW_SECONDS * outputRate);
    this.#capacity = this.#filter.taps + Math.max(this.#filter.taps, 1024);
    this.#planes = Array.from({ length: channels }, () => new Float32Array(this.#capacity));

    // Everything before the start is silence.
    this.#first = 1 - this.#filter.half;
    this.#held = this.#filter.half - 1;
  }

  /** Input frames between the next frame to come out and the next frame to go in. */
  get lag() {
    return this.inputPosition - (this.#whole + this.#fraction / this.#output + this.#offset);
  }

  /**
   * How much faster than nominal to play, as a fraction within ±0.001. Approached gradually, 100 ms for the full range on one side.
   * @param {number} value
   */
  set adjustment(value) {
    this.#wantedRate = (clamp(value, -MAX_ADJUSTMENT, MAX_ADJUSTMENT) * this.inputRate) / this.outputRate;
  }

  /** @param {number} frames Output frames. @returns {number} The input frames still needed to produce them. Never too few. */
  inputFramesFor(frames) {
    const steered = Math.floor(this.#offset + Math.max(this.#rate, this.#wantedRate) * (frames - 1));
    let last = this.#whole + Math.floor((this.#fraction + (frames - 1) * this.#input) / this.#output) + steered;
    if (this.#offset !== 0 || this.#rate !== 0 || this.#wantedRate !== 0) {
      // The two fractions may add up to one more.
      last++;
    }

    return Math.max(last + this.#filter.half + 1 - (this.#first + this.#held), 0);
  }

  /**
   * Converts until the input is used up or the output is full.
   * @param {Float32Array[]} input @param {number} from The first frame to use. @param {number} frames How many there are.
   * @param {Float32Array[]} output @param {number} to Where to write. @param {number} room How many frames fit.
   * @returns {number} Frames written.
   */
  process(input, from, frames, output, to, room) {
    this.consumed = 0;
    let written = 0;
    do {
      const taken = this.#take(input, from + this.consumed, frames - this.consumed);
      this.consumed += taken;
      this.inputPosition += taken;
      written += this.#give(output, to + written, room - written);
    } while (this.consumed < frames && written < room);
    return written;
  }

  /** @param {Float32Array[]} input @param {number} from @param {number} frames */
  #take(input, from, frames) {
    if (frames > this.#capacity - this.#held) {
      // Drop frames that no output needs any more.
      const unneeded = clamp(this.#whole - (this.#filter.half - 1) - this.#first, 0, this.#held);
      for (const plane of this.#planes) {
        plane.copyWithin(0, unneeded, this.#held);
      }

      this.#first += unneeded;
      this.#held -= unneeded;
      frames = Math.min(frames, this.#capacity - this.#held);
    }

    for (let channel = 0; channel < this.channels; channel++) {
      const plane = this.#planes[channel];
      for (let i = 0; i < frames; i++) {
        plane[this.#held + i] = input[channel][from + i];
      }
    }

    this.#held += frames;
    return frames;
  }

  /** Writes output frames while their input is here. @param {Float32Array[]} output @param {number} to @param {number} room */
  #give(output, to, room) {
    const { half, rows, isIdentity } = this.#filter;
    let written = 0;
    for (; written < room; written++) {
      // The filter rows around the next output frame.
      const at = (this.#fraction * rows) / this.#output + this.#offset * rows;
      let row = Math.floor(at);
      const weight = at - row;
      let whole = this.#whole;
      if (row >= rows) {
        row -= rows;
        whole++;
      }

      if (whole + half >= this.#first + this.#held) {
        break;
      }

      const start = whole - (half - 1) - this.#first;
      if (isIdentity && row === 0 && weight === 0) {
        for (let channel = 0; channel < this.channels; channel++) {
          output[channel][to + written] = this.#planes[channel][start + half - 1];
        }
      } else {
        this.#filterFrame(start, row, weight, output, to + written);
      }

      this.#advance();
    }

    return written;
  }

  /** @param {number} start @param {number} row @param {number} weight @param {Float32Array[]} output @param {number} to */
  #filterFrame(start, row, weight, output, to) {
    const { taps: count, table } = this.#filter;
    for (let channel = 0; channel < this.channels; channel += 2) {
      // Two channels at once; the last of an odd number counts twice.
      const other = Math.min(channel + 1, this.channels - 1);
      const left = this.#planes[channel];
      const right = this.#planes[other];
      let leftSum = 0;
      let rightSum = 0;
      for (let i = 0, at = row * count; i < count; i++, at++) {
        const tap = table[at] + weight * (table[at + count] - table[at]);
        leftSum += tap * left[start + i];
        rightSum += tap * right[start + i];
      }

      output[channel][to] = leftSum;
      output[other][to] = rightSum;
    }
  }

  #advance() {
    this.#fraction += this.#input;
    const wholes = Math.floor(this.#fraction / this.#output);
    this.#fraction -= wholes * this.#output;
    this.#rate += clamp(this.#wantedRate - this.#rate, -this.#slew, this.#slew);
    this.#offset += this.#rate;
    const more = Math.floor(this.#offset);
    this.#offset -= more;
    this.#whole += wholes + more;
  }
}

/** @param {number} x */
function sinc(x) {
  if (x === 0) {
    return 1;
  }

  // Exactly zero at whole numbers; the sine of a rounded π is not.
  return x === Math.round(x) ? 0 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** @param {number} x */
function kaiser(x) {
  return Math.abs(x) >= 1 ? 0 : besselI0(KAISER_BETA * Math.sqrt(1 - x * x)) / KAISER_PEAK;
}

/** @param {number} x */
function besselI0(x) {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > 1e-17 * sum; k++) {
    term *= (x / (2 * k)) * (x / (2 * k));
    sum += term;
  }

  return sum;
}

/** @param {number} a @param {number} b @returns {number} */
function commonDivisor(a, b) {
  return b === 0 ? a : commonDivisor(b, a % b);
}
