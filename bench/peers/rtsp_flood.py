#!/usr/bin/env python3
"""The cost of one hostile RTSP connection: many sessions on it, then only empty frames.

    python3 bench/peers/rtsp_flood.py [--sessions 490] [--seconds 5]

Prints how many sessions it got, how long the server kept it, how much it could send, and the server's CPU time meanwhile.
"""
import argparse
import re
import socket
import time

import rig


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--sessions", type=int, default=490)
    options.add_argument("--seconds", type=float, default=5)
    given = options.parse_args()

    server = rig.Linnet("tone", "--live", "--max-per-address", given.sessions + 10)
    connection = socket.create_connection(("127.0.0.1", server.port))
    opened = 0
    for i in range(given.sessions):
        # There are 256 channels: the first sessions use them, the others use UDP.
        way = "RTP/AVP/TCP;unicast" if i < 120 else f"RTP/AVP;unicast;client_port={20000 + 2 * i}-{20001 + 2 * i}"
        connection.sendall(f"SETUP {server.url('tone/opus')} RTSP/1.0\r\nCSeq: {i + 1}\r\nTransport: {way}\r\n\r\n".encode())
        answer = b""
        while b"\r\n\r\n" not in answer or not complete(answer):
            answer += connection.recv(65536)
        opened += answer.startswith(b"RTSP/1.0 200")

    flood = b"$\xff\x00\x00" * 4096
    before, start, sent = rig.cpu_seconds(server.process.pid), time.monotonic(), 0
    connection.settimeout(0.2)
    try:
        while time.monotonic() - start < given.seconds:
            try:
                sent += connection.send(flood)
            except socket.timeout:
                pass
        end = "still open"
    except OSError as e:
        end = f"closed ({e.strerror or e})"
    heard = time.monotonic() - start
    time.sleep(max(0, given.seconds - heard))
    cpu = rig.cpu_seconds(server.process.pid) - before
    rig.stop(server.process)
    print(f"{opened} sessions; {end} after {heard:.2f} s and {sent // 4} frames; {cpu:.2f} s of CPU in {given.seconds:.0f} s")


def complete(answer):
    head, body = answer.split(b"\r\n\r\n", 1)
    length = re.search(rb"Content-Length: *(\d+)", head, re.I)
    return len(body) >= (int(length.group(1)) if length else 0)


if __name__ == "__main__":
    main()
