"""Hidden checks for rai-dp."""

import math

import numpy as np
import pytest
from dp import clip, descend, epsilon, noise_for, noisy_mean, train
from sklearn.metrics import roc_auc_score

from tenfold import Callback, expect

ORDERS = np.arange(2, 257)
FACTORIAL = np.array([math.lgamma(i + 1) for i in range(257)])  # logarithms of 0! to 256!
K = np.arange(257)
INSIDE = ORDERS[:, None] >= K  # (255, 257): the terms of each order
LOG_CHOOSE = np.where(
    INSIDE, FACTORIAL[ORDERS][:, None] - FACTORIAL[K] - FACTORIAL[np.maximum(ORDERS[:, None] - K, 0)], -np.inf
)
DELTA = 1e-5


# --- the statement's accountant, all orders at once


def spent_at(sigma, rate, steps, delta):
    """Return epsilon at every order."""
    if rate == 1:
        divergence = ORDERS / (2 * sigma**2)
    else:
        left = np.where(INSIDE, ORDERS[:, None] - K, 0)
        logs = LOG_CHOOSE + K * np.log(rate) + left * np.log1p(-rate) + K * (K - 1) / (2 * sigma**2)
        divergence = np.logaddexp.reduce(logs, axis=1) / (ORDERS - 1)
    return steps * divergence + np.log1p(-1 / ORDERS) - (np.log(delta) + np.log(ORDERS)) / (ORDERS - 1)


def cost(sigma, rate, steps, delta):
    """Return epsilon."""
    return max(0.0, float(spent_at(sigma, rate, steps, delta).min()))


def cases(rng, count):
    """Return (sigma, rate, steps, delta) with an epsilon of use, where orders between whole numbers change little."""
    found = []
    while len(found) < count:
        rate, steps = 10 ** rng.uniform(-3, -0.5), int(10 ** rng.uniform(0, 4.5))
        case = (float(10 ** rng.uniform(-0.2, 1)), float(rate), steps, float(10 ** rng.uniform(-7, -4)))
        spent = spent_at(*case)
        least = spent.argmin()
        flat = 3 <= least <= 240 and max(spent[least - 1], spent[least + 1]) <= 1.01 * spent[least]
        if 0.1 <= spent[least] <= 8 and flat:
            found.append(case)
    return found


# --- what a run of `descend` shows to whoever answers for the gradients


def shortened(gradients, bound):
    """Return rows of at most a norm of `bound`."""
    norms = np.linalg.norm(gradients, axis=1, keepdims=True)
    return gradients * np.minimum(1, bound / np.maximum(norms, 1e-300))


class Run:
    """One run of `descend`, whose gradients are answered here: it sees the weights and the lot of every step."""

    def __init__(self, centres, plan, seed, start=None):
        self.centres, self.plan = centres, plan
        self.n, self.d = centres.shape
        self.weights, self.lots, self.fault = [], [], None
        start = np.zeros(self.d) if start is None else start
        answer = Callback(self.answer, calls=plan["steps"] + 1)
        last = descend(answer, self.n, start, plan, seed)
        if self.fault is not None:
            raise self.fault
        assert len(self.lots) == plan["steps"], "`gradients` must be called once a step, no more and no less"
        self.weights.append(self.sane(last))
        self.weights = np.array(self.weights)  # (steps + 1, d)

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
        self.weights.append(weights)
        self.lots.append(lot)
        return self.gradients(weights, lot)

    def gradients(self, weights, lot):
        """Return the gradients, (m, d)."""
        return weights - self.centres[lot]

    def moves(self):
        """Return how far each step went against the sum of its clipped gradients alone, in units of that sum."""
        plan = self.plan
        sums = [
            shortened(self.gradients(w, lot), plan["bound"]).sum(axis=0)
            for w, lot in zip(self.weights[:-1], self.lots, strict=True)
        ]
        went = (self.weights[:-1] - self.weights[1:]) * plan["rate"] * self.n / plan["learning_rate"]
        return went, np.array(sums)

    def noise(self):
        """Return the noise of each step in units of sigma times the bound, (steps, d)."""
        went, sums = self.moves()
        return (went - sums) / (self.plan["sigma"] * self.plan["bound"])


