#!/usr/bin/env python3
"""Repair by copies over one bad path: Linnet's two copies, and GStreamer's rtpredenc and rtpreddec, in one run.

    python3 bench/peers/red.py [--seconds 600] [--loss 0.19] [--burst 60] [--latency 100] [--seed 7]

Opus of 20 ms at 128 kb/s over a path that is bad 19 % of the time, in bursts of 60 ms on average, with the same seeded schedule for all (Linnet's `--impair`,
and a relay in this script that drops by the same rule), and 100 ms between arrival and playback. The round trip of 200 ms leaves no time for retransmission. The result is
the share of 20 ms packets that were neither received nor recovered in time. GStreamer sends one copy per packet: of the previous one (distance 1) or of the one before
that (distance 2). Its decoder is before or after its jitter buffer; all four combinations run at once. Each relay starts its schedule with its first packet.
"""
import argparse
import json
import math
import socket
import struct
import subprocess
import threading
import time

import rig

MASK = (1 << 64) - 1
PURPOSE = 0xFFFF  # what Linnet draws the bad times of the way in from


class Schedule:
    """The bad times of Linnet's Impairment of the same seed: SplitMix64 over seed and index, lengths exponentially distributed."""

    def __init__(self, seed, share, mean):
        self.key = self.mix((seed << 32) | PURPOSE)
        self.share, self.bad_mean, self.good_mean = share, mean, mean * (1 - share) / share
        self.drawn, self.until = 0, 0.0
        self.bad = self.even() < share
        self.until = self.length()

    @staticmethod
    def mix(value):
        value = (value + 0x9E3779B97F4A7C15) & MASK
        value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
        return value ^ (value >> 31)

    def even(self):
        bits = self.mix((self.key + self.drawn * 0x9E3779B97F4A7C15) & MASK)
        self.drawn += 1
        return (bits >> 11) / (1 << 53)

    def length(self):
        return -math.log(1 - self.even()) * (self.bad_mean if self.bad else self.good_mean)

    def is_bad(self, now):
        while now >= self.until:
            self.bad = not self.bad
            self.until += self.length()
        return self.bad


class Relay(threading.Thread):
    """Passes on to several ports what comes in while the path is good."""

    def __init__(self, schedule, ports):
        super().__init__(daemon=True)
        self.socket = rig.udp(0)
        self.port = self.socket.getsockname()[1]
        self.schedule, self.ports = schedule, ports
        self.sent, self.lost, self.first, self.last = 0, 0, None, None
        self.start()

    def run(self):
        began = None
        while True:
            data = self.socket.recv(4096)
            now = time.monotonic()
            began = began or now
            number = struct.unpack(">H", data[2:4])[0]
            self.first = number if self.first is None else self.first
            self.last, self.sent = number, self.sent + 1
            if self.schedule.is_bad(now - began):
                self.lost += 1
                continue
            for port in self.ports:
                self.socket.sendto(data, ("127.0.0.1", port))


class Counter(threading.Thread):
    """Which packets come out in the end, each once."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = rig.udp(0)
        self.port = self.socket.getsockname()[1]
        self.came, self.epoch, self.before = set(), 0, None
        self.start()

    def run(self):
        while True:
            data = self.socket.recv(4096)
            stamp = struct.unpack(">I", data[4:8])[0]
            self.came.add(stamp)


def gstreamer_receiver(latency, before, counter):
    port = rig.udp(0)
    number = port.getsockname()[1]
    port.close()
    caps = "application/x-rtp,media=audio,clock-rate=48000,encoding-name=OPUS,payload=98"
    red = ["rtpreddec", "pt=98"]
    jitter = ["rtpjitterbuffer", f"latency={latency}", "do-lost=true"]
    plain = ["capssetter", "replace=true", "caps=" + caps.replace("payload=98", "payload=96")]
    chain = [*red, "!", *plain, "!", *jitter] if before else [*jitter, "!", *red]
    process = rig.start("gst-launch-1.0", "-q", "udpsrc", f"port={number}", f"caps={caps}", "!", *chain, "!", "udpsink", "host=127.0.0.1", f"port={counter.port}", "sync=false", "async=false")
    return number, process


def main():
    options = argparse.ArgumentParser()
    for name, kind, usual in (("seconds", int, 600), ("loss", float, 0.19), ("burst", int, 60), ("latency", int, 100), ("seed", int, 7)):
        options.add_argument(f"--{name}", type=kind, default=usual)
    given = options.parse_args()
    runs, processes = [], []
    for distance in (1, 2):
        counters = [Counter(), Counter()]
        receivers = [gstreamer_receiver(given.latency, before, c) for before, c in zip((True, False), counters)]
        processes += [p for _, p in receivers]
        relay = Relay(Schedule(given.seed, given.loss, given.burst / 1000), [port for port, _ in receivers])
        runs.append((distance, relay, counters))
    server = rig.Linnet("tone", "--live")
    time.sleep(2)
    for distance, relay, _ in runs:
        processes.append(rig.start(
            "gst-launch-1.0", "-q", "audiotestsrc", "is-live=true", "samplesperbuffer=960", "!", "audio/x-raw,rate=48000,channels=2", "!", "opusenc", "bitrate=128000", "frame-size=20", "!",
            "rtpopuspay", "pt=96", "!", "rtpredenc", "pt=98", f"distance={distance}", "!", "udpsink", "host=127.0.0.1", f"port={relay.port}"))
    impair = f"loss={given.loss * 100:g}%,burst={given.burst}ms,delay=100ms,seed={given.seed}"
    player = rig.start(rig.LINNET, "play", server.url("tone/opus"), "--transport", "udp", "--latency", given.latency, "--impair", impair, "--output", "null", "--stats", "json")
    last = {}
    threading.Thread(target=lambda: [last.update(json.loads(line)) for line in player.stdout if line.startswith(b"{")], daemon=True).start()
    time.sleep(min(60, given.seconds / 4))
    begun = dict(last), [(r.sent, r.lost, [len(c.came) for c in counters]) for _, r, counters in runs]
    time.sleep(given.seconds)
    ended = dict(last), [(r.sent, r.lost, [len(c.came) for c in counters]) for _, r, counters in runs]
    for process in processes + [player, server.process]:
        rig.stop(process)

    print(f"{'':48} {'packets':>8} {'lost by the path':>17} {'damaged':>9}")
    for (distance, _, _), (sent0, lost0, came0), (sent1, lost1, came1) in zip(runs, begun[1], ended[1]):
        sent = sent1 - sent0
        for i, place in enumerate(("before", "behind")):
            missing = sent - (came1[i] - came0[i])
            row(f"GStreamer RED distance {distance}, decoder {place} its buffer", sent, (lost1 - lost0) / sent, missing / sent)
    a, b = begun[0], ended[0]
    lost, repaired = b["lost"] - a["lost"] + b["late"] - a["late"], b["repair"]["repaired"] - a["repair"]["repaired"]
    total = b["received"] - a["received"] + b["lost"] - a["lost"] + repaired
    row(f"Linnet, copies ×{b['repair']['copies']} {b['repair']['spacing_ms']} ms apart", total, (b["lost"] - a["lost"] + repaired) / total, lost / total)
    print(json.dumps(b["repair"]))


def row(name, packets, lost, damaged):
    print(f"{name:48} {packets:8} {lost * 100:16.1f}% {damaged * 100:8.2f}%", flush=True)


if __name__ == "__main__":
    main()
