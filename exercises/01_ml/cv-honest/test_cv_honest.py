"""Visible checks for ml-cv-honest."""

import numpy as np
import pytest
from cv_honest import estimate, fit_predict, make_folds
from sklearn.metrics import roc_auc_score

from tenfold import expect

GRID = [{"columns": columns, "C": C} for columns in (3, 10) for C in (0.1, 10.0)]


def pairs(call, folds, k, n):
    """Return the folds that a call gave, looked at: k pairs of 1-D int arrays of row numbers."""
    found = [
        tuple(expect.array(rows, shape=(None,), kind="iu") for rows in expect.sequence(fold, length=2))
        for fold in expect.sequence(folds, length=k)
    ]
    for rows in [rows for fold in found for rows in fold]:
        assert all(0 <= row < n for row in rows.tolist()), f"{call} gave the rows {rows.tolist()[:9]} …; there are {n}"
        assert (np.diff(rows) > 0).all(), f"{call} gave the rows {rows.tolist()[:9]} …; rising ones were wanted"
    return found


@pytest.mark.points(1)
def test_plain_folds(public):
    """Five folds of plain rows: each row is tested once, and trains in the other four.

    Each test fold holds its share of both classes: look for a splitter that is told y.
    """
    y = public("cv-honest", kind="rare").y
    folds, share = pairs("make_folds(y, 5)", make_folds(y, 5), 5, 700), int(y.sum()) / 5
    for i, (train, test) in enumerate(folds):
        assert sorted([*train, *test]) == list(range(700)), f"fold {i}: not each row is on one side of it"
        positives = int(y[test].sum())
        assert abs(positives - share) < 1, (
            f"fold {i} tests {positives} positives; {share:g}, up to one row, were wanted"
        )
    tested = sorted(row for _, test in folds for row in test.tolist())
    assert tested == list(range(700)), f"{len(set(tested))} of 700 rows are tested, {len(tested)} times in all"


@pytest.mark.points(1)
def test_sixteen_people_by_hand():
    """Sixteen people with three rows each, two folds: a person is on one side of a fold alone.

    The model will meet new people. Whom does it know from training?
    """
    groups, y = np.array(list("abcdefghijklmnop" * 3)), np.array([0, 1] * 24)
    call = "make_folds(y, 2, groups=[a, b, c, d, e, …])"
    for train, test in pairs(call, make_folds(y, 2, groups=groups), 2, 48):
        assert sorted([*train, *test]) == list(range(48)), f"{call}: not each row is on one side of each fold"
        trained, tested = ("".join(sorted(set(groups[rows].tolist()))) for rows in (train, test))
        assert not set(trained) & set(tested), f"a fold trains on the people {trained} and tests {tested}"
        assert 4 <= len(tested) <= 12, f"a fold tests the people {tested}; 4 to 12 of 16 were wanted"


@pytest.mark.points(1)
def test_twelve_days_by_hand():
    """Twelve days, two blocks to test, labels that are known two days later.

    A row may train when its day plus the horizon lies before the first test day. Rows come in no order.
    """
    time = np.array([7, 3, 11, 0, 8, 1, 10, 4, 2, 9, 6, 5])
    folds = pairs("make_folds", make_folds(time % 2, 2, time=time, horizon=2), 2, 12)
    wanted = [([0, 1], [4, 5, 6, 7]), ([0, 1, 2, 3, 4, 5], [8, 9, 10, 11])]
    for i, (fold, right) in enumerate(zip(folds, wanted, strict=True)):
        for name, rows, days in zip(("trains on", "tests"), fold, right, strict=True):
            assert sorted(time[rows].tolist()) == days, (
                f"fold {i} {name} days {sorted(time[rows].tolist())}, not {days}"
            )


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
    assert p.min() >= 0, f"an answer is {p.min():.3g}; a probability was wanted"
    assert p.max() <= 1, f"an answer is {p.max():.3g}; a probability was wanted"
    auc = roc_auc_score(study.y[test], p)
    assert auc >= 0.65, f"the AUC of the answers is {auc:.3f}; the pipeline has 0.89"


@pytest.mark.points(1)
@pytest.mark.needs("test_plain_folds")
def test_estimate_of_a_fixed_score(rng):
    """With one setting there is nothing to choose: the mean of five AUCs.

    The folds are those of `make_folds`. Take the AUC of each test fold, and then the mean of the five.
    """
    y = rng.permutation(np.arange(200) % 2)
    score = y + rng.normal(size=200)
    folds, again = (pairs("make_folds(y, 5, seed=3)", make_folds(y, 5, seed=3), 5, 200) for _ in "12")
    same = all(np.array_equal(a, b) for (_, a), (_, b) in zip(folds, again, strict=True))
    assert same, "make_folds(y, 5, seed=3) gave other folds the second time"
    found = estimate(lambda train, test, params: score[test], y, [{"columns": 3}], seed=3)
    found = expect.mapping(found, keys=["auc", "params"])
    auc, wanted = expect.number(found["auc"]), np.mean([roc_auc_score(y[test], score[test]) for _, test in folds])
    assert abs(auc - wanted) <= 1e-9, f"estimate gave an AUC of {auc:.4f}; {wanted:.4f} was wanted"
    params = expect.mapping(found["params"])
    assert params == {"columns": 3}, f"estimate gave the setting {params}; the only one is {{'columns': 3}}"
