#!/usr/bin/env python3
"""The cost of a crowd that listens within its RTSP connections (interleaved): one build of Linnet beside another, in one run.

    python3 bench/peers/rtsp_crowd.py [--listeners 1000] [--seconds 20] [--rounds 3] [--beside PATH]

CPU is user and system time of the whole process: with all listeners, less that of the same server with one. Opus at 128 kb/s in 20 ms packets.
Memory is the resident memory that the listeners add. The crowd is read by epoll in this process, in turns with the other server's, so both send at
the same time, to a machine that is as busy. Frames are counted: each listener must get 50 packets a second, without a gap in the sequence numbers.
--beside is another Linnet.Cli, such as the build before a change.
"""
import argparse
import select
import threading
import time

import rig


class Crowd:
    """The listeners of one server: reads all, and looks at one in fifty."""

    def __init__(self, program, listeners):
        rig.LINNET = program
        self.server = rig.Linnet("tone", "--live", "--max-per-address", listeners + 10)
        self.idle = rig.Linnet("tone", "--live")
        self.poll = select.epoll()
        self.sessions, self.rests, self.last = {}, {}, {}
        self.bytes, self.gaps = 0, 0
        one = rig.Rtsp(self.idle.url("tone/opus"), interleaved=True)
        one.play()
        self.alone = one.connection
        self.poll.register(self.alone, select.EPOLLIN)
        self.before = rig.memory_kb(self.server.process.pid)
        for i in range(listeners):
            session = rig.Rtsp(self.server.url("tone/opus"), interleaved=True)
            session.play()
            descriptor = session.connection.fileno()
            self.sessions[descriptor] = session
            if i % 50 == 0:
                self.rests[descriptor] = session.rest
            session.connection.setblocking(False)
            self.poll.register(descriptor, select.EPOLLIN)

    def read(self, stop):
        while not stop.is_set():
            for descriptor, _ in self.poll.poll(0.1):
                if descriptor == self.alone.fileno():
                    self.alone.recv(65536)
                    continue
                data = self.sessions[descriptor].connection.recv(65536)
                if not data:
                    raise SystemExit("a listener was cut off")
                self.bytes += len(data)
                if descriptor in self.rests:
                    self.look(descriptor, data)

    def look(self, descriptor, data):
        rest = self.rests[descriptor] + data
        while len(rest) >= 4 and len(rest) >= 4 + (length := int.from_bytes(rest[2:4], "big")):
            assert rest[0] == 0x24, "this is no frame"
            if rest[1] == 0:
                number = int.from_bytes(rest[6:8], "big")
                last = self.last.get(descriptor)
                self.gaps += last is not None and number != (last + 1) & 0xFFFF
                self.last[descriptor] = number
            rest = rest[4 + length:]
        self.rests[descriptor] = rest

    def cpu(self):
        return rig.cpu_seconds(self.server.process.pid), rig.cpu_seconds(self.idle.process.pid)

    def stop(self):
        rig.stop(self.server.process)
        rig.stop(self.idle.process)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--listeners", type=int, default=1000)
    options.add_argument("--seconds", type=int, default=20)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--beside", help="another Linnet.Cli to compare with")
    given = options.parse_args()
    rig.raise_file_limit()
    programs = {"this": rig.LINNET, **({"beside": given.beside} if given.beside else {})}
    crowds = {name: Crowd(program, given.listeners) for name, program in programs.items()}
    stop = threading.Event()
    readers = [threading.Thread(target=crowd.read, args=(stop,)) for crowd in crowds.values()]
    for reader in readers:
        reader.start()
    print(f"{'':8} {'CPU s':>8} {'sending':>8} {'% per 1000':>11} {'µs a packet':>12} {'kB each':>8} {'kB/s each':>10} {'gaps':>5}")
    time.sleep(8)
    ratios = []
    for _ in range(given.rounds):
        for crowd in crowds.values():
            crowd.gaps = 0  # while the crowd gathers, those that are there already are not read
        start = {name: (crowd.cpu(), crowd.bytes) for name, crowd in crowds.items()}
        began = time.monotonic()
        time.sleep(given.seconds)
        lasted = time.monotonic() - began
        sending = {}
        for name, crowd in crowds.items():
            (before, alone), received = start[name]
            now, now_alone = crowd.cpu()
            sending[name] = (now - before) - (now_alone - alone)
            per_listener = (rig.memory_kb(crowd.server.process.pid) - crowd.before) / given.listeners
            print(f"{name:8} {now - before:8.2f} {sending[name]:8.2f} {sending[name] / lasted * 100_000 / given.listeners:11.1f} {sending[name] / (given.listeners * lasted * 50) * 1e6:12.2f}"
                  f" {per_listener:8.1f} {(crowd.bytes - received) / lasted / given.listeners / 1000:10.2f} {crowd.gaps:5}", flush=True)
        if given.beside:
            ratios.append(sending["this"] / sending["beside"])
    stop.set()
    for reader in readers:
        reader.join()
    for crowd in crowds.values():
        crowd.stop()
    if ratios:
        print(f"\nThis against beside, sending: ×{sorted(ratios)[len(ratios) // 2]:.2f} (rounds: {', '.join(f'{r:.2f}' for r in ratios)})")


if __name__ == "__main__":
    main()
