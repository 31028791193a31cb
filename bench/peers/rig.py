"""Shared by the measurements: programs that are stopped by their handle, a plain RTSP client, kernel receive timestamps, a probe of the machine's delays."""

import bisect
import os
import re
import resource
import select
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
LINNET = os.environ.get("LINNET") or os.path.join(ROOT, "artifacts/bin/Linnet.Cli/release/Linnet.Cli")
SO_TIMESTAMPNS = 35
WORK = tempfile.mkdtemp(prefix="linnet-peers-")


def built(name):
    """A C program of this folder, built on first use."""
    program = os.path.join(WORK, name)
    if not os.path.exists(program):
        libraries = {"radio_load": ["-lssl"]}.get(name, [])
        subprocess.run(["cc", "-O2", "-pthread", "-o", program, os.path.join(HERE, name + ".c"), *libraries], check=True)
    return program


def floor():
    return built("floor")


def start(*command, **options):
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.DEVNULL)
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.Popen([str(c) for c in command], **options)


def stop(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def cpu_seconds(pid):
    """User and system time of a process, its ended threads included."""
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_kb(pid):
    """What a process holds in memory, in units of 1000 bytes; what the kernel holds for its sockets is not in it."""
    with open(f"/proc/{pid}/status") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmRSS:")) * 1.024


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Linnet:
    """A `linnet serve` on free ports of loopback."""

    def __init__(self, *arguments, **options):
        self.process = start(LINNET, "serve", *arguments, "--bind", "127.0.0.1", "--rtsp-port", "0", "--rtp-port", "0", "--http-port", "off", **options)
        for line in self.process.stdout:
            found = re.search(rb"rtsp://127\.0\.0\.1:(\d+)/", line)
            if found:
                self.port = int(found.group(1))
                threading.Thread(target=lambda: [None for _ in self.process.stdout], daemon=True).start()
                return
        raise SystemExit("linnet serve has ended")

    def url(self, path):
        return f"rtsp://127.0.0.1:{self.port}/{path}"


class Rtsp:
    """One session of a plain client, by UDP (its RTP and RTCP sockets are open until closed) or within the connection."""

    def __init__(self, url, timestamps=False, interleaved=False):
        host, port = re.match(r"rtsp://([^:/]+):(\d+)/", url).groups()
        self.rtp, self.rtcp = (None, None) if interleaved else port_pair(timestamps)
        self.connection = socket.create_connection((host, int(port)), timeout=30)
        self.sequence, self.session, self.ssrc, self.rest = 0, None, None, b""
        sdp = self.ask("DESCRIBE", url, "Accept: application/sdp")
        self.clock = int(re.search(r"a=rtpmap:\d+ [^/]+/(\d+)", sdp).group(1))
        control = re.findall(r"a=control:(\S+)", sdp)[-1]
        low = 0 if interleaved else self.rtp.getsockname()[1]
        self.ask("SETUP", control, "Transport: RTP/AVP" + ("/TCP;unicast;interleaved=0-1" if interleaved else f";unicast;client_port={low}-{low + 1}"))
        self.url = url

    def play(self):
        self.ask("PLAY", self.url, "Range: npt=0-")

    def ask(self, method, url, *headers):
        self.sequence += 1
        lines = [f"{method} {url} RTSP/1.0", f"CSeq: {self.sequence}", *headers]
        if self.session:
            lines.append(f"Session: {self.session}")
        self.connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self.receive()
        head, body = answer.split(b"\r\n\r\n", 1)
        length = re.search(rb"Content-Length: *(\d+)", head, re.I)
        length = int(length.group(1)) if length else 0
        while len(body) < length:
            body += self.receive()
        # Interleaved, the first audio may have come with the response.
        body, self.rest = body[:length], body[length:]
        if b" 200 " not in head.split(b"\r\n")[0]:
            raise SystemExit(head.decode())
        found = re.search(rb"Session: *([^;\r\n]+)", head, re.I)
        self.session = found.group(1).decode() if found else self.session
        found = re.search(rb"ssrc=([0-9A-Fa-f]+)", head)
        self.ssrc = int(found.group(1), 16) if found else self.ssrc
        return body.decode()

    def keep_alive(self):
        """Asks for nothing, and takes the answer. For sessions by UDP."""
        self.ask("GET_PARAMETER", self.url)

    def receive(self):
        data = self.connection.recv(65536)
        if not data:
            raise ConnectionResetError("closed before an answer")
        return data

    def close(self):
        for s in (self.connection, self.rtp, self.rtcp):
            if s is not None:
                s.close()


def port_pair(timestamps=False):
    """An even UDP port and the next, open."""
    while True:
        rtp = udp(0, timestamps)
        port = rtp.getsockname()[1]
        if port % 2 == 0:
            try:
                return rtp, udp(port + 1)
            except OSError:
                pass
        rtp.close()


def udp(port, timestamps=False):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    if timestamps:
        s.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    s.bind(("127.0.0.1", port))
    return s


def receive(sockets, seconds):
    """RTP (timestamp, kernel's time of arrival in ns) of each socket, for so long after the first."""
    got = {s: [] for s in sockets}
    by_number = {s.fileno(): s for s in sockets}
    waiting = select.poll()
    for number in by_number:
        waiting.register(number, select.POLLIN)
    end = None
    while end is None or time.monotonic() < end:
        ready = waiting.poll(5000)
        if not ready:
            break
        for s in (by_number[number] for number, _ in ready):
            data, ancillary, _, _ = s.recvmsg(2048, 128)
            end = end or time.monotonic() + seconds
            if len(data) < 12 or 192 <= data[1] <= 223:
                continue
            arrived = next(struct.unpack("qq", c[:16]) for level, kind, c in ancillary if kind == SO_TIMESTAMPNS)
            got[s].append((struct.unpack(">I", data[4:8])[0], arrived[0] * 10**9 + arrived[1]))
    return [got[s] for s in sockets]


class Probe:
    """Tells when the machine itself was late."""

    def __init__(self, seconds):
        self.process = start(floor(), "probe", seconds)
        self.late = []
        self.thread = threading.Thread(target=self._read)
        self.thread.start()

    def _read(self):
        for line in self.process.stdout:
            self.late.append(tuple(map(int, line.split())))

    def stop(self):
        stop(self.process)
        self.thread.join()

    def was_late(self, instant, margin=10_000_000):
        i = bisect.bisect(self.late, (instant + margin,))
        return any(end + margin >= instant for _, end in self.late[max(0, i - 3):i])


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def raise_file_limit():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
