"""Visible checks for learn-paper."""

import numpy as np
import pytest
from paper import edge, fit, predict, regret, report, score, start_weights, strength, votes, weights

from tenfold import expect

SETTING = {"rounds": 8, "band": 0.3, "leak": 0.9, "cap": 0.8, "fall": 1.0}


@pytest.mark.points(1)
def test_weights_keep_their_promises(rng):
    """Start weights sum to one and favour the rarer class; a weight rises with regret up to the cap, and then falls.

    Equations 1 and 6 alone. The text below each says in words what it does.
    """
    y = rng.permutation([1] * int(rng.integers(5, 15)) + [-1] * 60)
    s = expect.array(start_weights(y), shape=(len(y),), kind="f", finite=True)
    assert abs(s.sum() - 1) <= 1e-9
    assert s[y == 1].min() > s[y == -1].max(), "a row of the rarer class weighs more"
    assert s[y == 1].sum() < s[y == -1].sum(), "and its class still weighs less"
    m = np.linspace(-1, 3, 41)
    w = expect.array(weights(np.full(41, s[0]), m, 1.0, 0.5), shape=(41,), kind="f", finite=True)
    assert int(w.argmax()) == 20, "the top of the tent is where regret is the cap, 1.0"
    assert abs(w[10] - s[0]) <= 1e-9, "no regret: the start weight"


@pytest.mark.points(1)
def test_stumps_by_hand(rng):
    """Votes of a small column; an edge is the same for all weights times a number; strength mirrors in zero.

    Equations 2, 3 and 4 alone.
    """
    x = np.array([0.0, 1.0, 3.0, np.nan])
    assert expect.array(votes(x, 1.25, 1, 0.5), shape=(4,), kind="iuf").tolist() == [-1, 0, 1, 0]
    w, y, h = rng.random(30), rng.choice([-1, 1], size=30), rng.choice([-1.0, 0.0, 1.0], size=30)
    few = [expect.number(v) for v in expect.sequence(edge(w, y, h), length=2)]
    many = [expect.number(v) for v in expect.sequence(edge(40 * w, y, h), length=2)]
    assert few == pytest.approx(many), "edge and merit do not depend on the weights' sum"
    assert few[1] < abs(few[0]), "who is heard by fewer rows has less merit"
    up, down = (expect.number(strength(r, 50)) for r in (0.4, -0.4))
    assert up == pytest.approx(-down)
    assert up > 0


@pytest.mark.points(1)
def test_regret_and_training(rng, public):
    """Regret is positive after a mistake; a trained model has the keys of the statement and beats a coin.

    Equations 5 and 7, and algorithm 1.
    """
    y = rng.permutation([1, 1, -1, -1])
    m = expect.array(regret(np.zeros(4), 0.7, y, np.ones(4), 1.0), shape=(4,), kind="f")
    assert (m[y == -1] > 0).all(), "the stump was wrong about these"
    assert (m[y == 1] < 0).all(), "the stump was right about these"
    study = public("ebb", wrong=0.1, number=1)[0]
    model = expect.mapping(fit(study["X_train"], study["y_train"], **SETTING))
    assert {"column", "threshold", "gap", "direction", "alpha", "tie"} <= model.keys()
    F = expect.array(score(model, study["X_test"]), shape=(600,), kind="f", finite=True)
    assert np.abs(F).max() <= 1 + 1e-9, "equation 7 divides by what was cast"
    found = expect.array(predict(model, study["X_test"]), shape=(600,), kind="iuf")
    assert np.mean([(found[study["y_test"] == c] == c).mean() for c in (-1, 1)]) >= 0.65


@pytest.mark.points(1)
def test_report_has_a_cell(public):
    """A report names a setting, a mean in percent and a standard error; it does not depend on the studies' order.

    Section 4 and appendix A.7.
    """
    studies = public("ebb", wrong=0.1, number=3)
    settings = [SETTING, {**SETTING, "rounds": 1}]
    cell, turned = (
        expect.mapping(report(s, settings), keys=["setting", "mean", "se"]) for s in (studies, studies[::-1])
    )
    assert expect.integer(cell["setting"]) == 0, "one stump is the worse setting here"
    assert expect.number(cell["mean"], low=60, high=100) == pytest.approx(expect.number(turned["mean"]))
    assert expect.number(cell["se"], low=0.01, high=10) == pytest.approx(expect.number(turned["se"]))