def trained(X, y, ranges, budget, seed, delta=DELTA):
    """Return a model."""
    return expect.handle(train(X, y, ranges, budget, delta, seed), methods=["predict_proba"])


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


def logit(model, X):
    """Return the log-odds of class 1."""
    p = expect.array(model.predict_proba(X), shape=(len(X),), kind="f", finite=True)
    assert ((p >= 0) & (p <= 1)).all(), "`predict_proba` must return probabilities"
    p = p.astype(float).clip(1e-12, 1 - 1e-12)
    return np.log(p / (1 - p))


# --- the checks


@pytest.mark.points(2)
def test_one_record_moves_the_sum_by_the_bound_at_most(rng):
    """One record more or less moves the sum by min(its norm, bound), however large its gradient.

    Which norm is bounded: that of the lot's mean, of each coordinate, or of each record's gradient?
    """
    for bound in (0.3, 1.0, 7.0):
        d, m = int(rng.integers(5, 30)), int(rng.integers(3, 40))
        lot = rng.standard_normal((m, d)) * 10 ** rng.uniform(-2, 2, (m, 1))
        lot[0] *= 1e9
        lot[1] *= 0.9 * bound / np.linalg.norm(lot[1])  # short enough as it is
        lot[2] = 0
        short = expect.array(clip(lot, bound), shape=(m, d), kind="f", finite=True)
        right = shortened(lot, bound)
        assert short == pytest.approx(right, rel=1e-9, abs=1e-12), (
            "`clip` must bound the norm of each row, and only that"
        )

        def total(rows, bound=bound, d=d):
            size = float(len(rows))  # whichever the divisor is, another check looks at it
            mean = noisy_mean(rows, bound, 0.0, size, Callback(lambda size: rng.standard_normal(d), calls=10))
            return size * expect.array(mean, shape=(d,), kind="f", finite=True)

        everyone = total(lot)
        for i in range(3):
            moved = np.linalg.norm(everyone - total(np.delete(lot, i, axis=0)))
            most = min(np.linalg.norm(lot[i]), bound)
            assert moved == pytest.approx(most, rel=1e-6, abs=1e-9), (
                "one record moves the sum by too much or too little"
            )


@pytest.mark.points(2)
@pytest.mark.needs("test_one_record_moves_the_sum_by_the_bound_at_most")
def test_noise_is_sigma_times_the_bound(rng):
    """Noise of sigma times the bound is added to the sum, once; then comes the expected size of a lot.

    The noise must hide the largest possible change of the sum: what is that, for a record that is there or not?
    Is the divisor known to everybody, or does it tell how many were in this lot? An empty lot has noise too.
    """
    for m in (0, 1, 17):
        d, bound, sigma = int(rng.integers(5, 30)), float(rng.uniform(0.1, 4)), float(rng.uniform(0.5, 3))
        lot, expected = 3 * rng.standard_normal((m, d)), float(rng.uniform(5, 60))
        z = rng.standard_normal((4, d))
        draws = iter(z)
        normal = Callback(lambda size, draws=draws: next(draws), calls=3)
        mean = expect.array(noisy_mean(lot, bound, sigma, expected, normal), shape=(d,), kind="f", finite=True)
        assert normal.calls == 1, "`normal` must be called once for each lot"
        wanted = (shortened(lot, bound).sum(axis=0) + sigma * bound * z[0]) / expected
        what = "a lot" if m else "an empty lot"
        assert mean == pytest.approx(wanted, rel=1e-9, abs=1e-12), f"the noisy mean of {what} is another"


