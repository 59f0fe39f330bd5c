"""What one submission of many costs, beside the same checks in plain pytest; reported, and asserted with much room."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import time

import pytest

from tenfold.box import levels
from tenfold.grading.grade import Request, grade

pytestmark = pytest.mark.long
SUBMISSIONS = 100


def seconds(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """Return the seconds of the visible checks in plain pytest, in a process of its own."""
    from tests.conftest import COURSE

    folder = tmp_path_factory.mktemp("plain")
    shutil.copy(COURSE / "solutions/01_toy/mean/mean.py", folder)
    shutil.copy(COURSE / "exercises/01_toy/mean/test_mean.py", folder)
    (folder / "exercise.toml").touch()
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tenfold.plugin", "."]
    return statistics.median(seconds(lambda: subprocess.run(argv, cwd=folder, capture_output=True)) for _ in range(5))


@pytest.mark.parametrize("level", levels.held())
def test_a_hundred_submissions_in_a_row(toy, tmp_path, level, plain, record_property, capsys):
    source = (toy.solution / "mean.py").read_text()
    paths = []
    for number in range(SUBMISSIONS):
        paths.append(tmp_path / f"s{number}" / "mean.py")
        paths[-1].parent.mkdir()
        paths[-1].write_text(f"{source}\n# {number}\n")
    grade(Request(toy, paths[0], level=level))  # the first one warms up
    times = [seconds(lambda path=path: grade(Request(toy, path, level=level))) for path in paths]
    record_property("seconds", statistics.median(times))
    with capsys.disabled():
        shown = (
            f"median {statistics.median(times):.3f} s, mean {statistics.mean(times):.3f} s, worst {max(times):.3f} s"
        )
        print(f"\n  warm grade at {level}: {shown}; plain pytest {plain:.3f} s")
    assert statistics.median(times) < 10 * plain
