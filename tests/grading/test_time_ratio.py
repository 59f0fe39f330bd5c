"""Time as a ratio: decided by medians, on fresh inputs, by a counted clock."""

from __future__ import annotations

import pytest

from tenfold.grading import time_ratio
from tenfold.grading.expect import Unexpected


@pytest.fixture
def ticks(monkeypatch):
    """Replace the clock by one that only calls move."""
    now = [0.0]
    monkeypatch.setattr(time_ratio.time, "perf_counter", lambda: now[0])

    def takes(seconds):
        def call(i):
            now[0] += seconds(i) if callable(seconds) else seconds

        return call

    return takes


def test_fast_enough_passes_after_the_first_rounds(ticks):
    seen = []
    time_ratio.faster(ticks(2.0), than=ticks(1.0), inputs=lambda i: seen.append(i) or [i], at_most=2.5, rounds=5)
    assert seen == [0, 1, 2, 3, 4]


def test_too_slow_fails_and_says_the_ratio(ticks):
    with pytest.raises(Unexpected, match="about 4 times"):
        time_ratio.faster(ticks(4.0), than=ticks(1.0), inputs=lambda i: [i], at_most=3.0)


def test_a_busy_moment_does_not_decide(ticks):
    busy = ticks(lambda i: 100.0 if i < 4 else 1.0)
    time_ratio.faster(busy, than=ticks(1.0), inputs=lambda i: [i], at_most=2.0)


@pytest.mark.parametrize(("one", "tried"), [(13.0, 3), (11.0, 9)])
def test_what_is_slower_by_far_is_not_tried_again_unless_one_call_was_not(ticks, one, tried):
    seen = []
    slow = ticks(lambda i: one if i == 1 else 100.0)
    with pytest.raises(Unexpected, match="about 1e"):
        time_ratio.faster(slow, than=ticks(1.0), inputs=lambda i: seen.append(i) or [i], at_most=3.0, rounds=3)
    assert len(seen) == tried


def test_time_in_the_queue_for_a_processor_does_not_decide(ticks):
    waited = [0.0]
    slow = ticks(lambda i: waited.__setitem__(0, waited[0] + 7.5) or 8.0)
    time_ratio.faster(slow, than=ticks(1.0), inputs=lambda i: [i], at_most=2.0, queued=lambda: waited[0])
    with pytest.raises(Unexpected, match="about 8 times"):
        time_ratio.faster(slow, than=ticks(1.0), inputs=lambda i: [i], at_most=2.0)


def test_a_reference_that_queued_makes_nobody_slow(ticks):
    waited = [0.0]
    late = ticks(lambda i: waited.__setitem__(0, waited[0] + 9.0) or 10.0)
    time_ratio.faster(ticks(8.0), than=late, inputs=lambda i: [i], at_most=2.0, queued=lambda: waited[0])
