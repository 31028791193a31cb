"""Hears a server of the PyAudio tutorial's TCP format, as its client does: tcp-client.py PORT OUT.raw"""
import pickle
import socket
import struct
import sys

LENGTH = struct.Struct("Q")


def read_exactly(connection, count):
    parts = []
    while count > 0:
        part = connection.recv(min(count, 4096))
        if not part:
            break
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def main():
    with socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=60) as connection, open(sys.argv[2], "wb") as out:
        while True:
            head = read_exactly(connection, LENGTH.size)
            if not head:
                return 0
            if len(head) < LENGTH.size:
                return "the connection ended within a length"
            (length,) = LENGTH.unpack(head)
            message = read_exactly(connection, length)
            if len(message) < length:
                return "the connection ended within a message"
            out.write(pickle.loads(message))


sys.exit(main())
