"""Names a module that ends the process which loads it, where libraries are loaded before there is a box.

class: hijacks
outcome: not_yet
"""

import numpy.f2py.__main__


def mean(values, weights=None):
    return numpy.mean(values)
