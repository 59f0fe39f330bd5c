"""Make the environment that a command needs, with nothing but Python 3.11 and pip.

Run by the Makefile: a venv, the core, then the groups wanted. What is finished is stamped with the hash of what it was
made from, so that the next call starts at once; what was broken off leaves a mark and is made anew.

``TENFOLD_PIP_ARGS`` is passed to pip, e.g. ``--extra-index-url`` of PyTorch's own CPU builds on Linux.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

if sys.version_info < (3, 11):  # noqa: UP036 - this file is what tells
    sys.exit(f"tenfold needs Python 3.11 or newer; this is {sys.version.split()[0]}. Try: make grade PYTHON=python3.11")

import tomllib

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS: dict[str, list[str]] = {"core": [], **PROJECT["project"]["optional-dependencies"]}
SIZES: dict[str, int] = PROJECT["tool"]["tenfold"]["megabytes"]
BARE: dict[str, list[str]] = PROJECT["tool"]["tenfold"]["bare"]
"""What of a group is installed without its own dependencies."""
BUNDLE = "tenfold-bundle.json"
"""What is at the root of a bundle, and not of the kit."""
NOT_HERE = "This is a bundle: it holds no hidden checks, solutions, proofs or tests."


EXERCISE = re.compile(r"([a-z]+)-([a-z0-9-]+)")


def fail(text: str) -> NoReturn:
    """End with a text and 2: 1 is a grade that is not enough yet."""
    print(text, file=sys.stderr)
    sys.exit(2)


class Environment:
    """A virtual environment and the groups that it holds.

    Parameters
    ----------
    folder
        Where it lies or will lie.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.python = self.folder / "bin" / "python"
        self.broken = self.folder / "tenfold-unfinished"

    def lacks(self, groups: list[str]) -> list[str]:
        """Return the groups that are not there as they should be."""
        if self.broken.exists() or not self.python.exists():
            return groups
        return [group for group in groups if self._read(group) != self._wanted(group)]

    def install(self, groups: list[str]) -> None:
        """Bring the groups in; exit with pip's last lines when that fails."""
        if self.broken.exists() or (self.folder.exists() and not self._works()):
            print(f"{self.folder.name} was left half-done; it is made anew", flush=True)
            shutil.rmtree(self.folder)
            groups = ["core", *(group for group in groups if group != "core")]
        if not self.folder.exists():
            venv.create(self.folder, with_pip=True)
        self.broken.touch()
        for group in groups:
            size = f"about {SIZES[group]} MB on disk"
            self._pip(f"{group} ({size})", ["-e", str(ROOT)] if group == "core" else GROUPS[group])
            if group in BARE:
                self._pip(f"{group}, weights", ["--no-deps", *BARE[group]])
            self._stamp(group).write_text(self._wanted(group))
        self.broken.unlink()

    def _works(self) -> bool:
        with contextlib.suppress(OSError):
            return subprocess.run([self.python, "-c", "import pip"], capture_output=True).returncode == 0
        return False

    def _stamp(self, group: str) -> Path:
        return self.folder / f"tenfold-{group}.stamp"

    def _read(self, group: str) -> str:
        try:
            return self._stamp(group).read_text()
        except OSError:
            return ""

    def _wanted(self, group: str) -> str:
        needs = PROJECT["project"]["dependencies"] if group == "core" else GROUPS[group]
        needs = [*needs, *BARE.get(group, [])]
        parts = [*needs, (ROOT / "constraints.txt").read_text(), str(ROOT), sys.version.split()[0]]
        if group == "core":
            parts += [str(PROJECT["project"]["scripts"]), str(PROJECT["project"]["optional-dependencies"])]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _pip(self, what: str, packages: list[str]) -> None:
        argv = [str(self.python), "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar=off"]
        argv += ["-c", str(ROOT / "constraints.txt"), *shlex.split(os.environ.get("TENFOLD_PIP_ARGS", "")), *packages]
        environment = {**os.environ, "PIP_NO_INPUT": "1", "PIP_REQUIRE_VIRTUALENV": "0"}
        process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
        assert process.stdout is not None
        lines: list[str] = []
        with _line(f"Installing {what}") as show:
            for line in process.stdout:
                lines.append(line.rstrip())
                if step := re.match(
                    r"(Collecting|Downloading|Building|Installing) *(collected packages)?:? *(\S*)", line
                ):
                    show(f"{step[1].lower()} {step[3].rsplit('/', 1)[-1][:50]}")
        if process.wait() != 0:
            tail = "\n  ".join(line for line in lines[-12:] if not line.startswith("WARNING"))
            fail(
                f"pip could not install {what}:\n  {tail}\n"
                "Check the network and the disk, then run the same command again: it makes the environment anew. "
                "Extra arguments for pip go into TENFOLD_PIP_ARGS."
            )


@contextlib.contextmanager
def _line(heading: str) -> Iterator[Callable[[str], None]]:
    """Show progress in one line that is written over: on a terminal only; elsewhere the heading is enough."""
    print(heading + " …", flush=True, end="" if sys.stdout.isatty() else "\n")

    def show(step: str) -> None:
        if sys.stdout.isatty():
            print(f"\r\x1b[K{heading} … {step}", end="", flush=True)

    yield show
    if sys.stdout.isatty():
        print(f"\r\x1b[K{heading}: done", flush=True)


def wanted(arguments: argparse.Namespace) -> list[str]:
    """Return the groups that a command needs, the core first, torch next: its build must be chosen before others'."""
    if arguments.all:
        names = set(GROUPS)
    else:
        names = {"core", *arguments.group}
        for slug, name in (found.groups() for found in map(EXERCISE.fullmatch, arguments.exercise) if found):
            for path in ROOT.glob(f"exercises/??_{slug}/{name}/exercise.toml"):
                names |= set(tomllib.loads(path.read_text(encoding="utf-8")).get("extras", []))
    if unknown := names - GROUPS.keys():
        fail(f"pyproject.toml has no group {', '.join(sorted(unknown))}")
    return sorted(names, key=lambda group: (group != "core", group != "torch", group))


def main() -> None:
    """Install what is missing; say nothing when nothing is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv", help="the environment's folder")
    parser.add_argument("--exercise", action="append", default=[], help="an exercise whose groups are needed")
    parser.add_argument("--group", action="extend", nargs="*", default=[], help="groups that are needed besides")
    parser.add_argument("--all", action="store_true", help="every group")
    parser.add_argument("--kit", metavar="TARGET", help="a target of make that only the whole kit has the files for")
    arguments = parser.parse_args()
    if arguments.kit and (ROOT / BUNDLE).exists():
        fail(f"make {arguments.kit} needs the whole kit: run it there. {NOT_HERE}")
    environment, groups = Environment(arguments.venv), wanted(arguments)
    if not environment.lacks(groups):
        return
    with (ROOT / ".tenfold-setup.lock").open("w") as lock:  # two commands at once: the second waits
        fcntl.flock(lock, fcntl.LOCK_EX)
        if missing := environment.lacks(groups):
            environment.install(missing)


if __name__ == "__main__":
    main()
