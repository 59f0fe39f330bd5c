"""Make the environment that a command needs, with nothing but Python 3.11 and pip.

Run by the Makefile: a venv, and in it the core and the groups wanted: torch in a call of pip of its own, all the rest
in one. pip compiles file by file, so it is told not to, and all cores compile at the end: boxes run on a read-only file
system, where nothing could be compiled later. What is finished is stamped with the hash of what it was made from, so
that the next call starts at once; what was broken off leaves a mark and is made anew.

``TENFOLD_PIP_ARGS`` is passed to pip, e.g. ``--extra-index-url`` of PyTorch's own CPU builds on Linux.
"""

from __future__ import annotations

import signal

if __name__ == "__main__" and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # until `main` hears it: Ctrl-C ends what is still being loaded

import argparse
import contextlib
import fcntl
import hashlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
import venv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

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
MEND = "You must be able to write into this folder, and its disk must have room. Then run the same command again."
SPEED = 20
"""Megabytes on disk that are installed in a second, where a line brings 100 Mbit/s: to guess from, no more."""
STEP = re.compile(r" *(Collecting|Downloading|Using cached|Building) +(\S+)")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
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
        print(f"Setting up {self.folder.name} with {told(groups)}, {guessed(groups)} (a guess)", flush=True)
        if not self.folder.exists():
            venv.create(self.folder, with_pip=True)
            self._renew_pip()
        self.broken.touch()
        for batch in batches(groups):
            self._pip(batch, [package for group in batch for package in packages(group)])
        if bare := [group for group in groups if group in BARE]:
            self._pip(bare, ["--no-deps", *(package for group in bare for package in BARE[group])])
        self._compile()
        for group in groups:
            self._stamp(group).write_text(self._wanted(group))
        self.broken.unlink()

    def _works(self) -> bool:
        with contextlib.suppress(OSError):
            return subprocess.run([self.python, "-I", "-c", "import pip"], capture_output=True).returncode == 0
        return False

    def _stamp(self, group: str) -> Path:
        return self.folder / f"tenfold-{group}.stamp"

    def _read(self, group: str) -> str:
        try:
            return self._stamp(group).read_text()
        except OSError:
            return ""

    def _wanted(self, group: str) -> str:
        parts = [*needs(group), (ROOT / "constraints.txt").read_text(), str(ROOT), sys.version.split()[0]]
        if group == "core":
            parts += [str(PROJECT["project"]["scripts"]), str(PROJECT["project"]["optional-dependencies"])]
        return hashlib.sha256("\n".join(parts).encode(errors="surrogateescape")).hexdigest()

    def _call(self, packages: list[str]) -> tuple[list[str], dict[str, str]]:
        """Return a call of pip, and the environment that it runs in."""
        argv = [str(self.python), "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar=off"]
        argv += ["--no-compile", "-c", str(ROOT / "constraints.txt")]
        argv += [*shlex.split(os.environ.get("TENFOLD_PIP_ARGS", "")), *packages]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        return argv, {**kept, "PIP_NO_INPUT": "1", "PIP_REQUIRE_VIRTUALENV": "0"}

    def _renew_pip(self) -> None:
        """Bring the newer pip: Python 3.11's own chooses three times as long. Where there is none, the old one does."""
        argv, environment = self._call(["--retries=1", "--upgrade", "pip"])
        subprocess.run(argv, env=environment, capture_output=True)

    def _pip(self, groups: list[str], packages: list[str]) -> None:
        argv, environment = self._call(packages)
        with _line(f"Installing {summed(groups)}") as show:
            pipe, before = subprocess.PIPE, self._count()
            with subprocess.Popen(argv, stdout=pipe, stderr=subprocess.STDOUT, text=True, env=environment) as process:
                lines = self._followed(process, before, show)
            if process.returncode != 0:
                tail = "\n  ".join(line for line in lines[-12:] if not line.startswith("WARNING"))
                fail(
                    f"pip could not install {', '.join(blamed(groups, lines))}:\n  {tail}\n"
                    "Check the network and the disk, then run the same command again: it makes the environment anew. "
                    "Extra arguments for pip go into TENFOLD_PIP_ARGS."
                )

    def _followed(self, process: subprocess.Popen[str], before: int, show: Callable[[str], None]) -> list[str]:
        """Return what pip says, and show where it is; `before` it, so many packages were there."""
        lines: list[str] = []
        assert process.stdout is not None
        with contextlib.ExitStack() as stack:
            for line in process.stdout:
                lines.append(line.rstrip())
                if line.startswith("Installing collected packages:"):
                    stack.enter_context(self._counted(before, line.count(",") + 1, show))
                elif step := STEP.match(line):
                    show(f"{step[1].lower()} {step[2].rsplit('/', 1)[-1]}")
        return lines

    @contextlib.contextmanager
    def _counted(self, before: int, total: int, show: Callable[[str], None]) -> Iterator[None]:
        """Show meanwhile how many packages have come: pip says no word from the first to the last."""
        over = threading.Event()

        def tell() -> None:
            while not over.wait(0.5):
                show(f"{self._count() - before} of {total} packages")

        thread = threading.Thread(target=tell, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _count(self) -> int:
        return sum(1 for _ in self.folder.glob("lib/python*/site-packages/*.dist-info"))

    def _compile(self) -> None:
        """Write byte code next to what pip brought, on all cores; packages hold files that are no Python of today.

        The kit's own is written here too: Python 3.11 leaves half a file where the disk is full by then, and later
        commands would break on it.
        """
        argv = [str(self.python), "-I", "-m", "compileall", "-qq", "-j", "0", "--invalidation-mode", "timestamp"]
        with _line("Compiling"):
            folders = [*self.folder.glob("lib/python*/site-packages"), ROOT / "graders" / "tenfold"]
            subprocess.run([*argv, *folders], capture_output=True)


@contextlib.contextmanager
def _line(heading: str) -> Iterator[Callable[[str], None]]:
    """Show progress in one line that is written over: on a terminal only; elsewhere the heading is enough."""
    print(heading + " …", flush=True, end="" if sys.stdout.isatty() else "\n")

    def show(step: str) -> None:
        if sys.stdout.isatty():
            text = f"{heading} … {step}"[: shutil.get_terminal_size().columns - 1]
            print(f"\r\x1b[K{text}", end="", flush=True)

    ending = ""
    try:
        yield show
        ending = f"\r\x1b[K{heading}: done"
    finally:
        if sys.stdout.isatty():
            print(ending, flush=True)


def summed(groups: list[str]) -> str:
    """Return the groups in a few words: all were named before."""
    return ", ".join(groups) if len(groups) < 4 else f"{groups[0]}, {groups[1]} and {len(groups) - 2} more"


def told(groups: list[str]) -> str:
    """Return what is about to be installed, and how large it is."""
    return f"{', '.join(groups)}: about {sum(SIZES[group] for group in groups)} MB on disk"


def guessed(groups: list[str]) -> str:
    """Return how long that may take."""
    minutes = round(sum(SIZES[group] for group in groups) / SPEED / 60)
    return "less than a minute" if minutes == 0 else f"about {minutes} minute{'s' * (minutes > 1)}"


def batches(groups: list[str]) -> list[list[str]]:
    """Return what goes into one call of pip each: torch first and alone, since its build is chosen before others'."""
    return [batch for batch in ([g for g in groups if g == "torch"], [g for g in groups if g != "torch"]) if batch]


def packages(group: str) -> list[str]:
    """Return what pip is asked for."""
    return ["-e", str(ROOT)] if group == "core" else GROUPS[group]


def needs(group: str) -> list[str]:
    """Return what a group names."""
    own = PROJECT["project"]["dependencies"] if group == "core" else GROUPS[group]
    return [*own, *BARE.get(group, [])]


def blamed(groups: list[str], lines: list[str]) -> list[str]:
    """Return the groups of which pip's errors name a package; all where they name none."""
    errors = " ".join(line for line in lines if line.lstrip().lower().startswith("error"))
    named = {_normal(name) for name in NAME.findall(errors)}
    return [group for group in groups if named & {_normal(NAME.findall(need)[0]) for need in needs(group)}] or groups


def _normal(name: str) -> str:
    return re.sub(r"[._-]+", "-", name.rstrip("._-")).lower()


def wanted(arguments: argparse.Namespace) -> list[str]:
    """Return the groups that a command needs, the core first, torch next: its build must be chosen before others'."""
    names = set(GROUPS) if arguments.all else {"core", *arguments.group, *extras(folders(arguments.exercise))}
    if arguments.proof is not None:
        proved = folders(arguments.proof) if arguments.proof else list(ROOT.glob("exercises/??_*/*"))
        names |= extras(proved) | alternatives(proved)
    if unknown := names - GROUPS.keys():
        fail(f"pyproject.toml has no group {', '.join(sorted(unknown))}")
    return sorted(names, key=lambda group: (group != "core", group != "torch", group))


def folders(exercises: list[str]) -> list[Path]:
    """Return where the exercises named lie; who is not there is told so later."""
    names = [found.groups() for found in map(EXERCISE.fullmatch, exercises) if found]
    return [folder for slug, name in names for folder in ROOT.glob(f"exercises/??_{slug}/{name}")]


def extras(exercises: list[Path]) -> set[str]:
    """Return the groups that exercises need."""
    tables = [_table(path) for path in _in_each(exercises, "exercise.toml")]
    return {group for table in tables for group in table.get("extras", [])}


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        end(f"{path.relative_to(ROOT)} cannot be read: {error}", 2)


def alternatives(exercises: list[Path]) -> set[str]:
    """Return the groups that alternative solutions name in their first line: ``# extras: boost``."""
    solutions = [ROOT / "solutions" / folder.relative_to(ROOT / "exercises") for folder in exercises]
    firsts = [path.read_text(encoding="utf-8").partition("\n")[0] for path in _in_each(solutions, "alternative*")]
    named = [line.removeprefix("# extras:") for line in firsts if line.startswith("# extras:")]
    return {group for line in named for group in line.replace(",", " ").split()}


def _in_each(folders: list[Path], pattern: str) -> list[Path]:
    return [path for folder in folders for path in folder.glob(pattern) if path.is_file()]


def main() -> None:
    """Install what is missing; say nothing when nothing is. What ends it early is told in a line."""
    try:
        if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        open_streams()
        set_up()
    except KeyboardInterrupt:
        end("stopped by you. Run the same command again: it sets the environment up.", 130)
    except (OSError, subprocess.CalledProcessError) as error:
        end(f"The environment cannot be set up: {error}\n{MEND}", 2)


def open_streams() -> None:
    """Open on nothing what was closed at the start, and print as something else what an encoding has no place for."""
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(number, True)
    os.close(number)
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def end(text: str, code: int) -> NoReturn:
    """End with a text, once and at once: a second Ctrl-C, or a stream that takes nothing, changes neither."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr, flush=True)
    os._exit(code)


def set_up() -> None:
    """Install what the words ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv", help="the environment's folder")
    parser.add_argument("--exercise", action="append", default=[], help="an exercise whose groups are needed")
    parser.add_argument("--group", action="extend", nargs="*", default=[], help="groups that are needed besides")
    parser.add_argument("--proof", nargs="*", metavar="EX", help="exercises to be proved, all where none is named")
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