@pytest.mark.points(2)
@pytest.mark.needs("test_one_record_moves_the_sum_by_the_bound_at_most")
def test_steps_are_plain_and_the_last_weights_come_back(rng):
    """Without noise, every step is the learning rate times the clipped sum over rate times n, and the last one counts.

    Divide by the expected size of a lot, not by the size it happens to have.
    Choosing among the weights looks at the data again.
    """
    for _ in range(2):
        centres = rng.standard_normal((int(rng.integers(150, 300)), 6)) * 10
        plan = {"rate": 0.1, "steps": 40, "bound": float(rng.uniform(0.5, 2)), "sigma": 0.0, "learning_rate": 0.7}
        run = Run(centres, plan, int(rng.integers(1000)), start=rng.standard_normal(6))
        went, sums = run.moves()
        assert went[:-1] == pytest.approx(sums[:-1], rel=1e-6, abs=1e-6), "a step is not the one of the statement"
        assert went[-1] == pytest.approx(sums[-1], rel=1e-6, abs=1e-6), "the weights returned are not the last ones"


@pytest.mark.points(2)
def test_every_record_tosses_its_own_coin(rng):
    """Lots are Poisson samples: each record is in each lot with the rate, independently of everything else.

    The accountant's amplification holds for this kind of sampling.
    What does it say about the size of a lot, and about a record's turns?
    """
    n, steps = 400, 200
    for rate in (0.05, 0.3):
        plan = {"rate": rate, "steps": steps, "bound": 1.0, "sigma": 1.0, "learning_rate": 0.1}
        runs = [Run(rng.standard_normal((n, 3)), plan, seed) for seed in rng.choice(10_000, 2, replace=False).tolist()]
        for run in runs:
            here = np.zeros((steps, n))
            for step, lot in enumerate(run.lots):
                here[step, lot] = 1
            assert abs(here.mean() - rate) <= 6 * math.sqrt(rate * (1 - rate) / here.size), "lots have another rate"
            binomial = rate * (1 - rate)
            sizes = here.sum(axis=1).var() / (n * binomial)  # 1, give or take 0.1
            turns = here.sum(axis=0).var() / (steps * binomial)  # 1, give or take 0.07
            assert 0.5 <= sizes <= 1.6, "the sizes of lots do not vary as they must"
            assert 0.6 <= turns <= 1.5, "the records do not take turns as they must"
            again = (here[1:] * here[:-1]).mean() / rate**2  # in two lots on end: 1
            room = 6 * math.sqrt((1 + 2 * rate) / here.size) / rate  # six standard errors: 0.45 and 0.1
            assert abs(again - 1) <= room, "a lot depends on the one before"
        same = [np.array_equal(a, b) for a, b in zip(runs[0].lots, runs[1].lots, strict=True) if len(a) > 2]
        assert sum(same) <= 1, "another seed must draw other lots"


@pytest.mark.points(2)
@pytest.mark.needs("test_steps_are_plain_and_the_last_weights_come_back")
def test_noise_is_fresh_every_time(rng):
    """Each step, coordinate and seed has its own Gaussian noise, of sigma times the bound; the same seed the same.

    Where is the generator made: once for a run, or once for a step? Equal noise cancels out of a difference.
    """
    d, steps = 50, 100
    plan = {"rate": 0.2, "steps": steps, "bound": 0.4, "sigma": 1.7, "learning_rate": 0.5}
    centres = rng.standard_normal((200, d))
    one = int(rng.integers(10_000))
    two = one + int(rng.integers(1, 4))  # neighbours: a seed for each step must not be another run's
    first, second = Run(centres, plan, one), Run(centres, plan, two)
    for run in (first, second):
        noise = run.noise()
        assert 0.9 <= noise.std() <= 1.1, "the noise has another size than sigma times the bound"
        assert 2.5 <= (noise**4).mean() / (noise**2).mean() ** 2 <= 3.5, "the noise is not Gaussian"
        assert 0.3 <= d * noise.mean(axis=1).var() <= 2, "the coordinates do not have noise of their own"
    both = np.concatenate([first.noise(), second.noise()])
    both /= np.maximum(np.linalg.norm(both, axis=1, keepdims=True), 1e-9)
    alike = np.abs(both @ both.T - np.eye(len(both))).max()
    assert alike <= 0.85, "noise was used again, in another step or with another seed"
    assert np.array_equal(Run(centres, plan, one).weights, first.weights), "the same seed must give the same weights"


