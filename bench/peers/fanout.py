#!/usr/bin/env python3
"""The cost of a UDP listener: CPU time per datagram of Linnet, a bare C sendmmsg loop and GStreamer's multiudpsink, in one run.

    python3 bench/peers/fanout.py [--listeners 1000] [--seconds 20]

CPU is the user and system time of the whole process. Opus at 128 kb/s in 20 ms packets: 332 bytes with the RTP header. The sockets are not read:
a full one refuses packets, which costs every sender the same.
"""
import argparse
import subprocess
import time

import rig


def per_datagram(cpu, listeners, seconds):
    return cpu / (listeners * seconds * 50) * 1e6


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--listeners", type=int, default=1000)
    options.add_argument("--seconds", type=int, default=20)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    n, seconds = given.listeners, given.seconds
    rig.raise_file_limit()

    server = rig.Linnet("tone", "--live", "--max-per-address", n + 10)
    crowd = [rig.Rtsp(server.url("tone/opus")) for _ in range(n)]
    ports = [c.rtp.getsockname()[1] for c in crowd]
    idle = rig.Linnet("tone", "--live")
    one = rig.Rtsp(idle.url("tone/opus"))
    one.play()
    for c in crowd:
        c.play()

    print(f"{'':28} {'CPU s':>8} {'µs a datagram':>14} {'% of a core per 1000':>22}")
    ratios = []
    time.sleep(10)
    for _ in range(given.rounds):
        time.sleep(1)
        encoding = rig.cpu_seconds(idle.process.pid)
        before = rig.cpu_seconds(server.process.pid)
        time.sleep(seconds)
        linnet = rig.cpu_seconds(server.process.pid) - before
        encoding = rig.cpu_seconds(idle.process.pid) - encoding
        fan = rig.start(rig.floor(), "fan", n, seconds, 20000, 332, stdin=subprocess.PIPE)
        c = float(fan.communicate(" ".join(map(str, ports)).encode())[0])
        sending = linnet - encoding
        ratios.append(sending / c)
        row("Linnet, everything", linnet, n, seconds)
        row("  of it encoding, timing", encoding, n, seconds)
        row("Linnet, sending", sending, n, seconds)
        row("C sendmmsg loop", c, n, seconds)
    gst = rig.start("gst-launch-1.0", "-q", "audiotestsrc", "is-live=true", "samplesperbuffer=960", "!", "audio/x-raw,rate=48000,channels=2", "!", "opusenc", "bitrate=128000",
                    "!", "rtpopuspay", "!", "multiudpsink", "clients=" + ",".join(f"127.0.0.1:{p}" for p in ports))
    time.sleep(2)
    before = rig.cpu_seconds(gst.pid)
    time.sleep(seconds)
    row("GStreamer, everything", rig.cpu_seconds(gst.pid) - before, n, seconds)
    rig.stop(gst)
    rig.stop(server.process)
    rig.stop(idle.process)
    print(f"\nLinnet's sending against the C loop: ×{sorted(ratios)[len(ratios) // 2]:.2f} (rounds: {', '.join(f'{r:.2f}' for r in ratios)})")


def row(name, cpu, n, seconds):
    print(f"{name:28} {cpu:8.2f} {per_datagram(cpu, n, seconds):14.2f} {cpu / seconds * 100 * 1000 / n:22.1f}", flush=True)


if __name__ == "__main__":
    main()
