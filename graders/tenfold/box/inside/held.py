"""What calls do to values that their caller still holds: the arguments, and what earlier calls returned."""

from __future__ import annotations

import contextlib
import copy
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from .values import is_tensor

Made = tuple[Callable[..., Any], list[Any], dict[str, Any]]
"""A function and its arguments."""


def after(calls: list[Made], again: bool) -> list[dict[str, Any]]:
    """Make calls, each with arguments of its own; return what their caller sees of each, judging nothing.

    Returns
    -------
    list of dict
        ``given`` and ``left``: the arguments before and after the call. ``answer`` and ``later``: what it returned, at
        once and when all calls were made. With `again` also ``again``: what it returns once that was overwritten.
    """
    seen, kept, held = list[dict[str, Any]](), list[Any](), copy.deepcopy([call[1:] for call in calls])
    for (function, *given), (args, kwargs) in zip(calls, held, strict=True):
        kept.append(function(*args, **kwargs))
        seen.append({"given": given, "answer": _copied(kept[-1])})
    for told, left, answer in zip(seen, held, kept, strict=True):
        told |= {"left": copy.deepcopy([*left]), "later": _copied(answer)}
    for told, answer, (function, args, kwargs) in zip(seen, kept, calls, strict=True) if again else ():
        overwrite(answer)  # which may be a part of its arguments
        told["again"] = function(*copy.deepcopy(args), **copy.deepcopy(kwargs))
    return seen


def moved(function: Callable[..., Any], given: list[Any], others: list[Any]) -> list[Any]:
    """Return what a call gives for other arguments: first for new ones, then in the place of those of a call before.

    Parameters
    ----------
    given, others
        Positional and named arguments, in two pairs of the same form.
    """
    here, new = copy.deepcopy((given, others))
    answer = _copied(function(*new[0], **new[1]))
    function(*here[0], **here[1])
    args, kwargs = put(here, copy.deepcopy(others))
    return [answer, function(*args, **kwargs)]


def overwrite(value: Any) -> None:
    """Change a value in place, with all its parts, as who holds it may do."""
    if isinstance(value, np.ndarray) and value.flags.writeable and value.dtype.kind in "biufc":
        value[...] = np.logical_not(value) if value.dtype.kind == "b" else 7
    elif is_tensor(value):
        with contextlib.suppress(RuntimeError):  # an expanded one, or one of inference mode, is not written to
            value.detach()[...] = ~value if str(value.dtype) == "torch.bool" else 7
    elif isinstance(value, dict):
        overwrite([*value.values()])
        value.clear()
    elif isinstance(value, (list, tuple)):
        for part in value:
            overwrite(part)
        if isinstance(value, list):
            value.clear()
    elif _is_table(value):
        value.drop(value.index, inplace=True)


def put(value: Any, new: Any) -> Any:
    """Put other contents of the same form into a value, in place where it has a place; return it."""
    if isinstance(value, np.ndarray) and value.ndim:
        value[...] = new
        return value
    if is_tensor(value):
        value.detach()[...] = new
        return value
    if isinstance(value, dict):
        for key in value:
            value[key] = put(value[key], new[key])
        return value
    if isinstance(value, list):
        value[:] = [put(part, other) for part, other in zip(value, new, strict=True)]
        return value
    if isinstance(value, tuple):
        return tuple(put(part, other) for part, other in zip(value, new, strict=True))
    if _is_table(value) and value.ndim == 2:
        value.index = new.index
        for place in range(value.shape[1]):
            value.isetitem(place, new.iloc[:, place].array.copy())
        return value
    return new


def _copied(answer: Any) -> Any:
    """Return an answer as it is now; an object of the learner's stays the one that it is."""
    try:
        return copy.deepcopy(answer)
    except Exception:
        return answer


def _is_table(value: Any) -> bool:
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, (pandas.DataFrame, pandas.Series))
