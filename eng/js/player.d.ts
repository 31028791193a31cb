// Types that the player's parts share. They are here because everything below wwwroot is served.

interface PlayoutOptions {
  /** Of the stream, in Hz. */
  rate: number;
  /** In Hz. */
  outputRate: number;
  channels: number;
  /** Frames that are read at once. */
  quantum: number;
  /** The shortest delay between arrival and playback. */
  least: number;
  /** The longest. */
  most: number;
  /** Whether to follow the sender's clock. Otherwise every sample is played as it is, until the delay is wrong by 50 ms. */
  drift: boolean;
}

interface PlayoutReport {
  /** The stream that plays; −1 before the first sound. */
  stream: number;
  /** What the next frame of the output holds; not a whole number. */
  position: number;
  /** When that frame is due. */
  at: number;
  /** Whether there is nothing to play. */
  isStarved: boolean;
  /** From undelayed arrival to the output. */
  delayUs: number;
  /** What that should be. */
  targetUs: number;
  /** Sound that is here and has not played. */
  bufferedUs: number;
  /** How late the sound plays. */
  errorUs: number;
  /** How much faster the sender's clock runs. */
  driftPpm: number;
  /** Frames that were filled in because their sound was missing or late. */
  concealedFrames: number;
  /** Frames that never came. */
  lostFrames: number;
  /** How often the buffer ran empty while the sender was sending. */
  underruns: number;
  /** How often playback jumped. */
  jumps: number;
  /** How often a pitch period was skipped or repeated. */
  splices: number;
  /** The loudest sample of each channel since the last report. */
  peaks: number[];
}

interface SessionOptions {
  server: string;
  station: string;
  /** To ask for, in this order; undefined leaves the choice to the server. */
  renditions: (string | undefined)[];
  profile: import('../../src/Linnet.Server/wwwroot/player/profiles.js').Profile;
  drift: boolean;
  useWorklet: boolean;
  /** What the device delays without telling. */
  outputDelayMs: number;
}

interface SessionEvents {
  /** Gives the context for a rate. */
  onContext: (rate: number) => Promise<AudioContext>;
  /** There is a new node to connect. */
  onNode: (node: AudioNode) => void;
  /** The server has accepted a connection. */
  onHello: () => void;
  onState: (state: 'connecting' | 'buffering' | 'playing' | 'waiting', reason?: string) => void;
  /** The title of what is heard from now on. */
  onTitle: (title: string, artist: string) => void;
  /** It will not go on by itself: `ended`, `decoder`, `output`, or a refusal. */
  onEnd: (reason: string) => void;
  /** The server did not accept the connection. Gives the reason if trying again makes no sense; `rendition`: try the next one. */
  onRefused: (rendition: string | undefined, hasPlayed: boolean) => Promise<string | undefined>;
}
