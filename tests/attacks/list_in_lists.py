"""Return a list that holds the same list twice, forty times over: small to make, endless to write.

outcome: not_yet
says: got a list | got an object of type list
class: resources
"""


def mean(values, weights=None):
    value = [4.0]
    for _ in range(40):
        value = [value, value]
    return value
