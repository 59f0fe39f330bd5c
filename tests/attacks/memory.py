"""Take all memory.

outcome: not_yet
says: memory | processor time | waited for
class: resources
"""


def mean(values, weights=None):
    hold = []
    while True:
        hold.append(bytearray(b"x" * (64 << 20)))
