"""Processor time is what counts; the wall clock stops who waits, and who is kept waiting for a processor."""

from __future__ import annotations

import pytest

from tenfold.box.time_budget import ENDURES, Spent, longest_wait, passed


@pytest.mark.parametrize("budget", [0.5, 5.0, 60.0])
@pytest.mark.parametrize(
    ("spent", "reason"),
    [
        (lambda b: Spent(b, 0.0, b), None),
        (lambda b: Spent(1.01 * b, 0.0, b), "used"),
        (lambda b: Spent(1.01 * b, 9.0 * longest_wait(b), 9.0 * longest_wait(b)), "used"),
        (lambda b: Spent(0.0, longest_wait(b), longest_wait(b)), None),
        (lambda b: Spent(0.0, 1.01 * longest_wait(b), 2.0 * longest_wait(b)), "waited"),
        (lambda b: Spent(0.9 * b, 0.1 * b, ENDURES * longest_wait(b)), None),
        (lambda b: Spent(0.9 * b, 0.1 * b, 1.01 * ENDURES * longest_wait(b)), "starved"),
    ],
)
def test_what_there_was_too_much_of(budget, spent, reason):
    assert passed(spent(budget), budget) == reason


def test_work_of_half_its_budget_is_done_before_it_is_given_up_on_a_machine_with_twenty_others_a_processor():
    for budget in (1.0, 10.0, 60.0, 120.0):
        assert ENDURES * longest_wait(budget) >= 20 * budget / 2
