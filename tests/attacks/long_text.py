"""Raise an exception of many megabytes, within a group of others, with a cause for each.

outcome: not_yet
says: your code raised | processor time | waited for
class: resources
"""


def mean(values, weights=None):
    error = None
    for _ in range(1000):
        cause, error = error, RuntimeError("x" * 50_000)
        error.__cause__ = cause
        error.add_note("y" * 50_000)
    raise ExceptionGroup("z" * 50_000_000, [error] * 100)
