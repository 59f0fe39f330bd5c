"""Return objects whose classes break off, or lie, whenever somebody asks what they are.

outcome: not_yet
says: got a list | got a tuple
class: lies
"""


class Loud(type):
    def __getattribute__(cls, name):
        raise KeyboardInterrupt(name) if name == "shape" else KeyError(name)

    def __eq__(cls, other):
        raise KeyError

    def __hash__(cls):
        raise KeyError


class Shy(metaclass=Loud):
    @property
    def __class__(self):
        raise KeyError


class Twins(tuple):
    @property
    def __class__(self):
        return float

    def __getattribute__(self, name):
        return 3.0

    def __float__(self):
        return 3.0

    def __iter__(self):
        return iter([3.0])


def mean(values, weights=None):
    return Twins((Shy(), 4.0)) if weights is None else [Shy(), Twins((1.0,)), float]
