"""Listeners over every transport. Each is a thread that connects, listens, checks what it receives and disconnects, once or repeatedly."""

import collections
import random
import re
import socket
import struct
import threading
import time

import rig
from everything_units import Flac, Messages, Mp3, Ogg, Order, Positions, Rtp, Wav

HANGS = 10  # seconds without a byte: the sound has stopped, however busy the machine is
LOOKS = 0.5  # seconds: so often a listener who hears nothing looks whether it is over
KEEPS_ALIVE = 20  # seconds between two signs of life: a session by UDP ends after sixty without one
MOST_MISSED = 1000  # times at which a listener missed sound
COUNTED = "stdin"  # the station whose sound is Positions
NOISE = "folder"  # the station of which no two encoded units are the same


class Refused(Exception):
    """The server answered, but not with sound."""


class Listener(threading.Thread):
    """Who hears one rendition of one station by one transport."""

    orders = collections.defaultdict(Order)
    alive = 0  # how many hear something now

    def __init__(self, ports, transport, station, form, over, stays=False, seed=0):
        super().__init__(daemon=True)
        self.ports, self.transport, self.station, self.form, self.over, self.stays = ports, transport, station, form, over, stays
        self.random = random.Random(seed)
        self.visits = self.gaps = self.broken = 0
        self.refused, self.ended = collections.Counter(), collections.Counter()
        self.longest_wait = self.heard = self.due = 0.0
        self.missed = []  # when it missed sound

    def __str__(self):
        return f"{self.station}/{self.form} by {self.transport}"

    def run(self):
        self.over.wait(0 if self.stays else self.random.uniform(0, 12))
        while not self.over.is_set():
            self.visit(float("inf") if self.stays else self.random.uniform(0.5, 4))
            # A rendition stops ten seconds after its last listener, so that the next one starts it again.
            self.over.wait(1 if self.stays else self.random.uniform(10.5, 14))

    def visit(self, seconds):
        sound, began = None, time.monotonic()
        try:
            connection, receive, sound = getattr(self, self.transport.replace("-", "_"))()
        except Refused as why:
            self.refused[str(why)] += 1
            return
        except OSError as why:
            self.refused[type(why).__name__] += 1
            return
        self.visits += 1
        Listener.alive += 1
        try:
            self.hear(receive, sound, began, began + seconds)
        except OSError as why:
            self.ended[type(why).__name__] += 1
        Listener.alive -= 1
        self.gaps += sound.gaps
        self.broken += sound.broken
        self.heard += sound.seconds
        self.due += time.monotonic() - began
        if self.random.random() < 0.3:
            connection[0].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        for each in connection:
            each.close()

    def hear(self, receive, sound, began, until):
        last = began
        while not self.over.is_set() and time.monotonic() < until:
            try:
                data = receive()
            except TimeoutError:
                data = None
            now = time.monotonic()
            self.longest_wait = max(self.longest_wait, now - last)
            if data == b"":
                self.ended["closed by the server"] += 1
                return
            if data:
                gaps = sound.gaps
                sound.feed(data)
                last = now
                if len(self.missed) < MOST_MISSED:
                    self.missed += [now] * (sound.gaps - gaps)

    def http(self):
        s = self.connect(self.ports["http"])
        form, rate = self.form.partition("-")[::2]
        s.sendall(f"GET /{self.station}{'-' + rate if rate else ''}.{form} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        head = b""
        while b"\r\n\r\n" not in head:
            more = s.recv(65536)
            if not more:
                raise Refused("closed before an answer")
            head += more
        head, rest = head.split(b"\r\n\r\n", 1)
        if head.split()[1] != b"200":
            raise Refused(f"{head.split()[1].decode()} {rest[:80].decode(errors='replace').strip()}")
        s.settimeout(LOOKS)
        order = Listener.orders[self.station, self.form] if self.station == NOISE else None
        sound = {"mp3": lambda: Mp3(order), "opus": lambda: Ogg(order), "flac": Flac, "wav": lambda: Wav(self.station == COUNTED)}[form]()
        sound.feed(rest)
        return (s,), lambda: s.recv(65536), sound

    def rtsp_udp(self):
        rtsp = self.play()
        rtsp.rtp.settimeout(LOOKS)
        alive = time.monotonic()

        def receive():
            nonlocal alive
            if time.monotonic() > alive + KEEPS_ALIVE:
                alive = time.monotonic()
                rtsp.keep_alive()
            return rtsp.rtp.recv(2048)

        return (rtsp.connection, rtsp.rtp, rtsp.rtcp), receive, self.packets(rtsp)

    def rtsp_tcp(self):
        rtsp = self.play(interleaved=True)
        rtsp.connection.settimeout(LOOKS)
        packets = self.packets(rtsp)
        return (rtsp.connection,), lambda: rtsp.connection.recv(65536), Interleaved(packets, rtsp.rest)

    def play(self, interleaved=False):
        try:
            rtsp = rig.Rtsp(f"rtsp://127.0.0.1:{self.ports['rtsp']}/{self.station}/{self.form}", interleaved=interleaved)
            rtsp.play()
            return rtsp
        except SystemExit as why:
            raise Refused(str(why).split("\r\n")[0]) from None

    def packets(self, rtsp):
        is_counted = self.station == COUNTED and self.form in ("pcm", "l16")
        return Rtp(rtsp.ssrc, rtsp.clock, Positions(big_endian=True) if is_counted else None)

    def pyaudio_tcp(self):
        s = self.connect(self.ports["pyaudio-tcp"])
        s.settimeout(LOOKS)
        return (s,), lambda: s.recv(65536), Messages()

    def pyaudio_udp(self):
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        s.settimeout(LOOKS)
        s.connect(("127.0.0.1", self.ports["pyaudio-udp"]))
        s.send(b"Hello")
        return (s,), lambda: s.recv(65536), Positions()

    def connect(self, port):
        return socket.create_connection(("127.0.0.1", port), timeout=HANGS)


class Interleaved:
    """The RTP packets within an RTSP connection."""

    def __init__(self, packets, rest):
        self.packets, self.rest = packets, b""
        self.feed(rest)

    gaps = property(lambda self: self.packets.gaps)
    broken = property(lambda self: self.packets.broken)
    seconds = property(lambda self: self.packets.seconds)

    def feed(self, data):
        self.rest += data
        while len(self.rest) >= 4:
            if self.rest[0] != 0x24:
                # A response, complete or not.
                end = re.search(rb"\r\n\r\n", self.rest)
                if end is None:
                    return
                self.rest = self.rest[end.end():]
                continue
            length = struct.unpack_from(">H", self.rest, 2)[0]
            if len(self.rest) < 4 + length:
                return
            if self.rest[1] == 0:
                self.packets.feed(self.rest[4:4 + length])
            self.rest = self.rest[4 + length:]
