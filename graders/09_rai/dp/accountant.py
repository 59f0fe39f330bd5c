"""The statement's accountant, all orders at once, and plans of every kind with an epsilon of use."""

import math

import numpy as np

from tenfold import expect

ORDERS = np.arange(2, 257)
K = np.arange(257)
FACTORIAL = np.array([math.lgamma(i + 1) for i in range(257)])  # logarithms of 0! to 256!
LEFT = np.maximum(ORDERS[:, None] - K, 0)
CHOOSE = np.where(
    ORDERS[:, None] >= K, FACTORIAL[ORDERS][:, None] - FACTORIAL[K] - FACTORIAL[LEFT], -np.inf
)  # (255, 257)
STEPS = np.unique(np.geomspace(1, 100_000, 60).astype(int))
DELTAS = (1e-7, 1e-6, 1e-5, 1e-4)


def divergence(sigma, rate):
    """Return the Rényi divergence of one step at every order."""
    if rate == 1:
        return ORDERS / (2 * sigma**2)
    logs = CHOOSE + K * np.log(rate) + LEFT * np.log1p(-rate) + K * (K - 1) / (2 * sigma**2)
    peak = logs.max(axis=1)
    return (peak + np.log(np.exp(logs - peak[:, None]).sum(axis=1))) / (ORDERS - 1)


def spent_at(sigma, rate, steps, delta):
    """Return epsilon at every order, (255,); for an array of steps (m, 1), that of each, (m, 255)."""
    shared = np.log1p(-1 / ORDERS) - (np.log(delta) + np.log(ORDERS)) / (ORDERS - 1)
    return steps * divergence(sigma, rate) + shared


def cost(sigma, rate, steps, delta):
    """Return epsilon."""
    return float(spent_at(sigma, rate, steps, delta).min())


def same_epsilon(found, wanted):
    """Return True where an epsilon is the one wanted; else say which way it is off."""
    found = expect.number(found)
    if not abs(found - wanted) <= 0.02 * wanted:
        raise expect.Unexpected("too low: more is leaked than it says" if found < wanted else "too high")
    return True


def keeps_to_the_budget(found, asked):
    """Return True where a sigma spends the budget of (budget, rate, steps, delta); else say which way it is off."""
    budget, *plan = asked
    spent = cost(expect.number(found, low=1e-3, high=1e6), *plan) / budget
    if not 0.98 <= spent <= 1.01:
        raise expect.Unexpected("too little noise for the budget" if spent > 1 else "more noise than is asked for")
    return True


def plan(rng, sigma, rate, low=0.1, high=9.9, steps=STEPS, delta=None):
    """Return (sigma, rate, steps, delta) with an epsilon between two limits; None where no number of steps has one."""
    delta = float(rng.choice(DELTAS)) if delta is None else delta
    spent = spent_at(sigma, rate, np.array(steps)[:, None], delta)
    least = spent.min(axis=1)
    good = np.flatnonzero((low <= least) & (least <= high))
    return (float(sigma), float(rate), int(steps[rng.choice(good)]), delta) if len(good) else None


KINDS = {
    "everybody in every lot": lambda rng: plan(rng, 10 ** rng.uniform(0, 2), 1.0),
    "a rate just below 1": lambda rng: plan(rng, 10 ** rng.uniform(0.5, 2), rng.choice([0.9, 0.99, 0.999])),
    "a rate of about a half": lambda rng: plan(rng, 10 ** rng.uniform(0.3, 1.7), rng.uniform(0.3, 0.7)),
    "rates of some percent": lambda rng: plan(rng, 10 ** rng.uniform(-0.1, 1), 10 ** rng.uniform(-2, -0.7)),
    "the smallest rates": lambda rng: plan(rng, 10 ** rng.uniform(-0.1, 0.5), 10 ** rng.uniform(-3, -2.5)),
    "sigma between 0.5 and 0.8": lambda rng: plan(rng, rng.uniform(0.5, 0.8), 10 ** rng.uniform(-3, -2)),
    "sigma from 20 to 100": lambda rng: plan(rng, rng.uniform(20, 100), 10 ** rng.uniform(-1.3, 0)),
    "a single step": lambda rng: plan(rng, 10 ** rng.uniform(-0.1, 1.5), 10 ** rng.uniform(-2, -0.1), steps=[1]),
    "100,000 steps": lambda rng: plan(rng, 10 ** rng.uniform(0, 1.5), 10 ** rng.uniform(-3, -1), steps=[100_000]),
    "plans whose best order is the first": lambda rng: plan(
        rng, rng.uniform(0.5, 0.55), 10 ** rng.uniform(-2.2, -1.8), low=8.2, delta=1e-4
    ),
    "an epsilon above 5": lambda rng: plan(rng, 10 ** rng.uniform(-0.1, 1), 10 ** rng.uniform(-2.5, 0), low=5),
    "an epsilon below 0.2": lambda rng: plan(rng, 10 ** rng.uniform(0.5, 2), 10 ** rng.uniform(-3, 0), 0.01, 0.2),
    "a delta of 1e-7": lambda rng: plan(rng, 10 ** rng.uniform(0, 1), 10 ** rng.uniform(-2, -1), delta=1e-7),
    "a delta of 1e-4": lambda rng: plan(rng, 10 ** rng.uniform(0, 1), 10 ** rng.uniform(-2, -1), delta=1e-4),
}
"""Plans that the statement allows, each made of a generator."""


def plans(rng, count):
    """Return plans by kind, as arguments of `epsilon`."""
    found = {}
    for kind, make in KINDS.items():
        found[kind] = []
        while len(found[kind]) < count:
            if (made := make(rng)) is not None:
                found[kind].append(made)
    return found


def budgets(rng, count):
    """Return the arguments of `noise_for` by kind, whose right answers are between 0.5 and 20."""
    made = {kind: [case for case in some if 0.5 <= case[0] <= 20] for kind, some in plans(rng, count).items()}
    return {kind: [(cost(*case), *case[1:]) for case in some] for kind, some in made.items() if some}
