"""Trials share what is warm, and nothing else: each begins as if it were the first."""

from __future__ import annotations

import functools
import os
import tempfile
from pathlib import Path

import pytest
from tests.conftest import MARK

from tenfold.box import forkserver, levels
from tenfold.errors import MachineError
from tenfold.gate import lanes
from tenfold.grading.grade import Request

NOTES = Path(__file__).parents[1] / "attacks" / "left_notes.py"
SERVERS = "{key: server._process.pid for key, server in __import__('tenfold.gate.lanes').gate.lanes._servers.items()}"


@pytest.fixture
def lane(toy):
    with lanes.pool(toy, 1) as pool:
        yield lambda request: pool.submit(lanes.graded, request).result()


@pytest.fixture
def warm(toy):
    """Give a lane, and a look at its fork servers: libraries and level, and the process."""
    with lanes.pool(toy, 1) as pool:
        yield (lambda request: pool.submit(lanes.graded, request).result()), lambda: pool.submit(eval, SERVERS).result()


@pytest.mark.parametrize("level", levels.held())
def test_the_second_trial_finds_the_server_of_the_first(toy, warm, level):
    graded, servers = warm
    request = Request(toy, toy.solution / "mean.py", level=level)
    assert graded(request).status == "passed"
    ((libraries, its_level, hash_seed), first), *_ = servers().items()
    assert (its_level, "numpy" in libraries) == (level, True)
    assert graded(request).status == "passed"
    assert servers()[libraries, its_level, hash_seed] == first


@pytest.mark.parametrize("level", [level for level in levels.held() if level != "weak"])  # there, nothing stops it
def test_what_a_trial_leaves_is_not_found_by_the_next(toy, lane, tmp_path, level):
    path = tmp_path / "mean.py"
    path.write_text(NOTES.read_text().replace("tenfold-was-here", MARK))
    first, second = (lane(Request(toy, path, level=level)) for _ in range(2))
    told = [[(check.status, check.feedback) for check in result.checks] for result in (first, second)]
    assert told[0] == told[1]
    assert any("FoundNothing" in check.feedback for check in second.checks)


def test_a_trial_that_dies_takes_no_other_with_it(toy, lane):
    good = Request(toy, toy.solution / "mean.py")
    assert lane(good).status == "passed"
    with pytest.raises(MachineError, match="was killed"):
        lane(Request(toy, take=functools.partial(os._exit, 0)))
    assert lane(good).status == "passed"


def test_an_error_of_the_engine_is_told_whole(toy, lane):
    with pytest.raises(RuntimeError, match="AttributeError"):
        lane(Request(None))


def test_boxes_with_shared_memory_get_no_lent_server():
    try:
        forkserver.borrow({(("numpy",), "strong", 0): object()})
        assert forkserver.lent(["numpy"], "strong", loopback=False)
        assert forkserver.lent(["numpy"], "strong", loopback=False, hash_seed=1) is None
        assert forkserver.lent(["numpy"], "strong", loopback=True) is None
    finally:
        forkserver.borrow({})


def test_a_temporary_folder_with_too_long_a_path_is_told_before_any_grade(toy, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/" + "é" * lanes.LONGEST)
    with pytest.raises(MachineError, match="set TMPDIR"):
        lanes.pool(toy, 1)
