"""Hears a server of the PyAudio tutorial's UDP format: udp-client.py PORT OUT.raw"""
import contextlib
import socket
import sys

SO_RCVBUFFORCE = 33
ROOM = 8 << 20


def main():
    empty = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer, open(sys.argv[2], "wb") as out:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM)
        with contextlib.suppress(OSError):
            peer.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, ROOM)
        peer.settimeout(60)
        peer.sendto(b"Hello", ("127.0.0.1", int(sys.argv[1])))
        while empty < 3:
            datagram, _ = peer.recvfrom(65536)
            empty = 0 if datagram else empty + 1
            out.write(datagram)


sys.exit(main())
