"""A grader that is killed leaves no process behind, and no half of a result."""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time

import psutil
import pytest
from tests.conftest import PATIENCE

from tenfold.box import levels

KILLS = 50
SOURCE = """
import os, subprocess, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)
open("left", "w").write("x" * 1000)

def mean(values, weights=None):
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    time.sleep(0.02)
    if len(values) == 0:
        raise ValueError("empty")
    return 3.0
"""
GRADE = """
import json, sys
from pathlib import Path
from tenfold import files
from tenfold.exercise import catalog
from tenfold.grading.grade import Request, grade
from tenfold.reports.json_document import as_json
toy = catalog.find(Path(sys.argv[1]), "toy-mean")
result = grade(Request(toy, Path(sys.argv[2]), level=sys.argv[4]))
files.write_whole(Path(sys.argv[3]), as_json(result.document()) + " " * 1_000_000)
"""


def belonging_to(folder):
    """Return the processes that name a folder on their command line or in their environment."""
    found = []
    for process in psutil.process_iter():
        try:
            words = [*process.cmdline(), *process.environ().values()]
        except psutil.Error:
            continue
        if process.pid != os.getpid() and any(str(folder) in word for word in words):
            found.append(process)
    return found


@pytest.mark.parametrize("level", [name for name in ("weak", "medium", "strong") if name in levels.held()])
def test_nothing_outlives_a_grader_that_is_killed_at_any_moment(level, course, tmp_path):
    rng, kills = random.Random(level), KILLS // len([n for n in levels.held() if n != "sandbox-exec"]) + 1
    work, dens, result = tmp_path / "mean.py", tmp_path / "dens", tmp_path / "result.json"
    work.write_text(SOURCE)
    dens.mkdir()
    argv = [sys.executable, "-c", GRADE, str(course), str(work), str(result), level]
    environment, whole = {**os.environ, "TMPDIR": str(dens)}, 0
    start = time.monotonic()
    subprocess.run(argv, env=environment, stdout=subprocess.DEVNULL, check=True)
    takes = time.monotonic() - start
    result.unlink()
    for _ in range(kills):
        grader = subprocess.Popen(argv, env=environment, stdout=subprocess.DEVNULL)
        time.sleep(rng.uniform(0.05, 0.9) * takes)
        grader.send_signal(signal.SIGKILL)
        grader.wait()
        deadline = time.monotonic() + PATIENCE
        for pause in itertools.repeat(0.02):
            left = [*belonging_to(dens), *dens.glob("*/*/left")]
            if not left or time.monotonic() > deadline:
                break
            time.sleep(pause)
        assert not left
        if result.exists():
            assert json.loads(result.read_text())["status"] == "not_yet"
            result.unlink()
            whole += 1
    assert whole < kills, "the moments are too late to try anything"
