"""Whether two answers are the same one, to a tolerance: what a submission returned beside what is right."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np

from . import expect

REL, TINY = 1e-9, 1e-12


def alike(found: Any, wanted: Any, rel: float = REL, tiny: float = TINY) -> bool:
    """Return whether an answer is the one wanted, part by part.

    A number is within `rel` of the one wanted, or within `tiny`; nan is nan; everything else is exact. An answer must
    be of the form of the one wanted, as `expect` has it: an int for an int, a list or tuple of the same length, an
    array of the same shape, a dict with at least its keys.

    Parameters
    ----------
    found
        What was returned.
    wanted
        None, a bool, int, float, str, bytes, array, tensor, list, tuple, dict, set, or a table of pandas.

    Raises
    ------
    expect.Unexpected
        It has another form.
    """
    if wanted is None:
        return found is None
    if isinstance(wanted, (bool, np.bool_)):
        return expect.flag(found) == bool(wanted)
    if isinstance(wanted, str):
        return expect.text(found) == wanted
    if isinstance(wanted, bytes):
        return expect.blob(found) == wanted
    if isinstance(wanted, (int, np.integer)):
        return expect.integer(found) == int(wanted)
    if isinstance(wanted, (float, np.floating)):
        return _close(expect.number(found, finite=False), float(wanted), rel, tiny)
    if isinstance(wanted, dict):
        parts = expect.mapping(found, list(wanted))
        return all(alike(parts[key], value, rel, tiny) for key, value in wanted.items())
    if isinstance(wanted, (list, tuple)):
        items = expect.sequence(found, length=len(wanted))
        return all(alike(item, value, rel, tiny) for item, value in zip(items, wanted, strict=True))
    if isinstance(wanted, np.ndarray):
        return _arrays(found, wanted, rel, tiny)
    if (torch := sys.modules.get("torch")) is not None and isinstance(wanted, torch.Tensor):
        same = isinstance(found, torch.Tensor) and found.dtype == wanted.dtype and found.shape == wanted.shape
        return same and bool(torch.isclose(found, wanted, rtol=rel, atol=tiny, equal_nan=True).all())
    return _tables(found, wanted, rel, tiny)


def _close(found: float, wanted: float, rel: float, tiny: float) -> bool:
    return math.isclose(found, wanted, rel_tol=rel, abs_tol=tiny) or (math.isnan(found) and math.isnan(wanted))


def _arrays(found: Any, wanted: np.ndarray, rel: float, tiny: float) -> bool:
    kind = wanted.dtype.kind
    if kind == "O":
        return alike(expect.sequence(found, length=len(wanted)), wanted.tolist(), rel, tiny)
    values = expect.array(
        found, shape=wanted.shape, kind={"f": "iuf", "c": "iufc", "i": "iu", "u": "iu"}.get(kind, kind), finite=False
    )
    if kind not in "fc":
        return bool((values == wanted).all())
    return bool(np.isclose(values, wanted, rtol=rel, atol=tiny, equal_nan=True).all())


def _tables(found: Any, wanted: Any, rel: float, tiny: float) -> bool:
    import pandas as pd

    if isinstance(wanted, pd.DataFrame):
        table = expect.frame(found, list(wanted.columns))
        return len(table) == len(wanted) and all(_columns(table[name], wanted[name], rel, tiny) for name in wanted)
    if isinstance(wanted, pd.Series):
        column = expect.series(found)
        return len(column) == len(wanted) and _columns(column, wanted, rel, tiny)
    return bool(type(found) is type(wanted) and found == wanted)


def _columns(found: Any, wanted: Any, rel: float, tiny: float) -> bool:
    return alike(found.tolist(), wanted.tolist(), rel, tiny)
