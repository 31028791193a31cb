#!/usr/bin/env python3
"""Runs the cluster of README.md on one machine, each server in a network namespace of its own, and listens while servers go away.

    sudo python3 deploy/cluster/run.py [--song FILE] [--minutes N]

It needs nats-server, nginx and ip (Debian: nats-server, nginx-light, iproute2), and Linnet (built, or LINNET=/path/to/linnet). Without --minutes every server is
restarted once, as in an upgrade. With it, servers are restarted every two minutes for so long: a soak. Listeners hear the station through nginx; each connects again
when its connection ends, and counts how long it had no sound, as a player that begins with one second in its buffer. The memory of the origins and the edges is shown beside it. Exit code 0: none of them ran dry.
"""
import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
LINNET = os.environ.get("LINNET") or os.path.join(HERE, "../../artifacts/bin/Linnet.Cli/release/Linnet.Cli")
PASSWORD = "a-password-of-your-own"
NATS = {f"nats{i}": f"10.77.0.1{i}" for i in (1, 2, 3)}
ORIGINS = {f"origin{i}": f"10.77.0.2{i}" for i in (1, 2)}
EDGES = {f"edge{i}": f"10.77.0.3{i}" for i in (1, 2, 3)}
OTHERS = {"front": "10.77.0.40", "listeners": "10.77.0.50"}
ALL = {**NATS, **ORIGINS, **EDGES, **OTHERS}
SWITCH = "linnet-switch"
RELAY = ",".join(f"nats://linnet:{PASSWORD}@{address}:4222" for address in NATS.values())
RATE = 16_000  # 128 kb/s


def ip(*words, check=True):
    subprocess.run(["ip", *words], check=check, stderr=None if check else subprocess.DEVNULL)


class Network:
    """A namespace for each server, joined by a bridge in one more. Nothing outside of them is touched."""

    def __enter__(self):
        self.leave()
        ip("netns", "add", SWITCH)
        ip("-n", SWITCH, "link", "add", "bridge", "type", "bridge")
        ip("-n", SWITCH, "link", "set", "bridge", "up")
        for name, address in ALL.items():
            space = f"linnet-{name}"
            ip("netns", "add", space)
            ip("-n", space, "link", "add", "eth0", "type", "veth", "peer", "name", name, "netns", SWITCH)
            ip("-n", SWITCH, "link", "set", name, "master", "bridge", "up")
            ip("-n", space, "addr", "add", f"{address}/24", "dev", "eth0")
            ip("-n", space, "link", "set", "eth0", "up")
            ip("-n", space, "link", "set", "lo", "up")
        return self

    def leave(self):
        for space in (SWITCH, *(f"linnet-{name}" for name in ALL)):
            ip("netns", "del", space, check=False)

    def __exit__(self, *_):
        self.leave()


