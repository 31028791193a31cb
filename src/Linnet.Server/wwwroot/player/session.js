// Plays one station over WebSockets: connects again when a connection ends, decodes, plays, and measures.

import { Connection } from './connection.js';
import { createDecoder } from './decoder.js';
import { createOutput, heardAtMs } from './output.js';
import { addressElsewhere, isBack } from './refusal.js';
import { liveAddress } from './wire.js';

const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 2000;
const RETRY_FACTOR = 1.6;

// Packets for so long mean that the connection is good.
const STEADY_MS = 5000;

// A server that sent a listener away needs a while.
const SENT_AWAY_MS = 5000;

// Asking why costs the server as much as trying, so it is done at first and then only now and then.
const FIRST_PROBES = 3;
const PROBE_EVERY = 5;

// The same position is due at the same time after a blip, unless the station began again.
const SAME_TIMELINE_US = 20_000;

// Reports come every 50 ms.
const STARVED_REPORTS = 3;

// `watch` is called 4 times a second.
const MISSED_WATCHES = 4;

export class Session {
  /** @type {PlayoutReport | undefined} */
  #report;
  /** @type {number | undefined} */
  #latencyMs;
  #rendition = '';
  #options;
  #events;
  /** @type {Connection | undefined} */
  #connection;
  /** @type {Format | undefined} */
  #format;
  /** @type {Decoder | undefined} */
  #decoder;
  /** @type {Output | undefined} */
  #output;
  /** @type {AudioContext | undefined} */
  #context;
  /** @type {Promise<unknown>} */
  #ready = Promise.resolve();
  #isClosed = false;
  #attempts = 0;
  #renditions;
  #stream = 0;
  #isDiscontinuous = false;
  /** @type {{ stream: number, position: number, due: number, connection: Connection | undefined } | undefined} */
  #anchor;
  /** @type {{ stream: number, position: number, title: string, artist: string }[]} */
  #titles = [];
  #hasPlayed = false;
  #isDown = false;
  #starved = 0;
  #isSuspended = false;
  #missed = 0;
  #openedAt = 0;
  #isSentAway = false;
  #isGone = false;
  #retryAt = Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;

  /** @param {SessionOptions} options @param {SessionEvents} events */
  constructor(options, events) {
    this.#options = options;
    this.#events = events;
    this.#renditions = [...options.renditions];
  }

