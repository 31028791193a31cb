#!/usr/bin/env python3
"""What a relay costs: one origin, NATS and several edges with a crowd of listeners over HTTP, and the time that it adds. All on this machine.

    python3 bench/peers/relay.py [--edges 3] [--listeners 10000] [--seconds 20] [--delay-seconds 20]

First the cost, with one listener at each edge and with all: CPU is user and system time of the whole process in % of a core, and NATS' own count of what it got from the
origin and sent to the edges. The origin's figures must be the same in both. Each listener's MP3 frames are compared with those of all others: "skips" must be 0. Then
the time: the same RTP packets (Opus, by UDP) from the origin and from an edge, by the kernel's time of arrival, less the delay that was set. Once with 100 ms, and
once with 20 ms (low-latency). Moments at which the machine itself was late by more than 5 ms are left out.
"""
import argparse
import json
import re
import threading
import time
import urllib.request

import rig
from radio_servers import BYTES, Load, wait_for, wave


class Nats:
    def __init__(self):
        self.port, self.figures = rig.free_port(), rig.free_port()
        self.process = rig.start("nats-server", "-a", "127.0.0.1", "-p", self.port, "-m", self.figures, "-js", "-sd", rig.WORK + "/jetstream")
        self.address = f"nats://127.0.0.1:{self.port}"
        wait_for(self.port, self.process)

    def bytes(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.figures}/varz") as answer:
            told = json.load(answer)
        return told["in_bytes"], told["out_bytes"]


class Node:
    """An origin or an edge, on free ports of loopback."""

    def __init__(self, *arguments, name, delay):
        self.port = rig.free_port()
        self.process = rig.start(rig.LINNET, *arguments, "--node", name, "--relay-delay", delay, "--bind", "127.0.0.1", "--rtsp-port", "0", "--rtp-port", "0",
                                 "--http-port", self.port, "--max-listeners", "20000")
        self.rtsp, self.told = None, threading.Event()
        threading.Thread(target=self.read, daemon=True).start()
        wait_for(self.port, self.process)

    def read(self):
        for line in self.process.stdout:
            found = re.search(rb"rtsp://127\.0\.0\.1:(\d+)", line)
            if found:
                self.rtsp = int(found.group(1))
                self.told.set()

    def wait_for_station(self):
        for _ in range(300):
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/status-json.xsl") as answer:
                if b"radio.mp3" in answer.read():
                    return
            time.sleep(0.1)
        raise SystemExit("the edge does not have the station")


def start(edges, delay):
    nats = Nats()
    origin = Node("serve", f"radio={wave()}", "--relay", nats.address, name="origin", delay=delay)
    others = [Node("edge", nats.address, name=f"edge{i}", delay=delay) for i in range(edges)]
    for edge in others:
        edge.wait_for_station()
    return nats, origin, others


def stop(nats, origin, edges):
    for node in [*edges, origin, nats]:
        rig.stop(node.process)


def cost(arguments):
    nats, origin, edges = servers = start(arguments.edges, "3s/100ms")
    loads = [Load(edge) for edge in edges]
    print(f"{'listeners':>9} {'origin':>8} {'NATS':>8} {'edge':>8} {'in kb/s':>9} {'out kb/s':>9} {'skips':>6} {'level ms':>9} {'late ms':>8}", flush=True)
    there = 0
    for size in (1, arguments.listeners // arguments.edges):
        for i, load in enumerate(loads):
            load.order("join", f"to{size}", size - there, 500, "/radio.mp3", "format=mp3", f"rate={BYTES}")
        for load in loads:
            load.wait(f"to{size}", 120)
        there = size
        time.sleep(8)
        for load in loads:
            load.order("mark")
        processes = [origin.process, nats.process, *(edge.process for edge in edges)]
        before, (came, went), began = [rig.cpu_seconds(p.pid) for p in processes], nats.bytes(), time.monotonic()
        time.sleep(arguments.seconds)
        spent = time.monotonic() - began
        used = [(rig.cpu_seconds(p.pid) - b) / spent * 100 for p, b in zip(processes, before)]
        into, out = ((now - then) * 8 / spent / 1000 for now, then in zip(nats.bytes(), (came, went)))
        groups = [load.report() for load in loads]
        own = [g.pop("") for g in groups]
        held = [g for each in groups for g in each.values() if "gap_ms" in g]
        level = min((g["lowest_level_ms"]["min"] for g in held if "lowest_level_ms" in g), default=0)
        print(f"{sum(g['sounding'] for g in held):9} {used[0]:8.1f} {used[1]:8.1f} {sum(used[2:]) / len(edges):8.1f} {into:9.0f} {out:9.0f} {sum(g['skips'] for g in held):6}"
              f" {level:9.0f} {max(o['machine_late']['max_ms'] for o in own):8.1f}", flush=True)
    for load in loads:
        load.stop()
    stop(*servers)


def added(arguments, delay_ms):
    nats, origin, edges = servers = start(1, f"3s/{delay_ms}ms")
    for node in (origin, edges[0]):
        node.told.wait(10)
    near, far = (rig.Rtsp(f"rtsp://127.0.0.1:{node.rtsp}/radio/opus", timestamps=True) for node in (origin, edges[0]))
    near.play(), far.play()
    time.sleep(5)
    probe = rig.Probe(arguments.delay_seconds + 2)
    here, there = rig.receive([near.rtp, far.rtp], arguments.delay_seconds)
    probe.stop()
    first = dict(here)
    late = [(at - first[stamp]) / 1e6 - delay_ms for stamp, at in there if stamp in first and not probe.was_late(at) and not probe.was_late(first[stamp])]
    print(f"{delay_ms:7} ms {len(late):8} {rig.percentile(late, 0.5):8.2f} {rig.percentile(late, 0.99):8.2f} {max(late, default=float('nan')):8.2f}", flush=True)
    near.close(), far.close()
    stop(*servers)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edges", type=int, default=3)
    parser.add_argument("--listeners", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--delay-seconds", type=float, default=20)
    arguments = parser.parse_args()
    rig.raise_file_limit()
    cost(arguments)
    print(f"\n{'delay':>10} {'packets':>8} {'p50 ms':>8} {'p99 ms':>8} {'max ms':>8}   (added to the delay)")
    for delay_ms in (100, 20):
        added(arguments, delay_ms)


if __name__ == "__main__":
    main()
