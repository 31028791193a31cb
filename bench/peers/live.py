#!/usr/bin/env python3
"""The cost of listeners over WebSocket, beside listeners within their RTSP connections and a bare C loop that does the same writes, in one run.

    python3 bench/peers/live.py [--listeners 2000] [--seconds 20] [--rounds 3] [--interval MS]
        [--only player floor-player packets floor rtsp player-tls packets-tls]

"player" asks as the page's player does with its default profile (profiles.js): packets in groups. "packets" gets each packet by itself, as with low-latency. Both ask
for the time once a second, as the player does. "-tls" is the same over TLS. The C loop (radio_floor.c) makes as many writes of as many bytes as "packets", and
"floor-player" as "player". CPU is user and system time of the whole process, less that of the same server with one listener. Opus at 128 kb/s in 20 ms packets. The
servers run in turns, so that each is measured on the same machine. The listeners are read ten times a second by this process. One in a hundred is read at once: its
packets must follow each other without a gap ("skips"). "cut" are listeners that the server gave up. "gap ms" is the longest time in which such a listener received nothing, and "late ms" how long after its due
time a packet came, 99 % of them and the latest: the player's buffer must outlast it. This process's turns are in both. Memory is the resident memory that the
listeners add.
"""
import argparse
import base64
import os
import re
import select
import socket
import ssl
import struct
import time

import rig
from radio_servers import identity, wait_for


# {"type":"time","sent":1}, masked with zeros.
QUESTION = b'\x81\x98\0\0\0\0{"type":"time","sent":1}'


class Crowd:
    """Listeners of one kind, all of one server."""

    question = None

    def __init__(self, count):
        self.count = count
        self.poll, self.watched = select.epoll(), select.epoll()
        self.connections, self.looks = {}, {}
        self.bytes, self.turn, self.cut = 0, 0, 0

    def gather(self):
        self.before = rig.memory_kb(self.pid)
        for i in range(self.count):
            connection, rest = self.connect()
            connection.setblocking(False)
            self.connections[connection.fileno()] = connection
            if i % 100 == 0:
                self.looks[connection.fileno()] = Look(self.next, rest)
            (self.watched if i % 100 == 0 else self.poll).register(connection.fileno(), select.EPOLLIN)
            if i % 20 == 0:
                self.read()

    def read(self):
        for descriptor, _ in [*self.poll.poll(0), *self.watched.poll(0)]:
            self.receive(descriptor)

    def receive(self, descriptor):
        connection = self.connections[descriptor]
        while True:
            try:
                data = connection.recv(65536)
            except (BlockingIOError, ssl.SSLWantReadError):
                return
            except OSError:
                data = b""
            if not data:
                self.cut += 1
                (self.watched if descriptor in self.looks else self.poll).unregister(descriptor)
                self.connections.pop(descriptor).close()
                return
            self.bytes += len(data)
            if descriptor in self.looks:
                self.looks[descriptor].take(data)
            if len(data) < 65536 and not isinstance(connection, ssl.SSLSocket):
                return

    def watch(self, seconds):
        end, turn = time.monotonic() + seconds, time.monotonic()
        while (now := time.monotonic()) < end:
            if now >= turn:
                self.read()
                self.ask()
                turn += 0.1
            for descriptor, _ in self.watched.poll(max(0, min(turn, end) - time.monotonic())):
                self.receive(descriptor)

    def ask(self):
        """Called ten times a second: each listener asks once a second."""
        self.turn += 1
        for connection in list(self.connections.values())[self.turn % 10 :: 10] if self.question else ():
            try:
                connection.send(self.question)
            except OSError:
                pass

    def measure(self, seconds):
        self.watch(1)
        for look in self.looks.values():
            look.begin()
        received, own, cpu, alone = self.bytes, time.process_time(), rig.cpu_seconds(self.pid), self.alone_seconds()
        began = time.monotonic()
        self.watch(seconds)
        lasted = time.monotonic() - began
        sending = rig.cpu_seconds(self.pid) - cpu - (self.alone_seconds() - alone)
        late = [ms for look in self.looks.values() for ms in look.late] or [0]
        return {"name": self.name, "client": (time.process_time() - own) / lasted * 100, "percent": sending / lasted * 100_000 / self.count, "late": max(late), "late99": rig.percentile(late, 0.99),
                "kb": (rig.memory_kb(self.pid) - self.before) / self.count, "rate": (self.bytes - received) / lasted / self.count,
                "gap": max((look.longest for look in self.looks.values()), default=0) * 1000, "skips": sum(look.skips for look in self.looks.values()), "cut": self.cut}

    def alone_seconds(self):
        return 0

    def next(self, data):
        """The length of the first whole message of some bytes, the number of its packet, the number that follows, and when it is due in µs; None: not whole."""
        return len(data), None, None, None


