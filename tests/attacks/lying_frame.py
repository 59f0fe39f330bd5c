"""Return a table whose class makes up its columns, one more at every look.

outcome: not_yet
says: a finite number, got a DataFrame
class: lies
"""

import pandas as pd


class Liar(pd.DataFrame):
    looks = 0

    @property
    def shape(self):
        Liar.looks += 1
        return (3, Liar.looks)

    @property
    def columns(self):
        return pd.Index([["a"], {}], dtype=object)


def mean(values, weights=None):
    return Liar({"a": [1.0, 2.0, 3.0]})
