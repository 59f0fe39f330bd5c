"""Arrays made of what a submission returned: how large one will be is known before it is made."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from ..box.crossing import is_text
from .plain_tables import BROKEN, LARGEST, NotPlain, column, is_printable, spread

if TYPE_CHECKING:
    import pandas as pd

MOST = 200_000_000  # cells; numpy makes more than one array when it looks at each
DEEPEST = 64  # dimensions of an array
SMALL = {bool, int, float, complex, type(None), np.float64, np.int64, np.bool_}


def as_array(value: Any) -> np.ndarray | None:
    """Return a value as an array; None where it is of no kind that makes one.

    Raises
    ------
    NotPlain
        The array would be out of proportion.
    TypeError, ValueError, RuntimeError
        Of numpy and torch, for what makes none after all.
    """
    pd, torch = sys.modules.get("pandas"), sys.modules.get("torch")
    if torch and isinstance(value, torch.Tensor):
        return _bounded(np.asarray(_detached(value)))
    if pd and isinstance(value, (pd.Series, pd.Index, pd.api.extensions.ExtensionArray)):
        return _of_column(value)
    if pd and isinstance(value, pd.DataFrame):
        _check(len(value) * value.shape[1], *_widths(value))
        found: np.ndarray = value.to_numpy()  # numpy itself would look among the columns for names of its own
        return found
    if isinstance(value, (list, tuple)):
        value = items_of(value)
        _check(*_measured(value, {}))
        value = _without_gradients(value, torch)
    elif isinstance(value, range):
        _check((value.stop - value.start) // value.step + 1)
    elif isinstance(value, (int, float)) and not isinstance(value, (bool, np.generic)):
        value = float.__float__(value) if isinstance(value, float) else int.__int__(value)
    elif not isinstance(value, (np.ndarray, np.generic, bool, complex)):
        return None
    return _bounded(np.asarray(value))


def items_of(value: list[Any] | tuple[Any, ...]) -> list[Any]:
    """Return what a list or tuple holds; a class of the learner's own has no say in it."""
    return list.__getitem__(value, slice(None)) if isinstance(value, list) else [*tuple.__getitem__(value, slice(None))]


def as_text(found: np.ndarray) -> np.ndarray:
    """Return an array of objects, or of texts of varying width, as one of text where all of them are text."""
    if found.dtype.kind == "U" and not is_text(found):
        raise NotPlain(BROKEN)
    if found.dtype.kind not in "OT" or not found.size:
        return found
    cells = found.reshape(-1).tolist()
    if not all(isinstance(x, str) and not x.endswith("\0") for x in cells):
        return found
    if not all(map(is_printable, cells)):
        raise NotPlain(BROKEN)
    longest = max(1, *map(len, cells))
    _check(len(cells), 4 * longest, 4 * sum({id(x): len(x) for x in cells}.values()))
    return np.array(cells, dtype=f"U{longest}").reshape(found.shape)


def _of_column(value: Any) -> np.ndarray:
    import pandas as pd

    _check(len(value))
    if isinstance(value, pd.MultiIndex):
        return np.asarray(value)
    cells = pd.Series(value.array if isinstance(value, pd.Index) else value)
    if isinstance(cells.dtype, np.dtype) and cells.dtype.kind in "biufcmM":
        return cells.to_numpy()
    try:
        return column(cells).to_numpy()
    except NotPlain:
        return spread(cells.array) if isinstance(cells.dtype, pd.CategoricalDtype) else cells.to_numpy(dtype=object)


def _detached(tensor: Any) -> Any:
    return tensor.detach().cpu().resolve_conj().resolve_neg()


def _without_gradients(items: Any, torch: Any, depth: int = 0) -> Any:
    """Return a list in which tensors stand as they cross: without what torch would need to train them."""
    if torch is None or depth > DEEPEST or SMALL.issuperset(map(type, items)):
        return items
    return [
        _detached(x)
        if isinstance(x, torch.Tensor)
        else _without_gradients(x, torch, depth + 1)
        if type(x) in (list, tuple)
        else x
        for x in items
    ]


def _widths(value: pd.DataFrame) -> tuple[int, int]:
    """Return how many bytes a cell of a table takes in one array of all columns, and what all cells take now."""
    kinds = [value.iloc[:, place].dtype for place in range(value.shape[1])]
    held = len(value) * sum(kind.itemsize if isinstance(kind, np.dtype) else 8 for kind in kinds)
    plain = [kind for kind in kinds if isinstance(kind, np.dtype) and kind.kind in "biufc"]
    if len(plain) < len(kinds):
        return 40, held  # an object, and its place
    return (int(np.result_type(*plain).itemsize) if plain else 1), held


def _measured(items: Any, known: dict[int, tuple[int, int, int]], depth: int = 0) -> tuple[int, int, int]:
    """Return how many cells nested lists have, the bytes that the widest takes, and what all of them hold."""
    if SMALL.issuperset(map(type, items)) or depth > DEEPEST:
        return len(items), 16, 16 * len(items)
    cells, widest, held = 0, 16, 0
    for x in items:
        if type(x) in (list, tuple):
            if id(x) not in known:  # a list may be in many places, with plain pytest
                known[id(x)] = _measured(x, known, depth + 1)
            inner = known[id(x)]
        elif isinstance(x, (str, bytes)):
            inner = 1, 4 * len(x), 4 * len(x)
        elif isinstance(x, (np.ndarray, np.generic)):
            inner = x.size, x.itemsize, x.nbytes
        else:
            inner = 1, 16, 16
        cells, widest, held = cells + inner[0], max(widest, inner[1]), held + inner[2]
    return cells, widest, held


def _bounded(found: np.ndarray) -> np.ndarray:
    """Return an array that a check can compute with: what looks at each cell would else make many of one."""
    _check(found.size)
    return found


def _check(cells: int, widest: int = 0, held: int = 0) -> None:
    if cells > MOST:
        raise NotPlain(f"expected an array of at most {MOST:,} values")
    if cells * widest > max(LARGEST, 2 * held):
        raise NotPlain("expected values of about one size: one of them is so large that an array of all would not fit")
