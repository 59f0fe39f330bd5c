"""Give a table as the signature of a function, which is neither true nor false.

outcome: not_yet
says: your program | your code raised
class: patches
"""

import sys

import numpy as np

worker = sys.modules["_tenfold.worker"]
said = {"kind": "E", "type": ["OSError"], "message": "no", "where": "", "errno": 1, "signature": np.zeros(2)}
worker.Server.describe = lambda self, error, request: said


def mean(values, weights=None):
    raise RuntimeError
