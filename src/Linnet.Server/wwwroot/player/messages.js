// Why playing failed, for people. A page may have words of its own for the reasons.

/** @type {Record<string, string>} */
export const MESSAGES = {
  blocked: 'The browser plays sound only after a click.',
  'unknown-station': 'The server has no such station.',
  rendition: 'The station has no such rendition.',
  closed: 'The station is not open to everyone.',
  full: 'The server has as many listeners as it can serve.',
  ended: 'The station has ended.',
  output: 'The browser cannot play sound this way.',
  decoder: 'The browser cannot decode the sound.',
  network: 'There is no connection to the server.',
  stopped: 'Stopped.',
};
