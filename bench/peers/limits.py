#!/usr/bin/env python3
"""Linnet and Icecast with few resources: 256 descriptors, and a log that cannot be written.

    python3 bench/peers/limits.py [--only Linnet Icecast] [--cases descriptors log]

Ten listeners play MP3. In the case `descriptors`, 400 more connections from as many addresses send half a request and stay (they reconnect when closed), while ten
others try to listen. In the case `log`, 200 listeners come and go; both servers log each of them. Finally the crowd leaves and ten new listeners come. The columns: whether the process is alive;
how many of the first ten received everything to the end; how many of those that came during the trouble got audio, and how many another response; how many of those that came afterwards get audio.

Linnet's log is its standard output: `/dev/full`, on which every write fails as on a full disk; a pipe whose reader has gone; a pipe that is not read. Icecast's logs are files: on a small tmpfs that
is full (root), or named pipes.
"""
import argparse
import os
import resource
import subprocess
import time

import rig
from radio_servers import BYTES, Icecast, Linnet, Load

FEW = 256
CROWD, LOGGED = 400, 200
SECONDS = 15


def limited():
    resource.setrlimit(resource.RLIMIT_NOFILE, (FEW, FEW))


def full_folder():
    """A folder on a tmpfs without room."""
    folder = os.path.join(rig.WORK, "full")
    os.makedirs(folder, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k,mode=777", "tmpfs", folder], check=True)
    for log in ("access.log", "error.log"):
        with open(os.path.join(folder, log), "wb"):
            pass
        os.chmod(os.path.join(folder, log), 0o666)
    with open(os.path.join(folder, "fill"), "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return folder


def gone_pipe():
    reader, writer = os.pipe()
    os.close(reader)
    return writer


def unread_pipe():
    return os.pipe()[1]


def icecast_to_pipes(stays):
    """Icecast with named pipes for its logs, which nobody reads; or whose reader goes once it has started."""
    folder = os.path.join(rig.WORK, "pipes-unread" if stays else "pipes-gone")
    os.makedirs(folder)
    readers = []
    for log in ("access.log", "error.log"):
        os.mkfifo(os.path.join(folder, log))
        os.chmod(os.path.join(folder, log), 0o666)
        readers.append(os.open(os.path.join(folder, log), os.O_RDONLY | os.O_NONBLOCK))
    os.chmod(folder, 0o777)
    server = Icecast("mp3", log=folder, log_level=4)
    if not stays:
        for reader in readers:
            os.close(reader)
    return server


def trouble(server, flood):
    """One row: what listeners say."""
    load = Load(server)
    path, kind = server.path("mp3"), ("format=mp3", f"rate={BYTES}")
    load.order("join", "first", 1, 1, path, *kind)
    load.wait("first", 10)
    time.sleep(4)
    load.order("join", "there", 9, 20, path, *kind)
    load.wait("there", 10)
    time.sleep(2)
    before = load.report()
    load.order("join", "crowd", CROWD if flood else LOGGED, 100, path, "few=1", *(["does=mute", "again=1"] if flood else ["life=2000", "again=1", *kind]))
    time.sleep(5)
    load.order("join", "tries", 10, 5, path, "few=1", *kind)
    time.sleep(SECONDS)
    during = load.report()
    load.order("leave", "crowd")
    load.order("leave", "tries")
    time.sleep(12)
    load.order("join", "after", 10, 5, path, "few=1", *kind)
    load.wait("after", 10)
    time.sleep(3)
    at_last = load.report()
    load.stop()
    lives = server.process.poll() is None
    there = [at_last["first"], at_last["there"]]
    heard = sum(g["sounding"] for g in there) if all(g["skips"] + g["broken"] == 0 for g in there) else 0
    heard = heard if at_last["first"]["units"] > before["first"]["units"] + SECONDS * 30 else 0
    return lives, heard, during["tries"]["answered"], 10 - during["tries"]["answered"], at_last["after"]["sounding"]


def cases(names):
    if "descriptors" in names:
        yield f"{FEW} descriptors, {CROWD} connections that say nothing", True, lambda: Linnet(preexec_fn=limited), lambda: Icecast("mp3", preexec_fn=limited)
    if "log" in names:
        yield "log on a full disk", False, lambda: Linnet(stdout=open("/dev/full", "wb"), env=TALKATIVE), lambda: Icecast("mp3", log=full_folder(), log_level=4)
        yield "log into a pipe whose reader has gone", False, lambda: Linnet(stdout=gone_pipe(), env=TALKATIVE), lambda: icecast_to_pipes(False)
        yield "log into a pipe that nobody reads", False, lambda: Linnet(stdout=unread_pipe(), env=TALKATIVE), lambda: icecast_to_pipes(True)


TALKATIVE = {**os.environ, "LINNET_DEBUG": "1"}


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--only", nargs="+", default=["Linnet", "Icecast"])
    options.add_argument("--cases", nargs="+", default=["descriptors", "log"])
    given = options.parse_args()
    rig.raise_file_limit()
    print(f"{'':55} {'':8} {'lives':>6} {'hear on':>8} {'answered':>9} {'refused':>8} {'recovers':>9}")
    for name, flood, *servers in cases(given.cases):
        for start in servers:
            which = "Linnet" if start is servers[0] else "Icecast"
            if which not in given.only:
                continue
            try:
                server = start()
            except SystemExit as why:
                print(f"{name:55} {which:8} {'no':>6}   it does not start: {why}", flush=True)
                continue
            lives, heard, answered, refused, recovered = trouble(server, flood)
            how = "" if lives else f"   exit code {server.process.returncode}"
            server.stop()
            print(f"{name:55} {which:8} {'yes' if lives else 'no':>6} {heard:>5}/10 {answered:>6}/10 {refused:>5}/10 {recovered:>6}/10{how}", flush=True)
    subprocess.run(["umount", os.path.join(rig.WORK, "full")], check=False, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
