// What the screenshots show: stations as a server tells of them, and covers, which are drawn here.

/** @param {string} name */
const streams = (name) =>
  [
    ['mp3', 'MP3 128 kb/s', 'audio/mpeg'],
    ['opus', 'Opus 128 kb/s', 'audio/ogg; codecs=opus'],
    ['flac', 'FLAC (lossless)', 'audio/flac'],
  ].map(([ending, label, type]) => ({ path: `/${name}.${ending}`, label, type, bitrate: 128_000, rate: 48_000, channels: 2 }));

/** @param {string} name @param {string} title @param {object} [more] */
const station = (name, title, more = {}) => ({
  name,
  title,
  state: 'playing',
  listeners: 3,
  streams: streams(name),
  renditions: ['opus', 'pcm'],
  ...more,
});

/** @param {string} title @param {string} [artist] */
const track = (title, artist) => ({ title, artist });

const TEN = [
  station('jazz', 'Blue Hour', {
    description: 'The small hours, all night',
    genre: 'Jazz',
    listeners: 1284,
    now: track('Lamplight', 'The Nightjar Trio'),
    before: track('Second Landing', 'Ines Falk'),
    next: track('Empty Platform', 'Odile Marsh'),
    url: 'https://radio.example/',
    art: '/jazz/art/night',
  }),
  station('ambient', 'Slow Weather', {
    listeners: 33,
    now: track('Fog over the Estuary', 'Halden'),
    description: 'Long sounds for long days',
    art: '/ambient/art/hills',
  }),
  station('classical', 'Goldberg Radio', { description: 'Keyboard music', listeners: 87, now: track('Aria da capo', 'J. S. Bach') }),
  station('live', 'Stage Left', {
    listeners: 412,
    now: track('Soundcheck'),
    description: 'Live from the main stage',
    art: '/live/art/stage',
  }),
  station('folk', 'Hedgerow', { listeners: 56, now: track('The Linnet’s Return', 'Corbie & Wren'), art: '/folk/art/leaves' }),
  station('kitchen', 'kitchen', { listeners: 1, now: track('Pancake Sunday', 'The Whisks') }),
  station('electronic', 'Gridlines', { listeners: 140, now: track('Night Bus', 'Parallax Motel'), art: '/electronic/art/grid' }),
  station('news', 'Morning News', { state: 'waiting', listeners: 0, description: 'Every hour, on the hour' }),
  station('garden', 'Garden microphone', { listeners: 9, description: 'Birds, mostly' }),
  station('archive', 'Archive 1998', { listeners: 2, now: track('Tape 14, side B'), art: '/archive/art/tape' }),
];

/** @type {Record<string, any[]>} */
export const SCENES = {
  ten: TEN,
  plain: TEN.map((one) => ({ ...one, art: undefined })),
  none: [],
  trouble: [
    station('full', 'Stage Left', {
      listeners: 500,
      now: track('Encore'),
      description: 'Live from the main stage',
      art: '/full/art/stage',
    }),
    station('old', 'Archive 1998', { state: 'failed', listeners: 0 }),
    station('mic', 'Garden microphone', { state: 'silent', listeners: 4, description: 'Birds, mostly' }),
    { name: 'studio', title: 'studio', state: 'awaited' },
    station('board', 'board', { state: 'locked', locked: true, listeners: undefined }),
    station('talk', 'Evening Talk', { state: 'ended', listeners: 0 }),
  ],
};

/**
 * The pictures to take. `play`: the station to play; `panel`: with its numbers; `isOffline`: the server's events have stopped.
 * @type {{ name: string, scene: string, width: number, height: number, scale?: number, theme: 'light' | 'dark', hash?: string,
 *   play?: string, panel?: boolean, isOffline?: boolean }[]}
 */
export const PICTURES = [
  { name: 'page-desktop', scene: 'ten', width: 1280, height: 800, theme: 'light', play: 'jazz' },
  { name: 'page-desktop-dark', scene: 'plain', width: 1280, height: 800, theme: 'dark', play: 'ambient' },
  { name: 'page-tablet', scene: 'ten', width: 820, height: 1100, theme: 'light', hash: '#jazz' },
  { name: 'page-details', scene: 'ten', width: 1180, height: 820, theme: 'dark', hash: '#electronic', play: 'electronic', panel: true },
  { name: 'page-phone', scene: 'ten', width: 390, height: 844, scale: 2, theme: 'light', play: 'ambient' },
  { name: 'page-phone-dark', scene: 'ten', width: 390, height: 844, scale: 2, theme: 'dark', hash: '#jazz', play: 'jazz' },
  { name: 'page-trouble', scene: 'trouble', width: 820, height: 860, theme: 'light', play: 'full', isOffline: true },
  { name: 'page-empty', scene: 'none', width: 820, height: 420, theme: 'dark' },
];

