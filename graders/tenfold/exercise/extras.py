"""Groups of packages beyond the core, and whether they are installed."""

from __future__ import annotations

import importlib.metadata

from packaging.requirements import Requirement


def installed(extra: str) -> bool:
    """Return whether every package of a group is there, in a version that fits."""
    for text in importlib.metadata.requires("tenfold") or ():
        need = Requirement(text)
        if need.marker is None or not need.marker.evaluate({"extra": extra}) or need.marker.evaluate({"extra": ""}):
            continue
        try:
            if not need.specifier.contains(importlib.metadata.version(need.name), prereleases=True):
                return False
        except importlib.metadata.PackageNotFoundError:
            return False
    return True
