"""Business cases and flows by kind, at the edges of what the statement allows."""

import numpy as np

OUTCOMES = ("tp", "fn", "fp", "tn")
PARTNER = {"tp": "fn", "fn": "tp", "fp": "tn", "tn": "fp"}
MONEY = ("build_cost", "spent_so_far", "upkeep_per_month", "cost_per_case", "retrain_cost")
ORDERS = (("tn", "fp", "fn", "tp"), ("fp", "tn", "tp", "fn"), ("fn", "tp", "tn", "fp"), ("tp", "tn", "fp", "fn"))
MOST_MONTHS = 600


def priced(case, k):
    """Return a case with every amount of money times k."""
    worth = {outcome: k * amount for outcome, amount in case["worth"].items()}
    return {**case, "worth": worth, **{name: k * case[name] for name in MONEY}}


def live(case):
    """Return how many months the model is live."""
    return case["horizon_months"] - case["build_months"]


def without(counts, outcome):
    """Return a matrix in which an outcome never occurs."""
    return {**counts, outcome: 0, PARTNER[outcome]: counts[outcome] + counts[PARTNER[outcome]]}


def turned(case, i):
    """Return changes: the outcomes stand in another order; of every second case the amounts stay where they are."""
    order = ORDERS[i % len(ORDERS)]
    if i % 2:
        return {"worth": dict(zip(order, case["worth"].values(), strict=True))}
    return {name: {outcome: case[name][outcome] for outcome in order} for name in ("model", "today", "worth")}


def quiet(case, rng):
    """Return changes: a model that flags nothing is more accurate than the rule, and worth less."""
    model = {"tp": 0, "fn": 20, "fp": 0, "tn": 20 * int(rng.integers(30, 50))}
    tp, fp = int(rng.integers(8, 19)), int(rng.integers(25, 50))
    today = {"tp": tp, "fn": model["fn"] - tp, "fp": fp, "tn": model["tn"] - fp}
    return {"model": model, "today": today, "worth": {"tp": 50.0, "fn": -400.0, "fp": -1.0, "tn": 0.0}}


def sample(rng, least, most):
    """Return a matrix with so many cases of each class."""
    positives, negatives = (int(n) for n in rng.integers(least, most + 1, size=2))
    tp, fp = (int(rng.integers(0, n + 1)) for n in (positives, negatives))
    return {"tp": tp, "fn": positives - tp, "fp": fp, "tn": negatives - fp}


def numbered(choices, i):
    """Return the i-th choice, from the first again behind the last: all are tried."""
    return choices[i % len(choices)]


DECISIONS = {
    "a model that flags nothing": lambda c, i, rng: quiet(c, rng),
    "a model worse than the rule": lambda c, i, rng: {"model": c["today"], "today": c["model"]},
    "a model that decides as the rule does": lambda c, i, rng: {"today": {o: 3 * n for o, n in c["model"].items()}},
    "an outcome of the model's that never occurs": lambda c, i, rng: {
        "model": without(c["model"], numbered(OUTCOMES, i))
    },
    "an outcome of the rule's that never occurs": lambda c, i, rng: {
        "today": without(c["today"], numbered(OUTCOMES, i))
    },
    "samples of 20 to 25 cases a class": lambda c, i, rng: {"model": sample(rng, 20, 25), "today": sample(rng, 20, 25)},
    "samples of a billion cases": lambda c, i, rng: {
        "model": sample(rng, 10**8, 10**9),
        "today": sample(rng, 10**8, 10**9),
    },
    "a prevalence of 0 or 1": lambda c, i, rng: {"prevalence": numbered([0.0, 1.0], i)},
    "a prevalence above one half": lambda c, i, rng: {"prevalence": rng.uniform(0.6, 0.95)},
    "worth of another sign": lambda c, i, rng: {
        "worth": {**c["worth"], numbered(OUTCOMES, i): -2 * c["worth"][numbered(OUTCOMES, i)] - 1}
    },
    "an outcome that is worth nothing": lambda c, i, rng: {"worth": {**c["worth"], numbered(OUTCOMES, i): 0.0}},
    "outcomes in another order": lambda c, i, rng: turned(c, i),
    "amounts in another currency": lambda c, i, rng: priced(c, numbered([1e-9, 1e-6, 1e3, 1e6], i)),
}
"""What is there besides typical cases, as changes of one: of the i-th case, with a generator."""

GAINS = {
    kind: DECISIONS[kind]
    for kind in ("a model worse than the rule", "a model that decides as the rule does", "amounts in another currency")
}

