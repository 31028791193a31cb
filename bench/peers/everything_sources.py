"""The sources of the stations of `everything.py`: files, a pipe, pushes that come and go, and a remote server that is sometimes killed."""

import collections
import os
import random
import signal
import subprocess
import threading
import time

import rig
from everything_units import counted
from radio_servers import wait_for

PASSWORD = "hackme"
RATES, CHANNELS = (44_100, 8_000, 48_000, 22_050, 96_000, 32_000), (2, 1, 6)
FORMS = ("wav", "flac", "mp3", "ogg", "opus", "m4a")


def folder(files):
    """A folder of files of some two seconds, each of another rate, number of channels and format. All of them are noise: no two pieces are the same."""
    path = os.path.join(rig.WORK, "folder")
    os.makedirs(path, exist_ok=True)
    for i in range(files):
        rate, channels, form = RATES[i % len(RATES)], CHANNELS[i // 2 % len(CHANNELS)], FORMS[i // 3 % len(FORMS)]
        if form in ("mp3", "ogg", "opus", "m4a"):
            channels = min(channels, 2)
            rate = 48_000 if form == "opus" else max(22_050, min(rate, 48_000))
        file = os.path.join(path, f"{i:03}.{form}")
        if not os.path.exists(file):
            noise = f"anoisesrc=c=pink:a=0.3:r={rate}:d={1.5 + i % 7 / 5}:seed={i}"
            subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", noise, "-ac", str(channels), *(["-c:a", "libvorbis"] if form == "ogg" else []), file], check=True)
    return path


def write_positions(pipe, over):
    """Writes the counted sound into a pipe for as long as it is read."""
    first, count = 0, 4410
    try:
        while not over.is_set():
            pipe.write(counted(first, count))
            first += count
    except OSError:
        pass  # The server has ended.


class Feeds:
    """What the log of the server says of those who send to it."""

    EVENTS = ("560", "707", "708", "709")

    def __init__(self):
        self.pushes = 0  # that were taken
        self.heard = set()  # the stations whose sender is heard now
        self.since = collections.defaultdict(list)  # by station: when its sender began to be heard

    def take(self, event, names):
        if event == "560":
            self.pushes += 1
        elif event == "707":
            self.heard.add(names[0])
            self.since[names[0]].append(time.monotonic())
        else:
            self.heard.discard(names[0])

    def returns(self, station, back):
        """After how many of those times the station's sender was heard again before the next."""
        return sum(any(start < at < end for at in self.since[station]) for start, end in zip(back, [*back[1:], float("inf")]))


class Feeder(threading.Thread):
    """Something beside the server that starts, ends and starts again until it is over."""

    def __init__(self, over, seed):
        super().__init__(daemon=True)
        self.over, self.random, self.times, self.process = over, random.Random(seed), 0, None
        self.problems = []  # why it could not start

    def run(self):
        while not self.over.is_set():
            try:
                self.process = self.begin()
            except (SystemExit, OSError, subprocess.SubprocessError) as why:
                self.problems.append(str(why))
            else:
                self.times += 1
                self.last()
                self.end()
            self.over.wait(self.random.uniform(*self.PAUSES))

    def last(self):
        """What it does between its start and its end."""
        self.over.wait(self.random.uniform(*self.LASTS))

    def end(self):
        self.process.send_signal(self.random.choice(self.SIGNALS))
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Pusher(Feeder):
    """Pushes to /push by Icecast's protocol, in another format each time: by ffmpeg (killed, or with a goodbye) and by curl. `heard` counts the pushes of each way that the server took and played."""

    LASTS, PAUSES, SIGNALS = (4, 12), (0.5, 4), (signal.SIGKILL, signal.SIGTERM)
    WAYS = (("mp3", "audio/mpeg", "libmp3lame"), ("ogg", "application/ogg", "libopus"), ("ogg", "application/ogg", "flac"), ("flac", "audio/flac", None))

    def __init__(self, port, feeds, over, seed=1):
        super().__init__(over, seed)
        self.port, self.feeds, self.taken = port, feeds, 0
        self.heard = {self.name_of(way): 0 for way in self.WAYS}

    @staticmethod
    def name_of(way):
        form, _, codec = way
        return f"{codec} in {form} by ffmpeg" if codec else f"{form} by curl"

    def last(self):
        way = self.WAYS[(self.times - 1) % len(self.WAYS)]
        super().last()
        self.heard[self.name_of(way)] += self.feeds.pushes > self.taken and "push" in self.feeds.heard

    def begin(self):
        self.taken = self.feeds.pushes
        form, content, codec = self.WAYS[self.times % len(self.WAYS)]
        sine = ["-f", "lavfi", "-i", f"sine=f={300 + self.times % 8 * 100}:r=44100:d=20,aformat=channel_layouts=stereo"]
        if codec:
            return rig.start("ffmpeg", "-nostdin", "-v", "quiet", "-re", *sine, "-c:a", codec, "-b:a", "128k", "-f", form, "-content_type", content,
                             f"icecast://source:{PASSWORD}@127.0.0.1:{self.port}/push", stdout=subprocess.DEVNULL)
        file = os.path.join(rig.WORK, "push.flac")
        if not os.path.exists(file):
            subprocess.run(["ffmpeg", "-nostdin", "-v", "error", *sine, file], check=True)
        with open(file, "rb") as body:
            return rig.start("curl", "-sS", "--limit-rate", "100k", "-u", f"source:{PASSWORD}", "-H", f"Content-Type: {content}", "-T", "-", f"http://127.0.0.1:{self.port}/push",
                             stdin=body, stdout=subprocess.DEVNULL)


class FarServer(Feeder):
    """Another `linnet serve`, which the server under load pulls from. It is killed, and comes back on the same ports. `back` has the times at which it was back."""

    LASTS, PAUSES, SIGNALS = (12, 30), (0.5, 5), (signal.SIGKILL,)

    def __init__(self, over, seed=2):
        super().__init__(over, seed)
        self.rtsp, self.http = rig.free_port(), rig.free_port()
        self.back = []

    def begin(self):
        process = rig.start(rig.LINNET, "serve", "far=tone:500", "--live", "--complexity", "0", "--bind", "127.0.0.1", "--rtsp-port", self.rtsp, "--rtp-port", "0", "--http-port", self.http,
                            stdout=subprocess.DEVNULL)
        try:
            wait_for(self.http, process)
        except SystemExit:
            rig.stop(process)
            raise
        if self.times:
            self.back.append(time.monotonic())
        return process
