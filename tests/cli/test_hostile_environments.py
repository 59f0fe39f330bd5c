"""Every command in every odd surrounding: it ends with a code that means something, and nobody reads a traceback.

A pair of a command and a surrounding comes up in turn; ``--long`` tries all of them.
"""

from __future__ import annotations

import dataclasses
import functools
import json
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
from tests.conftest import ROOT as KIT

from tenfold.box import levels
from tenfold.cli import main
from tenfold.cli.surroundings import ROOT
from tenfold.exercise import catalog, proof_record

CLI = [sys.executable, "-m", "tenfold.cli", "--course={course}"]
SCRIPT = ["{tools}/bin/tenfold", "--course={course}"]
MAKE = [shutil.which("make") or "make", "-s", "-C", "{course}", f"PYTHON={sys.executable}", "VENV={tools}"]
SOLVED = ["grade", "toy-mean", "--submission", "{course}/solutions/01_toy/mean/mean.py"]
TO_FILES = ["--html", "{course}/r.html", "--json", "{course}/r.json", "--sign", "{course}/grader.pem"]
COMMANDS = {
    "list": [*CLI, "list"],
    "show": [*CLI, "show", "toy-mean"],
    "hint": [*CLI, "hint", "toy-mean"],
    "reset": [*CLI, "reset", "toy-mean"],
    "watch": [*CLI, "watch", "toy-mean"],
    "progress": [*CLI, "progress"],
    "grade": [*CLI, *SOLVED],
    "grade, visible": [*CLI, *SOLVED, "--visible"],
    "grade, to files": [*CLI, *SOLVED, *TO_FILES],
    "check-result": [*CLI, "check-result", "{course}/result.json"],
    "verify": [*CLI, "verify", "toy-store", "--seeds", "1", "--changed"],
    "new": [*CLI, "new", "mlops-odd"],
    "ci": [*CLI, "ci", "--base", "main", "--head", "pull", "--require", "weak"],
    "release": [*CLI, "release", "{course}/released"],
    "nbgrader": [*CLI, "nbgrader", "install", "{course}/class"],
    "nbgrader, export": [*CLI, "nbgrader", "export", "{course}/class", "toy-mean"],
    "script": [*SCRIPT, *SOLVED],
    "script, list": [*SCRIPT, "list"],
    "make": [*MAKE, "grade", "EX=toy-mean", "SUB=solutions/01_toy/mean/mean.py"],
    "make, list": [*MAKE, "list"],
    "bootstrap": [sys.executable, "-I", "{course}/graders/bootstrap.py", "--venv", "{tools}"],
}
ANEW = {"verify, anew": [*CLI, "verify", "toy-store", "--seeds", "1"]}
"""Takes half a minute: in a few surroundings alone."""
GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@b")
NO_LIBRARY = "what lies here is no library"


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


@functools.cache
def names_of_libraries() -> set[str]:
    """Return what a file may be called to be taken for a library, but what is loaded before the kit."""
    argv = [sys.executable, "-c", "import re, runpy, sys; print(*sys.modules)"]
    loaded = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()
    return {*sys.stdlib_module_names, "numpy", "pandas", "psutil", "pytest", "rich", "scipy"}.difference(loaded)


def _junk(course: Path) -> None:
    """Put what has the names of libraries where Python would look first."""
    folder = course.parent / "junk"
    folder.mkdir()
    for name in names_of_libraries():
        (folder / f"{name}.py").write_text(f"raise SystemExit({NO_LIBRARY!r})\n")


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
    "umask 0777": Surrounding('umask 0777; exec "$@"', {"XDG_CACHE_HOME": "{here}/cache"}),
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
VERIFIED = [
    *(
        "nothing",
        "no stream",
        "full disk",
        "folder gone",
        "umask 077",
        "umask 0777",
        "24 files",
        "no assertions",
        "junk",
    ),
    *("HOME is a file", "TMPDIR is full", "no UTF-8"),
]
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
PAIRS += [
    pytest.param(around, command, marks=pytest.mark.long, id=f"{around}-{command}")
    for around in VERIFIED
    for command in ANEW
]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Make a course that is a repository, with a change of it, a result, a key, and what make reads."""
    folder = tmp_path_factory.mktemp("prepared") / "course"
    shutil.copytree(COURSE, folder, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    for name in ("Makefile", "pyproject.toml", "constraints.txt", "graders/bootstrap.py"):
        shutil.copyfile(KIT / name, folder / name)
    (folder / "grader.pem").write_bytes(private_key())
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
    (folder / "class").mkdir()
    return folder


def private_key() -> bytes:
    serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    key = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519").Ed25519PrivateKey.generate()
    none = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, none)


@pytest.fixture
def tools(tmp_path):
    """Return an environment that takes no time to set up, with the script that pip makes of the kit's command."""
    programs = {
        "python": "#!/bin/sh\n",
        "tenfold": f"#!{sys.executable}\nimport re\nimport sys\nfrom tenfold.cli import main\nsys.exit(main())\n",
    }
    (tmp_path / "tools" / "bin").mkdir(parents=True)
    for name, text in programs.items():
        (tmp_path / "tools" / "bin" / name).write_text(text)
        (tmp_path / "tools" / "bin" / name).chmod(0o755)
    return tmp_path / "tools"


