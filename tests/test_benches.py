"""What datasets bring along to run a submission with: no clock on the wall gives a verdict there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest
from tests.conftest import PATIENCE, ROOT

from tenfold.datasets import module

PLAY = """
import pickle, sys
import numpy, ranks
ranks.QUIET = 2.0
scene = "broadcast", {"net": {"kind": "tied", "wide": 3, "outputs": 2, "seed": 1}}
for rank in range(2):
    open(f"job.0.{rank}", "wb").write(pickle.dumps((numpy.ones((2, 3)), numpy.ones(2), [scene])))
print(ranks.play_job([2]))
"""
WAITS = """
import torch
import torch.distributed as dist

def broadcast(module):
    if dist.get_rank():
        dist.barrier()
        dist.barrier()
    dist.all_reduce(torch.ones(1))
"""


@pytest.fixture
def bench():
    pytest.importorskip("torch")
    return module(ROOT / "datasets" / "two-ranks" / "ranks.py")


@pytest.fixture
def clock(bench, monkeypatch):
    """A clock on the wall that can be set."""
    made = SimpleNamespace(now=0.0)
    monkeypatch.setattr(bench, "time", SimpleNamespace(monotonic=lambda: made.now))
    return made


def test_ranks_that_do_a_little_now_and_then_are_waited_for(bench, clock):
    patience = bench.Patience()
    for _ in range(50):
        for _ in range(90):
            clock.now += 0.1
            assert not patience.over()
        os.write(patience.tell, b".")


def test_who_is_kept_from_the_processor_does_not_blame_the_ranks(bench, clock):
    patience = bench.Patience()
    for _ in range(20):
        clock.now += 60.0  # this process got no turn for a minute, so they did not either
        assert not patience.over()


def test_ranks_that_do_nothing_are_given_up(bench, clock):
    patience = bench.Patience()
    while not patience.over():
        clock.now += 0.1
    assert clock.now == pytest.approx(bench.QUIET, abs=0.3)


@pytest.mark.long
def test_ranks_that_wait_for_each_other_are_ended_and_say_where(bench, tmp_path):
    shutil.copy(bench.__file__, tmp_path)
    (tmp_path / "ddp.py").write_text(WAITS)
    said = subprocess.run(
        [sys.executable, "-c", PLAY], cwd=tmp_path, capture_output=True, text=True, timeout=2 * PATIENCE, check=True
    ).stdout
    assert "RANK 0 waits in broadcast, line 9" in said
    assert "RANK 1 waits in broadcast, line " in said
    assert "one waits for another" in said


def test_a_git_that_is_late_is_no_verdict_on_a_branch(monkeypatch):
    repository = module(ROOT / "datasets" / "terse" / "repository.py")

    def late(argv, timeout, **_):
        raise subprocess.TimeoutExpired(argv, timeout)

    monkeypatch.setattr(repository.subprocess, "run", late)
    with pytest.raises(TimeoutError, match="is this machine very busy"):
        repository.applied({"a.py": b"a\n"}, b"From " + b"0" * 40 + b" \n")
