"""Raise an exception whose text and type are made to confuse: control characters, a name of pytest's.

outcome: not_yet
says: your code raised
class: lies
"""


class Skipped(Exception):
    def __str__(self):
        return "\x1b[2J\x1b]0;passed\x07 ::set-output name=score::9 \u202e"


def mean(values, weights=None):
    raise Skipped
