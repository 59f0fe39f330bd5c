"""Runs of `descend`, as whoever answers for the gradients sees them, and what chance may look like in them."""

import math
from pathlib import Path

import numpy as np

from tenfold import Callback, expect
from tenfold.datasets import module

gradients = module(Path(__file__).with_name("gradients.py"))


class Run:
    """One run of `descend`, whose gradients are answered here: of half the squared distance to a record's centre."""

    def __init__(self, descend, centres, plan, seed, start=None):
        self.centres, self.plan, self.seed = centres, plan, seed
        self.n, self.d = centres.shape
        self.seen, self.lots, self.fault = [], [], None
        start = np.zeros(self.d) if start is None else start
        answer = Callback(self.answer, calls=plan["steps"] + 1)
        last = descend(answer, self.n, start, dict(plan), seed)
        if self.fault is not None:
            raise self.fault
        assert len(self.lots) == plan["steps"], "`gradients` must be called once a step, no more and no less"
        self.weights = np.array([*self.seen, self.sane(last)])  # (steps + 1, d)

    def sane(self, weights):
        """Return a copy of weights of the right form that the formulas below can bear."""
        weights = expect.array(weights, shape=(self.d,), kind="f", finite=True).astype(float)
        assert (np.abs(weights) <= 1e9).all(), "the weights run away"
        return weights

    def answer(self, weights, lot):
        """Return one gradient for each record of the lot: towards its centre."""
        try:
            weights = self.sane(weights)
            lot = np.asarray(lot)
            lot = lot.astype(int) if lot.size == 0 else expect.array(lot, shape=(None,), kind="iu").astype(int)
            assert ((lot >= 0) & (lot < self.n)).all(), "a lot holds an index that is none of a record"
            assert len(np.unique(lot)) == len(lot), "a lot holds a record twice"
        except AssertionError as fault:
            self.fault = self.fault or fault
            return np.zeros((0, self.d))
        self.seen.append(weights)
        self.lots.append(lot)
        return weights - self.centres[lot]

    def moves(self):
        """Return how far each step went, and the sum of its clipped gradients; both (steps, d) in units of that sum."""
        plan = self.plan
        sums = [
            gradients.clipped(weights - self.centres[lot], plan["bound"]).sum(axis=0)
            for weights, lot in zip(self.weights[:-1], self.lots, strict=True)
        ]
        went = (self.weights[:-1] - self.weights[1:]) * plan["rate"] * self.n / plan["learning_rate"]
        return went, np.array(sums)

    def noise(self):
        """Return the noise of each step in units of sigma times the bound, (steps, d)."""
        went, sums = self.moves()
        return (went - sums) / (self.plan["sigma"] * self.plan["bound"])

    def here(self):
        """Return who was in which lot, 0 or 1, (steps, n)."""
        found = np.zeros((len(self.lots), self.n))
        for step, lot in enumerate(self.lots):
            found[step, lot] = 1
        return found


def quiet(rng):
    """Return centres, plans and starts of runs without noise, by kind."""
    plan = {"rate": 0.1, "steps": 40, "bound": float(rng.uniform(0.5, 2)), "sigma": 0.0, "learning_rate": 0.7}

    def case(n, d, **changes):
        return 10 * rng.standard_normal((n, d)), {**plan, **changes}, rng.standard_normal(d)

    return {
        "with lots of many sizes": case(int(rng.integers(150, 300)), 6),
        "with everybody in every lot": case(9, 4, rate=1.0, steps=10),
        "with lots that are empty": case(int(rng.integers(3, 9)), 4, rate=0.05),
        "with one record": case(1, 3, rate=0.5),
        "with one weight": case(50, 1),
        "with 5,000 records": case(5000, 3, rate=0.01, steps=4),
        "with one step": case(50, 3, steps=1),
        "with a rate of 0.001": case(400, 3, rate=0.001),
        "with a large learning rate": case(100, 3, learning_rate=5.0, bound=0.3),
        "with gradients that are not clipped": case(60, 3, bound=1e4, learning_rate=0.2),
    }


