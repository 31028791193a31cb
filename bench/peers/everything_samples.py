"""Samples a server's resources once a second: memory, descriptors, threads, children. Checks whether they grow, and draws a chart."""

import collections
import os
import re
import threading
import time
import urllib.request

import rig

STARVED = 0.5  # of the time between two looks
BARS = "▁▂▃▄▅▆▇█"


class Samples(threading.Thread):
    """Samples of one process, by name: lists of (seconds, value)."""

    WINDOW = 10  # seconds
    NAMES = ("memory MB", "heap MB", "descriptors", "threads", "children")

    def __init__(self, pid, http_port):
        super().__init__(daemon=True)
        self.pid, self.http_port, self.over, self.began = pid, http_port, threading.Event(), time.monotonic()
        # The machine's worst delay in seconds: how late this thread, which only sleeps, woke up; or how long a thread of the server waited for a core within WINDOW.
        self.late = 0.0
        self.waits, self.ran, self.waited = collections.deque(), 0.0, 0.0  # seconds that its threads ran, and waited for a core
        self.starved = []  # the looks before which one of its threads had waited for a core for most of the time
        self.taken = {name: [] for name in self.NAMES}

    def run(self):
        try:
            while not self.over.is_set():
                self.look()
                if len(self.taken["threads"]) % 5 == 0:
                    self.look_at_heap()
                asleep = time.monotonic()
                self.over.wait(1)
                self.late = max(self.late, time.monotonic() - asleep - 1)
        except OSError:
            pass  # It has ended.

    def look(self):
        at = time.monotonic() - self.began
        threads = os.listdir(f"/proc/{self.pid}/task")
        now = {"memory MB": rig.memory_kb(self.pid) / 1000, "descriptors": self.descriptors(), "threads": len(threads), "children": len(self.children(threads))}
        for name, value in now.items():
            self.taken[name].append((at, value))
        self.look_at_waits(at, threads)

    def descriptors(self):
        """How many are open, without those of loaded assemblies: the runtime loads some late and keeps all."""
        count = 0
        for number in os.listdir(f"/proc/{self.pid}/fd"):
            try:
                count += not os.readlink(f"/proc/{self.pid}/fd/{number}").endswith((".dll", ".pdb"))
            except OSError:
                pass  # It has been closed.
        return count

    def children(self, threads):
        found = []
        for thread in threads:
            try:
                with open(f"/proc/{self.pid}/task/{thread}/children") as f:
                    found += f.read().split()
            except OSError:
                pass  # The thread has ended.
        return found

    def look_at_waits(self, at, threads):
        """How long each thread has run, and waited for a core although it could have run."""
        now = {}
        for thread in threads:
            try:
                with open(f"/proc/{self.pid}/task/{thread}/schedstat") as f:
                    now[thread] = [int(field) / 1e9 for field in f.read().split()[:2]]
            except OSError:
                pass  # The thread has ended, or this kernel does not count.
        before, last = self.waits[-1] if self.waits else (at, now)
        waits = [waited - last.get(thread, (0, 0))[1] for thread, (_, waited) in now.items()]
        self.ran += sum(ran - last.get(thread, (0, 0))[0] for thread, (ran, _) in now.items())
        self.waited += sum(waits)
        if max(waits, default=0) > STARVED * (at - before):
            self.starved.append(at)
        self.waits.append((at, now))
        while len(self.waits) > 2 and self.waits[1][0] <= at - self.WINDOW:
            self.waits.popleft()
        first = self.waits[0][1]
        self.late = max([self.late, *(waited - first[thread][1] for thread, (_, waited) in now.items() if thread in first)])

    def was_starved(self, instant):
        """Whether the machine was to blame for what went wrong at that time: shortly before it the server wanted a core and got none."""
        return any(-2 < instant - self.began - at < self.WINDOW for at in self.starved)

    def look_at_heap(self):
        """What was in use on the managed heap after its last collection."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/metrics", timeout=10) as answer:
                text = answer.read().decode()
        except OSError:
            return  # It was too busy, or has ended.
        sizes = re.findall(r"^dotnet_gc_last_collection_heap_size_bytes\{[^}]*\} (\S+)", text, re.M)
        if sizes:
            self.taken["heap MB"].append((time.monotonic() - self.began, sum(map(float, sizes)) / 1e6))

    def last(self, name):
        return self.taken[name][-1][1] if self.taken[name] else 0

    def between(self, name, start, end):
        """The mean of the values from `start` to `end`, in seconds."""
        values = [v for t, v in self.taken[name] if start <= t <= end]
        return sum(values) / len(values) if values else float("nan")

    def slope(self, name, start, end):
        """By how much the value grows a second, from `start` to `end`: least squares."""
        points = [(t, v) for t, v in self.taken[name] if start <= t <= end]
        if len(points) < 3:
            return 0.0
        mean_t, mean_v = (sum(c) / len(points) for c in zip(*points))
        return sum((t - mean_t) * (v - mean_v) for t, v in points) / sum((t - mean_t) ** 2 for t, _ in points)

    def draw(self, columns=80):
        """One line of bars for each name."""
        lines = []
        for name, points in self.taken.items():
            if len(points) < 2:
                continue
            step = points[-1][0] / columns
            means = [self.between(name, i * step, (i + 1) * step) for i in range(columns)]
            known = [m for m in means if m == m]
            low, high = min(known), max(known)
            bars = "".join(" " if m != m else BARS[int((m - low) / (high - low or 1) * (len(BARS) - 1))] for m in means)
            lines.append(f"{name:12} {low:7.1f} {bars} {high:.1f}")
        return "\n".join(lines)
