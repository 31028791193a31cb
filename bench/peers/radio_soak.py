#!/usr/bin/env python3
"""500 listeners that come, go, stall and die, for half an hour, on one `linnet serve`: does it leak, do well-behaved listeners hear everything, are its counts right?

    python3 bench/peers/radio_soak.py [--minutes 30]

150 listen all the time, half to MP3, half to Opus: their frames or pages are compared with each other's, so a gap is audio missing from what the station
published, not a pause. 210 come and go, by an orderly close and by reset; 40 stop reading, 40 read far too slowly, 20 send half a request, 20 close their
sending side and keep listening, 20 are a process that is killed and restarted. Prints a line every 30 s: memory, descriptors and threads of the server, current listeners, its counts.
At the end it prints each expectation and whether it was met; the exit code is 1 if not.
"""
import argparse
import json
import os
import signal
import sys
import time

import rig
from radio_servers import BYTES, Linnet, Load

# Those that the server disconnects.
ENDED = ["stall", "crawl", "mute"]
GROUPS = {
    "mp3": (75, "mp3", ""), "opus": (75, "ogg", ""),
    "mp3-goes": (70, "mp3", "life=8000 again=1 ends=leave"), "opus-goes": (70, "ogg", "life=5000 again=1 ends=leave"), "resets": (70, "mp3", "life=6000 again=1 ends=reset"),
    "stall": (40, "mp3", "does=stall buffer=4096 again=1"), "crawl": (40, "ogg", "does=crawl buffer=4096 again=1"),
    "mute": (20, "mp3", "does=mute again=1"), "half": (20, "mp3", "does=half life=20000 again=1"),
}
KILLED = 20


class Server(Linnet):
    """A Linnet whose counts are read from its statistics."""

    def __init__(self):
        self.latest = {}
        super().__init__("--stats", "json", "--max-per-address", "600")

    def told(self, line):
        if line.startswith(b"{"):
            self.latest = json.loads(line)

    def counts(self):
        """Listeners since the start, those dropped because they took nothing, requests that took too long."""
        http = self.latest["http"]
        return http["accepted"], http["stalled"], http["refused"].get("too_slow", 0)

    def count_files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def count_threads(self):
        return len(os.listdir(f"/proc/{self.process.pid}/task"))


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--minutes", type=float, default=30)
    given = options.parse_args()
    server = Server()
    load = Load(server)
    for form in ("mp3", "ogg"):
        load.order("join", f"first-{form}", 1, 1, server.path(form), f"format={form}", f"rate={BYTES}")
    time.sleep(5)
    files, memory = server.count_files(), rig.memory_kb(server.process.pid)
    for name, (count, form, how) in GROUPS.items():
        load.order("join", name, count, 50, server.path(form), f"format={form}", f"rate={BYTES}", how)
    time.sleep(15)
    load.order("mark")
    began, killed, doomed, lines = time.monotonic(), 0, None, []
    print(f"before the crowd: {memory / 1000:.1f} MB, {files} descriptors", flush=True)
    while time.monotonic() - began < given.minutes * 60:
        if doomed is not None:
            doomed.process.send_signal(signal.SIGKILL)
            doomed.process.wait()
            killed += KILLED
        doomed = Load(server)
        doomed.order("join", "doomed", KILLED, 100, server.path("mp3"), "format=mp3")
        time.sleep(15)
        if len(lines) % 2 == 0:
            print(f"{time.monotonic() - began:6.0f} s  {rig.memory_kb(server.process.pid) / 1000:7.1f} MB  {server.count_files():5} descriptors  {server.count_threads():3} threads  "
                  f"{json.dumps(server.latest.get('http', {}))}", flush=True)
        lines.append(rig.memory_kb(server.process.pid))
    doomed.process.send_signal(signal.SIGKILL)
    doomed.process.wait()
    killed += KILLED
    there = load.report()
    for name in GROUPS:
        load.order("leave", name)
    groups = load.report()
    time.sleep(20)
    accepted, stalled, slow = server.counts()
    print("\n" + "\n".join(json.dumps(g) for g in groups.values()))
    print(f"\nafter the crowd: {rig.memory_kb(server.process.pid) / 1000:.1f} MB, {server.count_files()} descriptors\nserver: {json.dumps(server.latest)}")
    load.stop()
    server.stop()

    quarter = max(1, len(lines) // 4)
    early, late = sum(lines[quarter:2 * quarter]) / quarter, sum(lines[-quarter:]) / quarter
    good = [there[n] for n in ("mp3", "opus", "first-mp3", "first-ogg")]
    asked = [g for n, g in groups.items() if n not in ("", "mute")]
    answered = killed + sum(g["answered"] for g in asked)
    # A listener that left before the response may or may not be counted.
    came = killed + sum(g["open"] + g["left"] + g["reset_by_us"] + g["closed_by_peer"] + g["reset_by_peer"] for g in asked)
    checks = {
        "all who behave are still there": all(g["sounding"] == g["asked"] for g in good),
        "no sound was missing for them": all(g["skips"] == 0 and g["broken"] == 0 for g in good),
        "who came and went heard no gap either": all(groups[n]["skips"] == 0 and groups[n]["broken"] == 0 for n in ("mp3-goes", "opus-goes", "resets", "half")),
        "nobody was refused or dropped but those that stalled or said nothing": all(
            g["refused"] == 0 and g["closed_by_peer"] + g["reset_by_peer"] == 0 for n, g in groups.items() if n and n not in ENDED),
        f"each who was answered is counted, and nobody else: {answered} to {came} came, {accepted} are counted": answered <= accepted <= came,
        f"each who took nothing, or next to nothing, is counted: {stalled}": stalled == sum(groups[n]["reset_by_peer"] + groups[n]["closed_by_peer"] for n in ("stall", "crawl")),
        f"each who said nothing is counted: {slow}": slow == groups["mute"]["refused"],
        f"memory does not grow: {early / 1000:.1f} MB in the second quarter, {late / 1000:.1f} MB in the last": late < early * 1.03 + 2000,
    }
    for what, so in checks.items():
        print(f"{'yes' if so else 'NO ':4} {what}")
    sys.exit(0 if all(checks.values()) else 1)


if __name__ == "__main__":
    main()
