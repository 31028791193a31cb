import { Cover } from './cover.js';
import { face, h, icon, say } from './dom.js';
import { paths } from './listening.js';
import { Meter } from './meter.js';
import { Plot } from './plot.js';
import { SLEEP_MINUTES, SleepTimer } from './sleep.js';
import { artOf, plain, trackText } from './stations.js';
import { texts } from './texts.js';
/** @import { Listening } from './listening.js' */

/** The player at the bottom of the page. */
export class Dock {
  /** @param {Listening} listening */
  constructor(listening) {
    this.listening = listening;
    this.covered = '';
    this.sleep = new SleepTimer(() => listening.stop());
    this.picture = h('div', { class: 'picture' });
    this.title = h('a', { class: 'title' });
    this.now = h('p', { class: 'now' });
    this.state = h('p', { class: 'state', role: 'status' });
    this.left = h('p', { class: 'left' });
    this.delay = h('span', { class: 'delay' });
    const canvas = h('canvas', { class: 'meter', 'aria-hidden': 'true' });
    this.meter = new Meter(canvas, () => listening.analyser);
    this.button = h('button', { type: 'button', class: 'play', onclick: () => this.press() });
    this.mute = h('button', { type: 'button', class: 'plain', onclick: () => listening.toggleMute() });
    this.volume = h('input', {
      type: 'range',
      min: '0',
      max: '1',
      step: '0.01',
      'aria-label': texts.volume,
      oninput: () => listening.setVolume(Number(this.volume.value)),
    });
    this.panel = this.makePanel();
    this.toggle = h(
      'button',
      {
        type: 'button',
        class: 'plain',
        'aria-label': texts.details,
        'aria-expanded': 'false',
        'aria-controls': 'details',
        onclick: () => this.open(this.panel.hidden !== false),
      },
      icon('graph'),
      this.delay,
    );
    this.element = h(
      'section',
      { class: 'dock', 'aria-label': texts.player, hidden: true },
      this.panel,
      h(
        'div',
        { class: 'bar' },
        this.picture,
        h('div', { class: 'words' }, this.title, this.now, this.state, this.left),
        canvas,
        h('div', { class: 'sound' }, this.mute, this.volume),
        this.toggle,
        this.button,
      ),
    );
    listening.addEventListener('statistics', () => this.measure());
    this.sleep.addEventListener('change', () => this.saySleep());
  }

  makePanel() {
    this.numbers = h('dl', { class: 'numbers' });
    const canvas = h('canvas', { class: 'plot', role: 'img', 'aria-label': texts.plot });
    this.plot = new Plot(canvas);
    const listening = this.listening;
    this.sleepChoice = select(
      texts.sleep,
      [
        ['0', texts.sleepOff],
        ...SLEEP_MINUTES.map((minutes) => /** @type {[string, string]} */ ([String(minutes), texts.sleepIn(minutes)])),
      ],
      '0',
      (value) => this.sleep.set(Number(value)),
    );
    const output = select(texts.output, [['', texts.outputDefault]], '', (value) => void listening.setOutput(value));
    output.hidden = true;
    void fillOutputs(output);
    return h(
      'div',
      { class: 'panel', id: 'details', hidden: true },
      h(
        'figure',
        {},
        canvas,
        h('figcaption', {}, h('span', { class: 'key first', text: texts.delay }), h('span', { class: 'key second', text: texts.buffer })),
      ),
      this.numbers,
      h(
        'div',
        { class: 'choices' },
        select(texts.profile, Object.entries(texts.profiles), listening.profile, (value) =>
          listening.setProfile(/** @type {any} */ (value)),
        ),
        select(
          texts.path,
          paths().map((path) => [path, texts.paths[path]]),
          listening.path,
          (value) => listening.setPath(/** @type {any} */ (value)),
        ),
        output,
        this.sleepChoice,
      ),
    );
  }

  /** @param {boolean} isOpen */
  open(isOpen) {
    this.panel.hidden = !isOpen;
    this.toggle.setAttribute('aria-expanded', String(isOpen));
    this.measure();
    this.plot?.draw();
  }

