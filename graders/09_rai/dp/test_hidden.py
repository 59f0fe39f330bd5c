"""Hidden checks for rai-dp: one step, one run, the accountant, the model, and what the model tells about its records.

`accountant` and `gradients` have the right answers for the parts, `models` and `tables` look at trained models.
"""

from pathlib import Path

import numpy as np
import pytest
from dp import clip, descend, epsilon, noise_for, noisy_mean, train

from tenfold import expect
from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
accountant, gradients, runs = (module(HERE / f"{name}.py") for name in ("accountant", "gradients", "runs"))
models, tables = (module(HERE / f"{name}.py") for name in ("models", "tables"))

DRIVER = (HERE / "driver.py").read_bytes()
SEEDS_OF_NOTE = (0, 1, 2, 255, 256, 1000, 65_536, 2**31, 2**32 - 1)


@pytest.mark.points(2)
@pytest.mark.needs("test_clip_on_three_rows")
def test_clip_bounds_the_norm_of_each_row(oracle, rng):
    """Clipping bounds the norm of each row, whatever the other rows are, and does nothing else.

    Make one lot of a kind named above. Which norm is compared with the bound: of the lot, of a coordinate or of a row?
    What is a row of zero divided by?
    """
    oracle(clip, gradients.clipped, gradients.lots(rng))


@pytest.mark.points(2)
@pytest.mark.needs("test_clip_bounds_the_norm_of_each_row", "test_mean_of_the_worked_example")
def test_one_record_moves_the_sum_by_the_bound_at_most(rng):
    """One record more or less moves the sum by min(its norm, bound), however large its gradient.

    Which norm is bounded: that of the lot's mean, of each coordinate, or of each record's gradient?
    """
    for bound in (0.3, 1.0, 7.0):
        lot, most = gradients.three_of_note(rng, bound)
        everyone = gradients.total(noisy_mean, lot, bound)
        for i in range(3):
            moved = np.linalg.norm(everyone - gradients.total(noisy_mean, np.delete(lot, i, axis=0), bound))
            assert abs(moved - most[i]) <= 1e-6 * most[i] + 1e-9, "one record moves the sum by another length"


@pytest.mark.points(2)
@pytest.mark.needs("test_one_record_moves_the_sum_by_the_bound_at_most")
def test_noise_is_sigma_times_the_bound(oracle, rng):
    """Noise of sigma times the bound is added to the sum, once; then comes the expected size of a lot.

    The noise must hide the largest possible change of the sum: what is that, for a record that is there or not?
    Is the divisor known to everybody, or does it tell how many were in this lot? An empty lot has noise too.
    """
    draws, noises = gradients.with_noise(rng)
    oracle(noisy_mean, lambda *args: gradients.noisy(*args[:-1], noises[args[-1]]), draws)
    for noise in noises.values():
        noise.look()


@pytest.mark.points(2)
@pytest.mark.needs("test_noise_is_sigma_times_the_bound", "test_descends_to_the_mean")
def test_steps_are_plain_and_the_last_weights_come_back(rng):
    """Without noise, every step is the learning rate times the clipped sum over rate times n, and the last one counts.

    Divide by the expected size of a lot, not by the size it happens to have. A step with an empty lot is a step.
    Choosing among the weights looks at the data again.
    """
    for kind, (centres, plan, start) in runs.quiet(rng).items():
        went, sums = runs.Run(descend, centres, plan, int(rng.integers(1000)), start).moves()
        close = np.abs(went - sums) <= 1e-6 * np.maximum(np.abs(sums), plan["bound"])
        assert close[:-1].all(), f"a step is not the one of the statement, in a run {kind}"
        assert close[-1].all(), f"the weights returned are not the last ones, in a run {kind}"


