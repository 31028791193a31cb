/** The stations as the server told them. */
export class Stations {
  constructor() {
    /** @type {Map<string, Station>} */
    this.byName = new Map();
    /** @type {string[]} */
    this.order = [];
    /** @type {number | null} */
    this.rtspPort = null;
    /** @type {number | null} */
    this.rtspsPort = null;
    /** How many servers have the stations. */
    this.servers = 1;
  }

  /** @returns {Station[]} The stations in the server's order. */
  get all() {
    return this.order.flatMap((name) => this.byName.get(name) ?? []);
  }

  /** Takes the whole state. @param {any} data */
  replace(data) {
    this.byName = new Map(data.stations.map((/** @type {Station} */ s) => [s.name, s]));
    this.order = [...this.byName.keys()];
    this.servers = data.servers ?? 1;
    this.takePorts(data);
  }

  /** Takes a change: the fields of stations that differ, `null` for one that is gone. @param {any} data */
  change(data) {
    for (const part of data.stations) {
      const station = { ...this.byName.get(part.name), ...part };
      for (const [field, value] of Object.entries(station)) {
        if (value === null) {
          delete station[field];
        }
      }
      this.byName.set(part.name, station);
    }
    if (data.order) {
      this.order = data.order;
      const left = new Set(this.order);
      for (const name of [...this.byName.keys()]) {
        if (!left.has(name)) {
          this.byName.delete(name);
        }
      }
    }
    this.servers = data.servers ?? this.servers;
    this.takePorts(data);
  }

  /** @param {any} data */
  takePorts(data) {
    this.rtspPort = 'rtspPort' in data ? data.rtspPort : this.rtspPort;
    this.rtspsPort = 'rtspsPort' in data ? data.rtspsPort : this.rtspsPort;
  }
}

// They would turn the text around what they are in.
const DIRECTIONS = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A text from outside without the characters that turn text around. @param {string | undefined} text */
export function plain(text) {
  return (text ?? '').replace(DIRECTIONS, '');
}

/** @param {Track | undefined} track @returns {string} */
export function trackText(track) {
  return !track ? '' : track.artist ? `${plain(track.artist)} – ${plain(track.title)}` : plain(track.title);
}

/** A whole address. @param {string} path As the server tells it: it begins where the server begins. @param {URL} base */
export function below(path, base) {
  return new URL(path.replace(/^\//, ''), base).href;
}

/** The address of the picture to show. @param {Station | undefined} station @param {URL} base @returns {string | undefined} */
export function artOf(station, base) {
  try {
    const address = station?.art && below(station.art, base);
    return address && /^https?:/.test(address) ? address : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a station is meant by a search. @param {Station} station @param {string} query */
export function matches(station, query) {
  const text = [station.name, station.title, station.description, station.genre, trackText(station.now)].join(' ').toLocaleLowerCase();
  return query
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
