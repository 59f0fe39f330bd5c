"""Announce a frame larger than any memory.

outcome: not_yet
says: the frame is too large
class: forges
"""

import os
import struct


def mean(values, weights=None):
    os.write(3, struct.pack("!IQ", 2**32 - 1, 2**64 - 1) + b" " * 1000)
    return 3.0
