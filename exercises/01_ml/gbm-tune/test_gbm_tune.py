"""Visible checks for ml-gbm-tune."""

import numpy as np
import pytest
from gbm_tune import dump, load, predict, report, train
from sklearn.metrics import roc_auc_score

from tenfold import expect


def reported(model):
    """Return the AUC that a model reports, looked at."""
    return expect.number(expect.mapping(report(model), keys=["auc"])["auc"])


@pytest.mark.points(1)
def test_predict_gives_probabilities(public):
    """`predict` returns one probability a row, and defaults rank above repaid loans.

    Return P(y = 1) as an array of shape (n,), also for rows with missing values, and not the class.
    """
    loans = public("loans", rows=1000, fresh=2000)
    p = expect.array(predict(train(loans.X, loans.y), loans.X_fresh), shape=(2000,), kind="f", finite=True)
    assert p.min() >= 0, f"an answer is {p.min():.3g}; probabilities were wanted"
    assert p.max() <= 1, f"an answer is {p.max():.3g}; probabilities were wanted"
    many = len(np.unique(p))
    assert many > 100, f"2,000 rows get {many} different answers; more than 100 were wanted"
    auc = roc_auc_score(loans.y_fresh, p)
    assert auc >= 0.62, f"the AUC of the answers is {auc:.3f}; at least 0.62 was wanted, and 0.5 is chance"


@pytest.mark.points(1)
@pytest.mark.needs("test_predict_gives_probabilities")
def test_report_is_plausible(public):
    """`report` gives an AUC near that of fresh rows, and near 0.5 on coin tosses.

    Keep the last quarter of the rows aside, let them take no part in the fit, and compute the AUC on them.
    """
    loans = public("loans", rows=3000, fresh=2000)
    model = train(loans.X, loans.y)
    fresh = roc_auc_score(loans.y_fresh, expect.array(predict(model, loans.X_fresh), shape=(2000,)))
    told = reported(model)
    assert abs(told - fresh) <= 0.1, f"report says {told:.3f}; the AUC on fresh rows is {fresh:.3f}"
    tosses = public("loans", rows=1000, fresh=1, signal=False)
    told = reported(train(tosses.X, tosses.y))
    assert abs(told - 0.5) <= 0.15, f"report says {told:.3f} where y is the toss of a coin; about 0.5 was wanted"


@pytest.mark.points(1)
@pytest.mark.needs("test_predict_gives_probabilities")
def test_load_restores_the_model(public):
    """`load(dump(model))` predicts and reports what `model` does.

    `dump` returns bytes; put in everything that `predict` and `report` read.
    """
    loans = public("loans", rows=1000, fresh=200)
    model = train(loans.X, loans.y)
    copy = load(expect.blob(dump(model), most=800_000))
    before, after = (expect.array(predict(m, loans.X_fresh), shape=(200,), kind="f") for m in (model, copy))
    far = np.abs(after - before).max()
    assert far <= 1e-6, f"answers of load(dump(model)) are off by up to {far:.2g}; the model's own were wanted"
    told, again = reported(model), reported(copy)
    assert abs(again - told) <= 1e-6, f"load(dump(model)) reports {again:.6f}; {told:.6f} was wanted, as the model does"
