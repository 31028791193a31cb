/** Small helpers to make elements. Text is always set as text, never as markup: titles come from strangers. */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Makes an element. @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {Record<string, unknown>} [props] Attributes; `text` sets the text, and `on…` adds a listener.
 * @param {...(Node | null)} children
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  set(element, props);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Makes an SVG element. @param {string} tag @param {Record<string, unknown>} [props] @param {...Node} children */
export function svg(tag, props = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  set(element, props);
  element.append(...children);
  return element;
}

/** @param {Element} element @param {Record<string, unknown>} props */
function set(element, props) {
  for (const [name, value] of Object.entries(props)) {
    if (name === 'text') {
      element.textContent = String(value);
    } else if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    } else if (value === true) {
      element.setAttribute(name, '');
    } else if (value !== false && value !== undefined && value !== null) {
      element.setAttribute(name, String(value));
    }
  }
}

/**
 * Sets an element's text, and hides it if there is none, unless screen readers watch it. Does nothing if it has that text: a screen reader would say it again.
 * @param {HTMLElement} element @param {string} text
 */
export function say(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
  element.hidden = text === '' && element.getAttribute('role') !== 'status';
}

/** Gives a button an icon and a name. @param {HTMLElement} button @param {keyof typeof ICONS} name @param {string} label */
export function face(button, name, label) {
  button.setAttribute('aria-label', label);
  if (button.dataset.icon !== name) {
    button.dataset.icon = name;
    button.replaceChildren(icon(name));
  }
}

const ICONS = {
  play: 'M8 5.2v13.6c0 .8.9 1.3 1.6.9l10.6-6.8c.6-.4.6-1.4 0-1.8L9.6 4.3C8.9 3.9 8 4.4 8 5.2z',
  stop: 'M7.5 6h9c.8 0 1.5.7 1.5 1.5v9c0 .8-.7 1.5-1.5 1.5h-9c-.8 0-1.5-.7-1.5-1.5v-9C6 6.7 6.7 6 7.5 6z',
  volume: 'M4 9.500h3.200L12 5.300v13.400l-4.8-4.200H4zM15 8.500a5 5 0 0 1 0 7M17.5 6a8.5 8.5 0 0 1 0 12',
  muted: 'M4 9.500h3.200L12 5.300v13.400l-4.8-4.200H4zM15.5 9.500l5 5M20.5 9.500l-5 5',
  back: 'M14.5 6l-6 6 6 6',
  graph: 'M4 19h16M5 14l4-5 4 3 6-7',
};

/** Makes an icon. It says nothing to screen readers: the button has a name. @param {keyof typeof ICONS} name */
export function icon(name) {
  const isFilled = name === 'play' || name === 'stop';
  return svg(
    'svg',
    { class: isFilled ? 'icon filled' : 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' },
    svg('path', { d: ICONS[name] }),
  );
}
