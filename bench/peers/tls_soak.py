#!/usr/bin/env python3
"""Half an hour of TLS listeners that come and go while the certificate and the configuration are renewed every minute.

    python3 bench/peers/tls_soak.py [--minutes 30]

100 listeners stay, 250 more come and go over HTTPS, and two ffmpeg listen over RTSPS for 20 s at a time. Every minute the certificate's files are replaced, and the configuration file gets
another station and another account, or loses them. Each line shows the server's memory, descriptors and threads. The slopes are by least squares over all samples after the first five minutes,
as a share of the mean in ten minutes: they must be below 1 %. Listeners that stayed must not have missed audio.
"""
import argparse
import json
import os
import socket
import ssl
import sys
import time

import rig
from radio_servers import BYTES, LinnetTls, Load, identity, wave

STAYING, FLEETING, PLAYERS = 100, 200, 2
FIRST = 300


class Server(LinnetTls):
    """A Linnet with a configuration file."""

    name = "Linnet TLS"

    def __init__(self):
        self.file = os.path.join(rig.WORK, "linnet.toml")
        self.version = 0
        self.renew()
        self.rtsps = rig.free_port()
        super().__init__("--config", self.file, "--max-per-address", "1000", rtsps=self.rtsps)

    def renew(self):
        """Another version of the file, and another certificate in the place of the old."""
        self.version += 1
        text = f'version = 1\n[stations.always]\nsource = "{wave()}"\n'
        if self.version % 2 == 0:
            text += f'[stations.sometimes]\nsource = "{wave()}"\n[accounts.studio]\nstream-token = "a-token-of-the-soak"\nroles = ["push"]\n'
        replace(self.file, text)
        renew_identity()


def replace(path, text):
    with open(path + ".new", "w") as f:
        f.write(text)
    os.rename(path + ".new", path)


def renew_identity():
    paths = identity()
    for path in paths:
        os.rename(path, path + ".old")
    new = identity()
    assert new == paths


def served_certificate(port):
    """The certificate that the server presents now."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), 10) as plain, context.wrap_socket(plain) as secure:
        return secure.getpeercert(binary_form=True)


def count(process, what):
    return len(os.listdir(f"/proc/{process.pid}/{what}"))


def slope(samples):
    """Growth in ten minutes, as a share of the mean; samples are (seconds, value)."""
    n = len(samples)
    mean_t, mean_v = sum(t for t, _ in samples) / n, sum(v for _, v in samples) / n
    rise = sum((t - mean_t) * (v - mean_v) for t, v in samples) / sum((t - mean_t) ** 2 for t, _ in samples)
    return rise * 600 / mean_v


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--minutes", type=float, default=30)
    given = options.parse_args()
    rig.raise_file_limit()
    server = Server()
    load = Load(server)
    load.order("join", "staying", STAYING, 50, server.path("mp3"), "format=mp3", f"rate={BYTES}", "tls=1")
    load.order("join", "fleeting", FLEETING, 20, server.path("ogg"), "format=ogg", f"rate={BYTES}", "tls=1", "life=20000", "again=1")
    load.order("join", "resets", FLEETING // 4, 20, server.path("mp3"), "format=mp3", f"rate={BYTES}", "tls=1", "life=5000", "again=1", "ends=reset")
    time.sleep(20)
    load.order("mark")
    began, minute, samples, seen, players, ends = time.monotonic(), 0, [], set(), [], {}
    while (elapsed := time.monotonic() - began) < given.minutes * 60:
        if elapsed >= minute * 60:
            minute += 1
            seen.add(served_certificate(server.port))
            server.renew()
        for player in [p for p in players if p.poll() is not None]:
            players.remove(player)
            ends[player.returncode] = ends.get(player.returncode, 0) + 1
        while len(players) < PLAYERS:
            players.append(rig.start("ffmpeg", "-nostdin", "-v", "error", "-rtsp_transport", "tcp", "-t", "20", "-i", f"rtsps://127.0.0.1:{server.rtsps}/always", "-f", "null", "-"))
        samples.append((elapsed, server.memory_kb(), count(server.process, "fd"), count(server.process, "task")))
        if len(samples) % 6 == 1:
            print(f"{elapsed:6.0f} s  {samples[-1][1] / 1000:7.1f} MB  {samples[-1][2]:5} descriptors  {samples[-1][3]:3} threads  {len(seen)} certificates", flush=True)
        time.sleep(5)
    for player in players:
        rig.stop(player)
    groups = load.report()
    stayed = groups["staying"]
    load.stop()
    late = [s for s in samples if s[0] >= min(FIRST, given.minutes * 60 / 3)]
    slopes = {name: slope([(s[0], s[i]) for s in late]) for i, name in ((1, "memory"), (2, "descriptors"), (3, "threads"))}
    checks = {
        "those who stayed are still there and missed nothing": stayed["sounding"] == STAYING and stayed["skips"] == 0 and stayed["broken"] == 0,
        "those who came and went missed nothing": all(groups[n]["skips"] == 0 and groups[n]["broken"] == 0 and groups[n]["refused"] == 0 for n in ("fleeting", "resets")),
        f"{sum(ends.values())} players over RTSPS ended in order: {ends}": ends.get(0, 0) > 0 and set(ends) == {0},
        f"{len(seen)} certificates were presented in {minute} minutes": len(seen) >= minute - 1,
        **{f"{name} grow by {value * 100:.2f} % in ten minutes": value < 0.01 for name, value in slopes.items()},
    }
    server.stop()
    for what, so in checks.items():
        print(f"{'yes' if so else 'NO ':4} {what}")
    if not all(checks.values()):
        print("\n".join(json.dumps(group) for group in groups.values()))
        sys.exit(1)


if __name__ == "__main__":
    main()
