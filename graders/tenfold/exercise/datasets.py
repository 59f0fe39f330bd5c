"""Draws of data: `datasets/<name>/make.py` holds ``draw(rng, **options)``; here it is found and called."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import pickle
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from ..errors import AuthoringError
from . import seeds
from .catalog import find_course

_kept: dict[bytes, bytes] = {}
_fresh: dict[bytes, bytes] | None = None


def draw(course: Path, name: str, rng: np.random.Generator, **options: Any) -> Any:
    """Return what the dataset `name` draws from `rng`."""
    make = module(course / "datasets" / name / "make.py")
    if _fresh is None:
        return make.draw(rng, **options)
    key = pickle.dumps((course, name, rng.bit_generator.state, options))
    if key in _kept:
        return pickle.loads(_kept[key])
    value = make.draw(rng, **options)
    with contextlib.suppress(pickle.PicklingError, AttributeError, TypeError):  # it holds functions: it is drawn again
        _fresh[key] = pickle.dumps(value)
    return value


def remember(kept: dict[bytes, bytes]) -> dict[bytes, bytes]:
    """Take draws that were made before out of `kept`; return a table that fills with those that are not there.

    The same generator and options give the same draw, so the grades of a proof need not make it again for each.
    """
    global _kept, _fresh
    _kept, _fresh = kept, {}
    return _fresh


def public(name: str, **options: Any) -> Any:
    """Return the public draw of a dataset: the data that a learner can look at.

    Parameters
    ----------
    name
        A folder of ``datasets/``.
    options
        Passed on to its ``draw``.
    """
    return draw(find_course(Path.cwd()), name, seeds.public().generator(name), **options)


@cache
def module(path: Path) -> ModuleType:
    """Return a Python file that lies in a folder of ``datasets/``, loaded."""
    if not path.is_file():
        raise AuthoringError(f"there is no dataset {path.parent.name!r}: {path} is missing")
    spec = importlib.util.spec_from_file_location(f"_dataset_{path.parent.name.replace('-', '_')}_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[loaded.__name__] = loaded  # dataclasses look their own module up
    spec.loader.exec_module(loaded)
    return loaded


def check_sums(folder: Path) -> list[str]:
    """Return what is wrong with the data files of a dataset: unlisted, missing or changed ones.

    ``SHA256SUMS`` lists, in the form of ``sha256sum``, every file but code and the datasheet.
    """
    data = {
        f.name for f in folder.iterdir() if f.is_file() and f.suffix not in (".py", ".md") and f.name != "SHA256SUMS"
    }
    sums = folder / "SHA256SUMS"
    lines = [line.split(None, 1) for line in sums.read_text().splitlines()] if sums.exists() else []
    listed = {name.lstrip("*"): value for value, name in lines}
    wrong = [f"{folder.name}: SHA256SUMS lists no {name}" for name in sorted(data - listed.keys())]
    for name, value in listed.items():
        if name not in data:
            wrong.append(f"{folder.name}: {name} is missing")
        elif hashlib.sha256((folder / name).read_bytes()).hexdigest() != value:
            wrong.append(f"{folder.name}: {name} has changed")
    return wrong