@pytest.mark.points(3)
def test_epsilon_is_what_the_accountant_says(rng):
    """Epsilon is that of the statement's accountant within 2 %, for small and large rates and for many steps.

    Look at amplification by sampling (once), at the sum over steps, and at what a record's absence does to sigma.
    """
    grid = [(1.3, 1.0, 1, 1e-5), (30.0, 1.0, 200, 1e-6), (1.5, 1e-3, 50_000, 1e-6), (1.4, 0.05, 200, 1e-5)]
    for case in grid + cases(rng, 25):
        found, right = expect.number(epsilon(*case)), cost(*case)
        which = "with everybody in every lot" if case[1] == 1 else "with a rate below 1"
        assert found >= 0.98 * right, f"epsilon is too low {which}: more is leaked than it says"
        assert found <= 1.02 * right, f"epsilon is too high {which}"


@pytest.mark.points(2)
@pytest.mark.needs("test_epsilon_is_what_the_accountant_says")
def test_noise_keeps_to_the_budget(rng):
    """The noise for a budget spends it: 98 % to 101 % of it.

    Epsilon falls as sigma grows: halve an interval, and return the end that keeps to the budget.
    """
    for sigma, rate, steps, delta in cases(rng, 6):
        budget = cost(sigma, rate, steps, delta)
        found = expect.number(noise_for(budget, rate, steps, delta), low=1e-3, high=1e6)
        real = cost(found, rate, steps, delta)
        assert real <= 1.01 * budget, "this noise is too little for the budget"
        assert real >= 0.98 * budget, "this noise is more than the budget asks for"


@pytest.mark.points(2)
def test_training_spends_no_more_than_asked(hidden, rng):
    """What training says that it did costs no more than the budget, and costs what it says.

    All the steps count, of all epochs. Noise that is the same whatever the seed can be subtracted.
    When to stop is an answer about the records too.
    """
    records = hidden("private", rows=1000)
    for budget, delta in ((0.3, 1e-6), (1.0, 1e-4), (3.0, 1e-5)):
        model = trained(records.X, records.y, records.ranges, budget, 1, delta)
        plan = plan_of(model)
        real = cost(*plan, delta)
        assert real <= 1.01 * budget, "this sigma, rate and number of steps cost more than the budget"
        said = expect.number(model.spent["epsilon"])
        assert said == pytest.approx(real, rel=0.02), "the epsilon in `spent` is not that of its sigma, rate and steps"
    other = trained(records.X, records.y, records.ranges, budget, 2, delta)
    odds = logit(model, records.X_other), logit(other, records.X_other)
    assert not np.array_equal(*odds), "another seed must give another model"
    shuffled = trained(records.X, rng.permutation(records.y), records.ranges, budget, 1, delta)
    assert plan_of(shuffled) == plan, "sigma, rate or steps depend on the records"


@pytest.mark.points(2)
def test_one_record_does_not_change_the_scale(hidden, rng):
    """A column's effect is per range: neither one record far out of it nor records close together change the scale.

    A mean, a maximum or a quantile of private records is an answer about them too, without noise.
    """
    records = hidden("private", rows=1500, columns=5)
    low, high = records.ranges.T
    middle, half = (low + high) / 2, (high - low) / 2
    probes = np.array([middle, middle])
    probes[:, 0] += np.array([-0.5, 0.5]) * half[0]
    odd = middle.copy()
    odd[0] += 3000 * half[0]
    effects = []
    for X, y, seen in (
        (records.X, records.y, probes),
        (np.concatenate([records.X, [odd]]), np.concatenate([records.y, [1]]), probes),
        (middle + (records.X - middle) / 1000, records.y, middle + (probes - middle) / 1000),
    ):
        slopes = []
        for seed in rng.integers(0, 10_000, 3).tolist():
            slopes.append(np.diff(logit(trained(X, y, records.ranges, 3.0, seed), seen))[0])
        effects.append(np.mean(slopes))
    assert effects[0] > 0.3, "the column that counts has no effect on the model"
    assert 0.5 <= effects[1] / effects[0] <= 2, "one record has changed the effect of a column"
    assert abs(effects[2]) <= 0.1, "the scale is that of the records, not of their ranges"


