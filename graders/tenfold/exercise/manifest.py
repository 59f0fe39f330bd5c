"""`exercise.toml`: which keys it may have, read once and checked."""

from __future__ import annotations

import difflib
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

from ..box.limits import Limits
from ..errors import AuthoringError
from ..files import read_toml
from .exercise import Exercise

SKILL = re.compile(r"(\d\d)_([a-z]+)")


NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


REQUIRED = {
    "title": str,
    "level": int,
    "minutes": int,
    "files": list,
    "points": int,
    "version": int,
    "covers": list,
}


OPTIONAL = {"pass": float, "data": list, "extras": list, "limits": dict}


SITE = Limits()


def read(course: Path, folder: Path) -> Exercise:
    """Return the exercise of a folder, or raise `AuthoringError` naming the key that is wrong."""
    path = folder / "exercise.toml"
    if not SKILL.fullmatch(folder.parent.name) or not NAME.fullmatch(folder.name):
        raise AuthoringError(f"{folder}: folders are named NN_slug/name-with-hyphens")
    table = read_toml(path)
    allowed = REQUIRED | OPTIONAL
    for key, value in table.items():
        if key not in allowed:
            near = difflib.get_close_matches(key, allowed, 1)
            raise AuthoringError(f"{path}: unknown key {key!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        if not isinstance(value, allowed[key]) or isinstance(value, bool):
            raise AuthoringError(f"{path}: {key} must be a {allowed[key].__name__}")
    missing = sorted(REQUIRED.keys() - table.keys())
    if missing:
        raise AuthoringError(f"{path}: missing {', '.join(missing)}")
    if table["level"] not in (1, 2, 3) or not 0 < table.get("pass", 0.8) <= 1 or not table["files"]:
        raise AuthoringError(f"{path}: level is 1, 2 or 3, pass lies in (0, 1], files names at least one file")
    lists: Any = {key: tuple(table.get(key, ())) for key in ("files", "covers", "data", "extras")}
    plain: Any = {key: table[key] for key in ("title", "level", "minutes", "points", "version")}
    limits, pass_ = _limits(path, table.get("limits", {})), table.get("pass", 0.8)
    return Exercise(course, folder.parent.name, folder.name, limits=limits, pass_=pass_, **plain, **lists)


def _limits(path: Path, table: dict[str, Any]) -> Limits:
    known = {field.name for field in fields(Limits)}
    for key, value in table.items():
        if key not in known:
            raise AuthoringError(f"{path}: unknown limit {key!r}")
        if key != "network" and (isinstance(value, bool) or not isinstance(value, (int, float))):
            raise AuthoringError(f"{path}: limits.{key} must be a number")
        if key != "network" and not 0 < value <= getattr(SITE, key):
            raise AuthoringError(f"{path}: limits.{key} may lower the site's {getattr(SITE, key)}, not raise it")
    if table.get("network", "none") not in ("none", "loopback"):
        raise AuthoringError(f"{path}: limits.network is 'none' or 'loopback'")
    return Limits(**table)
