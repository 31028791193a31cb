"""Checks the audio that listeners receive for gaps: one class per format, fed with bytes as they arrive."""

import array
import hashlib
import struct
import sys
import threading


class Positions:
    """16-bit stereo in which every frame is its own number, as `counted` makes it: nothing can be lost, repeated or changed without being seen."""

    def __init__(self, rate=44_100, big_endian=False):
        self.rate, self.big_endian = rate, big_endian
        self.frames = self.gaps = self.broken = 0
        self.rest, self.next = b"", None

    @property
    def seconds(self):
        return self.frames / self.rate

    def feed(self, data):
        data = self.rest + data
        whole = len(data) // 4 * 4
        self.rest = data[whole:]
        halves = array.array("H", data[:whole])
        if self.big_endian != (sys.byteorder == "big"):
            halves.byteswap()
        numbers = array.array("I", halves.tobytes())
        if not numbers:
            return
        if self.next is not None and numbers[0] != self.next:
            self.gaps += 1
        if numbers.tobytes() != counted(numbers[0], len(numbers)):
            self.gaps += sum(1 for a, b in zip(numbers, numbers[1:]) if b != a + 1)
        self.frames += len(numbers)
        self.next = numbers[-1] + 1


def counted(first, count):
    """So many frames of that sound: the lower half of a frame's number on the left, the upper half on the right."""
    return array.array("I", range(first, first + count)).tobytes()


class Wav:
    """A WAV stream of `Positions`, or of anything (then only its length is known)."""

    def __init__(self, is_counted):
        self.positions, self.head, self.bytes, self.rate = Positions() if is_counted else None, b"", 0, 0

    gaps = property(lambda self: self.positions.gaps if self.positions else 0)
    broken = property(lambda self: 1 if len(self.head) > 4096 and not self.rate else 0)
    seconds = property(lambda self: self.bytes / self.rate if self.rate else 0)

    def feed(self, data):
        if not self.rate:
            self.head += data
            at, format_at = self.head.find(b"data"), self.head.find(b"fmt ")
            if at < 0 or len(self.head) < at + 8:
                return
            self.rate, data = struct.unpack_from("<I", self.head, format_at + 16)[0], self.head[at + 8:]
        self.bytes += len(data)
        if self.positions:
            self.positions.feed(data)


class Order:
    """Which unit of one rendition follows which. Whoever hears two in a row first notes it; everybody else must hear the same, wherever they joined and however late they read."""

    MOST = 1 << 17  # pairs: an hour of MP3

    def __init__(self):
        self.next, self.before, self.gate = {}, {}, threading.Lock()

    def follow(self, unit, before):
        """The unit's mark, and whether who heard `before` (another's mark, or None for who has just joined) and then this one missed something, or others did."""
        mark = hashlib.blake2b(unit, digest_size=8).digest()
        with self.gate:
            return mark, before is not None and not self._is_known(before, mark)

    def _is_known(self, before, mark):
        if self.next.setdefault(before, mark) != mark or self.before.setdefault(mark, before) != before:
            return False
        if len(self.next) > self.MOST:
            for pairs in self.next, self.before:
                del pairs[next(iter(pairs))]
        return True


class Units:
    """What MP3 frames, Ogg pages and FLAC frames have in common: each has a head that says where it is."""

    def __init__(self, order=None):
        self.order, self.last = order, None
        self.rest = b""
        self.gaps = self.broken = self.units = 0
        self.seconds = 0.0
        self.in_step = True

    def feed(self, data):
        self.rest += data
        at = 0
        while len(self.rest) - at >= self.LEAST:
            length = self.length(at)
            if length is None:
                break
            if length <= 0:
                self.broken += self.in_step
                self.in_step = False
                at += 1
                continue
            if len(self.rest) - at < length:
                break
            self.in_step = True
            self.units += 1
            self.take(self.rest[at:at + length])
            at += length
        self.rest = self.rest[at:]

    def compare(self, unit):
        if self.order is not None:
            self.last, missed = self.order.follow(unit, self.last)
            self.gaps += missed


class Mp3(Units):
    """Frames back to back; with an `Order` also whether all hear the same ones."""

    LEAST = 4
    KBPS = ((0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160), (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320))

    def length(self, at):
        a, b, c = self.rest[at], self.rest[at + 1], self.rest[at + 2]
        if a != 0xFF or b & 0xE6 != 0xE2 or c >> 4 in (0, 15) or c >> 2 & 3 == 3:
            return 0
        one = b >> 3 & 3 == 3
        self.rate = (44_100, 48_000, 32_000)[c >> 2 & 3] >> (0 if one else 1 if b >> 3 & 3 == 2 else 2)
        self.frames = 1152 if one else 576
        return self.frames * 125 * self.KBPS[one][c >> 4] // self.rate + (c >> 1 & 1)

    def take(self, unit):
        self.seconds += self.frames / self.rate
        self.compare(unit)


