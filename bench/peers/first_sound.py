#!/usr/bin/env python3
"""Time to first audio: from the server's 200 to PLAY until a player has written its first frame.

    python3 bench/peers/first_sound.py [--times 10]

`linnet play --output -` plays through a proxy in this script, which sees the response to PLAY (RTSP goes through the proxy; media goes over UDP or
interleaved, as selected). The clock stops when the first sample that is not silence comes out of the player. ffmpeg's player is measured for comparison.
"""
import argparse
import os
import re
import socket
import subprocess
import threading
import time

import rig


class Proxy:
    """Passes one TCP connection on, and notes when the answer to PLAY passed."""

    def __init__(self, port):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.target = port
        self.played_at = None
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        client, _ = self.listener.accept()
        server = socket.create_connection(("127.0.0.1", self.target))
        threading.Thread(target=self._copy, args=(client, server, False), daemon=True).start()
        self._copy(server, client, True)

    def _copy(self, source, sink, answers):
        try:
            while data := source.recv(65536):
                # Only the response to PLAY has RTP-Info.
                if answers and self.played_at is None and b"RTP-Info:" in data:
                    self.played_at = time.monotonic()
                sink.sendall(data)
        except OSError:
            pass


def once(server, command):
    proxy = Proxy(server.port)
    player = rig.start(*command(f"rtsp://127.0.0.1:{proxy.port}"), stdout=subprocess.PIPE)
    skip = 44
    heard = None
    while heard is None and (data := os.read(player.stdout.fileno(), 4096)):
        sound, skip = data[skip:], max(0, skip - len(data))
        if any(sound):
            heard = time.monotonic()
    rig.stop(player)
    return (heard - proxy.played_at) * 1000


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--times", type=int, default=10)
    given = options.parse_args()
    server = rig.Linnet("tone", "--live")
    time.sleep(2)
    print(f"{'player':44} {'p50 ms':>8} {'most ms':>8}")
    for transport in ("udp", "tcp"):
        for profile in ("low-latency", "balanced", "robust"):
            times = [once(server, lambda url: [rig.LINNET, "play", f"{url}/tone", "--profile", profile, "--transport", transport, "--output", "-"]) for _ in range(given.times)]
            row(f"linnet play, {profile}, {transport}", times)
    times = [once(server, lambda url: ["ffmpeg", "-nostdin", "-v", "quiet", "-rtsp_transport", "tcp", "-i", f"{url}/tone", "-f", "wav", "-"]) for _ in range(given.times)]
    row("ffmpeg, as it is, tcp", times)
    rig.stop(server.process)


def row(name, times):
    print(f"{name:44} {rig.percentile(times, 0.5):8.0f} {max(times):8.0f}", flush=True)


if __name__ == "__main__":
    main()
