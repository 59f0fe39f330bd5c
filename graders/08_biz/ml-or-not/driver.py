"""Runs in the box, beside the submission: cases one after the other in the same arrays. It returns answers alone."""

import copy

import ml_or_not
import numpy as np


def in_place(asked):
    """Return the plan and the flags of each [case, rows], all in the dict and the arrays of the first one."""
    held, found = copy.deepcopy(asked[0]), []
    for new in asked:
        plan = ml_or_not.decide(refilled(held, new)[0])
        case, rows = refilled(held, new)
        found.append([plan, np.array(ml_or_not.flags(case, case["x"], case["y"], rows))])
    return found


def refilled(held, new):
    """Return a value that holds other numbers from now on, its arrays and dicts the same ones."""
    if isinstance(held, np.ndarray):
        np.copyto(held, new)
        return held
    if isinstance(held, dict):
        held.update({key: refilled(held.get(key), part) for key, part in new.items()})
        return held
    return [refilled(*pair) for pair in zip(held, new, strict=True)] if isinstance(held, list) else new
