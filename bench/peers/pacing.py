#!/usr/bin/env python3
"""How evenly packets are sent: each packet's arrival, by the kernel's clock, relative to the media clock of its RTP timestamps.

    python3 bench/peers/pacing.py [--seconds 20] [--crowd 1000]

Measured one after another in one run: a bare C loop (the floor), Linnet with one listener, GStreamer, ffmpeg -re. Then a crowd: a bare C sendmmsg loop to
1000 sockets, Linnet with 1000 listeners, the C loop again, each measured at the first and at the last socket. The floor of a crowd is the loop that
sends to one socket; the last socket also waits for the burst to the others. A packet is late relative to the earliest 1 % of its own stream. Moments at which the machine itself was
late, according to a SCHED_FIFO thread, are left out of the percentiles; "excluded" says how many packets that were.
"""
import argparse
import subprocess
import sys
import time

import rig


def report(name, packets, rate, probe, skip=1.0):
    """Prints the row of one stream, and gives its p99 in seconds."""
    if len(packets) < 50:
        print(f"{name:34} only {len(packets)} packets")
        return float("nan")
    base = packets[0][0]
    points = [(((t - base) & 0xFFFFFFFF) / rate, a / 1e9, a) for t, a in packets]
    # The initial burst of a sender (pre-roll) is not paced.
    points = [p for p in points if p[1] - points[0][1] > skip]
    media = [p[0] for p in points]
    wall = [p[1] for p in points]
    mean_m, mean_w = sum(media) / len(media), sum(wall) / len(wall)
    slope = sum((m - mean_m) * (w - mean_w) for m, w in zip(media, wall)) / sum((m - mean_m) ** 2 for m in media)
    late = [w - m for m, w in zip(media, wall)]
    earliest = rig.percentile(late, 0.01)
    kept = [x - earliest for x, p in zip(late, points) if not probe.was_late(p[2])]
    p50, p99 = rig.percentile(kept, 0.5), rig.percentile(kept, 0.99)
    print(f"{name:34} {len(points):7} {len(points) - len(kept):8} {(slope - 1) * 1e6:+9.1f} {p50 * 1e6:10.0f} {p99 * 1e6:10.0f}")
    sys.stdout.flush()
    return p99


def measure(name, command, seconds, probe, rate=48000):
    rtp, rtcp = rig.port_pair(timestamps=True)
    process = rig.start(*command(rtp.getsockname()[1]))
    packets = rig.receive([rtp], seconds)[0]
    rig.stop(process)
    rtp.close(), rtcp.close()
    return report(name, packets, rate, probe)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=int, default=20)
    options.add_argument("--crowd", type=int, default=1000)
    given = options.parse_args()
    seconds = given.seconds
    rig.raise_file_limit()
    probe = rig.Probe(seconds * 10 + 120)
    print(f"{'sender':34} {'packets':>7} {'excluded':>8} {'rate ppm':>9} {'p50 µs':>10} {'p99 µs':>10}")

    def c_floor(label, period=5000):
        return measure(label, lambda port: [rig.floor(), "pace", port, seconds + 2, period, 972], seconds, probe)

    before = c_floor("C, clock_nanosleep, 5 ms")
    server = rig.Linnet("tone", "--live")
    listener = rig.Rtsp(server.url("tone/l16"), timestamps=True)
    listener.play()
    one = report("Linnet, L16 5 ms, one listener", rig.receive([listener.rtp], seconds)[0], 48000, probe)
    listener.close()
    rig.stop(server.process)

    measure("GStreamer udpsink, L16 5 ms", lambda port: [
        "gst-launch-1.0", "-q", "audiotestsrc", "is-live=true", "samplesperbuffer=240", "!", "audio/x-raw,format=S16BE,rate=48000,channels=2", "!",
        "rtpL16pay", "min-ptime=5000000", "max-ptime=5000000", "!", "udpsink", "host=127.0.0.1", f"port={port}"], seconds, probe)
    measure("ffmpeg -re, L16", lambda port: [
        "ffmpeg", "-nostdin", "-v", "error", "-re", "-f", "lavfi", "-i", f"sine=r=48000:d={seconds + 5}", "-ac", "2", "-c:a", "pcm_s16be", "-payload_type", "96",
        "-f", "rtp", f"rtp://127.0.0.1:{port}"], seconds, probe)
    after = c_floor("C again")

    floors = [c_crowd(given.crowd, seconds, probe)]
    server = rig.Linnet("tone", "--live", "--max-per-address", given.crowd + 10)
    crowd = []
    for i in range(given.crowd):
        crowd.append(rig.Rtsp(server.url("tone/opus"), timestamps=i in (0, given.crowd - 1)))
        crowd[-1].play()
    time.sleep(2)
    many = ends("Linnet, Opus 20 ms", crowd[0].rtp, crowd[-1].rtp, given.crowd, seconds, probe)
    for c in crowd:
        c.close()
    rig.stop(server.process)
    floors.append(c_crowd(given.crowd, seconds, probe))
    probe.stop()
    first, last = (many[i] / (sum(f[i] for f in floors) / len(floors)) for i in (0, 1))
    print(f"\np99 against the floor in this run: one listener ×{one / ((before + after) / 2):.2f}, first of {given.crowd} ×{first:.2f}, last ×{last:.2f}")


def ends(name, first, last, count, seconds, probe):
    """Prints the rows of the first and the last socket of a crowd, and gives their p99."""
    for s in (first, last):
        s.setblocking(False)
        try:
            while True:
                s.recv(2048)
        except BlockingIOError:
            s.setblocking(True)
    packets = rig.receive([first, last], seconds)
    return [report(f"{name}, {which} of {count}", p, 48000, probe) for which, p in zip(("first", "last"), packets)]


def c_crowd(count, seconds, probe):
    sockets = [rig.udp(0, timestamps=i in (0, count - 1)) for i in range(count)]
    fan = rig.start(rig.floor(), "fan", count, seconds + 3, 20000, 332, stdin=subprocess.PIPE)
    fan.stdin.write(" ".join(str(s.getsockname()[1]) for s in sockets).encode())
    fan.stdin.close()
    time.sleep(1)
    late = ends("C sendmmsg loop, 20 ms", sockets[0], sockets[-1], count, seconds, probe)
    fan.wait()
    for s in sockets:
        s.close()
    return late


if __name__ == "__main__":
    main()
