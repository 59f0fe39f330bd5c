"""Runs beside the submission: what calls leave behind, in their arguments and in their results."""

import copy

import numpy as np
import paper


def alike(one, other, exact=True):
    """Return whether two values are the same, part by part."""
    if isinstance(one, dict):
        return isinstance(other, dict) and list(one) == list(other) and all(alike(one[k], other[k], exact) for k in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(alike(a, b, exact) for a, b in zip(one, other, strict=True))
    if isinstance(one, (np.ndarray, float)):
        a, b = np.asarray(one), np.asarray(other)
        if a.shape != b.shape:
            return False
        room = {"rtol": 0, "atol": 0} if exact else {"rtol": 1e-9, "atol": 1e-12}
        return bool(np.isclose(a, b, equal_nan=True, **room).all())
    return bool(one == other)


def spoilt(value):
    """Overwrite what was returned, as who called may do."""
    if isinstance(value, np.ndarray) and value.flags.writeable:
        value[...] = 7
    elif isinstance(value, dict):
        for part in value.values():
            spoilt(part)
        value.clear()
    elif isinstance(value, list):
        value.clear()


def changes_arguments(calls):
    """Return the first function that leaves other arguments than it was given, empty where none does."""
    for name, args in calls:
        before = copy.deepcopy(args)
        getattr(paper, name)(*args)
        if not alike(before, args):
            return name
    return ""


def shares_results(calls):
    """Return the first function that answers otherwise once its first answer was overwritten, empty where none does."""
    for name, args in calls:
        function = getattr(paper, name)
        answer = function(*copy.deepcopy(args))
        kept = copy.deepcopy(answer)
        spoilt(answer)
        if not alike(kept, function(*copy.deepcopy(args)), exact=False):
            return name
    return ""


def moved(value):
    """Turn what was given around, in place: the same array, with other rows."""
    if isinstance(value, np.ndarray):
        value[...] = value[::-1].copy()
    elif isinstance(value, (tuple, list)):
        for part in value:
            moved(part)
    elif isinstance(value, dict):
        for part in value.values():
            moved(part)


def goes_by_place(calls):
    """Return the first function that answers as before once its arguments hold other values, empty where none does."""
    for name, args in copy.deepcopy(calls):
        function = getattr(paper, name)
        function(*args)
        moved(args)
        found = copy.deepcopy(function(*args))
        if not alike(found, function(*copy.deepcopy(args)), exact=False):
            return name
    return ""