BENEFITS = {
    "a ramp of one month": lambda c, i, rng: {"ramp_months": 1},
    "a ramp longer than the model is live": lambda c, i, rng: {
        "ramp_months": numbered([live(c) + int(rng.integers(1, 60)), 10**9], i)
    },
    "nobody who follows": lambda c, i, rng: {"adoption": 0.0},
    "everybody who follows": lambda c, i, rng: {"adoption": 1.0},
}

COSTS = {
    "retraining in every month": lambda c, i, rng: {"retrain_every": 1},
    "retraining in the last month alone": lambda c, i, rng: {"retrain_every": live(c)},
    "retraining that never comes": lambda c, i, rng: {
        "retrain_every": numbered([c["horizon_months"] + int(rng.integers(1, 60)), live(c) + 1, 10**9], i)
    },
    "no cost but the build": lambda c, i, rng: {
        "upkeep_per_month": 0.0,
        "cost_per_case": 0.0,
        "retrain_cost": 0.0,
    },
    "more spent so far than the build costs": lambda c, i, rng: {"spent_so_far": 5 * c["build_cost"]},
}

MONTHS = {
    "one month live": lambda c, i, rng: {"build_months": c["horizon_months"] - 1},
    "a horizon of two months": lambda c, i, rng: {"horizon_months": 2, "build_months": 1},
    "a horizon of decades": lambda c, i, rng: {
        "horizon_months": numbered([MOST_MONTHS, int(rng.integers(121, MOST_MONTHS))], i),
        "build_months": int(rng.integers(1, 40)),
    },
    "fewer than twelve cases a year": lambda c, i, rng: {"cases_per_year": int(rng.integers(1, 12))},
    "cases a year that twelve does not divide": lambda c, i, rng: {
        "cases_per_year": 12 * int(rng.integers(5, 30)) + int(rng.integers(1, 12))
    },
    "a billion cases a year": lambda c, i, rng: {"cases_per_year": 10**9 - i, "build_cost": 1e4 * c["build_cost"]},
}

RATES = {
    "a rate of 0": lambda c, i, rng: {"annual_rate": 0.0},
    "a rate of 0.3": lambda c, i, rng: {"annual_rate": 0.3},
    "a rate below 1 %": lambda c, i, rng: {"annual_rate": float(rng.uniform(1e-4, 0.01))},
}

FULLEST = 4  # of one kind: as many as there are outcomes


def by_kind(changes, typical, rng, good):
    """Return cases by kind, each in the form of arguments, without those that are not good to ask, and none twice.

    One case comes again with each of its values exchanged for that of another, one at a time: what is kept by a part
    of a case only is seen there.
    """
    case, other = typical[:2]
    made = {
        "typical cases": typical,
        "a case that differs from another in one value": [{**case, key: other[key]} for key in case],
    }
    for kind, change in changes.items():
        made[kind] = [{**case, **change(case, i, rng)} for i, case in enumerate(typical[:FULLEST])]
    draws, seen = {kind: [] for kind in made}, set()
    for kind, some in made.items():
        for made_case in some:
            if good(made_case) and repr(made_case) not in seen:
                seen.add(repr(made_case))
                draws[kind].append((made_case,))
    return draws


CLOSE = ([-1, 0.5, 0.49998], [-1, 0.5, 0.49998, 2], [-1, 0.5, 0.50002], [-1, 0.5, 0.50002, 0, 2], [-1, 2, -0.99998])
"""Flows in today's money whose total comes near to zero: within a few millionths of what adds up to it."""


def walk(rng, months):
    """Return flows that go up and down around zero."""
    return rng.normal(0, 100, size=months)


def late(rng, months, least=0.2, most=0.7):
    """Return flows that pay back late: a cost, that share of what then comes in, as much every month."""
    return np.array([-rng.uniform(least, most) * months, *[1.0] * (months - 1)]) * rng.uniform(1, 1000)


def cancelling(rng, months, annual_rate):
    """Return flows that nearly cancel: their net present value is a ten-thousandth of what they add up from."""
    growth = (1 + annual_rate) ** (np.arange(1, months + 1) / 12)
    present = walk(rng, months)
    present[-1] = 1e-4 * np.abs(present[:-1]).sum() - present[:-1].sum()
    return present * growth


def nearly(k, annual_rate, present):
    """Return k times flows that are worth so much today."""
    return k * np.array(present) * (1 + annual_rate) ** (np.arange(1, len(present) + 1) / 12)


def rate(rng):
    """Return a rate that makes a month's difference."""
    return float(rng.uniform(0.05, 0.3))


