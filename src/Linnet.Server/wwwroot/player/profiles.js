// How far behind live to play.

const PCM = ['l16', 'l24', 'pcm'];

/** @type {Record<'low-latency' | 'balanced' | 'robust', Profile>} */
export const PROFILES = {
  'low-latency': { leastMs: 25, mostMs: 150, aheadMs: 100, intervalMs: 0, latencyHint: 'interactive', opus: ['opus-5ms', 'opus'] },
  balanced: { leastMs: 80, mostMs: 400, aheadMs: 140, intervalMs: 60, latencyHint: 'interactive', opus: ['opus'] },
  robust: { leastMs: 900, mostMs: 3000, aheadMs: 300, intervalMs: 200, latencyHint: 'playback', opus: ['opus'] },
};

/**
 * What to ask for, the best first. The last resort is the server's own choice.
 * @param {string | undefined} path @param {keyof typeof PROFILES} profile @param {string | undefined} wish
 */
export function renditionsFor(path, profile, wish) {
  const isPcm = path === 'pcm';
  return wish && (!isPcm || PCM.includes(wish)) ? [wish] : [...(isPcm ? ['l16', 'pcm'] : PROFILES[profile].opus), undefined];
}