class Look:
    """What one listener received."""

    def __init__(self, take, rest):
        self.next, self.rest, self.expected = take, rest, None
        self.begin()

    def begin(self):
        self.skips, self.longest, self.last, self.late = 0, 0, time.monotonic(), []

    def take(self, data):
        now = time.monotonic()
        self.longest, self.last = max(self.longest, now - self.last), now
        rest = self.rest + data
        while rest and (found := self.next(rest)):
            length, number, following, due = found
            if number is not None:
                self.skips += self.expected is not None and number != self.expected
                self.expected = following
            if due is not None:
                self.late.append(now * 1000 - due / 1000)
            rest = rest[length:]
        self.rest = rest


class Server(Crowd):
    """Linnet, and beside it another one with a single listener."""

    arguments = ()

    def __init__(self, count):
        super().__init__(count)
        self.port, self.server = self.start()
        self.alone_port, self.alone = self.start()
        self.pid = self.server.pid
        try:
            self.one = self.connect(self.alone_port)[0]
            self.one.setblocking(False)
            self.gather()
        except BaseException:
            self.stop()
            raise

    def start(self):
        port = rig.free_port()
        server = rig.start(rig.LINNET, "serve", "tone", "--live", "--bind", "127.0.0.1", "--max-per-address", self.count + 10, "--max-listeners", self.count + 100, *self.ports(port))
        wait_for(port, server)
        return port, server

    def read(self):
        super().read()
        while True:
            try:
                if not self.one.recv(1 << 20):
                    raise SystemExit("the single listener was cut off")
            except (BlockingIOError, ssl.SSLWantReadError):
                break

    def alone_seconds(self):
        return rig.cpu_seconds(self.alone.pid)

    def stop(self):
        rig.stop(self.server)
        rig.stop(self.alone)


class Packets(Server):
    name, floor = "packets", "floor"
    interval = 0
    question = QUESTION

    def ports(self, port):
        return "--rtsp-port", "off", "--rtp-port", "0", "--http-port", port

    def connect(self, port=None):
        connection = self.dial(port or self.port)
        key = base64.b64encode(os.urandom(16)).decode()
        connection.sendall(f"GET /tone/live?interval={self.interval} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
                           "Sec-WebSocket-Version: 13\r\n\r\n".encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += connection.recv(65536)
        head, rest = answer.split(b"\r\n\r\n", 1)
        if b" 101 " not in head:
            raise SystemExit(head.decode())
        return connection, rest

    def dial(self, port):
        return socket.create_connection(("127.0.0.1", port), timeout=60)

    def next(self, data):
        if len(data) < 4 or len(data) < (head := 4 if data[1] == 126 else 2) + (length := struct.unpack(">H", data[2:4])[0] if data[1] == 126 else data[1]):
            return None
        if data[0] != 0x82:
            return head + length, None, None, None
        frames, position, due = struct.unpack(">xxxxIqq", data[head:head + 24])
        return head + length, position, position + frames, due


class Player(Packets):
    name, floor = "player", "floor-player"


class OverTls:
    def ports(self, port):
        certificate, key = identity()
        return "--rtsp-port", "off", "--rtp-port", "0", "--http-port", "off", "--tls", certificate, "--tls-key", key, "--https-port", port, "--rtsps-port", "off"

    def dial(self, port):
        context = ssl.create_default_context(cafile=identity()[0])
        return context.wrap_socket(super().dial(port), server_hostname="localhost")


class PacketsTls(OverTls, Packets):
    name = "packets-tls"


class PlayerTls(OverTls, Player):
    name = "player-tls"


class Rtsp(Server):
    name, floor = "rtsp", "floor"

    def ports(self, port):
        return "--rtsp-port", port, "--rtp-port", "0", "--http-port", "off"

    def connect(self, port=None):
        session = rig.Rtsp(f"rtsp://127.0.0.1:{port or self.port}/tone/opus", interleaved=True)
        session.play()
        return session.connection, session.rest

    def next(self, data):
        if len(data) < 4 or len(data) < 4 + (length := struct.unpack(">H", data[2:4])[0]):
            return None
        number = struct.unpack(">H", data[6:8])[0]
        return 4 + length, *((number, number + 1 & 0xFFFF) if data[1] == 0 else (None, None)), None


class Floor(Crowd):
    question = QUESTION

    def __init__(self, name, count, writes, rate):
        super().__init__(count)
        self.name = name
        port = rig.free_port()
        self.port, self.server = port, rig.start(rig.built("radio_floor"), port, writes, int(rate))
        self.pid = self.server.pid
        wait_for(port, self.server)
        self.gather()

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port))
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return connection, b""

    def stop(self):
        rig.stop(self.server)


