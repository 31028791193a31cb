#!/usr/bin/env python3
"""A soak of everything at once: one `linnet serve` with six stations, and listeners over every transport that come and go, so that encoders start and stop all the time.

    python3 bench/peers/everything.py [--minutes 20]

The stations: a folder of short files with many rates, channels and formats; a push in MP3, Opus and FLAC by ffmpeg and curl that comes and goes; an RTSP pull and an HTTP pull of
another Linnet that is killed and restarted; standard input; a tone. Some listeners stay on each station all the time. For every rendition of every station, over HTTP, RTSP with UDP,
RTSP interleaved and PyAudio, one listener comes for up to four seconds and stays away for ten, so that the encoder stops and starts again. Every listener checks what it receives: sequence, page and
frame numbers, and for standard input and the folder the audio itself. Memory, descriptors, threads and children are sampled once a second. At the end the script prints one check per line, "yes" or
"NO"; its exit code is 1 if any is NO. The server's log is kept; the script prints its path.
"""
import argparse
import collections
import os
import re
import shutil
import subprocess
import sys
import threading
import time

import rig
from everything_listeners import HANGS, Listener
from everything_samples import Samples
from everything_sources import PASSWORD, FarServer, Feeds, Pusher, folder, write_positions
from radio_servers import wait_for

STATIONS = ("folder", "push", "rtsp", "http", "stdin", "tone")
HEALTHY, PULLED = ("folder", "stdin", "tone"), ("rtsp", "http")
STAY = [
    ("http", "folder", "mp3"), ("http", "folder", "mp3"), ("http", "folder", "opus"), ("http", "folder", "opus"), ("rtsp-udp", "folder", "opus"),
    ("http", "stdin", "wav"), ("http", "stdin", "flac"), ("rtsp-udp", "stdin", "pcm"), ("rtsp-tcp", "stdin", "pcm"), ("pyaudio-tcp", "stdin", "pyaudio"), ("pyaudio-udp", "stdin", "pyaudio"),
    ("rtsp-udp", "tone", "opus"), ("rtsp-tcp", "tone", "opus"), ("http", "tone", "mp3"),
    ("http", "push", "opus"), ("rtsp-udp", "rtsp", "opus"), ("http", "http", "mp3"),
]
HTTP, RTSP = ("mp3", "mp3-64", "opus", "opus-64", "flac", "wav"), ("opus", "opus-5ms", "pcm", "l16")
SPARE = 8  # descriptors and threads that may be more at the end: pools of the runtime, connections that are just being closed
ENDS = 30  # seconds it may take to end
LONG = 5  # seconds in all, after which a listener must have heard something
WARM = 0.25  # of the time: what starting costs is not growth
# How much memory may grow in the second half. In a short soak the program is still being compiled, so only a fast leak is found.
GROWTH, SHORT_GROWTH, SHORT = 0.05, 0.5, 10 * 60


class Server:
    """The `linnet serve` under load, with its log on disk and what it tells of encoders and errors counted."""

    def __init__(self, arguments, over):
        self.log = open(os.path.join(rig.WORK, "server.log"), "wb")
        self.events, self.errors, self.ports = collections.Counter(), [], {}
        self.patterns, self.feeds = log_patterns(), Feeds()
        environment = {**os.environ, "LINNET_PUSH_PASSWORD": PASSWORD, "LINNET_DEBUG": "1"}
        self.process = rig.start(rig.LINNET, "serve", *arguments, "--bind", "127.0.0.1", stdin=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)
        threading.Thread(target=write_positions, args=(self.process.stdin, over), daemon=True).start()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.log.write(line)
            self.take(line.decode(errors="replace").rstrip())

    def take(self, line):
        for event, level, pattern in self.patterns:
            found = pattern.search(line)
            if found:
                self.events[event] += 1
                if event in Feeds.EVENTS:
                    self.feeds.take(event, found.groups())
                if level == "error":
                    self.errors.append(line)
                return
        if re.match(r"Unhandled|\s+at |.*Exception[: ]", line):
            self.errors.append(line)


