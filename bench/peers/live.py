#!/usr/bin/env python3
"""The cost of listeners over WebSocket, beside listeners within their RTSP connections and a bare C loop that does the same writes, in one run.

    python3 bench/peers/live.py [--listeners 2000] [--seconds 20] [--rounds 3] [--interval MS] [--only websocket rtsp floor wss]

CPU is user and system time of the whole process, less that of the same server with one listener. Opus at 128 kb/s in 20 ms packets: 50 writes a second to each
listener, or fewer with --interval. The C loop (radio_floor.c) makes as many writes of as many bytes. The servers run in turns, so that each is measured on the same
machine. The listeners are read ten times a second by this process. One in fifty is looked at: its packets must follow each other without a gap. "gap ms" is the longest time in which a
listener that was looked at received nothing; the turns of this process are in it. Memory is the resident memory that the listeners add.
"""
import argparse
import base64
import os
import select
import socket
import ssl
import struct
import time

import rig
from radio_servers import identity, wait_for


class Crowd:
    """Listeners of one kind, all of one server."""

    def __init__(self, count):
        self.count = count
        self.poll = select.epoll()
        self.connections, self.looks = {}, {}
        self.bytes = 0

    def gather(self):
        self.before = rig.memory_kb(self.pid)
        for i in range(self.count):
            connection, rest = self.connect()
            connection.setblocking(False)
            self.connections[connection.fileno()] = connection
            self.poll.register(connection.fileno(), select.EPOLLIN)
            if i % 50 == 0:
                self.looks[connection.fileno()] = Look(self.next, rest)
            if i % 20 == 0:
                self.read()

    def read(self):
        for descriptor, _ in self.poll.poll(0):
            while True:
                try:
                    data = self.connections[descriptor].recv(65536)
                except (BlockingIOError, ssl.SSLWantReadError):
                    break
                if not data:
                    raise SystemExit("a listener was cut off")
                self.bytes += len(data)
                if descriptor in self.looks:
                    self.looks[descriptor].take(data)
                if len(data) < 65536 and not isinstance(self.connections[descriptor], ssl.SSLSocket):
                    break

    def watch(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(0.1, left))
            self.read()

    def measure(self, seconds):
        self.watch(1)
        for look in self.looks.values():
            look.begin()
        received, cpu, alone = self.bytes, rig.cpu_seconds(self.pid), self.alone_seconds()
        began = time.monotonic()
        self.watch(seconds)
        lasted = time.monotonic() - began
        sending = rig.cpu_seconds(self.pid) - cpu - (self.alone_seconds() - alone)
        return {"name": self.name, "percent": sending / lasted * 100_000 / self.count, "micro": sending / (self.count * lasted * 50) * 1e6,
                "kb": (rig.memory_kb(self.pid) - self.before) / self.count, "rate": (self.bytes - received) / lasted / self.count,
                "gap": max((look.longest for look in self.looks.values()), default=0) * 1000, "skips": sum(look.skips for look in self.looks.values())}

    def alone_seconds(self):
        return 0

    def next(self, data):
        """The length of the first whole message of some bytes, and the number of its packet with the number that follows it; None: not whole."""
        return len(data), None, None


class Look:
    """What one listener received."""

    def __init__(self, take, rest):
        self.next, self.rest, self.expected = take, rest, None
        self.begin()

    def begin(self):
        self.skips, self.longest, self.last = 0, 0, time.monotonic()

    def take(self, data):
        now = time.monotonic()
        self.longest, self.last = max(self.longest, now - self.last), now
        rest = self.rest + data
        while rest and (found := self.next(rest)):
            length, number, following = found
            if number is not None:
                self.skips += self.expected is not None and number != self.expected
                self.expected = following
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
        self.one = self.connect(self.alone_port)
        self.gather()

    def start(self):
        port = rig.free_port()
        server = rig.start(rig.LINNET, "serve", "tone", "--live", "--bind", "127.0.0.1", "--max-per-address", self.count + 10, "--max-listeners", self.count + 100, *self.ports(port))
        wait_for(port, server)
        return port, server

    def watch(self, seconds):
        super().watch(seconds)
        while select.select([self.one[0]], [], [], 0)[0] and self.one[0].recv(1 << 20):
            pass

    def alone_seconds(self):
        return rig.cpu_seconds(self.alone.pid)

    def stop(self):
        rig.stop(self.server)
        rig.stop(self.alone)


class WebSocket(Server):
    name = "websocket"
    interval = 0

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
            return head + length, None, None
        frames, position = struct.unpack(">xxxxIq", data[head:head + 16])
        return head + length, position, position + frames


class WebSocketTls(WebSocket):
    name = "wss"

    def ports(self, port):
        certificate, key = identity()
        return "--rtsp-port", "off", "--rtp-port", "0", "--http-port", "off", "--tls", certificate, "--tls-key", key, "--https-port", port, "--rtsps-port", "off"

    def dial(self, port):
        context = ssl.create_default_context(cafile=identity()[0])
        return context.wrap_socket(super().dial(port), server_hostname="localhost")


class Rtsp(Server):
    name = "rtsp"

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
        return 4 + length, *((number, number + 1 & 0xFFFF) if data[1] == 0 else (None, None))


class Floor(Crowd):
    name = "floor"

    def __init__(self, count, writes, rate):
        super().__init__(count)
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


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--listeners", type=int, default=2000)
    options.add_argument("--seconds", type=int, default=20)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--interval", type=int, default=0, help="milliseconds of audio in a write over WebSocket; 0: each packet by itself")
    options.add_argument("--only", nargs="+", default=["websocket", "rtsp", "floor"])
    given = options.parse_args()
    rig.raise_file_limit()
    WebSocket.interval = given.interval
    writes = 1000 / (given.interval // 20 * 20 or 20)
    kinds = {kind.name: kind for kind in (WebSocket, WebSocketTls, Rtsp)}
    print(f"{'':12} {'% per 1000':>11} {'µs a packet':>12} {'kB each':>8} {'kB/s each':>10} {'gap ms':>7} {'skips':>6}")
    rows, rate = {}, 17_900
    for _ in range(given.rounds):
        for name in given.only:
            crowd = kinds[name](given.listeners) if name in kinds else Floor(given.listeners, writes, rate)
            crowd.watch(4)
            row = crowd.measure(given.seconds)
            crowd.stop()
            rate = row["rate"] if name == "websocket" else rate
            rows.setdefault(name, []).append(row)
            print(f"{name:12} {row['percent']:11.1f} {row['micro']:12.2f} {row['kb']:8.1f} {row['rate'] / 1000:10.2f} {row['gap']:7.0f} {row['skips']:6}", flush=True)
    if "floor" in rows:
        for name in rows:
            ratios = sorted(row["percent"] / floor["percent"] for row, floor in zip(rows[name], rows["floor"]))
            print(f"{name:12} × the C loop: {ratios[len(ratios) // 2]:.2f}")


if __name__ == "__main__":
    main()
