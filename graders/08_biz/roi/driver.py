"""Written beside the submission: what only somebody in the same process sees, what becomes of arguments and answers."""

import copy

import numpy as np
import roi

OF_CASES, OF_FLOWS = ("benefit_per_case", "cash_flows", "appraise"), ("npv", "break_even")


def changed(cases, flows):
    """Return the functions that change what they are given: cases, or flows and a rate."""
    said = set()
    for names, calls in [(OF_CASES, [(case,) for case in cases]), (OF_FLOWS, flows)]:
        for name in names:
            for arguments in calls:
                mine = copy.deepcopy(arguments)
                getattr(roi, name)(*mine)
                if repr([_plain(part) for part in mine]) != repr([_plain(part) for part in arguments]):
                    said.add(name)
    return sorted(said)


def twice(name, first, second):
    """Make a call, overwrite its answer, put other values into the same arguments; return what the same call gives."""
    function, mine = getattr(roi, name), copy.deepcopy(list(first))
    _overwrite(function(*mine))
    for place, values in enumerate(second):
        if isinstance(values, dict):
            _update(mine[place], values)
        elif isinstance(values, np.ndarray):
            np.copyto(mine[place], values)
        else:
            mine[place] = values
    return function(*mine)


def _plain(part):
    return part.tolist() if isinstance(part, np.ndarray) else part


def _update(mine, values):
    for key, value in values.items():
        if isinstance(value, dict):
            _update(mine[key], value)
        else:
            mine[key] = value


def _overwrite(answer):
    if isinstance(answer, dict):
        answer.clear()
    for part in answer if isinstance(answer, tuple | list) else ():
        if isinstance(part, list) or (isinstance(part, np.ndarray) and part.flags.writeable):
            part[:] = [0] * len(part)