def log_patterns():
    """What the log events of docs/log-events.md that count here look like: the errors, the start and the stop of an encoder, and what is said of those who send."""
    with open(os.path.join(rig.ROOT, "docs", "log-events.md")) as f:
        rows = re.findall(r"^\| (\d+) \| (\w+) \| (.*) \|$", f.read(), re.M)
    counted = ("205", "206", *Feeds.EVENTS)
    texts = {event: "(.+)".join(re.escape(part) for part in re.split(r"\{\w+\}", text)) for event, _, text in rows}
    return [(event, level, re.compile("^(?:linnet: )?" + texts[event])) for event, level, text in rows if level == "error" or event in counted]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--minutes", type=float, default=20)
    options.add_argument("--files", type=int, default=60, help="in the folder")
    given = options.parse_args()
    rig.raise_file_limit()
    path, over, still = folder(given.files), threading.Event(), threading.Event()
    far = FarServer(over)
    far.start()
    ports = {name: rig.free_port() for name in ("http", "rtsp", "pyaudio-tcp", "pyaudio-udp")}
    server = Server([f"folder={path}", "push=push", f"rtsp=rtsp://127.0.0.1:{far.rtsp}/far", f"http=http://127.0.0.1:{far.http}/far.mp3", "stdin=-", "tone=tone:440",
                     "--raw", "s16le:44100:2", "--fallback", "push=tone:700", "--fallback", "rtsp=tone:800", "--fallback", "http=tone:900", "--complexity", "0",
                     "--http-port", ports["http"], "--rtsp-port", ports["rtsp"], "--rtp-port", "0", "--max-per-address", "500",
                     "--pyaudio", "--pyaudio-station", "stdin", "--pyaudio-tcp-port", ports["pyaudio-tcp"], "--pyaudio-udp-port", ports["pyaudio-udp"]], still)
    wait_for(ports["http"], server.process)
    samples = Samples(server.process.pid, ports["http"])
    time.sleep(3)
    samples.look()
    samples.start()
    before = {name: samples.last(name) for name in samples.NAMES}
    pusher = Pusher(ports["http"], server.feeds, over)
    pusher.start()
    listeners = [Listener(ports, *who, over, stays=True, seed=i) for i, who in enumerate(STAY)]
    comers = [("http", station, form) for station in STATIONS for form in HTTP] + [("rtsp-udp" if i % 2 else "rtsp-tcp", station, form) for station in STATIONS for i, form in enumerate(RTSP)]
    comers += [("pyaudio-tcp", "stdin", "pyaudio"), ("pyaudio-udp", "stdin", "pyaudio")]
    listeners += [Listener(ports, *who, over, seed=100 + i) for i, who in enumerate(comers)]
    for listener in listeners:
        listener.start()

    began, seconds, told = time.monotonic(), given.minutes * 60, 0
    while time.monotonic() - began < seconds and server.process.poll() is None:
        time.sleep(min(1, seconds))
        if time.monotonic() - began >= told:
            told += max(10, seconds / 40)
            print(f"{time.monotonic() - began:6.0f} s  " + "  ".join(f"{samples.last(name):.0f} {name}" for name in samples.NAMES) + f"  {Listener.alive} listening  "
                  f"{sum(l.visits for l in listeners)} visits  encoders started {server.events['205']}, stopped {server.events['206']}  pushes {pusher.times}  far servers {far.times}", flush=True)
    lived = server.process.poll() is None
    there = [l for l in listeners if l.stays and l.is_alive() and l.visits == 1 and not l.ended]
    end = time.monotonic() - samples.began
    over.set()
    for thread in [*listeners, pusher, far]:
        thread.join(HANGS + 15)
    # Renditions stop ten seconds after their last listener.
    settled = time.monotonic() + 30
    while time.monotonic() < settled and lived and (samples.last("descriptors") > before["descriptors"] + SPARE or samples.last("threads") > before["threads"] + SPARE or samples.last("children") > before["children"] or server.events["205"] > server.events["206"]):
        time.sleep(0.5)
    after = {name: samples.last(name) for name in samples.NAMES}
    samples.over.set()
    code = ended(server, still)
    report(given, server, samples, pusher, far, listeners, there, lived, before, after, end, code)


def ended(server, still):
    """The exit code of the server, told to end; None if it does not."""
    if server.process.poll() is None:
        server.process.terminate()
        try:
            server.process.wait(ENDS)
        except subprocess.TimeoutExpired:
            print(f"\nit does not end; its threads are in {stuck(server.process.pid)}")
            server.process.kill()
            server.process.wait()
            return None
        finally:
            still.set()
    server.reader.join(5)
    server.log.close()
    return server.process.returncode


