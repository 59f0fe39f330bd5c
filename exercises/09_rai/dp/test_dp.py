"""Visible checks: the statement's examples, a run that everybody can follow, and a first model."""

import numpy as np
import pytest
from dp import clip, descend, epsilon, noise_for, noisy_mean, train

from tenfold import expect

ROWS = np.array([[3.0, 4.0], [0.3, 0.4], [0.0, 0.0]])


def compare(called, found, wanted, tolerance):
    """Fail unless each number of an array is as near to the one wanted as the tolerance says."""
    found = expect.array(found, shape=np.shape(wanted), kind="f", finite=True)
    if not (np.abs(found - wanted) <= tolerance).all():
        raise AssertionError(f"{called} gave {found.round(6).tolist()}; {np.array(wanted).tolist()} was wanted")


@pytest.mark.points(1)
def test_clip_on_three_rows():
    """Long rows are scaled down, short rows stay.

    Divide a row by its norm over the bound, where that is above 1.
    """
    compare(f"clip({ROWS.tolist()}, 1.0)", clip(ROWS, 1.0), [[0.6, 0.8], [0.3, 0.4], [0.0, 0.0]], 1e-6)


@pytest.mark.points(1)
@pytest.mark.needs("test_clip_on_three_rows")
def test_mean_of_the_worked_example():
    """The example's private mean, with noise that is known.

    Clip, sum, add sigma times the bound times the draw, divide by the expected size: in this order.
    """
    mean = noisy_mean(ROWS[:2], 1.0, 2.0, 4.0, lambda size: np.array([0.5, -0.5])[:size])
    compare("noisy_mean of the example", mean, [0.475, 0.05], 1e-6)


@pytest.mark.points(1)
def test_epsilon_of_two_examples():
    """Epsilon of one step with everybody, and of 1,000 steps with one in a hundred; and the way back.

    With a rate of 1 the divergence of order a is a / (2 sigma^2); the rest is the conversion.
    """
    for called, function, args, wanted in (
        ("epsilon(2.0, 1.0, 1, 1e-5)", epsilon, (2.0, 1.0, 1, 1e-5), 2.168),
        ("epsilon(1.0, 0.01, 1000, 1e-5)", epsilon, (1.0, 0.01, 1000, 1e-5), 2.108),
        ("noise_for(2.108, 0.01, 1000, 1e-5)", noise_for, (2.108, 0.01, 1000, 1e-5), 1.0),
    ):
        found = expect.number(function(*args))
        if not abs(found - wanted) <= 0.02 * wanted:
            raise AssertionError(f"{called} gave {found:.5g}; {wanted} was wanted, within 2 %")


@pytest.mark.points(1)
@pytest.mark.needs("test_mean_of_the_worked_example")
def test_descends_to_the_mean():
    """With everybody in every lot and no noise, the weights go to the mean of the records.

    The gradient of half the squared distance to a record is the weights minus the record.
    """
    records = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]])
    plan = {"rate": 1.0, "steps": 60, "bound": 10.0, "sigma": 0.0, "learning_rate": 0.5}
    last = descend(lambda weights, lot: weights - records[lot], 4, np.zeros(2), plan, 0)
    compare("descend towards four records, for 60 steps without noise,", last, [0.5, 0.5], 1e-6)


@pytest.mark.points(1)
@pytest.mark.needs("test_epsilon_of_two_examples")
def test_model_beats_a_coin(public):
    """Training within a budget of 3 gets more than 70 % of the practice data's strangers right.

    Print the accuracy without noise first; then look at the columns' scales.
    """
    records = public("private")
    model = expect.handle(train(records.X, records.y, records.ranges, 3.0, 1e-5, 0), methods=["predict_proba"])
    chances = expect.array(model.predict_proba(records.X_other), shape=(4000,), kind="f", finite=True)
    right = float(((chances > 0.5) == records.y_other).mean())
    assert right >= 0.7, f"the model has {100 * right:.1f} % of the strangers right; at least 70 % were wanted"
    spent = expect.number(expect.mapping(model.spent, keys=["sigma", "rate", "steps", "epsilon"])["epsilon"])
    assert spent <= 3.03, f"`spent` has an epsilon of {spent:.4g}; at most 3, and 1 % more, was wanted"