  /** @param {Station | undefined} station The station that plays. */
  update(station) {
    const { listening } = this;
    this.element.hidden = listening.station === null;
    document.body.classList.toggle('listening', !this.element.hidden);
    if (listening.station === null) {
      this.meter.stop();
      this.plot?.clear();
      this.covered = '';
      this.sleep.set(0);
      return;
    }
    const name = listening.station;
    if (this.covered !== name) {
      this.covered = name;
      this.cover = new Cover(name);
      this.picture.replaceChildren(this.cover.element);
      this.plot?.clear();
    }
    const title = plain(station?.title ?? name);
    const art = artOf(station, listening.base);
    this.cover?.update(title, art);
    listening.setArt(art);
    say(this.title, title);
    this.title.setAttribute('href', `#${name}`);
    say(this.now, trackText(station?.now));
    const isPlaying = listening.state === 'playing';
    say(this.state, isPlaying ? '' : (texts.playerReasons[listening.reason] ?? texts.playerStates[listening.state] ?? ''));
    this.element.dataset.state = listening.state;
    if (isPlaying) {
      this.meter.start();
    } else {
      this.meter.stop();
    }
    const isOn = listening.isOn(name);
    face(this.button, isOn ? 'stop' : 'play', (isOn ? texts.stop : texts.play)(title));
    const isMuted = listening.muted || listening.volume === 0;
    face(this.mute, isMuted ? 'muted' : 'volume', isMuted ? texts.unmute : texts.mute);
    this.volume.value = String(listening.muted ? 0 : listening.volume);
    if (!isOn) {
      this.sleep.set(0);
    }
    this.saySleep();
    this.measure(false);
  }

  /** A station that stopped by a media key or its own end can play again here. */
  press() {
    const { listening } = this;
    if (listening.station !== null && !listening.isOn(listening.station)) {
      void listening.play(listening.station);
    } else {
      listening.stop();
    }
  }

  saySleep() {
    const { left } = this.sleep;
    say(this.left, left ? texts.sleepLeft(left) : '');
    const choice = this.sleepChoice?.querySelector('select');
    if (choice && !left) {
      choice.value = '0';
    }
  }

  measure(isNew = true) {
    const now = this.listening.statistics;
    say(this.delay, typeof now?.latency === 'number' ? texts.ms(now.latency) : '');
    this.toggle.setAttribute('aria-label', `${texts.details} ${this.delay.textContent}`);
    if (now && isNew && this.listening.state === 'playing') {
      this.plot?.add(now);
    }
    if (!this.panel.hidden) {
      this.sayNumbers(now ?? {});
    }
  }

  /** @param {any} now */
  sayNumbers(now) {
    const count = (/** @type {number} */ value) => String(value);
    const name = (/** @type {string} */ value) => texts.paths[value] ?? value;
    /** @type {[string, any, (value: any) => string][]} */
    const all = [
      [texts.delay, now.latency, texts.ms],
      [texts.buffer, now.buffer, texts.ms],
      [texts.target, now.target, texts.ms],
      [texts.lost, now.lost, texts.ms],
      [texts.concealed, now.concealed, texts.ms],
      [texts.underruns, now.underruns, count],
      [texts.drift, now.drift, texts.ppm],
      [texts.roundTrip, now.roundTrip, texts.ms],
      [texts.path, now.path, name],
      [texts.rendition, now.rendition, count],
      [texts.bitrate, now.bitrate, texts.kbps],
    ];
    const known = all.filter(([, value]) => value !== undefined && value !== null);
    this.numbers?.replaceChildren(
      ...known.map(([label, value, write]) => h('div', {}, h('dt', { text: label }), h('dd', { text: write(value) }))),
    );
  }
}

/** @param {string} label @param {[string, string][]} options @param {string} value @param {(value: string) => void} choose */
function select(label, options, value, choose) {
  const list = h('select', { onchange: () => choose(list.value) }, ...options.map(([id, text]) => h('option', { value: id, text })));
  list.value = value;
  return h('label', {}, h('span', { text: label }), list);
}

/** Lists the devices, where the browser lets pages choose one. @param {HTMLElement} output */
async function fillOutputs(output) {
  const list = output.querySelector('select');
  if (!list || !('setSinkId' in (globalThis.AudioContext?.prototype ?? {}))) {
    return;
  }
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  const named = devices.filter((device) => device.kind === 'audiooutput' && device.label && device.deviceId !== 'default');
  for (const device of named) {
    list.append(h('option', { value: device.deviceId, text: device.label }));
  }
  output.hidden = named.length === 0;
}
