// Types that the page's parts share. They are here because everything below wwwroot is served.

interface Track {
  title: string;
  artist?: string;
}

interface Stream {
  path: string;
  label: string;
  type: string;
  bitrate: number;
  rate: number;
  channels: number;
}

/** A station as `/events` tells of it: docs/wire/events.md. */
interface Station {
  name: string;
  state: string;
  title: string;
  description?: string;
  genre?: string;
  url?: string;
  art?: string;
  locked?: boolean;
  listeners?: number;
  now?: Track;
  next?: Track;
  before?: Track;
  streams?: Stream[];
  renditions?: string[];
  hls?: string;
}
