#!/usr/bin/env python3
"""Listeners over HLS behind nginx as a cache: what reaches the server, what the cache costs, and whether anyone runs dry.

    python3 bench/peers/hls_cache.py [--clients 5000] [--seconds 60] [--ramp 500] [--form mp3]

Linnet serves a file; nginx runs the recipe of docs/hls.md, with ports of its own. When the playlist has four segments, the crowd comes. Each
client keeps one connection and listens as a player does: it asks for the playlist every target duration, for each new segment once, and
plays what it has from the first three segments on.
"Origin" counts requests that nginx sent on to Linnet, by its log; "level" is the least sound that a client had left. CPU is user and system
time, in % of a core, of the whole process of each.
"""
import argparse
import collections
import heapq
import json
import multiprocessing
import os
import re
import select
import socket
import sys
import time
import urllib.request

import rig
from radio_servers import Linnet, wait_for

SEGMENT = 4.0
TIMEOUT = 30


class Client:
    """One player. It has one request at a time."""

    def __init__(self, path):
        self.path, self.folder = path, path.rsplit("/", 1)[0] + "/"
        self.had, self.wanted, self.asked = collections.deque(maxlen=32), [], None
        self.buffer, self.need, self.began, self.sound, self.level = bytearray(), None, None, 0.0, None
        self.socket, self.sent, self.next = None, 0.0, 0.0