class Ogg(Units):
    """Pages whose numbers follow each other, in streams that follow each other."""

    LEAST = 27

    def __init__(self, order=None):
        super().__init__(order)
        self.serial = self.number = self.granule = None

    def length(self, at):
        if self.rest[at:at + 4] != b"OggS":
            return 0
        segments = self.rest[at + 26]
        if len(self.rest) - at < 27 + segments:
            return None
        return 27 + segments + sum(self.rest[at + 27:at + 27 + segments])

    def take(self, unit):
        flags, granule, serial, number = struct.unpack_from("<BqII", unit, 5)
        if flags & 2:
            self.granule = None if self.serial is None else 0
        elif serial != self.serial or number != self.number + 1:
            # A listener that joins within a stream gets its two head pages, then the current page.
            self.gaps += not (serial == self.serial and self.number == 1)
        self.serial, self.number = serial, number
        if granule <= 0:
            return
        if self.granule is not None:
            self.seconds += max(0, granule - self.granule) / 48_000
        self.granule = granule
        self.compare(unit)


class Flac:
    """Frames whose numbers follow each other. They are found by their heads, each with a sum of its own."""

    BLOCKS = {1: 192, **{i: 576 << i - 2 for i in range(2, 6)}, **{i: 256 << i - 8 for i in range(8, 16)}}
    FAR = 500  # frames: what seems to be a head further on than that is chance

    def __init__(self):
        self.rest, self.number, self.rate, self.block = b"", None, 0, 0
        self.gaps = self.broken = 0
        self.seconds = 0.0

    def feed(self, data):
        self.rest += data
        if not self.rate:
            if len(self.rest) < 42:
                return
            self.block, self.rate = struct.unpack_from(">H", self.rest, 8)[0], struct.unpack_from(">I", self.rest, 18)[0] >> 12
        at = self.rest.find(b"\xff\xf8")
        while 0 <= at <= len(self.rest) - 16:
            number, frames = self.head(at)
            if number is not None and (self.number is None or self.number < number < self.number + self.FAR):
                self.gaps += self.number is not None and number != self.number + 1
                self.number = number
                self.seconds += frames / self.rate
            at = self.rest.find(b"\xff\xf8", at + 2)
        self.rest = self.rest[at if at >= 0 else -1:]

    def head(self, at):
        """The number and the length of the frame that begins here, or None twice."""
        code, first = self.rest[at + 2], self.rest[at + 4]
        more = 0 if first < 0x80 else 1 if first < 0xE0 else 2 if first < 0xF0 else 3 if first < 0xF8 else 4
        number = first if more == 0 else first & 0x3F >> more
        for i in range(more):
            number = number << 6 | self.rest[at + 5 + i] & 0x3F
        end = at + 5 + more
        frames = self.BLOCKS.get(code >> 4, self.block)
        if code >> 4 in (6, 7):
            width = (code >> 4) - 5
            frames, end = int.from_bytes(self.rest[end:end + width], "big") + 1, end + width
        end += {12: 1, 13: 2, 14: 2}.get(code & 15, 0)
        return (number, frames) if crc8(self.rest[at:end]) == self.rest[end] else (None, None)


def crc8(data):
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value << 1 ^ 7) & 0xFF if value & 0x80 else value << 1
    return value


class Rtp:
    """Packets of one source whose sequence numbers follow each other; with `positions` also what is in them."""

    def __init__(self, ssrc, rate, positions=None):
        self.ssrc, self.rate, self.positions = ssrc, rate, positions
        self.gaps = self.broken = self.foreign = 0
        self.sequence = self.first = self.last = None

    @property
    def seconds(self):
        return 0 if self.first is None else ((self.last - self.first) & 0xFFFFFFFF) / self.rate

    def feed(self, packet):
        if len(packet) < 12 or 192 <= packet[1] <= 223:
            return
        sequence, timestamp, ssrc = struct.unpack_from(">HII", packet, 2)
        if self.ssrc is not None and ssrc != self.ssrc:
            self.foreign += 1
            return
        if self.sequence is not None and sequence != self.sequence + 1 & 0xFFFF:
            self.gaps += 1
        self.sequence, self.last = sequence, timestamp
        self.first = timestamp if self.first is None else self.first
        if self.positions:
            gaps = self.positions.gaps
            self.positions.feed(packet[12:])
            self.gaps += self.positions.gaps > gaps


class Messages:
    """The PyAudio tutorial's messages, each with `Positions` in it."""

    def __init__(self):
        self.rest, self.positions = b"", Positions()
        self.broken = 0

    gaps = property(lambda self: self.positions.gaps)
    seconds = property(lambda self: self.positions.seconds)

    def feed(self, data):
        self.rest += data
        while len(self.rest) >= 8:
            length = struct.unpack_from("<Q", self.rest)[0]
            if not 5 <= length <= 1 << 20:
                self.broken += 1
                self.rest = b""
            if len(self.rest) < 8 + length:
                return
            self.positions.feed(self.rest[24:6 + length])
            self.rest = self.rest[8 + length:]
