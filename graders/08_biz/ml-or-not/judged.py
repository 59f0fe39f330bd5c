"""What a decision, or the flags of a model, may cost: half-way from what is best to what is next best."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tenfold import expect
from tenfold.datasets import module
from tenfold.grading.alike import alike

policies = module(Path(__file__).resolve().parent / "policies.py")

KINDS = {"nothing": ("nothing",), "rule": ("rule", "all"), "clause": ("rule",), "model": ("once", "retrained")}
"""The policies of each kind. A clause is more than a rule that flags all rows."""


@dataclass(frozen=True)
class Built:
    """A built case: the world that is played out, and the most that a decision may cost, in euro."""

    world: Any
    most: float

    def holds(self, plan, flags):
        """Return True where a plan costs no more than it may; else say so."""
        if not self.world.play(lambda case: plan, flags) <= self.most:
            raise expect.Unexpected("the decision costs too much")
        return True


def built(world, best):
    """Return a built case in which that kind of policy is best."""
    costs = policies.costs_of(world)
    if best == "clause":
        costs["all"] = world.bill("rule", [np.ones(len(world.rows), dtype=bool)])
    first = min(cost for kind, cost in costs.items() if kind in KINDS[best])
    second = min(cost for kind, cost in costs.items() if kind not in KINDS[best])
    if not first < second:
        raise RuntimeError(f"the built case favours another kind than {best}: {costs}")  # the grader's fault
    return Built(world, (first + second) / 2)


def constant(world):
    """Return what a fresh row costs where all rows are flagged or none, whichever costs less."""
    return min(world.errors(np.full(len(world.rows), flag), world.case["explain"])[0] for flag in (True, False))


def costs_of_flags(world):
    """Return what a fresh row costs by what the reference's model flags, and without a model."""
    return world.errors(policies.flagged(world, "model"), world.case["explain"])[0], constant(world)


def is_learnable(world):
    """Return whether the reference's model saves a good part of what is lost without one."""
    best, other = costs_of_flags(world)
    return best < 0.75 * other


def flags_of(found, rows):
    """Return flags that came, their form checked."""
    return expect.array(found, shape=(len(rows),), kind="b")


def flags_hold(found, world):
    """Return True where flags cost less than half-way from the reference's to none or all; else say so."""
    best, other = costs_of_flags(world)
    if not world.errors(flags_of(found, world.rows), world.case["explain"])[0] <= (best + other) / 2:
        raise expect.Unexpected("the flags cost too much")
    return True


def same_flags(found, wanted):
    """Return whether the same rows are flagged."""
    return bool((flags_of(found, wanted) == wanted).all())


def same_plan(found, wanted):
    """Return whether two plans are the same, part by part."""
    return alike(expect.mapping(found), wanted)
