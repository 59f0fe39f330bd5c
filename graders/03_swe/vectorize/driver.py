"""Written beside the submission: what only somebody in the same process sees, the memory of arrays."""

import numpy as np
import vectorize


def views(arguments, kept):
    """Return the arrays of a call as every other row of read-only larger ones, last row first; `kept` holds those."""
    for argument in arguments:
        if not isinstance(argument, np.ndarray):
            yield argument
            continue
        whole = np.zeros([2 * n for n in argument.shape], dtype=argument.dtype)
        part = tuple(slice(None, None, -2) for _ in argument.shape)
        whole[part] = argument
        whole.setflags(write=False)
        kept.append(whole)
        yield whole[part]


def memory(name, calls):
    """Return of each call its arguments afterwards, whether these can be written, and what it gave: at once, and later.

    Later is when all calls have been made, and the arrays that they were given overwritten. None where a call raised.
    """
    function, found, kept = getattr(vectorize, name), [], []
    for arguments in calls:
        arrays = [x.copy() if isinstance(x, np.ndarray) else x for x in arguments]
        try:
            result = function(*arrays)
        except Exception:  # other checks' matter
            found.append(None)
            continue
        result = result if isinstance(result, np.ndarray) else np.zeros(0)  # its form is another check's too
        free = all(x.flags.writeable for x in arrays if isinstance(x, np.ndarray))
        found.append([[x.copy() if isinstance(x, np.ndarray) else x for x in arrays], free, result.copy(), result])
        kept += [x for x in arrays if isinstance(x, np.ndarray) and x.flags.writeable]
    for x in kept:
        x += 1
    return found


def read_only(name, calls):
    """Make calls with read-only views of larger arrays; return what plain arrays give beside what each gave."""
    kept = []
    return _beside(name, [(arguments, list(views(arguments, kept))) for arguments in calls])


def of_one_array(name, whole, rest):
    """Make calls whose first two arguments are views of one array; return what plain arrays give beside what each gave.

    `rest` are the other arguments, each cut to the length of the second one where it is an array.
    """
    pairs = [(whole, whole), (whole, whole[::-1]), (whole[:-1], whole[1:])]
    calls = [(a, b, *(x[: len(b)] if isinstance(x, np.ndarray) else x for x in rest)) for a, b in pairs]
    return _beside(name, [(arguments, arguments) for arguments in calls])


def _beside(name, calls):
    """Return what copies of arrays give beside what views of the same values give, or raise by name."""
    function, found = getattr(vectorize, name), []
    for arguments, shown in calls:
        try:
            wanted = function(*[x.copy() if isinstance(x, np.ndarray) else x for x in arguments])
        except Exception:  # other checks' matter
            continue
        try:
            found.append((wanted, function(*shown)))
        except Exception as error:
            found.append((wanted, type(error).__name__))
    return found


def in_place(name, first, second):
    """Make two calls with the same arrays, which hold other values the second time; return what the second gave."""
    function = getattr(vectorize, name)
    arrays = [x.copy() if isinstance(x, np.ndarray) else x for x in first]
    function(*arrays)
    for array, values in zip(arrays, second, strict=True):
        if isinstance(array, np.ndarray):
            np.copyto(array, values)
    return function(*arrays)
