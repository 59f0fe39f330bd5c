"""Visible checks for ml-cv-honest."""

import numpy as np
import pytest
from cv_honest import estimate, fit_predict, make_folds
from sklearn.metrics import roc_auc_score

from tenfold import expect

GRID = [{"columns": columns, "C": C} for columns in (3, 10) for C in (0.1, 10.0)]


def pairs(folds, k, n):
    """Return the folds, checked: k pairs of 1-D int arrays of row numbers."""
    found = [
        tuple(expect.array(rows, shape=(None,), kind="iu") for rows in expect.sequence(fold, length=2))
        for fold in expect.sequence(folds, length=k)
    ]
    assert all(set(rows.tolist()) <= set(range(n)) for fold in found for rows in fold), "there is no row of that number"
    return found


@pytest.mark.points(1)
def test_plain_folds(public):
    """Five folds of plain rows: each row is tested once, and trains in the other four.

    Each test fold holds its share of both classes: look for a splitter that is told y.
    """
    y = public("cv-honest", kind="rare").y
    tested = []
    for train, test in pairs(make_folds(y, 5), 5, 700):
        assert sorted([*train, *test]) == list(range(700)), "each row is on one side of each fold"
        positives = int(y[test].sum())
        assert abs(positives - int(y.sum()) / 5) < 1, "a fifth of the positives, up to one row, is in each test fold"
        tested += list(test)
    assert sorted(tested) == list(range(700)), "each row is tested in one fold"


@pytest.mark.points(1)
def test_small_groups_and_days_by_hand():
    """Twelve rows: four people with three rows each; then twelve days, two blocks, labels known two days later.

    A person is on one side alone. A row may train when its day plus the horizon lies before the first test day.
    """
    groups = np.array(list("abcd" * 3))
    y = np.array([0, 1, 0, 1] * 3)
    for train, test in pairs(make_folds(y, 2, groups=groups), 2, 12):
        assert sorted([*train, *test]) == list(range(12)), "each row is on one side"
        trained, tested = ("".join(sorted(set(groups[rows].tolist()))) for rows in (train, test))
        assert sorted(trained + tested) == list("abcd"), "a person is on one side alone"
        assert len(tested) == 2
    time = np.array([7, 3, 11, 0, 8, 1, 10, 4, 2, 9, 6, 5])  # rows come in no order
    (train, test), (later, last) = pairs(make_folds(y, 2, time=time, horizon=2), 2, 12)
    assert [sorted(time[rows].tolist()) for rows in (train, test)] == [[0, 1], [4, 5, 6, 7]]
    assert [sorted(time[rows].tolist()) for rows in (later, last)] == [[0, 1, 2, 3, 4, 5], [8, 9, 10, 11]]


@pytest.mark.points(1)
def test_fit_predict_gives_probabilities(public):
    """The pipeline gives a probability for each test row, and ranks rows that it was not fitted to.

    Median for missing values, standardise, keep the best columns, logistic regression: all fitted to the training rows.
    """
    study = public("cv-honest", kind="rare")
    X = study.X.copy()
    X[::7, 0] = np.nan
    train, test = np.arange(350), np.arange(350, 700)
    p = expect.array(fit_predict(X, study.y, train, test, GRID[0]), shape=(350,), kind="f")
    assert p.min() >= 0
    assert p.max() <= 1
    assert roc_auc_score(study.y[test], p) >= 0.65


@pytest.mark.points(1)
@pytest.mark.needs("test_plain_folds")
def test_estimate_of_a_fixed_score(rng):
    """With one setting there is nothing to choose: the mean of five AUCs.

    The folds are those of `make_folds`. Take the AUC of each test fold, and then the mean of the five.
    """
    y = rng.permutation(np.arange(200) % 2)
    score = y + rng.normal(size=200)
    folds = pairs(make_folds(y, 5, seed=3), 5, 200)
    found = estimate(lambda train, test, params: score[test], y, [{"columns": 3}], seed=3)
    found = expect.mapping(found, keys=["auc", "params"])
    assert expect.number(found["auc"]) == pytest.approx(
        np.mean([roc_auc_score(y[test], score[test]) for _, test in folds])
    )
    params = expect.mapping(found["params"], keys=["columns"])
    assert len(params) == 1
    assert expect.number(params["columns"]) == 3
