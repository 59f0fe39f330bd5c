"""Every command in every odd surrounding: it ends with a code that means something, and nobody reads a traceback.

A pair of a command and a surrounding comes up in turn; ``--long`` tries all of them.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from tests.conftest import COURSE, DAY, PATIENCE

from tenfold.cli import main
from tenfold.cli.surroundings import ROOT
from tenfold.exercise import catalog, proof_record

COMMANDS = {
    "list": ["list"],
    "show": ["show", "toy-mean"],
    "hint": ["hint", "toy-mean"],
    "reset": ["reset", "toy-mean"],
    "watch": ["watch", "toy-mean"],
    "progress": ["progress"],
    "grade": ["grade", "toy-mean", "--submission", "{course}/solutions/01_toy/mean/mean.py"],
    "check-result": ["check-result", "{course}/result.json"],
    "verify": ["verify", "toy-store", "--seeds", "1", "--changed"],
    "new": ["new", "mlops-odd"],
    "ci": ["ci", "--base", "main", "--head", "pull", "--require", "weak"],
    "release": ["release", "{course}/released"],
    "nbgrader": ["nbgrader", "install", "{course}/class"],
}
GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@b")
JUNK = "raise SystemExit('what lies here is no library')\n"


@dataclass(frozen=True)
class Surrounding:
    """What is odd."""

    shell: str = 'exec "$@"'
    """Starts the command, "$@", in a shell."""
    environment: dict[str, str | None] = field(default_factory=dict)
    """None takes a variable away; ``{here}`` is an empty folder."""
    course: str = "course"
    """The name of the course's folder."""
    prepare: Callable[[Path], object] = lambda course: None
    """Makes the course odd."""


def _junk(course: Path) -> None:
    """Put what has the names of libraries where Python would look first."""
    folder = course.parent / "junk"
    folder.mkdir()
    for name in ("argparse", "json", "numpy", "pandas", "pytest", "rich", "scipy"):
        (folder / f"{name}.py").write_text(JUNK)


def _no_file(course: Path) -> None:
    manifest = course / "exercises/01_toy/mean/exercise.toml"
    manifest.unlink()
    manifest.mkdir()


