"""Refer to objects that do not exist, that are other types, and to functions of the grader.

outcome: not_yet
says: an object of type ndarray | your program was stopped
class: forges
"""

import sys

worker = sys.modules["_tenfold.worker"]
numbers = iter([{"t": "handle", "v": -(10**30), "n": "ndarray"}, {"t": "handle", "v": True, "n": "ndarray"}])


class Thing:
    pass


def mean(values, weights=None):
    worker.Server.refer = lambda self, value: next(numbers, {"t": "callback", "v": 0})
    worker.Channel.send.__defaults__ = (None,)
    return Thing()
