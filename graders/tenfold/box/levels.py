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

INSTALL = {
    "apt-get": "apt install",
    "dnf": "dnf install",
    "pacman": "pacman -S",
    "zypper": "zypper install",
    "apk": "apk add",
}
"""Programs that install packages, and the words to say."""
SWITCHES = (
    ("kernel/apparmor_restrict_unprivileged_userns", "1", "kernel.apparmor_restrict_unprivileged_userns=0"),
    ("kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1"),
    ("user/max_user_namespaces", "0", "user.max_user_namespaces=15000"),
)
"""What forbids bubblewrap to those who are not root: a file below /proc/sys, what it then says, what to set."""


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
    key = f"{_boot()} {__version__} {os.getuid()} {sys.executable} {shutil.which('bwrap')} {_switches()}"
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
        how = for_strong() if wanted == "strong" or why else "docs/security.md says what each level needs."
        raise MachineError(f"this machine holds the sandbox level {level}, and {wanted} was asked for{why}. {how}")
    return level


def shortfall(level: str, network: str) -> str:
    """Return what to tell of an exercise that needs *strong* and was graded at less; else an empty string."""
    if network != "loopback" or level == "strong":
        return ""
    return f"This exercise uses sockets, which only the level strong walls in; here it ran at {level}. {for_strong()}"


def for_strong() -> str:
    """Return the one thing to do on this machine to reach *strong*."""
    if sys.platform != "linux":
        return "Only Linux has that level (Windows: in WSL2)."
    root = "" if os.geteuid() == 0 else "sudo "
    if shutil.which("bwrap") is None:
        found = next((words for program, words in INSTALL.items() if shutil.which(program)), None)
        return f"For strong: {root}{found} bubblewrap" if found else "For strong, install the package bubblewrap."
    for name, shut, change in SWITCHES:
        if not root:
            break  # who is root needs none of them
        if _switch(name) == shut:
            return f"For strong: {root}sysctl -w {change}"
    return "bubblewrap is installed, but this machine does not let it make walls; docs/security.md says what it needs."


def _switches() -> str:
    return "".join(_switch(name) for name, _, _ in SWITCHES)


def _switch(name: str) -> str:
    try:
        return Path("/proc/sys", name).read_text().strip()
    except OSError:
        return ""


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tenfold" / "level.json"
