"""Written beside the submission: what only a caller in the same process sees, arrays that hold other values later."""

import copy

import cv_honest


def in_place(first, second):
    """Return what `estimate` gives for a study, and for another one in the same arrays; and what it was given and left.

    A study is [y, grid, scores, k, inner, groups, time, horizon, seed], with a score of each setting for each row.
    """
    held = copy.deepcopy(first)
    y, grid, scores, *options = held

    def run(train, test, params):
        i = grid.index(params)
        return scores[i, test] * 2.0 ** ((i + 1) * int(train.sum()) % 7)

    found, given, left = [], [], []
    for study in (first, second):
        for mine, theirs in zip(held, study, strict=True):
            if hasattr(mine, "shape"):
                mine[...] = theirs
        grid[:] = copy.deepcopy(study[1])
        given.append(copy.deepcopy(held))
        found.append(cv_honest.estimate(run, y, grid, *options))
        left.append(copy.deepcopy(held))
    return found, given, left
