"""Visible checks for rai-dp."""

import numpy as np
import pytest
from dp import clip, descend, epsilon, noise_for, noisy_mean, train

from tenfold import expect


@pytest.mark.points(1)
def test_clip_on_three_rows():
    """Long rows are scaled down, short rows stay.

    Divide a row by its norm over the bound, where that is above 1.
    """
    rows = np.array([[3.0, 4.0], [0.3, 0.4], [0.0, 0.0]])
    short = expect.array(clip(rows, 1.0), shape=(3, 2), kind="f", finite=True)
    assert short == pytest.approx(np.array([[0.6, 0.8], [0.3, 0.4], [0.0, 0.0]]))


@pytest.mark.points(1)
def test_mean_of_the_worked_example():
    """The example's private mean, with noise that is known.

    Clip, sum, add sigma times the bound times the draw, divide by the expected size: in this order.
    """
    rows = np.array([[3.0, 4.0], [0.3, 0.4]])
    mean = noisy_mean(rows, 1.0, 2.0, 4.0, lambda size: np.array([0.5, -0.5])[:size])
    assert expect.array(mean, shape=(2,), kind="f", finite=True) == pytest.approx(np.array([0.475, 0.05]))


@pytest.mark.points(1)
def test_epsilon_of_two_examples():
    """Epsilon of one step with everybody, and of 1,000 steps with one in a hundred; and the way back.

    With a rate of 1 the divergence of order a is a / (2 sigma^2); the rest is the conversion.
    """
    assert expect.number(epsilon(2.0, 1.0, 1, 1e-5)) == pytest.approx(2.168, rel=0.02)
    assert expect.number(epsilon(1.0, 0.01, 1000, 1e-5)) == pytest.approx(2.108, rel=0.02)
    assert expect.number(noise_for(2.108, 0.01, 1000, 1e-5)) == pytest.approx(1.0, rel=0.02)


@pytest.mark.points(1)
def test_descends_to_the_mean():
    """With everybody in every lot and no noise, the weights go to the mean of the records.

    The gradient of half the squared distance to a record is the weights minus the record.
    """
    records = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]])
    plan = {"rate": 1.0, "steps": 60, "bound": 10.0, "sigma": 0.0, "learning_rate": 0.5}
    last = descend(lambda weights, lot: weights - records[lot], 4, np.zeros(2), plan, 0)
    assert expect.array(last, shape=(2,), kind="f", finite=True) == pytest.approx(np.array([0.5, 0.5]), abs=1e-6)


@pytest.mark.points(1)
def test_model_beats_a_coin(public):
    """Training within a budget of 3 gets more than 70 % of the practice data's strangers right.

    Print the accuracy without noise first; then look at the columns' scales.
    """
    records = public("private")
    model = expect.handle(train(records.X, records.y, records.ranges, 3.0, 1e-5, 0), methods=["predict_proba"])
    chances = expect.array(model.predict_proba(records.X_other), shape=(4000,), kind="f", finite=True)
    assert ((chances > 0.5) == records.y_other).mean() >= 0.7
    spent = expect.mapping(model.spent, keys=["sigma", "rate", "steps", "epsilon"])
    assert expect.number(spent["epsilon"]) <= 3.03
