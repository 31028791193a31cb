import assert from 'node:assert/strict';
import { test } from 'node:test';

import { artOf, below, matches, plain, Stations, trackText } from '../../src/Linnet.Server/wwwroot/page/stations.js';

const JAZZ = { name: 'jazz', state: 'playing', title: 'Blue Hour', listeners: 1, now: { title: 'So What', artist: 'Miles Davis' } };
const NEWS = { name: 'news', state: 'waiting', title: 'news', listeners: 0 };

function both() {
  const stations = new Stations();
  stations.replace({ rtspPort: 8554, rtspsPort: null, stations: [JAZZ, NEWS] });
  return stations;
}

test('a change has only what differs, and null for what is gone', () => {
  const stations = both();

  stations.change({ stations: [{ name: 'jazz', listeners: 2, now: null }] });

  assert.deepEqual(stations.all, [{ name: 'jazz', state: 'playing', title: 'Blue Hour', listeners: 2 }, NEWS]);
  assert.equal(stations.rtspPort, 8554);
});

test('an order without a station removes it, and has a new one at its place', () => {
  const stations = both();
  const live = { name: 'live', state: 'awaited', title: 'live' };

  stations.change({ stations: [live], order: ['live', 'news'] });

  assert.deepEqual(stations.all, [live, NEWS]);
});

test('the whole state replaces what was known', () => {
  const stations = both();

  stations.replace({ rtspPort: null, rtspsPort: 8322, stations: [NEWS] });

  assert.deepEqual(stations.all, [NEWS]);
  assert.deepEqual([stations.rtspPort, stations.rtspsPort], [null, 8322]);
});

test('servers that come and go change how many there are', () => {
  const stations = both();
  assert.equal(stations.servers, 1);

  stations.change({ servers: 3, stations: [] });
  stations.change({ stations: [] });
  assert.equal(stations.servers, 3);

  stations.replace({ stations: [NEWS] });
  assert.equal(stations.servers, 1);
});

test('a search finds stations by all its words, in any case', () => {
  assert.ok(matches(JAZZ, 'blue'));
  assert.ok(matches(JAZZ, 'MILES hour'));
  assert.ok(!matches(JAZZ, 'miles news'));
  assert.ok(matches(NEWS, ''));
});

test('a title cannot turn the text around it', () => {
  assert.equal(plain('\u202egnorw\u2069'), 'gnorw');
  assert.equal(trackText({ title: '\u202ea', artist: 'b' }), 'b – a');
  assert.equal(trackText(undefined), '');
});

test('a path of the server begins where the server begins, below a prefix too', () => {
  assert.equal(below('/jazz.mp3', new URL('http://host:8000/')), 'http://host:8000/jazz.mp3');
  assert.equal(below('/jazz.mp3', new URL('https://host/radio/')), 'https://host/radio/jazz.mp3');
});

test('a picture comes from the server or from a web address, and from nowhere else', () => {
  const base = new URL('https://host/radio/');
  const of = (/** @type {string} */ art) => artOf({ ...JAZZ, art }, base);
  assert.equal(of('/jazz/art/0a'), 'https://host/radio/jazz/art/0a');
  assert.equal(of('http://elsewhere/logo.png'), 'http://elsewhere/logo.png');
  assert.equal(artOf(JAZZ, base), undefined);
  for (const art of ['javascript:alert(1)', 'data:image/svg+xml,<svg/>', 'blob:x', 'http://[', '']) {
    assert.equal(of(art), undefined);
  }
});