MOUNTED = 'exec unshare -m sh -c \'{0}; exec "$@"\' sh "$@"'
TERMINAL = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
SURROUNDINGS = {
    "nothing": Surrounding(),
    "no stdin": Surrounding('exec "$@" <&-'),
    "no stdout": Surrounding('exec "$@" >&-'),
    "no stderr": Surrounding('exec "$@" 2>&-'),
    "no stream": Surrounding('exec "$@" <&- >&- 2>&-'),
    "full disk": Surrounding('exec "$@" >/dev/full'),
    "full disk for all": Surrounding('exec "$@" >/dev/full 2>/dev/full'),
    "no reader": Surrounding('"$@" | true; exit ${PIPESTATUS[0]}'),
    "terminal": Surrounding(f'exec {sys.executable} -c "{TERMINAL}" "$@"'),
    "no terminal": Surrounding('exec setsid -w "$@"'),
    "folder gone": Surrounding('mkdir gone; cd gone; rmdir "$PWD"; exec "$@"'),
    "umask 0": Surrounding('umask 0; exec "$@"'),
    "umask 077": Surrounding('umask 077; exec "$@"'),
    "8 files": Surrounding('ulimit -n 8; exec "$@"'),
    "24 files": Surrounding('ulimit -n 24; exec "$@"'),
    "small files": Surrounding('ulimit -f 1; exec "$@"'),
    "small stack": Surrounding('ulimit -s 200; exec "$@"'),
    "no core": Surrounding('ulimit -c 0; exec "$@"'),
    "hung up on": Surrounding('trap "" HUP TERM; exec "$@"'),
    "ascii": Surrounding(environment={"PYTHONIOENCODING": "ascii"}),
    "strict latin": Surrounding(environment={"PYTHONIOENCODING": "latin-1:strict"}),
    "locale C": Surrounding(environment={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
    "locale that is not there": Surrounding(environment={"LC_ALL": "xx_XX.ISO-8859-1", "LANGUAGE": "tlh"}),
    "no HOME": Surrounding(environment={"HOME": None, "XDG_CACHE_HOME": None}),
    "HOME that is not there": Surrounding(environment={"HOME": "/nowhere/at/all", "XDG_CACHE_HOME": "/nowhere/c"}),
    "HOME is a file": Surrounding(environment={"HOME": "/etc/passwd", "XDG_CACHE_HOME": "/etc/passwd"}),
    "TMPDIR that is not there": Surrounding(environment={"TMPDIR": "/nowhere/at/all"}),
    "TMPDIR is a file": Surrounding(environment={"TMPDIR": "/etc/passwd"}),
    "no column": Surrounding(environment={"COLUMNS": "0", "LINES": "0"}),
    "one column": Surrounding(environment={"COLUMNS": "1"}),
    "columns abc": Surrounding(environment={"COLUMNS": "abc"}),
    "no TERM": Surrounding(environment={"TERM": None}),
    "dumb": Surrounding(environment={"TERM": "dumb"}),
    "strange TERM": Surrounding(environment={"TERM": "%s\x1b[31m", "FORCE_COLOR": "1"}),
    "warnings": Surrounding(environment={"PYTHONWARNINGS": "error"}),
    "no assertions": Surrounding(environment={"PYTHONOPTIMIZE": "2"}),
    "developer": Surrounding(environment={"PYTHONDEVMODE": "1"}),
    "inspect": Surrounding(environment={"PYTHONINSPECT": "1"}),
    "hash seed": Surrounding(environment={"PYTHONHASHSEED": "4294967295"}),
    "safe path": Surrounding(environment={"PYTHONSAFEPATH": "1"}),
    "startup": Surrounding(environment={"PYTHONSTARTUP": "{here}/junk/numpy.py"}, prepare=_junk),
    "junk": Surrounding(environment={"PYTHONPATH": f"{{here}}/junk{os.pathsep}{ROOT}"}, prepare=_junk),
    "junk around": Surrounding("cd junk; exec \"$@\"", prepare=_junk),
    "pytest": Surrounding(environment={"PYTEST_PLUGINS": "x", "PYTEST_ADDOPTS": "--boo", "PYTEST_DEBUG": "1"}),
    "Git": Surrounding(environment={"GIT_DIR": "/nowhere", "GIT_WORK_TREE": "/nowhere", "GIT_INDEX_FILE": "/nowhere"}),
    "another owner": Surrounding(environment={"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1", "GIT_CONFIG_GLOBAL": os.devnull}),
    "GitHub": Surrounding(environment={"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "/nowhere/at/all"}),
    "no PATH": Surrounding(environment={"PATH": "/nowhere"}),
    "blank": Surrounding(course="a course"),
    "brackets": Surrounding(course="c[ou]rse"),
    "globs": Surrounding(course="*?{a}"),
    "percent": Surrounding(course="100%s%20"),
    "colons": Surrounding(course="a::b"),
    "new line": Surrounding(course="new\nline"),
    "no UTF-8": Surrounding(course="odd\udcff"),
    "option": Surrounding(course="--course"),
    "no manifest": Surrounding(prepare=_no_file),
    "manifest of bytes": Surrounding(
        prepare=lambda course: (course / "exercises/01_toy/mean/exercise.toml").write_bytes(b"\xff\x00")
    ),
    "read-only": Surrounding(MOUNTED.format('mount --bind "$C" "$C" && mount -o remount,ro,bind "$C"')),
    "TMPDIR is full": Surrounding(
        MOUNTED.format('mkdir full && mount -t tmpfs -o size=4k none full && head -c 4096 /dev/zero > full/x 2>&-'),
        {"TMPDIR": "{here}/full"},
    ),
}  # fmt: skip
PAIRS = [
    pytest.param(
        around,
        command,
        marks=[] if (i + DAY) % len(COMMANDS) == j else [pytest.mark.long],
        id=f"{around}-{command}",
    )
    for i, around in enumerate(SURROUNDINGS)
    for j, command in enumerate(COMMANDS)
]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Make a course that is a repository, with a change of it and a result."""
    folder = tmp_path_factory.mktemp("prepared") / "course"
    shutil.copytree(COURSE, folder, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    result = folder / "result.json"
    assert main(["--course", str(folder), "grade", "toy-mean", "--json", str(result)]) == 1
    shutil.rmtree(folder / ".tenfold")
    proof_record.write(catalog.find(folder, "toy-store"), [], {}, {})  # nothing is stale: a proof is a minute's work
    (folder / ".gitignore").write_text("__pycache__\n.tenfold\n")
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "base"], ["checkout", "-qb", "pull"]):
        subprocess.run([*GIT, *words], cwd=folder, check=True)
    shutil.copyfile(folder / "solutions/01_toy/mean/mean.py", folder / "exercises/01_toy/mean/mean.py")
    subprocess.run([*GIT, "commit", "-qam", "solved"], cwd=folder, check=True)
    subprocess.run([*GIT, "checkout", "-q", "main"], cwd=folder, check=True)
    return folder


@pytest.mark.parametrize(("around", "command"), PAIRS)
def test_a_command_ends_with_a_code_that_means_something(around, command, prepared, tmp_path, eventually):
    odd = SURROUNDINGS[around]
    if "unshare" in odd.shell and subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    course = shutil.copytree(prepared, tmp_path / odd.course, symlinks=True)
    odd.prepare(course)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "C": str(course)}
    for name, value in odd.environment.items():
        environment.pop(name, None)
        if value is not None:
            environment[name] = value.replace("{here}", str(tmp_path))
    words = [word.replace("{course}", str(course)) for word in COMMANDS[command]]
    argv = [sys.executable, "-m", "tenfold.cli", f"--course={course}", *words]
    with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
        process = subprocess.Popen(
            [shutil.which("bash"), "-c", odd.shell, "bash", *argv],
            cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
        )  # fmt: skip
        try:
            if command == "watch":
                end_when_it_watches(process, tmp_path / "out", eventually)
            code = process.wait(PATIENCE)
        finally:
            process.kill()
    said = (tmp_path / "out").read_text(errors="replace") + (tmp_path / "err").read_text(errors="replace")
    assert code in (0, 1, 2, 130, 141), said
    assert "Traceback" not in said
    assert "Exception ignored" not in said
    assert "Error:" not in said.replace("NotImplementedError:", "")
    if around in PLAIN and command == "grade":
        assert code == 0, said
        assert "PASSED" in said or "stdout" in around or "stream" in around


PLAIN = [name for name, odd in SURROUNDINGS.items() if name not in {
    *("full disk", "full disk for all", "no reader", "folder gone", "8 files", "24 files", "small files", "no PATH"),
    *("no manifest", "manifest of bytes", "TMPDIR is full"),
}]  # fmt: skip
"""Where the solution passes as it does anywhere."""


def end_when_it_watches(
    process: subprocess.Popen[bytes], out: Path, eventually: Callable[[Callable[[], object]], object]
) -> None:
    """Press Ctrl-C when a grade is under way, or has come to its end."""

    def command() -> psutil.Process | None:
        """Return the process that watches, once it does."""
        try:
            family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
            watching = [p for p in family if "tenfold.cli" in p.cmdline()][-1]
            grades = any("zygote.py" in " ".join(child.cmdline()) for child in watching.children())
        except (psutil.Error, IndexError):
            return None
        return watching if grades or b"Watching" in out.read_bytes() else None

    eventually(lambda: process.poll() is not None or command())
    if (watching := command()) is not None:
        watching.send_signal(signal.SIGINT)