def towards(rng):
    """Return centres, starts, plans and seeds of short runs, each differing from the first in one thing."""
    one, two = rng.standard_normal((2, 20, 3))
    start, other = rng.standard_normal((2, 3))
    plan = {"rate": 0.3, "steps": 6, "bound": 0.7, "sigma": 1.1, "learning_rate": 0.4}
    values = {"rate": 0.6, "steps": 9, "bound": 1.9, "sigma": 0.5, "learning_rate": 0.9}
    plans = [{**plan, name: value} for name, value in values.items()]
    return [
        (one, start, plan, 5),
        (two, start, plan, 5),
        (one[:9], start, plan, 5),
        (one, other, plan, 5),
        *((one, start, changed, 5) for changed in plans),
        (one, start, plan, 6),
    ]


def tosses_are_fair(runs):
    """Fail unless lots have the rate, and their sizes, the turns of records and pairs of lots vary as they must."""
    for run in runs:
        here, rate = run.here(), run.plan["rate"]
        steps, n = here.shape
        binomial = rate * (1 - rate)
        assert abs(here.mean() - rate) <= 6 * math.sqrt(binomial / here.size), "lots have another rate"
        sizes = here.sum(axis=1).var() / (n * binomial)  # 1, give or take 0.1
        turns = here.sum(axis=0).var() / (steps * binomial)  # 1, give or take 0.07
        assert 0.5 <= sizes <= 1.6, "the sizes of lots do not vary as they must"
        assert 0.6 <= turns <= 1.5, "the records do not take turns as they must"
        again = (here[1:] * here[:-1]).mean() / rate**2  # in two lots on end: 1
        room = 6 * math.sqrt((1 + 2 * rate) / here.size) / rate  # six standard errors: 0.45 and 0.1
        assert abs(again - 1) <= room, "a lot depends on the one before"


def nobody_is_left_out(runs):
    """Fail where a record is in too few of the lots, or in too many."""
    turns = np.concatenate([run.here() for run in runs])
    rate = runs[0].plan["rate"]
    off = np.abs(turns.mean(axis=0) - rate) / math.sqrt(rate * (1 - rate) / len(turns))
    assert off.max() <= 6.5, "a record is in too few lots, or in too many"


def noise_is_gaussian(runs):
    """Fail unless the noise of each run has the right size and form and coordinates of its own, with empty lots too."""
    for run in runs:
        noise, empty = run.noise(), [len(lot) == 0 for lot in run.lots]
        for some in [noise, noise[empty]] if sum(empty) > len(empty) / 2 else [noise]:
            assert 0.9 <= some.std() <= 1.1, "the noise has another size than sigma times the bound"
            assert 2.4 <= (some**4).mean() / (some**2).mean() ** 2 <= 3.6, "the noise is not Gaussian"
            assert 0.3 <= run.d * some.mean(axis=1).var() <= 2.2, "the coordinates do not have noise of their own"


def noise_is_never_the_same(runs):
    """Fail where steps of one run depend on each other, or two steps of any runs have the same noise."""
    noises = [run.noise() for run in runs]
    total = np.concatenate([noise.sum(axis=0) / math.sqrt(len(noise)) for noise in noises])  # over all steps of a run
    assert 0.5 <= total.var() <= 1.7, "the noise of one step depends on that of others"
    every = np.concatenate(noises)
    every /= np.maximum(np.linalg.norm(every, axis=1, keepdims=True), 1e-9)
    alike = np.abs(every @ every.T - np.eye(len(every))).max()
    assert alike <= 0.9, "noise was used again, in another step or with another seed"


def told(submission, args):
    """Return the weights that a run of the driver ends with."""
    weights, *_ = expect.sequence(submission.call("driver", "descend", *args), length=4)
    return expect.array(weights, shape=args[1].shape, kind="f")
