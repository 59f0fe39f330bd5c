"""Return a list nested deeper than a parser's stack.

outcome: not_yet
says: got a list | processor time | waited for
class: resources
"""


def mean(values, weights=None):
    value = []
    for _ in range(100_000):
        value = [value]
    return value