def values(rng):
    """Return flows and rates by kind, for a net present value."""
    one, last, apart = np.eye(36), np.zeros(MOST_MONTHS), np.zeros((12, 60))
    last[-1] = 1e6
    apart[:, 0], apart[:, 40] = rng.uniform(1, 9, size=12), rng.uniform(10, 99, size=12)
    long, near = rng.uniform(100, 9000, size=MOST_MONTHS), rate(rng) / 2
    return {
        "one flow": [(rng.uniform(100, 9000) * one[month], rate(rng)) for month in range(36)],
        "one flow in month 600": [(last, rate(rng)) for _ in range(30)],
        "two flows far apart": [(flows, rate(rng)) for flows in apart],
        "rates that hardly differ": [(long, near + step) for step in (0.0, 4e-5, 8e-5, 2e-6, 4e-6)],
        "one month": [(rng.uniform(-9, 9, size=1), rate(rng)) for _ in range(5)],
        "many flows": [(rng.normal(1000, 800, size=int(rng.integers(24, 60))), rate(rng)) for _ in range(20)],
        "losses alone": [(-rng.uniform(1, 9, size=20), rate(rng)) for _ in range(5)],
        "flows that nearly cancel": [(cancelling(rng, 24, r), r) for r in (0.0, 0.1, 0.3) for _ in range(4)],
        "flows of nothing": [(np.zeros(months), rate(rng)) for months in (1, 12, 40)],
        "a rate of 0": [(rng.normal(1000, 800, size=months), 0.0) for months in (1, 5, 12, 13, 36)],
        "a rate of 0.3": [(rng.normal(1000, 800, size=months), 0.3) for months in (1, 5, 12, 13, 36)],
        "a rate below 1 %": [(rng.normal(1000, 800, size=36), rng.uniform(1e-4, 0.01)) for _ in range(5)],
        "hundreds of months": [(rng.normal(1000, 800, size=months), rate(rng) / 5) for months in (121, 241, 361, 600)],
        "amounts in another currency": [(k * rng.normal(1, 0.8, size=24), rate(rng)) for k in (1e-9, 1e-4, 1e6, 1e12)],
    }


def paybacks(rng):
    """Return flows and rates by kind, for a break-even month."""
    dip = np.array([-100.0, 60.0, 60.0, -50.0])
    return {
        "flows that pay back late": [(late(rng, 60), rate(rng)) for _ in range(20)],
        "a total that falls below zero again": [
            (rng.uniform(1, 99) * np.array([*dip, *[20.0] * int(n)]), rate(rng) / 5) for n in range(3, 20)
        ],
        "a total that crosses zero many times": [(walk(rng, int(n)), rate(rng)) for n in range(4, 64)],
        "a total that is below zero in the last month": [
            (np.array([-100.0, 150.0, *[1.0] * n, -90.0 - n]), rate(rng) / 5) for n in range(12)
        ],
        "a total that crosses zero in the last month": [
            (np.array([-100.0, *[1.0] * n, 200.0]), rate(rng) / 5) for n in range(12)
        ],
        "a total that is hardly above zero, or hardly below": [
            (nearly(k, r, present), r) for k in (1e-9, 1.0, 1e6) for r in (0.0, rate(rng)) for present in CLOSE
        ],
        "a late flow that dwarfs the others": [
            (nearly(1e-9, r, [*small, large]), r)
            for large in (1e12, 1e18)
            for r in (0.0, rate(rng))
            for small in ([-1, 0.5], [-1, 2], [-1, 2, -1.5], [1, -2, 1.5, 0])
        ],
        "a total that never gets to zero": [(late(rng, 60)[:13], rate(rng)) for _ in range(5)],
        "a total that never is below zero": [(rng.uniform(1, 9, size=n), rate(rng)) for n in range(1, 9)],
        "one month": [(amount * np.ones(1), rate(rng)) for amount in (-5.0, 5.0)],
        "losses alone": [(-rng.uniform(1, 9, size=n), rate(rng)) for n in range(1, 9)],
        "a rate of 0": [(walk(rng, int(n)), 0.0) for n in range(4, 24)],
        "hundreds of months": [(np.array([-float(n) * 0.9, *[1.0] * (n - 1)]), 1e-4) for n in (121, 241, 361, 600)],
        "amounts in another currency": [
            (k * walk(rng, int(n)), rate(rng)) for k in (1e-9, 1e-4, 1e6) for n in range(8, 16)
        ],
    }


def ties():
    """Return whole euros at a rate of 0 whose total is exactly zero somewhere, by kind."""
    amounts = {
        "a total of exactly zero": [[-2, 1, 1], [-3, 3, 0, 0], [-2, 1, 1, 5], [-4, 2, 2, 0, 1]],
        "a total that falls to exactly zero": [[4, -4], [-2, 5, -3], [-2, 5, -3, 1], [3, -3, 2]],
        "a total that begins with exactly zero": [[0, 5], [0, 0], [0, -5, 6], [0], [-0.0, 5], [-0.0]],
    }
    return {kind: [(np.array(flows, dtype=float), 0.0) for flows in rows] for kind, rows in amounts.items()}
