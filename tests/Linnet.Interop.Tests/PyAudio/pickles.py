"""Writes messages as Python does, one a line in hex: pickles.py PROTOCOL LENGTH... Byte i of the sound is 7i modulo 256."""
import pickle
import struct
import sys

for length in map(int, sys.argv[2:]):
    pickled = pickle.dumps(bytes(7 * i % 256 for i in range(length)), int(sys.argv[1]))
    print((struct.pack("Q", len(pickled)) + pickled).hex())