@pytest.mark.points(2)
@pytest.mark.needs("test_descends_to_the_mean")
def test_every_record_tosses_its_own_coin(rng):
    """Lots are Poisson samples: each record is in each lot with the rate, independently of everything else.

    The accountant's amplification holds for this. What does it say about the size of a lot, and a record's turns?
    """
    records = rng.standard_normal((400, 3))
    plan = {"rate": 1.0, "steps": 200, "bound": 1.0, "sigma": 1.0, "learning_rate": 0.1}
    everybody = runs.Run(descend, records, {**plan, "steps": 3}, 0)
    assert everybody.here().all(), "with a rate of 1 everybody is in every lot"
    for rate in (0.05, 0.3):
        seeds = rng.choice(10_000, 2, replace=False).tolist()
        pair = [runs.Run(descend, records, {**plan, "rate": rate}, seed) for seed in seeds]
        runs.tosses_are_fair(pair)
        same = [np.array_equal(a, b) for a, b in zip(*(run.lots for run in pair), strict=True) if len(a) > 2]
        assert sum(same) <= 1, "another seed must draw other lots"
    runs.nobody_is_left_out(pair)


@pytest.mark.points(2)
@pytest.mark.needs("test_steps_are_plain_and_the_last_weights_come_back")
def test_noise_is_fresh_every_time(rng):
    """Each step, coordinate and seed has its own Gaussian noise, of sigma times the bound; the same seed the same.

    Where is the generator made: once for a run, or once for a step? Equal noise cancels out of a difference.
    """
    plan = {"rate": 0.2, "steps": 100, "bound": 0.4, "sigma": 1.7, "learning_rate": 0.5}
    crowd, few = rng.standard_normal((200, 50)), rng.standard_normal((4, 50))
    one = int(rng.integers(2000, 9000))
    two = one + int(rng.integers(1, 4))  # neighbours: a seed for each step must not be another run's
    long = [runs.Run(descend, crowd, plan, seed) for seed in (one, two)]
    long += [runs.Run(descend, few, {**plan, "rate": rate}, two + gap) for rate, gap in ((0.05, 10), (1.0, 20))]
    short = [runs.Run(descend, crowd, {**plan, "steps": 5}, seed) for seed in SEEDS_OF_NOTE]
    runs.noise_is_gaussian(long)
    runs.noise_is_never_the_same([*long, *short])
    for run in (long[0], short[0], short[-1]):
        again = runs.Run(descend, crowd, run.plan, run.seed)
        assert np.array_equal(again.weights, run.weights), "the same seed must give the same weights"


@pytest.mark.points(3)
@pytest.mark.needs("test_epsilon_of_two_examples")
def test_epsilon_is_what_the_accountant_says(oracle, rng):
    """Epsilon is that of the statement's accountant within 2 %, for every kind of plan.

    Look at amplification by sampling (once), at the sum over steps, and at what a record's absence does to sigma.
    Which orders are tried, and which numbers are too large for a float on the way?
    """
    oracle(epsilon, accountant.cost, accountant.plans(rng, 4), same=accountant.same_epsilon)


@pytest.mark.points(2)
@pytest.mark.needs("test_epsilon_is_what_the_accountant_says")
def test_noise_keeps_to_the_budget(oracle, rng):
    """The noise for a budget spends it: 98 % to 101 % of it.

    Epsilon falls as sigma grows: halve an interval, and return the end that keeps to the budget.
    """
    oracle(noise_for, lambda *asked: asked, accountant.budgets(rng, 1), same=accountant.keeps_to_the_budget)


@pytest.mark.points(2)
@pytest.mark.needs("test_noise_keeps_to_the_budget", "test_model_beats_a_coin")
def test_training_spends_no_more_than_asked(hidden, rng):
    """What training says that it did costs no more than the budget, and costs what it says.

    All steps count. Noise that no seed changes can be subtracted. When to stop is an answer about the records too.
    """
    records = hidden("private", rows=500)
    asked = ((0.2, 1e-6), (1.0, 1e-4), (3.0, 1e-5))
    made = [models.trained(train, records, budget, 0, delta) for budget, delta in asked]
    for (budget, delta), model in zip(asked, made, strict=True):
        real = accountant.cost(*models.plan_of(model), delta)
        assert real <= 1.01 * budget, "this sigma, rate and number of steps cost more than the budget"
        said = expect.number(model.spent["epsilon"])
        assert abs(said - real) <= 0.02 * real, "the epsilon in `spent` is not that of its sigma, rate and steps"
    other = models.trained(train, records, budget, 2**32 - 1, delta)
    same = np.array_equal(models.chances(model, records.X_other), models.chances(other, records.X_other))
    assert not same, "another seed must give another model"
    for kind, seen in tables.of_the_same_size(rng, records).items():
        told = models.trained(train, seen, budget, 0, delta)
        assert models.plan_of(told) == models.plan_of(model), f"sigma, rate or steps depend on the records: {kind}"
        models.chances(told, records.X_other)


