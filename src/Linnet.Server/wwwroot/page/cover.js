import { h, svg } from './dom.js';

/** Pairs of hues that look well together and under white. */
const HUES = [12, 340, 28, 2, 342, 290, 318, 262, 280, 236, 250, 212, 222, 192, 204, 168, 184, 228, 168, 200, 152, 182, 356, 36];

/** A station's picture: its own, or one that is made of its name. */
export class Cover {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
    this.shown = '';
    this.element = h('div', { class: 'cover', 'aria-hidden': 'true' });
  }

  /** @param {string} title @param {string | undefined} art The address of a picture. */
  update(title, art = '') {
    const shows = `${letterOf(title)} ${art}`;
    if (shows === this.shown) {
      return;
    }
    this.shown = shows;
    this.element.replaceChildren(drawing(this.name, letterOf(title)));
    if (art) {
      const image = h('img', { src: art, alt: '', loading: 'lazy', referrerpolicy: 'no-referrer', onerror: () => image.remove() });
      this.element.append(image);
    }
  }
}

/** @param {string} title */
function letterOf(title) {
  return (/[\p{L}\p{N}]/u.exec(title)?.[0] ?? '').toLocaleUpperCase();
}

/** Draws rings as of a sound that spreads, in colours of the name, with a letter. @param {string} name @param {string} letter */
function drawing(name, letter) {
  const seed = hash(name);
  const [from, to] = HUES.slice(2 * (seed % (HUES.length / 2)));
  const x = 18 + ((seed >>> 9) % 64);
  const y = 76 + ((seed >>> 15) % 16);
  const id = `cover-${counter++}`;
  const rings = [1, 2, 3, 4, 5, 6].map((ring) =>
    svg('circle', {
      cx: x,
      cy: y,
      r: ring * 15 - 4,
      fill: 'none',
      stroke: '#fff',
      'stroke-width': 1 + ((seed >>> ring) % 4),
      'stroke-opacity': (0.3 - ring * 0.035).toFixed(2),
    }),
  );
  const stops = [
    svg('stop', { offset: 0, 'stop-color': `hsl(${from} 62% 54%)` }),
    svg('stop', { offset: 1, 'stop-color': `hsl(${to} 56% 30%)` }),
  ];
  return svg(
    'svg',
    { viewBox: '0 0 100 100', preserveAspectRatio: 'xMidYMid slice' },
    svg('defs', {}, svg('linearGradient', { id, x1: 0, y1: 0, x2: 1, y2: 1 }, ...stops)),
    svg('rect', { width: 100, height: 100, fill: `url(#${id})` }),
    ...rings,
    svg('text', { x: 50, y: 62, 'text-anchor': 'middle', fill: '#fff', 'font-size': 34, 'font-weight': 700, text: letter }),
  );
}

let counter = 0;

/** FNV-1a. @param {string} text */
function hash(text) {
  let value = 0x811c9dc5;
  for (const character of text) {
    value = Math.imul(value ^ /** @type {number} */ (character.codePointAt(0)), 0x01000193) >>> 0;
  }
  return value;
}
