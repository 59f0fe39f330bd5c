"""Visible checks for learn-paper."""

import numpy as np
import pytest
from paper import edge, fit, predict, regret, report, score, start_weights, strength, votes, weights

from tenfold import expect

SETTING = {"rounds": 8, "band": 0.3, "leak": 0.9, "cap": 0.8, "fall": 1.0}
CALL = "fit(X_train, y_train, rounds=8, band=0.3, leak=0.9, cap=0.8, fall=1.0) of a public study"


def say(holds, called, came, wanted):
    """Fail with a sentence unless something holds."""
    if not holds:
        raise AssertionError(f"{called} gives {came}; wanted: {wanted}")


@pytest.mark.points(1)
def test_weights_keep_their_promises(rng):
    """Start weights sum to one and favour the rarer class; a weight rises with regret up to the cap, and then falls.

    Equations 1 and 6 alone. The text below each says in words what it does.
    """
    ones = int(rng.integers(5, 15))
    y, called = rng.permutation([1] * ones + [-1] * 60), f"start_weights(y) of {ones} rows of class 1 and 60 of -1"
    s = expect.array(start_weights(y), shape=(len(y),), kind="f", finite=True)
    say(abs(s.sum() - 1) <= 1e-9, called, f"a sum of {s.sum():.6g}", "a sum of 1")
    one, other = s[y == 1], s[y == -1]
    say(one.min() > other.max(), called, f"{one.min():.4g} and {other.max():.4g}", "more for a row of the rarer class")
    say(one.sum() < other.sum(), called, f"{one.sum():.4g} and {other.sum():.4g} in all", "less for the rarer class")
    m, called = np.linspace(-1, 3, 41), "weights(start, m, 1.0, 0.5) of regrets from -1 to 3"
    w = expect.array(weights(np.full(41, 0.1), m, 1.0, 0.5), shape=(41,), kind="f", finite=True)
    say(int(w.argmax()) == 20, called, f"the most where regret is {m[w.argmax()]:.3g}", "the most at the cap, 1.0")
    say(abs(w[10] - 0.1) <= 1e-9, called, f"{w[10]:.6g} where regret is 0", "the start weight there, 0.1")


@pytest.mark.points(1)
def test_stumps_by_hand(rng):
    """Votes of a small column; an edge is the same for all weights times a number; strength mirrors in zero.

    Equations 2, 3 and 4 alone.
    """
    called = "votes(np.array([0, 1, 3, nan]), 1.25, 1, 0.5)"
    found = expect.array(votes(np.array([0.0, 1.0, 3.0, np.nan]), 1.25, 1, 0.5), shape=(4,), kind="iuf").tolist()
    say(found == [-1, 0, 1, 0], called, found, "[-1, 0, 1, 0]")
    w, y, h = rng.random(30), rng.permutation(np.repeat([-1, 1], 15)), np.repeat([-1.0, 0.0, 1.0], 10)
    few = [expect.number(v) for v in expect.sequence(edge(w, y, h), length=2)]
    many = [expect.number(v) for v in expect.sequence(edge(40 * w, y, h), length=2)]
    for name, one, other in zip(("an edge", "a merit"), few, many, strict=True):
        say(abs(one - other) <= 1e-9, "edge(40 * w, y, h)", f"{name} of {other:.6g}", f"{one:.6g} as edge(w, y, h)")
    heard = f"a merit of {few[1]:.6g} beside an edge of {few[0]:.6g}"
    say(few[1] < abs(few[0]), "edge(w, y, h) with ten votes of 0", heard, "less merit, as not all rows hear it")
    up, down = (expect.number(strength(r, 50)) for r in (0.4, -0.4))
    say(abs(up + down) <= 1e-9, "strength(-0.4, 50)", f"{down:.6g}", f"{-up:.6g}, as strength(0.4, 50) is {up:.6g}")
    say(up > 0, "strength(0.4, 50)", f"{up:.6g}", "more than 0")


@pytest.mark.points(1)
def test_regret_and_training(public):
    """Regret is positive after a mistake; a trained model has the keys of the statement and beats a coin.

    Equations 5 and 7, and algorithm 1.
    """
    called = "regret(np.zeros(4), 0.7, np.array([1, 1, -1, -1]), np.ones(4), 1.0)"
    m = expect.array(regret(np.zeros(4), 0.7, np.array([1, 1, -1, -1]), np.ones(4), 1.0), shape=(4,), kind="f")
    say((m[2:] > 0).all(), called, m.tolist(), "more than 0 in rows 2 and 3, about which the stump was wrong")
    say((m[:2] < 0).all(), called, m.tolist(), "less than 0 in rows 0 and 1, about which it was right")
    study = public("ebb", wrong=0.1, number=1)[0]
    model = expect.mapping(fit(study["X_train"], study["y_train"], **SETTING))
    keys = {"column", "threshold", "gap", "direction", "alpha", "tie"}
    missing = sorted(keys - model.keys())
    say(not missing, CALL, f"a model without {', '.join(missing)}", "six keys")
    F = expect.array(score(model, study["X_test"]), shape=(600,), kind="f", finite=True)
    most = np.abs(F).max()
    say(most <= 1 + 1e-9, "score(model, X_test)", f"{most:.4g} as the largest size", "at most 1: votes over votes cast")
    found = expect.array(predict(model, study["X_test"]), shape=(600,), kind="iuf")
    share = np.mean([(found[study["y_test"] == c] == c).mean() for c in (-1, 1)])
    say(share >= 0.65, "predict(model, X_test)", f"a balanced accuracy of {share:.1%}", "65 % or more")


@pytest.mark.points(1)
def test_report_has_a_cell(public):
    """A report names a setting, a mean in percent and a standard error; it does not depend on the studies' order.

    Section 4 and appendix A.7.
    """
    studies, cells = public("ebb", wrong=0.1, number=3), []
    for given in (studies, studies[::-1]):
        cell = expect.mapping(report(given, [SETTING, {**SETTING, "rounds": 1}]), keys=["setting", "mean", "se"])
        cells.append((expect.integer(cell["setting"]), expect.number(cell["mean"]), expect.number(cell["se"])))
    called = "report of three public studies, with settings of eight rounds and of one,"
    (setting, mean, se), turned = cells
    say(setting == 0, called, f"setting {setting}", "setting 0: one stump is worse here")
    say(60 <= mean <= 100, called, f"a mean of {mean:.6g}", "a percentage from 60 to 100")
    say(0.01 <= se <= 10, called, f"a standard error of {se:.6g}", "one from 0.01 to 10")
    same = turned[0] == setting and abs(turned[1] - mean) <= 1e-9 and abs(turned[2] - se) <= 1e-9
    say(same, f"{called} in another order", turned, f"the same cell, {(setting, mean, se)}")