  /** Starts, or starts again at once. @param {URL} [elsewhere] The address at a server that has room, where the own one is full. */
  connect(elsewhere) {
    clearTimeout(this.#retry);
    this.#retryAt = Infinity;
    this.#connection?.close();
    const { server, station, profile } = this.#options;
    const rendition = this.#renditions[0];
    const url = elsewhere ?? liveAddress(server, station, rendition, profile.leastMs, profile.intervalMs);
    this.#openedAt = performance.now();
    this.#connection = new Connection(url, {
      onPacket: (packet) => this.#receive(packet),
      onMessage: (message) => this.#handle(message),
      onClosed: (wasOpen) => this.#onClosed(rendition, wasOpen, elsewhere ? undefined : url),
    });
  }

  /** @param {boolean} isRunning Whether the context runs. Call it 4 times a second: a context that has stopped reports nothing. */
  watch(isRunning) {
    if (this.#output) {
      this.#isSuspended = !isRunning;
      this.#missed++;
      this.#tellState();
    }
  }

  /** Ends it; the sound fades out. */
  close() {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#connection?.close();
    this.#decoder?.close();
    this.#output?.close();
  }

  /** @param {Profile} profile */
  setProfile(profile) {
    const { intervalMs } = this.#options.profile;
    this.#options.profile = profile;
    this.#output?.setBounds(profile.leastMs * 1000, profile.mostMs * 1000);
    if (profile.intervalMs !== intervalMs) {
      this.connect();
    }
  }

  /** The numbers of `PlayerStatistics`. */
  get statistics() {
    const report = this.#report;
    const msPerFrame = 1000 / (this.#format?.rate ?? 1000);
    const seconds = (performance.now() - this.#openedAt) / 1000;
    const lost = report && report.lostFrames * msPerFrame;
    return {
      rendition: this.#rendition,
      latency: this.#latencyMs,
      buffer: report && report.bufferedUs / 1000,
      target: report && report.targetUs / 1000,
      delay: report && report.delayUs / 1000,
      drift: report?.driftPpm,
      roundTrip: this.#connection?.roundTripMs,
      bitrate: this.#connection && seconds > 0.5 ? (this.#connection.bytes * 8) / seconds : undefined,
      lost,
      concealed: report && report.concealedFrames * msPerFrame,
      underruns: report?.underruns,
      jumps: report?.jumps,
      peaks: report?.peaks,
    };
  }

  /** @param {Message} message */
  #handle(message) {
    switch (message.type) {
      case 'hello':
        this.#events.onHello();
        this.#rendition = message.rendition;
        this.#isDown = false;
        this.#tellState();
        this.#setFormat(message.format);
        break;
      case 'format':
        this.#setFormat(message.format);
        break;
      case 'title':
        this.#titles.push({ ...message, stream: this.#anchor ? this.#stream : -1 });
        this.#showTitles();
        break;
      case 'discontinuity':
        this.#then(() => (this.#isDiscontinuous = true));
        break;
      case 'end':
        if (message.reason === 'ended') {
          this.#events.onEnd(message.reason);
        }

        this.#isSentAway = message.reason !== 'restart';
        break;
    }
  }

  /** @param {Format} format */
  #setFormat(format) {
    this.#then(async () => {
      if (JSON.stringify(format) === JSON.stringify(this.#format)) {
        return;
      }

      const last = this.#format;
      this.#format = format;
      if (!this.#output || last?.rate !== format.rate || last.channels !== format.channels) {
        await this.#replaceOutput(format);
      }

      this.#replaceDecoder(format);
    });
  }

  /** @param {() => unknown} action What comes after what came before. */
  #then(action) {
    this.#ready = this.#ready
      .then(() => (this.#isClosed ? undefined : action()))
      .then(
        () => {},
        () => this.#isClosed || this.#events.onEnd('output'),
      );
  }

  /** @param {Format} format */
  #replaceDecoder(format) {
    this.#decoder?.finish();
    const stream = this.#stream;
    const output = this.#output;
    this.#decoder = createDecoder(
      format,
      (position, planes) => output?.put({ stream, position, planes }),
      () => this.#events.onEnd('decoder'),
    );
  }

  /** @param {Format} format */
  async #replaceOutput(format) {
    this.#output?.close();
    this.#output = undefined;
    const { profile, drift, useWorklet } = this.#options;
    const options = {
      rate: format.rate,
      channels: format.channels,
      least: profile.leastMs * 1000,
      most: profile.mostMs * 1000,
      aheadMs: profile.aheadMs,
      drift,
    };
    this.#context = await this.#events.onContext(format.rate);
    const onError = () => this.#isClosed || this.#events.onEnd('output');
    const output = await createOutput(this.#context, useWorklet, options, (report) => this.#onReport(report), onError);
    if (this.#isClosed) {
      output.close();
      return;
    }

    this.#output = output;
    this.#events.onNode(output.node);
  }

  /** @param {Packet} packet */
  #receive(packet) {
    if (performance.now() - this.#openedAt > STEADY_MS) {
      this.#attempts = 0;
    }

    // Packets wait until the output is there.
    this.#then(() => {
      if (this.#format) {
        this.#follow(packet, this.#format);

        // A context that stands still would only collect the sound.
        if (this.#context?.state === 'running') {
          this.#decoder?.decode(packet);
        }
      }
    });
  }

  /**
   * Notes when positions are due; sees a station that began again.
   * @param {Packet} packet @param {Format} format
   */
  #follow({ position, due }, format) {
    const last = this.#anchor;
    const moved = last ? due - last.due - ((position - last.position) * 1e6) / format.rate : 0;
    if (this.#isDiscontinuous || Math.abs(moved) > SAME_TIMELINE_US) {
      this.#stream++;
      this.#replaceDecoder(format);
    }

    this.#isDiscontinuous = false;
    this.#anchor = { stream: this.#stream, position, due, connection: this.#connection };
  }

  /** @param {string | undefined} rendition @param {boolean} wasOpen @param {URL | undefined} url Nothing: another server's. */
  async #onClosed(rendition, wasOpen, url) {
    if (!wasOpen && (this.#attempts < FIRST_PROBES || this.#attempts % PROBE_EVERY === 0)) {
      const elsewhere = url && (await addressElsewhere(url));
      if (elsewhere) {
        return this.#isClosed ? undefined : this.connect(elsewhere);
      }
      const reason = await this.#events.onRefused(rendition, this.#hasPlayed).catch(() => undefined);
      if (this.#isClosed) {
        return;
      }

      if (reason === 'rendition' && this.#renditions.length > 1) {
        this.#renditions.shift();
        this.connect();
        return;
      }

      if (reason) {
        this.#events.onEnd(reason);
        return;
      }
    }

    if (!this.#isClosed) {
      this.#isGone = !wasOpen;
      this.#isDown = true;
      this.#tellState();
      this.#renditions = [...this.#options.renditions];
      this.#wait();
    }
  }

  #wait() {
    const usual = Math.min(FIRST_RETRY_MS * RETRY_FACTOR ** this.#attempts++, LAST_RETRY_MS) * (0.8 + 0.4 * Math.random());
    const wait = this.#isSentAway ? SENT_AWAY_MS * (1 + Math.random()) : usual;
    this.#isSentAway = false;
    this.#retryAt = performance.now() + wait;
    this.#retry = setTimeout(() => this.#tryAgain(), wait);
  }

  /** Firefox makes sockets to a server that was gone wait for up to a minute, but not requests. */
  async #tryAgain() {
    clearTimeout(this.#retry);
    this.#retryAt = Infinity;
    const { server, station } = this.#options;
    const isHere = !this.#isGone || this.#attempts % PROBE_EVERY === 0 || (await isBack(server, station));
    if (isHere && !this.#isClosed) {
      this.connect();
    } else if (!this.#isClosed) {
      this.#wait();
    }
  }

  /** @param {PlayoutReport} report */
  #onReport(report) {
    if (this.#isClosed) {
      return;
    }

    this.#report = report;
    this.#missed = 0;
    this.#latencyMs = this.#measure(report);
    this.#starved = report.isStarved ? this.#starved + 1 : 0;
    this.#hasPlayed ||= report.stream >= 0 && !report.isStarved;
    this.#tellState();
    this.#showTitles();
    if (performance.now() >= this.#retryAt) {
      void this.#tryAgain();
    } else {
      this.#connection?.check();
    }
  }

  /** What is buffered plays on without a connection, and a moment without sound is no state. */
  #tellState() {
    if (this.#isSuspended || (this.#hasPlayed && this.#missed >= MISSED_WATCHES)) {
      this.#events.onState('waiting', 'suspended');
    } else if (this.#hasPlayed && this.#starved < STARVED_REPORTS) {
      this.#events.onState('playing');
    } else if (this.#isDown) {
      this.#events.onState(this.#hasPlayed ? 'waiting' : 'connecting', 'network');
    } else {
      this.#events.onState(this.#hasPlayed ? 'waiting' : 'buffering');
    }
  }

  /**
   * From when the sound of a report is due on the server's clock to when it is heard here.
   * @param {PlayoutReport} report
   */
  #measure({ stream, position, at, isStarved }) {
    const clock = this.#connection?.clock;
    const anchor = this.#anchor;
    if (
      !clock ||
      !anchor ||
      anchor.stream !== stream ||
      anchor.connection !== this.#connection ||
      isStarved ||
      !this.#context ||
      !this.#format
    ) {
      return undefined;
    }

    const heardAt = heardAtMs(this.#context, at / 1e6) * 1000 + clock.offset;
    const due = anchor.due + ((position - anchor.position) * 1e6) / this.#format.rate;
    return (heardAt - due) / 1000 + this.#options.outputDelayMs;
  }

  /** A title counts from its position on, which is heard later. */
  #showTitles() {
    const { stream = -1, position = -Infinity } = this.#report ?? {};
    for (let next = this.#titles[0]; next; next = this.#titles[0]) {
      const isHeard = next.stream < stream || (next.stream === stream && next.position <= position);
      if (!isHeard && next.stream !== -1) {
        return;
      }

      this.#titles.shift();
      this.#events.onTitle(next.title, next.artist);
    }
  }
}
