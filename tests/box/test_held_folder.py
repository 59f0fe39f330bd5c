"""What a killed command left is removed by the next one; what somebody still uses is not."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import tempfile

import psutil
import pytest

from tenfold.box import held_folder
from tenfold.box.forkserver import ForkServer


@pytest.fixture
def place(tmp_path_factory, monkeypatch):
    """Let the temporary folder be one of this test's, with a path short enough for sockets."""
    place = tmp_path_factory.mktemp("p")
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


def names(place):
    return {path.name for path in place.iterdir()}


@pytest.mark.parametrize("prefix", held_folder.PREFIXES)
def test_what_a_killed_command_left_is_swept_at_once_and_nothing_else(place, prefix):
    for name in (f"{prefix}dead", f"{prefix}held", f"{prefix}other", "tenfold-of-a-user"):
        (place / name / "files").mkdir(parents=True)
    for name in (f"{prefix}dead", f"{prefix}held"):
        (place / name / held_folder.LOCK).touch()
    (place / f"{prefix}empty").mkdir()
    (place / "tenfold-empty").mkdir()
    with (place / f"{prefix}held" / held_folder.LOCK).open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        ForkServer(["numpy"], "weak", False).close()
    assert names(place) == {f"{prefix}held", f"{prefix}other", "tenfold-of-a-user", "tenfold-empty"}


def test_a_folder_that_is_swept_before_it_is_locked_is_made_anew(place, monkeypatch):
    flock, swept = fcntl.flock, []

    def swept_first(file, how):
        if not swept:
            swept.append(next(place.iterdir()))
            (swept[0] / held_folder.LOCK).unlink()
            swept[0].rmdir()
        flock(file, how)

    monkeypatch.setattr(held_folder.fcntl, "flock", swept_first)
    folder, lock = held_folder.make(held_folder.PREFIXES[0])
    os.close(lock)
    assert folder.is_dir()
    assert folder not in swept


def test_a_folder_is_there_for_as_long_as_its_context_lasts(place):
    with held_folder.held(held_folder.PREFIXES[0]) as (folder, _):
        (folder / "closed").mkdir(0o000)
        (folder / "closed").chmod(0o000)
        held_folder.sweep()
        assert folder.is_dir()
    assert names(place) == set()


@pytest.mark.parametrize("moment", ["plain_pytest._run", "verify.trials_of"])
def test_a_verify_that_was_killed_leaves_nothing_to_the_next_command(course, place, moment):
    program = (
        "import os, signal, sys\n"
        "from tenfold.cli import main\n"
        "from tenfold.gate import plain_pytest, verify\n"
        f"{moment} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        + "plain_pytest.problems = lambda exercise: []\n" * (moment != "plain_pytest._run")
        + f"main(['--course', {str(course)!r}, 'verify', 'toy-mean'])\n"
    )
    environment = os.environ | {"TMPDIR": str(place)}
    subprocess.run([sys.executable, "-c", program], env=environment, stdout=subprocess.DEVNULL)
    assert len(names(place)) == 1
    ForkServer(["numpy"], "weak", False).close()
    assert names(place) == set()


@pytest.mark.long
def test_a_verify_that_was_killed_at_its_grades_leaves_nothing(course, place, eventually):
    argv = [sys.executable, "-m", "tenfold.cli", "--course", course, "verify", "toy-mean", "--seeds", "1"]
    environment = os.environ | {"TMPDIR": str(place)}
    with subprocess.Popen(argv, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        assert eventually(lambda: list(place.glob("tenfold-box-*")) and list(place.glob("tenfold-verify-*")))
        process.kill()

    def swept():
        held_folder.sweep()
        return not [name for name in names(place) if name.startswith(held_folder.PREFIXES)]

    left = "" if eventually(swept) else f"{names(place)} {[p.cmdline()[:8] for p in psutil.process_iter(['cmdline'])]}"
    assert not left  # the grades may take a moment to end
