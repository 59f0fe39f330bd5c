"""Visible checks for ml-gbm-tune."""

import numpy as np
import pytest
from gbm_tune import dump, load, predict, report, train
from sklearn.metrics import roc_auc_score

from tenfold import expect


@pytest.mark.points(1)
def test_predict_gives_probabilities(public):
    """`predict` returns one probability a row, and defaults rank above repaid loans.

    Return P(y = 1) as an array of shape (n,), also for rows with missing values, and not the class.
    """
    loans = public("loans", rows=1000, fresh=2000)
    p = expect.array(predict(train(loans.X, loans.y), loans.X_fresh), shape=(2000,), kind="f", finite=True)
    assert p.min() >= 0
    assert p.max() <= 1
    assert len(np.unique(p)) > 100
    assert roc_auc_score(loans.y_fresh, p) >= 0.62


@pytest.mark.points(1)
@pytest.mark.needs("test_predict_gives_probabilities")
def test_report_is_plausible(public):
    """`report` gives an AUC near that of fresh rows, and near 0.5 on coin tosses.

    Keep rows aside that take no part in the fit, and compute the AUC on them.
    """
    loans = public("loans", rows=3000, fresh=2000)
    model = train(loans.X, loans.y)
    fresh = roc_auc_score(loans.y_fresh, expect.array(predict(model, loans.X_fresh), shape=(2000,)))
    told = expect.number(expect.mapping(report(model), keys=["auc"])["auc"])
    assert abs(told - fresh) <= 0.1
    tosses = public("loans", rows=1000, fresh=1, signal=False)
    told = expect.number(expect.mapping(report(train(tosses.X, tosses.y)), keys=["auc"])["auc"])
    assert abs(told - 0.5) <= 0.15


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
    assert np.abs(after - before).max() <= 1e-6
    told, again = (expect.number(expect.mapping(report(m), keys=["auc"])["auc"]) for m in (model, copy))
    assert abs(again - told) <= 1e-6
