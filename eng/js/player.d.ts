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
  profile: Profile;
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

/** How far behind live to play. */
interface Profile {
  /** The shortest delay between a packet's arrival and its playback. */
  leastMs: number;
  /** The longest. */
  mostMs: number;
  /** How far ahead to schedule where there is no worklet. */
  aheadMs: number;
  /** Audio that the server may send at once: it saves the server most of the cost. The delay must outlast it. */
  intervalMs: number;
  /** For the browser's own buffer. */
  latencyHint: AudioContextLatencyCategory;
  /** The renditions to ask for, the best first. */
  opus: string[];
}

/** How the sound is encoded. */
interface Format {
  codec: 'opus' | 'flac' | 'pcm';
  /** Of a PCM sample: 16 or 24. */
  bits: number;
  /** In Hz. */
  rate: number;
  channels: number;
  /** Frames of a usual packet. */
  packet: number;
  /** What a decoder needs before the first packet. */
  description: Uint8Array | undefined;
}

interface Packet {
  frames: number;
  /** Of its first frame. */
  position: number;
  /** When that is due on the server's clock, in µs. */
  due: number;
  payload: Uint8Array;
}

type Message =
  | { type: 'hello'; station: string; rendition: string; time: number; format: Format }
  | { type: 'format'; format: Format }
  | { type: 'title'; position: number; title: string; artist: string }
  | { type: 'discontinuity'; position: number }
  | { type: 'moved'; packets: number }
  | { type: 'time'; sent: number; received: number; replied: number }
  | { type: 'end'; reason: string };

interface ConnectionEvents {
  onPacket: (packet: Packet) => void;
  /** All but the answers about the clock. */
  onMessage: (message: Message) => void;
  /** Called once, unless `close` was called before. */
  onClosed: (wasOpen: boolean) => void;
}

/** Why a server refused. `websocket`: the server is there, but something on the way lets no WebSocket through. */
type Refusal = 'closed' | 'rendition' | 'unknown-station' | 'full' | 'websocket';

/** All numbers from `least` to `most`; none if they are in the wrong order. */
interface Interval {
  least: number;
  most: number;
}

/** A question about another machine's clock and its answer. */
interface Exchange {
  /** Our clock when the question was sent. */
  sent: number;
  /** Its clock when the question arrived. */
  received: number;
  /** Its clock when the answer was sent. */
  replied: number;
  /** Our clock when the answer arrived. */
  returned: number;
}

/** What is known of the other clock at an instant. */
interface Estimate {
  /** Its clock minus ours. */
  offset: number;
  /** The offset is wrong by no more than this. */
  bound: number;
  /** How much faster its clock runs. */
  driftPpm: number;
  /** The drift is wrong by no more than this. */
  driftBoundPpm: number;
  /** Counts the jumps of either clock. */
  epoch: number;
}

/** Takes decoded sound: the first frame's position, and an array for each channel. */
type OnSound = (position: number, planes: Float32Array[]) => void;

interface Decoder {
  decode: (packet: Packet) => void;
  /** Ends it; what it has still comes out. */
  finish: () => void;
  /** Ends it at once. */
  close: () => void;
}

/** A piece of decoded sound. */
interface Block {
  /** Positions of different streams are unrelated. A later stream has a higher number. */
  stream: number;
  /** Of the first frame. */
  position: number;
  /** One array for each channel. */
  planes: Float32Array[];
}

interface OutputOptions {
  /** Of the stream, in Hz. */
  rate: number;
  channels: number;
  /** The shortest delay between arrival and playback, in µs. */
  least: number;
  /** The longest. */
  most: number;
  /** How far ahead to schedule where there is no worklet. */
  aheadMs: number;
  /** Whether to follow the server's clock. */
  drift: boolean;
}

interface Output {
  node: AudioNode;
  /** Takes the block over. */
  put: (block: Block) => void;
  setBounds: (least: number, most: number) => void;
  /** Fades out first. */
  close: () => void;
}

type WorkletMessage =
  | { type: 'sound'; stream: number; position: number; planes: Float32Array[] }
  | { type: 'bounds'; least: number; most: number }
  | { type: 'fade' }
  | { type: 'close' };

/** What scheduled output needs of an AudioContext. */
type SchedulingContext = Pick<AudioContext, 'currentTime' | 'sampleRate' | 'createBuffer' | 'createBufferSource' | 'createGain'>;

/** What can choose its output device, in some browsers. */
interface Sink {
  setSinkId?: (id: string) => Promise<void>;
}

interface ElementEvents {
  onState: (state: 'connecting' | 'buffering' | 'playing' | 'waiting', reason?: string) => void;
  onEnd: (reason: string) => void;
}

interface MediaActions {
  play: () => void;
  stop: () => void;
}