@pytest.mark.points(2)
@pytest.mark.needs("test_model_beats_a_coin")
def test_rows_are_predicted_alone(hidden, rng):
    """A row's probability is the same whatever rows stand beside it, in any order, and alone.

    What does `predict_proba` compute from all rows that it is given? And what becomes of a row far out of its ranges?
    """
    records = hidden("private", rows=500, columns=5)
    model = models.trained(train, records, 3.0, int(rng.integers(10_000)))
    rows = tables.strangers(rng, records)
    together, order = models.chances(model, rows), rng.permutation(len(rows))
    turned = models.chances(model, rows[order])[np.argsort(order)]
    alone = np.concatenate([models.chances(model, row[None]) for row in rows])
    for found, how in ((turned, "in another order"), (alone, "alone")):
        assert np.allclose(found, together, rtol=1e-9, atol=1e-12), f"a row has another probability {how}"


@pytest.mark.points(2)
@pytest.mark.needs("test_rows_are_predicted_alone")
def test_one_record_does_not_change_the_scale(hidden, rng):
    """A column's effect is per range: neither one record far out of it nor records close together change the scale.

    A mean, a maximum or a quantile of private records is an answer about them too, without noise.
    """
    records = hidden("private", rows=1500, columns=5)
    odd, small = tables.with_one_far_out(rng, records), tables.closer(records, 0.001)
    near = tables.closer_ranges(records.ranges, 0.001)
    effects = []
    for seen, ranges in ((records, records.ranges), (odd, records.ranges), (small, near)):
        made = [models.trained(train, seen, 3.0, seed) for seed in rng.integers(0, 10_000, 3).tolist()]
        effects.append(np.mean([models.effects(model, ranges)[0] for model in made]))
    assert effects[0] > 0.15, "the column that counts has no effect on the model"
    assert 0.5 <= effects[1] / effects[0] <= 2, "one record has changed the effect of a column"
    assert abs(effects[2]) <= 0.05, "the scale is that of the records, not of their ranges"


@pytest.mark.points(3)
@pytest.mark.needs("test_training_spends_no_more_than_asked", "test_one_record_does_not_change_the_scale")
def test_model_is_useful(hidden, credit, rng):
    """Accuracy on strangers, below that of the formula that drew them, at a budget of 1 (mean of 3 draws).

    Noise goes with the bound, the number of columns, and one over the size of a lot. Are the columns on one scale?
    """
    gaps = []
    for draw in range(3):
        records = hidden("private", draw=draw)
        model = models.trained(train, records, 1.0, int(rng.integers(10_000)))
        gaps.append(records.best - models.right(model, records))
    credit(100 * float(np.mean(gaps)), floor=6.0, full=2.5, name="accuracy lost", unit="points")


@pytest.mark.points(5)
@pytest.mark.needs("test_model_is_useful", "test_every_record_tosses_its_own_coin", "test_noise_is_fresh_every_time")
def test_noise_hides_what_records_change(hidden, rng):
    """Other classes of some records move the model by no more than the noise that `spent` tells of can hide.

    Train on two data sets that differ in few records, with many seeds each. How far apart are the means, in standard
    deviations of one of them? What in your training sees the records, and has no noise?
    """
    seeds = rng.choice(10_000, 6, replace=False).tolist()
    many, few = (hidden("private", draw=7, rows=rows, columns=columns) for rows, columns in ((2500, 12), (500, 5)))
    for kind, pair, budget, answers in (
        ("usual records", tables.at_the_border(rng, many, 60), 1.0, models.effects),
        ("records with one value each", tables.all_else_in_the_middle(rng, many, 25), 0.2, models.effects),
        ("records in the middle", tables.of_one_kind(rng, few, 100), 0.2, models.constant),
    ):
        told = models.Neighbours(train, pair, budget, seeds, answers)
        assert told.are_hidden(), f"the noise does not hide the classes of {kind}"