class Cluster:
    def __init__(self, work, song):
        self.work, self.song, self.processes = work, song, {}

    def start(self, name):
        command = self.command(name)
        log = open(os.path.join(self.work, f"{name}.log"), "ab")
        self.processes[name] = subprocess.Popen(["ip", "netns", "exec", f"linnet-{name}", *command], stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def command(self, name):
        address = ALL[name]
        if name in NATS:
            with open(os.path.join(HERE, "nats.conf")) as f:
                text = f.read()
            for word, value in {"NAME": name, "ADDRESS": address, "PASSWORD": PASSWORD, "STORE": os.path.join(self.work, name)}.items():
                text = text.replace(f"{word}\n", f"{value}\n").replace(f'"{word}"', f'"{value}"')
            config = os.path.join(self.work, f"{name}.conf")
            with open(config, "w") as f:
                f.write(text)
            return ["nats-server", "-c", config]
        if name in ORIGINS:
            return [LINNET, "serve", f"radio={self.song}", "--relay", RELAY, "--relay-replicas", "3", "--node", name, "--public-url", f"http://{address}:8000/"]
        if name in EDGES:
            return [LINNET, "edge", RELAY, "--relay-replicas", "3", "--node", name, "--public-url", f"http://{address}:8000/"]
        return ["nginx", "-p", self.work, "-c", os.path.join(HERE, "nginx.conf")]

    def stop(self, name):
        process = self.processes.pop(name)
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def restart(self, name):
        self.stop(name)
        self.start(name)

    def stop_all(self):
        for name in reversed(list(self.processes)):
            self.stop(name)


class Listener(threading.Thread):
    """A player with as much in its buffer as came, at 128 kb/s. It runs in the namespace of the listeners by a helper process."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path, self.lowest, self.dry, self.connections, self.ended = path, 9.0, 0.0, 0, False

    def run(self):
        player = subprocess.Popen(["ip", "netns", "exec", "linnet-listeners", sys.executable, os.path.abspath(__file__), "--listen", OTHERS["front"], self.path],
                                  stdout=subprocess.PIPE, text=True)
        for line in player.stdout:
            self.connections, self.lowest, self.dry = (float(word) for word in line.split())
            if self.ended:
                break
        player.kill()


class Buffer:
    """The buffer of a player: it begins with one second of sound, and never has more than three."""

    def __init__(self):
        self.level, self.lowest, self.dry, self.plays, self.last = 0.0, 9.0, 0.0, False, time.monotonic()

    def add(self, count):
        now = time.monotonic()
        if self.plays:
            self.level -= now - self.last
            if self.level < 0:
                self.dry, self.level = self.dry - self.level, 0.0
            self.lowest = min(self.lowest, self.level)
        self.last, self.level = now, min(self.level + count / RATE, 3.0)
        self.plays = self.plays or self.level >= 1


def listen(host, path):
    """The helper process: prints connections so far, the lowest level of the buffer, and the time without sound, twice a second."""
    buffer, connections, told = Buffer(), 0, 0.0
    while True:
        try:
            with socket.create_connection((host, 8000), timeout=0.5) as connection:
                connection.sendall(f"GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
                connection.settimeout(0.1)
                head = b""
                while True:
                    try:
                        data = connection.recv(65536)
                    except TimeoutError:
                        data = None
                    if data == b"":
                        break
                    if data and b"\r\n\r\n" not in head:
                        head += data
                        data = head.partition(b"\r\n\r\n")[2]
                        if b"\r\n\r\n" in head and b" 200 " not in head.split(b"\r\n")[0]:
                            raise OSError(head)
                        connections += b"\r\n\r\n" in head
                    buffer.add(len(data or b""))
                    if time.monotonic() - told > 0.5:
                        told = time.monotonic()
                        print(connections, round(buffer.lowest, 2), round(buffer.dry, 2), flush=True)
        except OSError:
            time.sleep(0.1)
        buffer.add(0)


def made(work):
    song = os.path.join(work, "song.wav")
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "sine=f=330:r=48000:d=300", "-ac", "2", song], check=True)
    return song


def memory(pid):
    """What a process holds in memory, in MB."""
    with open(f"/proc/{pid}/status") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmRSS:")) * 1.024 / 1000


def show(cluster, listeners, what):
    held = [memory(cluster.processes[name].pid) for name in (*ORIGINS, *EDGES)]
    print(f"{what:34} connections {sum(int(l.connections) for l in listeners):4}   lowest level {min(l.lowest for l in listeners):5.2f} s"
          f"   without sound {sum(l.dry for l in listeners):5.2f} s   memory {' '.join(f'{mb:.0f}' for mb in held)} MB", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--song", help="the music; default: a tone")
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--listeners", type=int, default=6)
    parser.add_argument("--keep", help="keep the logs in this folder")
    parser.add_argument("--listen", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.listen:
        listen(*arguments.listen)
    work = arguments.keep or tempfile.mkdtemp(prefix="linnet-cluster-")
    os.makedirs(work, exist_ok=True)
    song = os.path.abspath(arguments.song) if arguments.song else made(work)
    cluster = Cluster(work, song)
    with Network():
        try:
            for group in (NATS, ORIGINS, EDGES):
                for name in group:
                    cluster.start(name)
                time.sleep(3)
            cluster.start("front")
            time.sleep(1)
            listeners = [Listener("/radio.mp3") for _ in range(arguments.listeners)]
            for listener in listeners:
                listener.start()
            time.sleep(10)
            show(cluster, listeners, "all servers run")
            end, turn, names = time.monotonic() + arguments.minutes * 60, 0, [*EDGES, *NATS, *ORIGINS]
            while turn < len(names) if arguments.minutes == 0 else time.monotonic() < end:
                name = names[turn % len(names)]
                cluster.restart(name)
                time.sleep(12 if arguments.minutes == 0 else 120)
                show(cluster, listeners, f"{name} was restarted")
                turn += 1
            for listener in listeners:
                listener.ended = True
            dry = sum(listener.dry for listener in listeners)
        finally:
            cluster.stop_all()
    if not arguments.keep:
        shutil.rmtree(work)
    sys.exit(0 if dry == 0 else 1)


if __name__ == "__main__":
    main()
