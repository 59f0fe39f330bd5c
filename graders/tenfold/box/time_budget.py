"""When is enough: a budget of processor time, and the wall clock behind it for who does not use the processor.

A verdict must not depend on what else the machine does. So a budget is processor time; how long one stood in the
queue for a processor costs nothing. The wall clock stops two others: who waits by itself (asleep, at a lock, reading
what nobody writes), which is its own doing, and who was kept from the processor for so long that nothing can be said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

WAITS = 3.0
"""Times its budget that a call may wait: right work waits for disks and for its own children, far below its budget."""
LEAST_WAIT = 30.0
"""Seconds beside the budget that any call may wait: a small budget is no reason to be strict with a slow disk."""
ENDURES = 4.0
"""Times the longest wait after which a call is given up. Work that needs half of its budget still comes to its end
where 24 others stand in the queue for each processor."""

Reason = Literal["used", "waited", "starved"]


@dataclass
class Spent:
    """Where the time of one call, or of all of them, went, in seconds."""

    used: float = 0.0
    """On a processor, all processes together."""
    waited: float = 0.0
    """Neither on a processor nor in the queue for one."""
    wall: float = 0.0
    """By the clock on the wall."""


def longest_wait(budget: float) -> float:
    """Return how long one may wait who has a budget of processor seconds."""
    return max(WAITS * budget, budget + LEAST_WAIT)


def passed(spent: Spent, budget: float) -> Reason | None:
    """Return what there was too much of; None while all is within bounds."""
    if spent.used > budget:
        return "used"
    if spent.waited > longest_wait(budget):
        return "waited"
    if spent.wall > ENDURES * longest_wait(budget):
        return "starved"
    return None
