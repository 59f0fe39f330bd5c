"""Return what has any length, never ends and is another thing at every look.

outcome: not_yet
says: an object of another class
class: lies
"""

import itertools


class Endless:
    count = itertools.count()

    def __len__(self):
        return -1 if next(self.count) % 2 else 1 << 62

    def __iter__(self):
        return (float(n) for n in self.count)

    def __getitem__(self, key):
        return next(self.count)


def mean(values, weights=None):
    return Endless()
