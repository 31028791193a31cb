"""Sends a WAV in the PyAudio tutorial's TCP format, as fast as it is taken, and then empty messages for ever: tcp-server.py IN.wav [PROTOCOL]"""
import pickle
import socket
import struct
import sys
import wave

PROTOCOL = int(sys.argv[2]) if len(sys.argv) > 2 else pickle.DEFAULT_PROTOCOL


def main():
    with socket.create_server(("127.0.0.1", 0)) as listener, wave.open(sys.argv[1], "rb") as song:
        print("port", listener.getsockname()[1], flush=True)
        connection, _ = listener.accept()
        with connection:
            try:
                while True:
                    message = pickle.dumps(song.readframes(1024), PROTOCOL)
                    connection.sendall(struct.pack("Q", len(message)) + message)
            except OSError:
                print("left", flush=True)


main()
