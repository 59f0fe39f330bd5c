"""Return more than the stream may carry.

outcome: not_yet
class: resources
"""


def mean(values, weights=None):
    return ["x" * 1000] * 10_000_000
