"""A verdict never depends on the load."""

from __future__ import annotations

import subprocess
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import pytest

from tenfold.grading.grade import Request, grade

pytestmark = pytest.mark.long
BUSY = """
import time as _time

def _burn(seconds):
    start = _time.process_time()
    while _time.process_time() < start + seconds:
        pass

_plain = mean

def mean(values, weights=None):
    _burn(0.25)
    return _plain(values, weights)
"""


def test_right_work_gets_the_same_score_beside_eight_others_and_three_grades_at_once(toy, tmp_path):
    """Each call needs half of its budget."""
    path = tmp_path / "mean.py"
    path.write_text((toy.solution / "mean.py").read_text() + BUSY)
    request = Request(replace(toy, limits=replace(toy.limits, seconds=0.5)), path)
    quiet = grade(request)
    hogs = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(8)]
    try:
        with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
            busy = list(pool.map(grade, [request] * 4))
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()
    assert quiet.status == "passed", quiet.message
    assert [(result.status, result.score) for result in busy] == [("passed", quiet.score)] * 4
