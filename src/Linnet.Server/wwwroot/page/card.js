import { addresses } from './addresses.js';
import { Cover } from './cover.js';
import { face, h, say } from './dom.js';
import { artOf, plain, trackText } from './stations.js';
import { texts } from './texts.js';
/** @import { Listening } from './listening.js' */
/** @import { Stations } from './stations.js' */

/** A station on the page: among others, or open, with all about it. */
export class Card {
  /** @param {string} name @param {Listening} listening */
  constructor(name, listening) {
    this.name = name;
    this.listening = listening;
    this.shown = '';
    /** @type {string | undefined} */
    this.art = undefined;
    this.cover = new Cover(name);
    this.link = h('a', { href: `#${name}` });
    this.heading = h('h2', {}, this.link);
    this.state = h('p', { class: 'state' });
    this.now = h('p', { class: 'now' });
    this.next = h('p', { class: 'beside' });
    this.before = h('p', { class: 'beside' });
    this.about = h('p', { class: 'about' });
    this.site = h('a', { rel: 'noopener noreferrer', target: '_blank', text: texts.website });
    this.siteRow = h('p', { class: 'about' }, this.site);
    this.button = h('button', { type: 'button', class: 'play', onclick: () => this.toggle() });
    this.more = h('div', { class: 'more' });
    this.element = h(
      'article',
      { class: 'card', id: `station-${name}` },
      h('div', { class: 'picture' }, this.cover.element, this.button),
      h('div', { class: 'words' }, this.heading, this.now, this.next, this.before, this.about, this.siteRow, this.state),
      this.more,
    );
  }

  toggle() {
    if (this.listening.isOn(this.name)) {
      this.listening.stop();
    } else {
      void this.listening.play(this.name, this.art);
    }
  }

  /** @param {Station} station @param {Stations} stations @param {URL} base @param {boolean} isOpen */
  update(station, stations, base, isOpen) {
    const isOn = this.listening.isOn(this.name);
    this.element.classList.toggle('on', isOn);
    this.element.classList.toggle('open', isOpen);
    const isOff = ['failed', 'ended', 'awaited'].includes(station.state);
    this.element.classList.toggle('off', isOff);
    this.art = artOf(station, base);
    this.cover.update(station.title, this.art);
    say(this.link, plain(station.title));
    say(this.now, trackText(station.now));
    say(this.next, isOpen ? labelled(texts.next, trackText(station.next)) : '');
    say(this.before, isOpen ? labelled(texts.before, trackText(station.before)) : '');
    say(this.about, [plain(station.description), plain(station.genre)].filter(Boolean).join(' · '));
    const site = station.url ?? '';
    this.siteRow.hidden = !isOpen || !/^https?:\/\//.test(site);
    if (!this.siteRow.hidden) {
      this.site.setAttribute('href', site);
    }
    this.sayState(station);
    this.button.toggleAttribute('disabled', isOff && !isOn);
    face(this.button, isOn ? 'stop' : 'play', (isOn ? texts.stop : texts.play)(plain(station.title)));
    this.showMore(station, stations, base, isOpen);
  }

  /** @param {Station} station */
  sayState(station) {
    const state = texts.states[station.state] ?? '';
    say(this.state, station.state === 'playing' ? `${state} · ${texts.listeners(station.listeners ?? 0)}` : state);
    this.state.dataset.state = station.state;
  }

  /** @param {Station} station @param {Stations} stations @param {URL} base @param {boolean} isOpen */
  showMore(station, stations, base, isOpen) {
    // The addresses are made again only if they differ: a reader may have selected one.
    const shows =
      isOpen && station.state !== 'awaited'
        ? JSON.stringify([station.title, station.streams, station.hls, stations.rtspPort, stations.rtspsPort])
        : '';
    if (shows !== this.shown) {
      this.shown = shows;
      this.more.replaceChildren(...(shows ? [addresses(station, stations, base)] : []));
    }
  }
}

/** @param {string} label @param {string} text */
function labelled(label, text) {
  return text ? `${label}: ${text}` : '';
}
