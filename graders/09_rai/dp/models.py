"""What a model of `train` says, and how far data sets that differ move it beside its spread over seeds."""

from dataclasses import replace

import numpy as np
from sklearn.metrics import roc_auc_score

from tenfold import expect

DELTA = 1e-5


def trained(train, records, budget, seed, delta=DELTA):
    """Return a model of the records."""
    made = train(records.X, records.y, records.ranges, budget, delta, seed)
    return expect.handle(made, methods=["predict_proba"])


def arguments(records):
    """Return arguments of `train`."""
    return records.X, records.y, records.ranges, 1.0, DELTA, 3


def plan_of(model):
    """Return sigma, rate and steps of a model's training."""
    spent = expect.mapping(model.spent, keys=["sigma", "rate", "steps", "epsilon"])
    steps = expect.integer(spent["steps"])
    assert 1 <= steps <= 1_000_000, "training takes between 1 and a million steps"
    return (
        float(expect.number(spent["sigma"], low=0.05, high=1e6)),
        float(expect.number(spent["rate"], low=1e-6, high=1)),
        int(steps),
    )


def chances(model, X):
    """Return the probability of class 1."""
    p = expect.array(model.predict_proba(X), shape=(len(X),), kind="f", finite=True).astype(float)
    assert ((p >= 0) & (p <= 1)).all(), "`predict_proba` must return probabilities"
    return p


def logit(model, X):
    """Return the log-odds of class 1."""
    p = chances(model, X).clip(1e-12, 1 - 1e-12)
    return np.log(p / (1 - p))


def right(model, records):
    """Return the share of strangers whose likelier class is theirs."""
    return float(((logit(model, records.X_other) > 0) == records.y_other).mean())


def told_by_confidence(model, records):
    """Return the AUC of an attack: members are those of whose class the model is sure, and right."""
    inside = logit(model, records.X) * (2 * records.y - 1)
    outside = logit(model, records.X_other) * (2 * records.y_other - 1)
    member = np.repeat([1, 0], [len(inside), len(outside)])
    return roc_auc_score(member, np.concatenate([inside, outside]))


def told_by_columns(model, records):
    """Return the AUCs of two attacks on planted records: the effect of a record's own column, signed and by size."""
    planted = len(records.planted)
    others = records.planted.copy()
    others[:, -planted:] = 0  # the same rows without what is their own
    effect = logit(model, records.planted) - logit(model, others)
    member = np.arange(planted) % 2 == 0
    return [roc_auc_score(member, e) for e in (effect * (2 * records.y_planted - 1), np.abs(effect))]


def across(ranges):
    """Return two rows for each column, (2 d, d): a quarter of half its range below its middle, and as far above it."""
    low, high = ranges.T
    middle, quarter = (low + high) / 2, np.diag((high - low) / 8)
    return np.concatenate([middle - quarter, middle + quarter])


def effects(model, ranges):
    """Return the effect of each column on the log-odds, (d,)."""
    below, above = logit(model, across(ranges)).reshape(2, -1)
    return above - below


def constant(model, ranges):
    """Return the log-odds of a record in the middle of all ranges, (1,)."""
    return logit(model, ranges.mean(axis=1)[None])


def told(train, args):
    """Return what a model says: its plan, and the chances of some strangers."""
    model = trained(train, *args)
    return np.array([*plan_of(model), *chances(model, args[0].X_other[:50])])


def one_argument_changed(one, two):
    """Return arguments of `trained`: those of one, then with each thing in turn as it is in the other, then the first.

    Two models that are trained from them differ, unless something is kept.
    """
    parts = {"X": two.X, "y": two.y, "ranges": two.ranges}
    changed = [replace(one, **{name: value}) for name, value in parts.items()]
    usual = (one, 1.0, 3, DELTA)
    return [
        usual,
        *((records, *usual[1:]) for records in changed),
        (one, 2.0, 3, DELTA),
        (one, 1.0, 4, DELTA),
        (one, 1.0, 3, 1e-6),
    ]


class Neighbours:
    """Models of two data sets that differ in the classes of some records, over seeds.

    Parameters
    ----------
    train
        Trains.
    pair
        Both data sets, and how many records of each group are of another class in the second one. Each number that
        `answers` gives is moved by one group, all of whose records move it the same way.
    budget, seeds
        Of all trainings.
    answers
        Takes a model and ranges, returns numbers.
    """

    def __init__(self, train, pair, budget, seeds, answers):
        *both, group = pair
        found, plans = [], set()
        for records in both:
            for seed in seeds:
                model = trained(train, records, budget, seed)
                plans.add(plan_of(model))
                found.append(answers(model, records.ranges))
        found = np.array(found).reshape(2, len(seeds), -1)
        assert len(plans) == 1, "sigma, rate or steps depend on the records, or on the seed"
        sigma, rate, steps = plans.pop()
        self.shifts = (found[1] - found[0]).mean(axis=0)
        """How far the classes of its group move each answer, in the mean over seeds."""
        self.spreads = np.sqrt(found.var(axis=1, ddof=1).mean(axis=0))
        """The standard deviation of each answer over seeds."""
        self.most = 2 * group * rate * np.sqrt(steps) / sigma
        """The largest shift, in units of the spread, that noise of the size said allows."""

    def are_hidden(self):
        """Return whether the noise hides the groups, all together and each alone, whose spread few seeds tell badly."""
        together = abs(self.shifts.mean()) <= 2 * self.most * np.sqrt((self.spreads**2).mean())
        each = (np.abs(self.shifts) <= 50 * self.most * self.spreads).all()
        return bool(each and (together or len(self.shifts) == 1))
