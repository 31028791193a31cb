// From packets to samples: PCM by ourselves, the rest by WebCodecs.

const MOST_QUEUED = 2000;

// An Opus encoder that begins in the middle of a sound begins with 312 frames of silence, and then a step.
const OPUS_START = 480;
const MOST_ERRORS = 3;
const ERRORS_WITHIN_MS = 10_000;

/** @param {Format} format The WebCodecs configuration of a format. */
export function decoderConfig({ codec, rate, channels, description }) {
  return { codec, sampleRate: rate, numberOfChannels: channels, ...(codec === 'flac' && { description }) };
}

/**
 * @param {Format} format @param {OnSound} onSound @param {(error: unknown) => void} onError The decoder cannot go on. @returns {Decoder}
 */
export function createDecoder(format, onSound, onError) {
  return format.codec === 'pcm' ? new PcmDecoder(format, onSound) : new CodecDecoder(format, onSound, onError);
}

/** Big-endian interleaved PCM, as in RTP. */
export class PcmDecoder {
  #format;
  #onSound;

  /** @param {Format} format @param {OnSound} onSound */
  constructor(format, onSound) {
    this.#format = format;
    this.#onSound = onSound;
  }

  /** @param {Packet} packet */
  decode({ position, payload }) {
    const { channels, bits } = this.#format;
    const bytes = bits / 8;
    const frames = Math.floor(payload.length / (bytes * channels));
    const planes = Array.from({ length: channels }, () => new Float32Array(frames));
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    let at = 0;
    for (let i = 0; i < frames; i++) {
      for (let channel = 0; channel < channels; channel++) {
        planes[channel][i] = bits === 16 ? view.getInt16(at) / 32768 : ((view.getInt16(at) << 8) | view.getUint8(at + 2)) / 8388608;
        at += bytes;
      }
    }

    if (frames > 0) {
      this.#onSound(position, planes);
    }
  }

  finish() {}

  close() {}
}

/** Opus and FLAC. A gap in the positions gets a decoder of its own: the last one's state does not fit what follows. */
export class CodecDecoder {
  #format;
  #onSound;
  #onError;
  #isClosed = false;
  #expected = NaN;
  /** @type {AudioDecoder | undefined} */
  #decoder;
  #base = 0;
  /** @type {number[]} */
  #errors = [];

  /** @param {Format} format @param {OnSound} onSound @param {(error: unknown) => void} onError */
  constructor(format, onSound, onError) {
    this.#format = format;
    this.#onSound = onSound;
    this.#onError = onError;
  }

  /** @param {Packet} packet */
  decode({ position, frames, payload }) {
    if (this.#isClosed) {
      return;
    }

    this.#attempt(() => {
      if (this.#decoder && this.#decoder.decodeQueueSize > MOST_QUEUED) {
        this.#drop(); // It hangs.
      }

      if (position !== this.#expected || !this.#decoder) {
        this.finish();
        this.#base = position;
        this.#decoder = this.#create(position);
      }

      this.#expected = position + frames;
      const timestamp = Math.round(((position - this.#base) * 1e6) / this.#format.rate);
      this.#decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp, data: payload }));
    });
  }

  close() {
    this.#isClosed = true;
    this.#drop();
  }

  #drop() {
    const decoder = this.#decoder;
    this.#decoder = undefined;
    if (decoder && decoder.state !== 'closed') {
      decoder.close();
    }
  }

  /** @param {number} base The position at timestamp 0. */
  #create(base) {
    const { codec, rate } = this.#format;
    let next = NaN;
    const decoder = new AudioDecoder({
      output: (data) => {
        // Timestamps are rounded to µs, so count frames; but believe the timestamp when a decoder has left something out.
        const stamped = base + Math.round((data.timestamp * rate) / 1e6);
        const position = Math.abs(stamped - next) < data.numberOfFrames / 2 ? next : stamped;
        next = position + data.numberOfFrames;
        const skipped = codec === 'opus' ? Math.max(0, base + OPUS_START - position) : 0;
        try {
          if (!this.#isClosed && skipped < data.numberOfFrames) {
            this.#onSound(
              position + skipped,
              samplesOf(data).map((plane) => plane.slice(skipped)),
            );
          }
        } catch (error) {
          fail(error);
        } finally {
          data.close();
        }
      },
      error: (error) => fail(error),
    });

    // What a decoder says that only finishes does not concern the one after it.
    const fail = (/** @type {unknown} */ error) => decoder === this.#decoder && this.#fail(error);
    decoder.configure(decoderConfig(this.#format));
    return decoder;
  }

  finish() {
    const decoder = this.#decoder;
    this.#decoder = undefined;
    if (decoder?.state === 'configured') {
      decoder
        .flush()
        .catch(() => {})
        .finally(() => decoder.state !== 'closed' && decoder.close());
    }
  }

  /** @param {() => void} action */
  #attempt(action) {
    try {
      action();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @param {unknown} error One bad packet costs only a moment: a new decoder goes on. */
  #fail(error) {
    if (!this.#isClosed) {
      this.#drop();
      const now = performance.now();
      this.#errors = [...this.#errors.filter((at) => now - at < ERRORS_WITHIN_MS), now];
      if (this.#errors.length >= MOST_ERRORS) {
        this.close();
        this.#onError(error);
      }
    }
  }
}

/**
 * Copies decoded samples. Converts integers itself: browsers do not agree on what the largest one means. Asks for planes first: WebKitGTK
 * crashes if it copies interleaved samples as they are, and some other browsers make planes of floats only.
 * @param {AudioData} data
 */
export function samplesOf(data) {
  const { numberOfChannels: channels, numberOfFrames: frames } = data;
  const format = data.format ?? 'f32-planar';
  const kind = format.replace('-planar', '');
  const scale = kind === 's16' ? 1 / 32768 : kind === 's32' ? 1 / 2147483648 : kind === 'u8' ? 1 / 128 : 1;
  const zero = kind === 'u8' ? 128 : 0;
  const type = { s16: Int16Array, s32: Int32Array, u8: Uint8Array }[kind] ?? Float32Array;

  const planes = Array.from({ length: channels }, () => new Float32Array(frames));
  const fill = (/** @type {number} */ channel, /** @type {typeof raw} */ from, /** @type {number} */ first, /** @type {number} */ step) => {
    for (let i = 0; i < frames; i++) {
      planes[channel][i] = (from[first + i * step] - zero) * scale;
    }
  };
  let raw = new type(frames);
  try {
    for (let channel = 0; channel < channels; channel++) {
      data.copyTo(raw, { planeIndex: channel, format: /** @type {AudioSampleFormat} */ (`${kind}-planar`) });
      fill(channel, raw, 0, 1);
    }
  } catch (error) {
    if (format !== kind) {
      throw error;
    }

    raw = new type(frames * channels);
    data.copyTo(raw, { planeIndex: 0 });
    planes.forEach((_, channel) => fill(channel, raw, channel, channels));
  }

  return planes;
}