@pytest.mark.points(2)
@pytest.mark.needs("test_noise_hides_what_records_change")
def test_members_look_like_strangers(hidden, credit, rng):
    """An attacker who knows the model cannot tell who was in the data, at a budget of 0.2 (AUC, mean of 3).

    There is nothing to learn. If the model knows its own records better than others, it has leaked them.
    """
    scores = []
    for draw in range(3):
        records = hidden("private", draw=draw, kind="noise", rows=500, columns=600)
        model = models.trained(train, records, 0.2, int(rng.integers(10_000)))
        scores.append(models.told_by_confidence(model, records))
    credit(float(np.mean(scores)), floor=0.62, full=0.57, name="AUC of the attack")


@pytest.mark.points(1)
@pytest.mark.needs("test_noise_is_sigma_times_the_bound", "test_model_beats_a_coin")
def test_arguments_stay_as_they_are(untouched, submission, hidden, rng):
    """No call changes the arrays and the plan that it was given.

    Who else holds the same array? What does an operation in place leave behind, one with `out=` included?
    """
    submission.write("driver.py", DRIVER)
    for name, calls in (("descend", runs.towards(rng)), ("noisy_mean", gradients.alone(rng))):
        for given in calls:
            kept = [arg for arg in given if isinstance(arg, (np.ndarray, dict))]
            _, *left = expect.sequence(submission.call("driver", name, *given), length=len(kept) + 1)
            assert expect.unchanged(left, kept), f"{name} changed what it was given"
    asked = models.arguments(hidden("private", rows=500, columns=5))
    untouched(*((clip, args) for some in gradients.lots(rng).values() for args in some[:1]), (train, asked))


@pytest.mark.points(3)
@pytest.mark.needs("test_members_look_like_strangers", "test_arguments_stay_as_they_are")
def test_nothing_is_kept_between_calls(replay, restart, submission, hidden, rng):
    """What a call gives depends on its arguments alone.

    What is there before the first call, and what after it? Which part of the arguments does a cache go by?
    """
    tables_of_two = [hidden("private", draw=draw, rows=500, columns=5) for draw in (8, 9)]
    calls = [(runs.told, submission, args) for args in runs.towards(rng)]
    calls += [(models.told, train, args) for args in models.one_argument_changed(*tables_of_two)]
    answers = []
    for order in (calls, calls[::-1]):
        submission.write("driver.py", DRIVER)
        answers.append([ask(whom, args) for ask, whom, args in order])
        restart()
    for first, second in zip(answers[0], answers[1][::-1], strict=True):
        assert np.allclose(first, second, rtol=1e-9, atol=1e-12), "a call gave another answer after other calls"
    replay(clip, epsilon, noise_for, train)


@pytest.mark.points(8)
@pytest.mark.needs("test_nothing_is_kept_between_calls")
def test_useful_model_hides_planted_records(hidden, credit, rng):
    """One model, at a budget of 0.5, is useful and hides which planted records it has seen (means of 4 draws).

    The attacker planted records with a column of their own, eight times each, and looks at what the model makes of it.
    """
    gaps, scores = [], []
    for draw in range(4):
        records = hidden("private", draw=draw, rows=3000, planted=500, copies=8)
        model = models.trained(train, records, 0.5, int(rng.integers(10_000)))
        gaps.append(records.best - models.right(model, records))
        scores.append(models.told_by_columns(model, records))
    credit(100 * float(np.mean(gaps)), floor=6.0, full=2.5, name="accuracy lost", unit="points")
    credit(float(np.mean(scores, axis=0).max()), floor=0.83, full=0.8, name="AUC of the attack")
