"""Written beside the submission: what only somebody in the same process sees, what becomes of arguments and answers."""

import copy

import numpy as np
import roi


def arguments_after(calls):
    """Return the arguments of each call, given as a function's name and these, as they are once it was made."""
    calls = copy.deepcopy(calls)
    for name, arguments in calls:
        getattr(roi, name)(*arguments)
    return [arguments for _, arguments in calls]


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