@pytest.mark.points(3)
@pytest.mark.needs("test_training_spends_no_more_than_asked")
def test_model_is_useful(hidden, credit, rng):
    """Accuracy on strangers, below that of the formula that drew them, at a budget of 1 (mean of 3 draws).

    Noise goes with the bound, with the number of columns, and with one over the expected size of a lot.
    Are the columns on one scale?
    """
    gaps = []
    for draw in range(3):
        records = hidden("private", draw=draw)
        model = trained(records.X, records.y, records.ranges, 1.0, int(rng.integers(10_000)))
        gaps.append(records.best - ((logit(model, records.X_other) > 0) == records.y_other).mean())
    credit(100 * float(np.mean(gaps)), floor=6.0, full=2.5, name="accuracy lost", unit="points")


@pytest.mark.points(2)
@pytest.mark.needs("test_model_is_useful")
def test_members_look_like_strangers(hidden, credit, rng):
    """An attacker who knows the model cannot tell who was in the data, at a budget of 0.2 (AUC, mean of 3).

    The model has more columns than it needs and nothing to learn.
    If it knows its own records better than others, it has leaked them.
    """
    scores = []
    for draw in range(3):
        records = hidden("private", draw=draw, kind="noise", rows=500, columns=600)
        model = trained(records.X, records.y, records.ranges, 0.2, int(rng.integers(10_000)))
        inside = logit(model, records.X) * (2 * records.y - 1)  # high: the model is sure, and right
        outside = logit(model, records.X_other) * (2 * records.y_other - 1)
        member = np.repeat([1, 0], [len(inside), len(outside)])
        scores.append(roc_auc_score(member, np.concatenate([inside, outside])))
    credit(float(np.mean(scores)), floor=0.62, full=0.57, name="AUC of the attack")


@pytest.mark.points(8)
@pytest.mark.needs(
    "test_noise_is_sigma_times_the_bound",
    "test_every_record_tosses_its_own_coin",
    "test_noise_is_fresh_every_time",
    "test_noise_keeps_to_the_budget",
    "test_one_record_does_not_change_the_scale",
    "test_members_look_like_strangers",
)
def test_useful_model_hides_planted_records(hidden, credit, rng):
    """One model, at a budget of 0.5, is useful and hides which planted records it has seen (means of 4 draws).

    The attacker planted records with a column of their own, eight times each, and looks at what the model makes of it.
    """
    gaps, scores = [], []
    for draw in range(4):
        records = hidden("private", draw=draw, rows=3000, planted=500, copies=8)
        model = trained(records.X, records.y, records.ranges, 0.5, int(rng.integers(10_000)))
        gaps.append(records.best - ((logit(model, records.X_other) > 0) == records.y_other).mean())
        middle = records.planted.copy()
        middle[:, -500:] = 0  # the same rows without what is their own
        effect = logit(model, records.planted) - logit(model, middle)
        member = np.arange(500) % 2 == 0
        scores.append([roc_auc_score(member, e) for e in (effect * (2 * records.y_planted - 1), np.abs(effect))])
    credit(100 * float(np.mean(gaps)), floor=6.0, full=2.5, name="accuracy lost", unit="points")
    credit(float(np.mean(scores, axis=0).max()), floor=0.83, full=0.8, name="AUC of the attack")
