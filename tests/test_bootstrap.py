"""The set-up: nothing to do says nothing, half-done is made anew, a failure says what to do."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def setup(tmp_path, monkeypatch):
    """Load bootstrap.py with a pip that only writes down what it is asked for."""
    names = runpy.run_path(str(ROOT / "graders" / "bootstrap.py"))
    kind = names["Environment"]
    asked = []

    def pip(self, what, packages):
        asked.append(what.split()[0])

    def create(folder, with_pip):
        (folder / "bin").mkdir(parents=True)
        (folder / "bin" / "python").symlink_to(sys.executable)

    monkeypatch.setattr(kind, "_pip", pip)
    monkeypatch.setitem(kind.install.__globals__, "venv", type("venv", (), {"create": staticmethod(create)}))
    return kind(tmp_path / "venv"), asked, kind


def test_what_is_installed_is_not_installed_again(setup):
    environment, asked, _ = setup
    assert environment.lacks(["core", "torch"]) == ["core", "torch"]
    environment.install(["core", "torch"])
    assert asked == ["core", "torch"]
    assert environment.lacks(["core", "torch"]) == []
    assert environment.lacks(["core", "boost"]) == ["boost"]


def test_a_changed_constraint_is_a_reason_to_install(setup, monkeypatch):
    environment, _, kind = setup
    environment.install(["core"])
    monkeypatch.setitem(kind.install.__globals__["PROJECT"]["project"], "dependencies", ["numpy>=99"])
    assert environment.lacks(["core"]) == ["core"]


def test_what_was_broken_off_is_made_anew(setup, monkeypatch, capsys):
    environment, asked, kind = setup
    environment.install(["core"])

    def fail(self, what, packages):
        raise KeyboardInterrupt

    works = kind._pip
    monkeypatch.setattr(kind, "_pip", fail)
    with pytest.raises(KeyboardInterrupt):
        environment.install(["torch"])
    monkeypatch.setattr(kind, "_pip", works)
    assert environment.lacks(["core", "torch"]) == ["core", "torch"]
    asked.clear()
    environment.install(["torch"])
    assert "made anew" in capsys.readouterr().out
    assert asked == ["core", "torch"]
    assert environment.lacks(["core", "torch"]) == []


def test_a_venv_whose_python_is_gone_is_made_anew(setup):
    environment, asked, _ = setup
    environment.install(["core"])
    environment.python.unlink()
    assert environment.lacks(["core"]) == ["core"]
    environment.install(["core"])
    assert asked == ["core", "core"]


def test_groups_of_an_exercise_come_in_order(setup):
    _, _, kind = setup
    wanted = kind.install.__globals__["wanted"]

    class Arguments:
        all = False
        exercise = ("dl-quantize",)
        group = ("sign",)

    assert wanted(Arguments) == ["core", "torch", "sign"]
    Arguments.exercise, Arguments.group = ("../../etc",), ()
    assert wanted(Arguments) == ["core"]
    Arguments.all = True
    assert wanted(Arguments)[:2] == ["core", "torch"]


def test_a_failing_pip_ends_with_its_last_lines_and_what_to_do(tmp_path):
    """For real: a venv, and a pip that may ask nobody."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path)}
    argv = [sys.executable, ROOT / "graders" / "bootstrap.py", "--venv", tmp_path / "venv"]
    ran = subprocess.run(argv, env=environment, capture_output=True, text=True)
    assert ran.returncode == 2
    assert "pip could not install core" in ran.stderr
    assert "run the same command again" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert (tmp_path / "venv" / "tenfold-unfinished").exists()


def test_make_passes_the_names_of_a_change_on_as_they_are(tmp_path):
    """Whoever offers a branch chooses its name."""
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / "tenfold"
    fake.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" >> {tmp_path}/words\n")
    fake.chmod(0o755)
    odd = f"a`touch {tmp_path}/ran`$(touch {tmp_path}/ran)'\";&$(shell touch {tmp_path}/ran)$HOME"
    argv = ["make", "-s", "ci", f"BASE={odd}", f"HEAD={odd}", f"REPO={odd}", f"VENV={tmp_path}", "PYTHON=true"]
    ran = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    words = [f"--base={odd}", f"--head={odd}", f"--repo={odd}"]
    assert (tmp_path / "words").read_text().splitlines() == ["ci", *words, "--groups", "ci", *words]
    assert not (tmp_path / "ran").exists()


def test_a_change_that_is_not_there_needs_no_group(tmp_path):
    (tmp_path / "bin").mkdir()
    for path, text in {"bin/tenfold": "echo gone >&2; exit 2", "set-up": f'echo "$@" >> {tmp_path}/words'}.items():
        (tmp_path / path).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / path).chmod(0o755)
    argv = ["make", "-s", "ci", "BASE=main", "HEAD=nope", f"VENV={tmp_path}", f"PYTHON={tmp_path / 'set-up'}"]
    ran = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr.count("gone")) == (2, 1)
    call = f"graders/bootstrap.py --venv {tmp_path}"
    assert (tmp_path / "words").read_text().splitlines() == [call, f"{call} --group"]


@pytest.mark.parametrize(("code", "wanted"), [(0, 0), (1, 1), (2, 2)])
def test_make_passes_the_exit_code_of_a_grade_on(tmp_path, code, wanted):
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / "tenfold"
    fake.write_text(f"#!/bin/sh\nexit {code}\n")
    fake.chmod(0o755)
    ran = subprocess.run(
        ["make", "-s", "grade", "EX=toy-mean", f"VENV={tmp_path}", "PYTHON=true"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == wanted, ran.stderr
    assert ("Error" in ran.stderr) == (wanted == 2)
