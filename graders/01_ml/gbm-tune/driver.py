"""Written beside the submission: what only a caller in the same process sees, and another Python."""

import copy
import json
import pickle
import sys
from pathlib import Path

import gbm_tune


def left_behind(X, y, weight, asked):
    """Return what `train` and `predict` were given, and what they left of it."""
    given, held = (copy.deepcopy((X, y, weight, asked)) for _ in range(2))
    gbm_tune.predict(gbm_tune.train(*held[:3]), held[3])
    return given, held


def in_place(first, second):
    """Return what models of two sets of rows answer and report, each about the rows to be asked of both.

    Rows are [X, y, weight, asked]; all stand in the same table and arrays, one after the other. What comes is
    overwritten before the next call, and the last question is asked twice.
    """
    held, found = copy.deepcopy(first), []
    for rows in (first, second):
        for mine, theirs in zip(held[:3], rows[:3], strict=True):
            put(mine, theirs)
        model = gbm_tune.train(*held[:3])
        for each in (first, second, second):
            put(held[3], each[3])
            found.append(answered(model, held[3]))
    return found


def put(table, new):
    """Put other values into a table or an array."""
    if hasattr(table, "iloc"):
        for place in range(table.shape[1]):
            table.isetitem(place, new.iloc[:, place].array.copy())
    else:
        table[...] = new


def answered(model, asked):
    """Return what a model answers and reports; overwrite the answers for who still holds them."""
    p, told = gbm_tune.predict(model, asked), gbm_tune.report(model)
    seen = copy.deepcopy((p, told))
    if hasattr(p, "flags") and p.flags.writeable:
        p[...] = 0.5
    return seen


if __name__ == "__main__":
    X, y, weight, asked = pickle.loads(Path(sys.argv[1]).read_bytes())
    p = gbm_tune.predict(gbm_tune.train(X, y, weight), asked)
    print("\n" + json.dumps([float(each) for each in p]))
