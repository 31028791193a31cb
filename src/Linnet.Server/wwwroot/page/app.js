import { Card } from './card.js';
import { Dock } from './dock.js';
import { h, icon, say } from './dom.js';
import { Events } from './events.js';
import { Listening } from './listening.js';
import { matches, plain, Stations, trackText } from './stations.js';
import { texts } from './texts.js';

/** From so many stations on, a search is of use. */
const MANY = 8;

/** A shorter interruption is not worth a word. */
const OFFLINE_MS = 3000;

/** Where the server's paths begin: this file is at `page/app.js` below it. */
const base = new URL('..', import.meta.url);

const stations = new Stations();
const listening = new Listening(base);
const dock = new Dock(listening);
/** @type {Map<string, Card>} */
const cards = new Map();

const main = /** @type {HTMLElement} */ (document.getElementById('stations'));
const top = /** @type {HTMLElement} */ (document.getElementById('top'));
const grid = h('div', { class: 'grid' });
const note = h('p', { class: 'note', role: 'status' });
const empty = h('div', { class: 'empty', hidden: true });
const servers = h('p', { class: 'quiet' });
const back = h('a', { class: 'back', href: '#', hidden: true }, icon('back'), h('span', { text: texts.allStations }));
const search = h('input', {
  type: 'search',
  class: 'search',
  placeholder: texts.search,
  title: texts.searchHint,
  'aria-label': texts.search,
  autocomplete: 'off',
  hidden: true,
  oninput: () => show(),
});
let isReady = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let patience;

/** The station that the address names, or the only one. */
function opened() {
  try {
    const named = decodeURIComponent(location.hash.slice(1));
    return named || (stations.order.length === 1 ? stations.order[0] : '');
  } catch {
    return '';
  }
}

/** Puts the live page in the place of the one that the server made. */
function begin() {
  if (!isReady) {
    isReady = true;
    main.replaceChildren(back, grid, empty, servers);
    top.append(search);
    document.body.classList.add('live');
  }
}

function show() {
  if (!isReady) {
    return;
  }
  const open = opened();
  const all = stations.all;
  search.hidden = open !== '' || all.length <= MANY;
  const query = search.hidden ? '' : search.value.trim();
  const isMissing = open !== '' && !stations.byName.has(open);
  const shown = all.filter((station) => (open ? station.name === open : matches(station, query)));
  for (const [name, card] of cards) {
    if (!stations.byName.has(name)) {
      card.element.remove();
      cards.delete(name);
    }
  }
  for (const station of shown) {
    const card = cards.get(station.name) ?? new Card(station.name, listening);
    cards.set(station.name, card);
    card.update(station, stations, base, open === station.name);
  }
  place(shown.map((station) => station.name));
  back.hidden = open === '' || (all.length === 1 && !isMissing);
  document.body.classList.toggle('single', open !== '');
  const reason = isMissing ? texts.gone : all.length === 0 ? texts.none : shown.length === 0 ? texts.noMatch(query) : '';
  if (empty.dataset.reason !== reason) {
    empty.dataset.reason = reason;
    empty.replaceChildren(
      h('img', { src: new URL('icon.svg', base).href, alt: '', width: 96, height: 96 }),
      h('p', { text: reason }),
      ...(reason === texts.none ? [h('p', { class: 'about', text: texts.noneAdvice })] : []),
    );
  }
  empty.hidden = reason === '';
  say(servers, texts.servers(stations.servers));
  showPlayer();
}

/** Puts the cards in order. A card that has its place is not moved: it may have the focus. @param {string[]} names */
function place(names) {
  const wanted = names.map((name) => /** @type {Card} */ (cards.get(name)).element);
  for (const element of [...grid.children]) {
    if (!wanted.includes(/** @type {HTMLElement} */ (element))) {
      element.remove();
    }
  }
  wanted.forEach((element, index) => {
    if (grid.children[index] !== element) {
      grid.insertBefore(element, grid.children[index] ?? null);
    }
  });
}

function showPlayer() {
  const name = listening.station;
  const station = name === null ? undefined : stations.byName.get(name);
  dock.update(station);
  const heard = station && [trackText(listening.track) || trackText(station.now), plain(station.title)];
  const focus = heard ?? [plain(stations.byName.get(opened())?.title)];
  document.title = [...focus, 'Linnet'].filter(Boolean).join(' · ');
}

listening.addEventListener('change', show);
addEventListener('hashchange', () => {
  show();
  scrollTo(0, 0);
  const open = opened();
  const card = cards.get(open);
  // The view has changed: the keyboard continues in it.
  (open ? card?.button : grid.querySelector('a'))?.focus();
});
addEventListener('keydown', (event) => {
  const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
  if (event.key === '/' && !isTyping && !search.hidden) {
    event.preventDefault();
    search.focus();
  } else if (event.key === 'Escape' && opened() && !isTyping) {
    location.hash = '';
  }
});
document.body.append(note, dock.element);

new Events(new URL('events', base), {
  all: (data) => {
    begin();
    stations.replace(data);
    show();
  },
  change: (data) => {
    stations.change(data);
    show();
  },
  connected: (is) => {
    clearTimeout(patience);
    if (is) {
      say(note, '');
    } else {
      patience = setTimeout(() => say(note, texts.offline), OFFLINE_MS);
    }
  },
}).start();
