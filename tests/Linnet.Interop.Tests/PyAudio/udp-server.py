"""Sends a WAV in the PyAudio tutorial's UDP format, 40,960 bytes every 232 ms, and then empty datagrams for ever: udp-server.py IN.wav"""
import socket
import sys
import time
import wave

FRAMES = 10 * 1024


def main():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer, wave.open(sys.argv[1], "rb") as song:
        peer.bind(("127.0.0.1", 0))
        print("port", peer.getsockname()[1], flush=True)
        _, listener = peer.recvfrom(65536)
        while True:
            peer.sendto(song.readframes(FRAMES), listener)
            time.sleep(FRAMES / song.getframerate())


main()