def profile():
    """The delay and the interval of the player's default profile, in ms."""
    with open(os.path.join(rig.ROOT, "src/Linnet.Server/wwwroot/player/profiles.js")) as f:
        found = re.search(r"balanced: \{ leastMs: (\d+).* intervalMs: (\d+)", f.read())
    return int(found.group(1)), int(found.group(2))


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--listeners", type=int, default=2000)
    options.add_argument("--seconds", type=int, default=20)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--interval", type=int, help="of the player, instead of its own: milliseconds of audio in a write")
    options.add_argument("--only", nargs="+", default=["player", "floor-player", "packets", "floor", "rtsp", "player-tls", "packets-tls"])
    given = options.parse_args()
    rig.raise_file_limit()
    buffer, interval = profile()
    Player.interval = interval if given.interval is None else given.interval
    kinds = {kind.name: kind for kind in (Packets, Player, PacketsTls, PlayerTls, Rtsp)}
    group = max(1, next((length for length in (200, 80, 60, 40) if length <= Player.interval), 20) // 20)
    floors = {Player.floor: 50 / group, Packets.floor: 50}
    print(f"the player asks for groups of {group} packets and holds {buffer} ms; load {os.getloadavg()[0]:.1f}")
    print(f"{'':12} {'% per 1000':>11} {'kB each':>8} {'kB/s each':>10} {'gap ms':>7} {'late ms 99 %':>13} {'most':>6} {'skips':>6} {'cut':>4} {'client %':>9}")
    rows, rates = {}, {}
    for _ in range(given.rounds):
        for name in given.only:
            crowd = kinds[name](given.listeners) if name in kinds else Floor(name, given.listeners, floors[name], rates.get(name, 17_900))
            try:
                crowd.watch(4)
                row = crowd.measure(given.seconds)
            finally:
                crowd.stop()
            if name in kinds:
                rates[kinds[name].floor] = row["rate"]
            rows.setdefault(name, []).append(row)
            print(f"{name:12} {row['percent']:11.1f} {row['kb']:8.1f} {row['rate'] / 1000:10.2f} {row['gap']:7.0f} {row['late99']:13.0f} {row['late']:6.0f} {row['skips']:6} {row['cut']:4} {row['client']:9.0f}", flush=True)
    print(f"\n{'median':12} {'% per 1000':>11} {'× the C loop':>13}")
    for name, measured in rows.items():
        floor = rows.get(kinds[name].floor) if name in kinds else None
        ratios = [row["percent"] / least["percent"] for row, least in zip(measured, floor)] if floor else []
        print(f"{name:12} {rig.percentile([row['percent'] for row in measured], 0.49):11.1f} {f'{rig.percentile(ratios, 0.49):13.2f}' if ratios else ''}")


if __name__ == "__main__":
    main()
