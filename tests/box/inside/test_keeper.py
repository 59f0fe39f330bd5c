"""A keeper that cannot stop its box says whose fault that is."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from tenfold.box.inside import keeper, usage
from tenfold.box.inside.usage import Broken


@pytest.fixture
def cannot_stop(monkeypatch):
    """Make a keeper whose one process never stops, is in this state, and uses so many seconds at each look."""
    pipes = []

    def make(state, uses):
        times = SimpleNamespace(used=0.0)
        times.look = lambda below: setattr(times, "used", times.used + uses)
        config = {"limits": {"total": 1000.0}, "uid": None, "folder": "."}
        pipes.extend(os.pipe())
        process = SimpleNamespace(pid=1, suspend=lambda: None)
        monkeypatch.setattr(keeper, "PATIENCE", 0.01)
        monkeypatch.setattr(usage, "below", lambda: [process])
        monkeypatch.setattr(usage, "rests", lambda _: False)
        monkeypatch.setattr(usage, "_states", lambda _: state, raising=False)
        kept = keeper.Kept(os.getpid(), config, pipes[-2], times)
        monkeypatch.setattr(kept, "_reap", lambda: True)
        return kept

    yield make
    for pipe in pipes:
        os.close(pipe)


def test_a_box_that_gets_no_processor_to_stop_on_is_the_machines_fault(cannot_stop):
    with pytest.raises(keeper.Starved, match="got no processor"):
        cannot_stop("R", uses=0.1)._rest()


@pytest.mark.parametrize(("state", "uses"), [("R", 1.5), ("D", 0.0), ("RS", 0.1)])
def test_a_box_that_runs_or_waits_where_no_signal_reaches_it_is_to_blame(cannot_stop, state, uses):
    with pytest.raises(Broken, match="could not be stopped"):
        cannot_stop(state, uses)._rest()