class Cache:
    """Debian's nginx with the recipe of docs/hls.md."""

    def __init__(self, origin):
        self.port, folder = rig.free_port(), os.path.join(rig.WORK, "cache")
        os.makedirs(folder)
        self.log = os.path.join(folder, "origin.log")
        with open(os.path.join(rig.ROOT, "docs/hls.md")) as f:
            recipe = re.search(r"```nginx\n(.*?)```", f.read(), re.S).group(1)
        for written, here in (("listen 80;", f"listen 127.0.0.1:{self.port} backlog=4096;"), ("/var/cache/nginx/linnet", folder + "/files"), ("http://127.0.0.1:8000;", f"http://127.0.0.1:{origin};")):
            assert written in recipe, written
            recipe = recipe.replace(written, here)
        temporary = " ".join(f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        config = os.path.join(folder, "nginx.conf")
        with open(config, "w") as f:
            f.write(f"""user root; daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log; worker_rlimit_nofile 65000;
events {{ worker_connections 30000; }}
http {{ {temporary} map $upstream_status $went_on {{ "" 0; default 1; }} log_format origin '$uri $upstream_cache_status $upstream_status $upstream_response_time';
access_log {self.log} origin if=$went_on; keepalive_requests 100000; {recipe} }}""")
        self.process = rig.start("nginx", "-e", f"{folder}/error.log", "-c", config)
        wait_for(self.port, self.process)

    def requests(self):
        """Requests that went on to the server: (path, state of the cache, status of the server)."""
        with open(self.log) as f:
            return [line.split()[:3] for line in f]


def listen(port, path, clients, ramp, seconds, results):
    """A process of clients. Puts one dictionary into the queue."""
    rig.raise_file_limit()
    poll, by_number, due = select.epoll(), {}, []
    start = time.monotonic()
    end = start + clients / ramp + seconds
    for i in range(clients):
        heapq.heappush(due, (start + i / ramp, i, Client(path)))
    counts = collections.Counter()
    answers, scratch = [], bytearray(1 << 20)

    def ask(client, path, now):
        client.asked, client.sent = path, now
        client.buffer.clear()
        client.need = None
        if client.socket is None:
            client.socket = socket.create_connection(("127.0.0.1", port))
            client.socket.setblocking(False)
            poll.register(client.socket, select.EPOLLIN)
            by_number[client.socket.fileno()] = client
        client.socket.send(f"GET {path} HTTP/1.1\r\nHost: radio.example\r\n\r\n".encode())

    def finish(client, now):
        """An answer is whole."""
        head, _, body = bytes(client.buffer).partition(b"\r\n\r\n")
        answers.append(now - client.sent)
        if not head.startswith(b"HTTP/1.1 200"):
            counts["refused " + head[9:12].decode()] += 1
        elif client.asked == client.path:
            counts["playlists"] += 1
            segments = [client.folder + line.decode() if not line.startswith(b"/") else line.decode() for line in body.splitlines() if line and not line.startswith(b"#")]
            client.wanted = [s for s in segments[-3:] if s not in client.had]
        else:
            counts["segments"] += 1
            counts["bytes"] += len(body)
            client.had.append(client.asked)
            if client.began is None and len(client.had) == 3:
                client.began, client.sound, client.level = now, 3 * SEGMENT, 3 * SEGMENT
            elif client.began is not None:
                client.level = min(client.level, client.sound - (now - client.began))
                client.sound += SEGMENT
        client.asked = None
        if client.wanted:
            ask(client, client.wanted.pop(0), now)
        else:
            client.next += SEGMENT
            heapq.heappush(due, (client.next, id(client), client))

    def drop(client):
        counts["broken"] += 1
        del by_number[client.socket.fileno()]
        poll.unregister(client.socket)
        client.socket.close()
        client.socket, client.asked, client.wanted = None, None, []
        client.next = time.monotonic() + 1
        heapq.heappush(due, (client.next, id(client), client))

    while (now := time.monotonic()) < end:
        while due and due[0][0] <= now:
            at, _, client = heapq.heappop(due)
            client.next = at
            ask(client, client.path, now)
        for number, _ in poll.poll(max(0.0, min(0.05, (due[0][0] - now) if due else 0.05))):
            client = by_number[number]
            try:
                got = client.socket.recv_into(scratch)
            except ConnectionError:
                got = 0
            if not got or client.asked is None:
                drop(client)
                continue
            client.buffer += memoryview(scratch)[:got]
            if client.need is None and (at := client.buffer.find(b"\r\n\r\n")) >= 0:
                length = re.search(rb"\r\nContent-Length: *(\d+)", client.buffer[:at + 2], re.I)
                client.need = at + 4 + int(length.group(1)) if length else at + 4
            if client.need is not None and len(client.buffer) >= client.need:
                finish(client, time.monotonic())
    now, everyone = time.monotonic(), [*by_number.values()]
    levels = [min(c.level, c.sound - (now - c.began)) for c in everyone if c.began is not None]
    results.put({"counts": dict(counts), "levels": levels, "waiting": sum(c.asked is not None and now - c.sent > TIMEOUT for c in everyone), "never": clients - len(levels),
                 "answers": answers, "cpu": time.process_time()})


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--clients", type=int, default=5000)
    options.add_argument("--seconds", type=int, default=60, help="after the last has come")
    options.add_argument("--ramp", type=int, default=500, help="arrivals a second")
    options.add_argument("--form", default="mp3", choices=["mp3", "opus"])
    options.add_argument("--processes", type=int, default=2, help="among which the clients are divided")
    given = options.parse_args()
    if not 0 < given.clients <= 25000:
        raise SystemExit("--clients: at most 25000, as all have ports of one address")
    rig.raise_file_limit()
    server = Linnet()
    cache = Cache(server.port)
    path = f"/radio/hls/{given.form}.m3u8"
    while urllib.request.urlopen(f"http://127.0.0.1:{cache.port}{path}", timeout=TIMEOUT).read().count(b"#EXTINF") < 4:
        time.sleep(1)
    results = multiprocessing.Queue()
    cpu = {"Linnet": server.cpu_seconds(), "nginx": rig.cpu_seconds(cache.process.pid)}
    began = time.monotonic()
    crowd = [multiprocessing.Process(target=listen, args=(cache.port, path, given.clients // given.processes, given.ramp / given.processes, given.seconds, results)) for _ in range(given.processes)]
    for process in crowd:
        process.start()
    reports = [results.get(timeout=given.clients / given.ramp + given.seconds + 60) for _ in crowd]
    seconds = time.monotonic() - began
    cpu = {"Linnet": server.cpu_seconds() - cpu["Linnet"], "nginx": rig.cpu_seconds(cache.process.pid) - cpu["nginx"], "clients": sum(r["cpu"] for r in reports)}
    for process in crowd:
        process.join()
    counts = sum((collections.Counter(r["counts"]) for r in reports), collections.Counter())
    levels, answers = [level for r in reports for level in r["levels"]], [a for r in reports for a in r["answers"]]
    origin = cache.requests()
    by_segment = collections.Counter(path for path, _, _ in origin if re.search(r"/\d+\.\w+$", path))
    playlists = len(origin) - sum(by_segment.values())
    asked = counts["playlists"] + counts["segments"]
    print(f"clients          {len(levels)} of {given.clients // given.processes * given.processes} play; {sum(level < 0 for level in levels)} ran dry; level at least {min(levels, default=0):.1f} s, p1 {rig.percentile(levels, 0.01):.1f} s")
    print(f"requests         {asked} ({asked / seconds:.0f} a second): {counts['playlists']} playlists, {counts['segments']} segments, {counts['bytes'] * 8 / seconds / 1e6:.0f} Mb/s")
    print(f"answered in      p50 {rig.percentile(answers, 0.5) * 1000:.1f} ms, p99 {rig.percentile(answers, 0.99) * 1000:.1f} ms, most {max(answers, default=0) * 1000:.0f} ms")
    print(f"origin           {len(by_segment)} segments: {min(by_segment.values(), default=0)} to {max(by_segment.values(), default=0)} requests each; {playlists} playlists ({playlists / seconds:.2f} a second)")
    print(f"hit rate         {100 * (1 - len(origin) / max(asked, 1)):.3f} %")
    print("CPU              " + ", ".join(f"{name} {100 * used / seconds:.1f} %" for name, used in cpu.items()))
    faults = {name: count for name, count in counts.items() if name not in ("playlists", "segments", "bytes")}
    print("faults           " + (json.dumps(faults) if faults else "none"))
    rig.stop(cache.process)
    server.stop()
    worst = max(by_segment.values(), default=0)
    sys.exit(0 if 0 < worst <= 2 and not faults and levels and min(levels) >= 0 and len(levels) == given.clients // given.processes * given.processes else 1)


if __name__ == "__main__":
    main()
