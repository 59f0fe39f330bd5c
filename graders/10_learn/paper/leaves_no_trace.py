"""Runs beside the submission: what calls leave behind, in their arguments and in their results. It judges nothing."""

import copy

import numpy as np
import paper


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


def arguments_after(calls):
    """Return the arguments of each call as they are once it was made."""
    return [_made(name, args)[1] for name, args in calls]


def after_overwriting(calls):
    """Return what each call gives once the answer to the same call was overwritten."""
    found = []
    for name, args in calls:
        spoilt(_made(name, args)[0])
        found.append(_made(name, args)[0])
    return found


def in_the_same_place(calls):
    """Return what each call gives once its arguments hold other values, turned around in place."""
    found = []
    for name, args in calls:
        _, mine = _made(name, args)
        moved(mine)
        found.append(getattr(paper, name)(*mine))
    return found


def _made(name, args):
    """Make a call with arguments of its own; return the answer and these."""
    mine = copy.deepcopy(args)
    return getattr(paper, name)(*mine), mine
