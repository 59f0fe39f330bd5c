"""Say of oneself what the grader does not expect to hear: an error of no type at all.

outcome: not_yet
says: your program | your code raised
class: patches
"""

import sys

worker = sys.modules["_tenfold.worker"]
worker.Server.describe = lambda self, error, request: {"type": [], "message": [], "where": {}, "errno": {}}


def mean(values, weights=None):
    raise RuntimeError