@pytest.fixture
def run_in(prepared, tools, tmp_path, eventually):
    """Return what runs a command in a surrounding: its exit code, what it said, and its course."""

    def run(odd: Surrounding, command: str) -> tuple[int, str, Path]:
        if "unshare" in odd.shell and subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
            pytest.skip("nothing can be mounted here")
        course = shutil.copytree(prepared, tmp_path / odd.course, symlinks=True)
        odd.prepare(course)
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "C": str(course)}
        environment["PYTHONDONTWRITEBYTECODE"] = "1"  # Python 3.11 leaves half a file where a disk is full
        for name, value in odd.environment.items():
            environment.pop(name, None)
            if value is not None:
                environment[name] = value.replace("{here}", str(tmp_path))
        words = (COMMANDS | ANEW)[command]
        argv = [word.replace("{course}", str(course)).replace("{tools}", str(tools)) for word in words]
        with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
            process = subprocess.Popen(
                [shutil.which("bash"), "-c", odd.shell, "bash", *argv],
                cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            )  # fmt: skip
            try:
                if command == "watch":
                    end_when_it_watches(process, tmp_path / "out", eventually)
                code = process.wait(PATIENCE * (5 if command in ANEW else 1))
            finally:
                process.kill()
        said = (tmp_path / "out").read_text(errors="replace") + (tmp_path / "err").read_text(errors="replace")
        return code, said, course

    return run


@pytest.mark.parametrize(("around", "command"), PAIRS)
def test_a_command_ends_with_a_code_that_means_something(around, command, run_in):
    code, said, _ = run_in(SURROUNDINGS[around], command)
    assert code in (0, 1, 2, 130, 141), said
    assert "Traceback" not in said
    assert "Exception ignored" not in said
    assert NO_LIBRARY not in said
    assert "Error:" not in said.replace("NotImplementedError:", "")
    if around == "folder gone" and (COMMANDS | ANEW)[command][0] in (CLI[0], SCRIPT[0]) and command != "bootstrap":
        assert code == 2
        assert said.startswith("the folder that you are in is gone (No such file or directory). Go to another one")
    if around in PLAIN and command in GRADES and (around, command) not in UNWRITTEN:
        assert code == 0, said
        assert "PASSED" in said or "visible checks hold" in said or "stdout" in around or "stream" in around
    if around in PLAIN and command in ANEW:
        assert code == 0, said


@pytest.mark.parametrize("level", [level for level in ("medium", "strong") if level in levels.held()])
def test_a_grade_passes_whatever_the_shell_takes_away(level, run_in):
    odd = SURROUNDINGS["umask 0777"]
    if level == "medium":  # the best one without bubblewrap
        odd = dataclasses.replace(odd, environment={**odd.environment, "PATH": "/nowhere"})
    code, said, course = run_in(odd, "grade, to files")
    assert code == 0, said
    assert json.loads((course / "r.json").read_text())["sandbox"]["level"] == level


PLAIN = [name for name, odd in SURROUNDINGS.items() if name not in {
    *("full disk", "full disk for all", "no reader", "folder gone", "8 files", "24 files", "small files", "no PATH"),
    *("no manifest", "manifest of bytes", "TMPDIR is full"),
}]  # fmt: skip
"""Where the solution passes as it does anywhere."""
GRADES = ("grade", "grade, visible", "grade, to files", "script", "make")
UNWRITTEN = {("read-only", "grade, to files"), ("read-only", "make")}
"""Who is to write there cannot."""


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
