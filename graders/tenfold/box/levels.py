"""How well this machine can isolate a box: found out by a canary that tries to get out, not by looking for programs."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

from ..errors import MachineError, UsageError
from ..version import __version__
from .canary import escapes

LEVELS = ("weak", "sandbox-exec", "medium", "strong")
"""From the least to the best. *weak*: a process of its own with limits; *sandbox-exec*: that of macOS around it;
*medium*: Landlock and seccomp in it; *strong*: also bubblewrap around it."""


def best(network: str = "none") -> str:
    """Return the best level that holds on this machine; asked once a boot.

    Parameters
    ----------
    network
        ``loopback``: sockets that only *strong* can wall in; without it, such a box is *weak*.
    """
    level = _known()
    if network == "loopback" and level != "strong":
        return LEVELS[0]
    return level


def _known() -> str:
    cache = _cache()
    key = f"{_boot()} {__version__} {os.getuid()} {sys.executable} {shutil.which('bwrap')}"
    try:
        known = json.loads(cache.read_text(encoding="utf-8"))
        if known["key"] == key and known["level"] in LEVELS:
            return str(known["level"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    level = next((name for name in reversed(LEVELS[1:]) if not escapes(name)), LEVELS[0])
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        cache.write_text(json.dumps({"key": key, "level": level}), encoding="utf-8")
    except OSError:
        pass  # a machine where nothing can be kept is probed each time
    return level


def held() -> list[str]:
    """Return every level that this machine holds, from the least to the best."""
    top = LEVELS.index(best())
    return [name for name in LEVELS[: top + 1] if name in (LEVELS[0], LEVELS[top]) or not escapes(name)]


def require(wanted: str | None, network: str = "none") -> str:
    """Return the level to grade at, or raise `MachineError` when this machine does not hold the one wanted.

    Raises
    ------
    UsageError
        There is no such level.
    """
    level = best(network)
    if wanted is not None and wanted not in LEVELS:
        raise UsageError(f"there is no sandbox level {wanted!r}; there are {', '.join(LEVELS)}")
    if wanted is not None and LEVELS.index(level) < LEVELS.index(wanted):
        why = "; sockets, which this exercise needs, take strong" if network == "loopback" else ""
        raise MachineError(
            f"this machine holds the sandbox level {level}, and {wanted} was asked for{why}. "
            "docs/security.md says what each level needs."
        )
    return level


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tenfold" / "level.json"