def stuck(pid):
    """What the threads of a process wait for: their names and the kernel's functions."""
    found = collections.Counter()
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/comm") as name, open(f"/proc/{pid}/task/{thread}/wchan") as function:
            found[f"{name.read().strip()}: {function.read().strip()}"] += 1
    return ", ".join(f"{n} × {what}" for what, n in found.most_common())


def report(given, server, samples, pusher, far, listeners, there, lived, before, after, end, code):
    healthy = [l for l in listeners if l.station in HEALTHY]
    middle, allowed = WARM * end + (1 - WARM) * end / 2, GROWTH if given.minutes * 60 >= SHORT else SHORT_GROWTH
    memory = samples.between("memory MB", middle, end)
    grown = samples.slope("memory MB", middle, end) * (end - middle)
    refused = sum((l.refused for l in listeners), collections.Counter())
    thrown = sum((l.ended for l in listeners), collections.Counter())
    gaps, blamed = sum(l.gaps for l in healthy), sum(samples.was_starved(at) for l in healthy for at in l.missed)
    whole = gaps == blamed and not any(l.broken for l in healthy) and all(l.heard > 0 for l in healthy if l.due > LONG)
    hung = max(listeners, key=lambda l: l.longest_wait)
    returns = {station: server.feeds.returns(station, far.back) for station in PULLED}
    failed = [*pusher.problems, *far.problems]
    children = max(value for _, value in samples.taken["children"])
    checks = {
        "the server lived": lived,
        f"all who stayed are still there: {len(there)} of {len(STAY)}": len(there) == len(STAY),
        f"nobody on a healthy station missed sound while there was a core for the server: {sum(l.visits for l in healthy)} visits, {sum(l.heard for l in healthy):.0f} s of sound, {gaps} gaps, {blamed} of them without a core": whole,
        f"nobody waited {HANGS} s for sound: {hung.longest_wait:.1f} s at most ({hung}); the machine itself was late by up to {samples.late:.1f} s": hung.longest_wait < HANGS + samples.late,
        f"nobody was refused: {sum(refused.values())}": not refused,
        f"nobody was cut off: {sum(thrown.values())}": not thrown,
        f"encoders started and stopped: {server.events['205']} and {server.events['206']} times": server.events["205"] == server.events["206"] > 0,
        f"each way of pushing was heard: {', '.join(f'{n} × {way}' for way, n in pusher.heard.items())}; {pusher.times} pushes": all(pusher.heard.values()),
        f"the far server came again {len(far.back)} times, and then was heard again: {', '.join(f'{n} times on {station}' for station, n in returns.items())}": all(returns.values()),
        f"all that feeds it could start: {'; '.join(failed) or 'nothing failed'}": not failed,
        f"children were seen: {children:.0f} at most at once": children > 0,
        f"memory is flat: {memory:.1f} MB, it grew by {grown:+.1f} MB in the last {end - middle:.0f} s; {allowed:.0%} are allowed": grown < allowed * memory,
        **{f"{name} are back: {before[name]:.0f} before, {after[name]:.0f} after": after[name] <= before[name] + spare for name, spare in (("descriptors", SPARE), ("threads", SPARE), ("children", 0))},
        f"no error in the log: {len(server.errors)}": not server.errors,
        f"it ended cleanly: exit code {code}": code == 0,
    }
    print(f"\n{samples.draw()}\n\nThe server's threads ran for {samples.ran:.0f} s and waited for a core for {samples.waited:.0f} s.\n")
    for listener in listeners:
        if listener.gaps or listener.broken or listener.refused or listener.ended or listener.longest_wait >= HANGS:
            times = f" (at {', '.join(f'{at - samples.began:.0f}' for at in listener.missed[:10])} s)" if listener.missed else ""
            print(f"     {listener}{', stayed' if listener.stays else ''}: {listener.visits} visits, {listener.heard:.0f} of {listener.due:.0f} s, {listener.gaps} gaps{times}, {listener.broken} broken, "
                  f"waited {listener.longest_wait:.1f} s, refused {dict(listener.refused)}, ended {dict(listener.ended)}")
    for line in server.errors[:20]:
        print(f"     log: {line}")
    for what, so in checks.items():
        print(f"{'yes' if so else 'NO ':4} {what}")
    good = all(checks.values())
    print(f"The server's log: {server.log.name}")
    if good:
        shutil.rmtree(os.path.join(rig.WORK, "folder"))
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
