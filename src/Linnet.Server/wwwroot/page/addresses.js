import { h } from './dom.js';
import { below, plain } from './stations.js';
import { texts } from './texts.js';
/** @import { Stations } from './stations.js' */

const COPIED_MS = 1_500;

/** The addresses of a station for other programs, and its QR code. @param {Station} station @param {Stations} stations @param {URL} base */
export function addresses(station, stations, base) {
  const list = h('dl', { class: 'addresses' });
  for (const [what, address] of rows(station, stations, base)) {
    const code = h('code', { text: address });
    const button = h('button', {
      type: 'button',
      class: 'small',
      text: texts.copy,
      'aria-label': texts.copyOf(what),
      onclick: () => copy(address, code, button),
    });
    list.append(h('dt', { text: what }), h('dd', {}, code, button));
  }
  const path = (/** @type {string} */ file) => new URL(file, base).pathname;
  list.append(
    h('dt', { text: texts.playlists }),
    h(
      'dd',
      { class: 'files' },
      ...['m3u', 'pls'].map((kind) => h('a', { href: path(`${station.name}.${kind}`), text: kind.toUpperCase() })),
    ),
  );
  return h(
    'section',
    { class: 'elsewhere', 'aria-labelledby': 'elsewhere' },
    h('h2', { id: 'elsewhere', text: texts.listenElsewhere }),
    list,
    // Another device cannot use an address that means this one.
    /^(localhost|127\..*|\[::1\])$/.test(base.hostname)
      ? null
      : h(
          'figure',
          { class: 'code' },
          h('img', {
            src: `${path('qr.svg')}?station=${encodeURIComponent(station.name)}`,
            alt: texts.code(plain(station.title)),
            width: 168,
            height: 168,
          }),
          h('figcaption', { text: texts.codeHint }),
        ),
  );
}

/**
 * @param {Station} station @param {Stations} stations @param {URL} base @returns {[string, string][]} What each is for, and the address.
 */
function rows(station, stations, base) {
  const isTls = base.protocol === 'https:' && stations.rtspsPort;
  const port = isTls ? stations.rtspsPort : stations.rtspPort;
  const rtsp = port ? `${isTls ? 'rtsps' : 'rtsp'}://${base.hostname}:${port}/${station.name}` : null;
  const at = (/** @type {string} */ path) => below(path, base);
  const streams = station.streams ?? [];
  const find = (/** @type {string} */ type) => streams.find((stream) => stream.path.endsWith(type));
  const usual = find(`${station.name}.mp3`) ?? find('.mp3') ?? streams[0];
  const best = find('.opus') ?? usual;
  const lossless = find('.flac') ?? find('.wav');
  /** @type {[string, string | null | undefined | false][]} */
  const all = [
    [texts.addressPage, `${base.href}#${station.name}`],
    [texts.addressPlayers, best && at(best.path)],
    [texts.addressRtsp, rtsp],
    [texts.addressMpv, rtsp && `mpv --profile=low-latency ${rtsp}`],
    [texts.addressLinnet, `linnet play ${rtsp ?? at(station.name)}`],
    [texts.addressRadio, usual && at(usual.path)],
    [texts.addressHls, station.hls && at(station.hls)],
    [texts.addressLossless, lossless && at(lossless.path)],
  ];
  return /** @type {[string, string][]} */ (all.filter((row) => row[1]));
}

/**
 * Copies a text. Without TLS browsers have no clipboard for pages, but still copy what is selected.
 * @param {string} text @param {Element} shown @param {HTMLElement} button
 */
async function copy(text, shown, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without a clipboard, or without leave to use it.
    getSelection()?.selectAllChildren(shown);
    if (!document.execCommand('copy')) {
      return;
    }
  }
  button.textContent = texts.copied;
  setTimeout(() => {
    button.textContent = texts.copy;
  }, COPIED_MS);
}
