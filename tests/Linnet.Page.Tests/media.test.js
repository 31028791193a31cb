import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claimPlayback, hideMedia, showMedia } from '../../src/Linnet.Server/wwwroot/player/media.js';

const WHAT = { title: 'So What', artist: 'Miles Davis', album: 'jazz', artwork: 'http://host:8000/jazz/art/1' };

/** A browser's media session and elements. */
class Media {
  /** @type {Record<string, (() => void) | null>} */
  keys = {};
  playbackState = 'none';
  /** @type {any} */
  metadata = null;
  /** @type {{ src: string, isPlaying: boolean, loop: boolean }[]} */
  elements = [];

  constructor() {
    const { elements } = this;
    class FakeAudio {
      isPlaying = false;
      loop = false;
      /** @param {string} src */
      constructor(src) {
        this.src = src;
        elements.push(this);
      }
      async play() {
        this.isPlaying = true;
      }
      pause() {
        this.isPlaying = false;
      }
    }
    class FakeMetadata {
      /** @param {any} what */
      constructor(what) {
        Object.assign(this, what);
      }
    }
    Object.assign(globalThis, { Audio: FakeAudio, MediaMetadata: FakeMetadata });
    Object.defineProperty(globalThis, 'navigator', { value: { mediaSession: this }, configurable: true });
  }

  /** @param {string} action @param {(() => void) | null} handler */
  setActionHandler(action, handler) {
    this.keys[action] = handler;
  }
}

const media = new Media();

/** A player that does what the keys say. */
function start() {
  const player = {
    stops: 0,
    play() {
      claimPlayback(player);
      showMedia(player, WHAT, { play: () => player.play(), stop: () => player.stop() });
    },
    stop() {
      player.stops++;
      hideMedia(player);
    },
  };
  player.play();
  return player;
}

test('title and picture are shown, and a silent element plays from the click on', () => {
  const player = start();
  assert.equal(media.metadata.title, 'So What');
  assert.deepEqual(media.metadata.artwork, [{ src: WHAT.artwork }]);
  assert.deepEqual(
    media.elements.map(({ src, isPlaying, loop }) => [new URL(src).pathname.split('/').at(-1), isPlaying, loop]),
    [['silence.fla', true, true]],
  );

  player.stop();
  assert.equal(media.playbackState, 'none');
  assert.equal(media.metadata, null);
  assert.equal(media.keys.play, null);
  assert.equal(media.elements[0].isPlaying, false);
});

test('after the key for a pause, the key to play goes on', () => {
  const player = start();
  media.keys.pause?.();
  assert.equal(player.stops, 1);
  assert.equal(media.playbackState, 'paused');
  assert.equal(media.metadata.title, 'So What');
  assert.equal(media.elements[0].isPlaying, false);

  media.keys.play?.();
  assert.equal(media.playbackState, 'playing');
  assert.equal(media.elements[0].isPlaying, true);
  assert.equal(media.elements.length, 1);

  media.keys.stop?.();
  assert.equal(media.playbackState, 'none');
});

test('a player that another one has replaced leaves the keys alone', () => {
  const first = start();
  const second = start();
  first.stop();
  assert.equal(media.playbackState, 'playing');
  assert.equal(media.elements[0].isPlaying, true);
  second.stop();
});
