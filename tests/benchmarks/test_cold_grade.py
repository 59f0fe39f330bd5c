"""What the engine costs beside the checks themselves; reported, never asserted: `make test ARGS=tests/benchmarks`."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys

import pytest

pytestmark = pytest.mark.long


def cpu_seconds(argv, folder):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    subprocess.run(argv, cwd=folder, env=alone, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_a_cold_grade_beside_plain_pytest(course, toy, tmp_path, record_property, capsys):
    shutil.copytree(course, tmp_path / "course")
    solution = toy.solution / "mean.py"
    folder = tmp_path / "plain"
    folder.mkdir()
    for path in (solution, toy.visible_checks):
        shutil.copy(path, folder)
    (folder / "exercise.toml").touch()
    # the hidden checks need `hidden`, so both sides run the visible ones
    plain = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tenfold.plugin", "."]
    cold = [sys.executable, "-m", "tenfold.cli", "grade", "toy-mean", "--visible", "--submission", str(solution)]
    times = {"pytest": [], "tenfold": []}
    for _ in range(5):
        times["pytest"].append(cpu_seconds(plain, folder))
        times["tenfold"].append(cpu_seconds(cold, tmp_path / "course"))
    best = {name: min(values) for name, values in times.items()}
    record_property("cpu_seconds", best)
    with capsys.disabled():
        ratio = best["tenfold"] / best["pytest"]
        print(f"\n  cold grade {best['tenfold']:.2f} s of CPU, plain pytest {best['pytest']:.2f} s, ratio {ratio:.2f}")
    assert all(values for values in times.values())
