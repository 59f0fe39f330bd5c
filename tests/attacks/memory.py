"""Take all memory.

outcome: not_yet
says: memory | no answer within
class: resources
"""


def mean(values, weights=None):
    hold = []
    while True:
        hold.append(bytearray(b"x" * (64 << 20)))