/** Draws a cover. Runs in the browser. @param {string} name @returns {string} A JPEG as a data URL. */
export function drawCover(name) {
  const size = 600;
  const canvas = Object.assign(document.createElement('canvas'), { width: size, height: size });
  const c = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  /** @param {string} from @param {string} to @param {number} [y0] @param {number} [y1] */
  const fade = (from, to, y0 = 0, y1 = size) => {
    const gradient = c.createLinearGradient(0, y0, 0, y1);
    gradient.addColorStop(0, from);
    gradient.addColorStop(1, to);
    return gradient;
  };
  /** @param {number} x @param {number} y @param {number} r @param {string | CanvasGradient} style */
  const disc = (x, y, r, style) => {
    c.fillStyle = style;
    c.beginPath();
    c.arc(x, y, r, 0, 7);
    c.fill();
  };
  /** @param {string | CanvasGradient} style */
  const fill = (style) => {
    c.fillStyle = style;
    c.fillRect(0, 0, size, size);
  };
  /** @type {Record<string, () => void>} */
  const covers = {
    night() {
      fill(fade('#0b1430', '#34417a'));
      disc(430, 170, 78, '#f4dfa6');
      for (let x = -20; x < size; x += 20 + random() * 30) {
        const wide = 45 + random() * 60;
        const tall = 120 + random() * 230;
        c.fillStyle = '#070b1c';
        c.fillRect(x, size - tall, wide, tall);
        for (let y = size - tall + 16; y < size - 14; y += 26) {
          for (let w = x + 10; w < x + wide - 12; w += 20) {
            if (random() < 0.32) {
              c.fillStyle = random() < 0.5 ? '#f4c56b' : '#e9935a';
              c.fillRect(w, y, 9, 13);
            }
          }
        }
      }
    },
    hills() {
      fill(fade('#f7d9b8', '#e9a08a'));
      disc(300, 230, 90, '#fff1d6');
      ['#c98b88', '#a0707f', '#6d5470', '#3f3a57'].forEach((colour, i) => {
        c.fillStyle = colour;
        c.beginPath();
        c.moveTo(0, size);
        for (let x = 0; x <= size; x += 6) {
          c.lineTo(x, 290 + i * 78 + 34 * Math.sin(x / (92 - i * 13) + i * 2.1) + 16 * Math.sin(x / 31 + i));
        }
        c.lineTo(size, size);
        c.fill();
      });
    },
    stage() {
      fill('#16060f');
      c.globalCompositeOperation = 'lighter';
      [
        [90, '#b3124e'],
        [235, '#6a1fb8'],
        [380, '#b3124e'],
        [520, '#1d55c4'],
      ].forEach(([x, colour], i) => {
        const at = Number(x);
        c.fillStyle = fade(String(colour), '#000');
        c.beginPath();
        c.moveTo(at - 8, 0);
        c.lineTo(at + 8, 0);
        c.lineTo(at + 150 - i * 70 + 90, size);
        c.lineTo(at + 150 - i * 70 - 90, size);
        c.fill();
        disc(at, 4, 22, '#fff6dd');
      });
      c.globalCompositeOperation = 'source-over';
      for (let x = 0; x <= size; x += 34) {
        disc(x + random() * 14, size - 40 - random() * 34, 27, '#050205');
        c.fillRect(x - 18, size - 44, 58, 60);
      }
    },
    leaves() {
      fill('#eef0dc');
      for (let i = 0; i < 60; i++) {
        c.save();
        c.translate(random() * size, random() * size);
        c.rotate(random() * 6.3);
        c.fillStyle = ['#3f6b4a', '#7b9b5a', '#b9bf6c', '#d98b4a', '#24483c'][Math.floor(random() * 5)];
        const long = 46 + random() * 60;
        c.beginPath();
        c.moveTo(-long, 0);
        c.quadraticCurveTo(0, -long * 0.62, long, 0);
        c.quadraticCurveTo(0, long * 0.62, -long, 0);
        c.fill();
        c.strokeStyle = '#ffffff66';
        c.lineWidth = 2.5;
        c.beginPath();
        c.moveTo(-long, 0);
        c.lineTo(long, 0);
        c.stroke();
        c.restore();
      }
    },
    grid() {
      fill(fade('#1b0638', '#7a1268', 0, 340));
      disc(300, 250, 140, fade('#ffe26a', '#ff4f9a', 110, 390));
      c.fillStyle = fade('#14042c', '#2b0a4f', 340, size);
      c.fillRect(0, 340, size, 260);
      for (let y = 236; y < 340; y += 22) {
        c.fillStyle = '#4a0c53';
        c.fillRect(150, y, 300, 3 + (y - 236) / 14);
      }
      c.strokeStyle = '#35d6ff';
      c.lineWidth = 2;
      c.beginPath();
      for (let x = -1500; x <= 2100; x += 120) {
        c.moveTo(300 + (x - 300) * 0.16, 340);
        c.lineTo(x, size);
      }
      for (let i = 0; i < 11; i++) {
        const y = 340 + 260 * (i / 10) ** 2.1;
        c.moveTo(0, y);
        c.lineTo(size, y);
      }
      c.stroke();
    },
    tape() {
      fill('#e8dcc3');
      c.fillStyle = '#c5492f';
      c.fillRect(0, 120, size, 60);
      c.fillStyle = '#e2a13a';
      c.fillRect(0, 180, size, 60);
      c.fillStyle = '#2d6a72';
      c.fillRect(0, 240, size, 60);
      c.fillStyle = '#2a2622';
      c.beginPath();
      c.roundRect(90, 330, 420, 180, 90);
      c.fill();
      for (const x of [200, 400]) {
        disc(x, 420, 62, '#e8dcc3');
        disc(x, 420, 24, '#2a2622');
        for (let i = 0; i < 6; i++) {
          disc(x + 42 * Math.cos(i * 1.047), 420 + 42 * Math.sin(i * 1.047), 8, '#2a2622');
        }
      }
    },
  };
  covers[name]();
  return canvas.toDataURL('image/jpeg', 0.86);
}
