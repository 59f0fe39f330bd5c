"""Hidden checks for ml-gbm-tune."""

import numpy as np
import pytest
from gbm_tune import dump, load, predict, report, train
from sklearn.metrics import log_loss, roc_auc_score

from tenfold import expect

SAME = 1e-6  # predictions closer than this are the same
MOST_BYTES = 800_000  # twice what a default model takes
NOISE_SETS = 52  # their mean report has a standard error near 0.014
STRONG_SETS = 6  # of the same size and share of defaults, with a plain rule: true AUC about 0.95


def answer(model, X):
    """Return the learner's P(y = 1) for the rows of X, checked: (n,), finite, 0 to 1."""
    p = expect.array(predict(model, X), shape=(len(X),), kind="f", finite=True)
    assert ((p >= 0) & (p <= 1)).all()
    return p


def reported(model):
    """Return the AUC that the learner's model reports, checked: a number, 0 to 1."""
    return expect.number(expect.mapping(report(model), keys=["auc"])["auc"], low=0, high=1)


@pytest.mark.points(1)
@pytest.mark.needs("test_predict_gives_probabilities")
def test_one_row_as_in_a_batch(hidden, rng):
    """A row gets the same answer alone as among others.

    What your model knows about the columns must come from training and stay with the model. Look at what
    your preparation computes again at each call of `predict`.
    """
    loans = hidden("loans", draw=1, rows=1500, fresh=200)
    late, used = loans.X["branch"].fillna("B00") >= "B06", loans.X["used"].fillna(0.0) > 0.4
    model = train(loans.X, (rng.random(1500) < 0.1 + 0.4 * late + 0.4 * used).to_numpy().astype(np.int64))
    batch = answer(model, loans.X_fresh)
    alone = np.concatenate([answer(model, loans.X_fresh.iloc[[i]]) for i in range(30)])
    assert np.abs(alone - batch[:30]).max() <= SAME
    assert np.abs(answer(model, loans.X_fresh.iloc[50:90]) - batch[50:90]).max() <= SAME


@pytest.mark.points(1)
@pytest.mark.needs("test_predict_gives_probabilities")
def test_unknown_branch_counts_as_missing(hidden, rng):
    """A branch that training never saw is handled as a missing one.

    Branches open and close. Which code does your preparation give to a name that it does not know?
    """
    loans = hidden("loans", draw=2, rows=1500, fresh=100)
    closed = [f"B{i:02d}" for i in rng.choice(30, 3, replace=False)]  # not one row of theirs is left
    rows = loans.X[~loans.X["branch"].isin(closed)].reset_index(drop=True)
    even = rows["branch"].str[1:].astype(float) % 2 == 0
    share = np.where(rows["branch"].isna(), 0.5, np.where(even, 0.9, 0.1))  # of defaults
    model = train(rows, (rng.random(len(share)) < share).astype(np.int64))
    X = loans.X_fresh
    missing = answer(model, X.assign(branch=X["branch"].where(np.zeros(len(X), dtype=bool))))
    for name in ["Zürich", *closed]:
        assert np.abs(answer(model, X.assign(branch=name)) - missing).max() <= SAME


@pytest.mark.points(2)
@pytest.mark.needs("test_predict_gives_probabilities")
def test_missing_values_inform(hidden, rng):
    """That a value is missing is used, in training and in prediction.

    Here the default depends on nothing but whether one column is missing, and few rows have all their values.
    How many rows with a missing value reach your fit, and can it still tell them from the others?
    """
    loans = hidden("loans", draw=3, rows=1500, fresh=1500)
    tells, idle = rng.choice(loans.X.columns.drop("branch"), 2, replace=False)

    def lose(X):
        lost = rng.random(len(X)) < 0.5
        y = (rng.random(len(X)) < np.where(lost, 0.85, 0.15)).astype(np.int64)
        told = X[tells].fillna(loans.X[tells].median()).mask(lost)
        return X.assign(**{tells: told, idle: X[idle].mask(rng.random(len(X)) < 0.95)}), y

    model = train(*lose(loans.X))
    X, y = lose(loans.X_fresh)
    assert roc_auc_score(y, answer(model, X)) >= 0.78  # 0.85 can be had


@pytest.mark.points(2)
@pytest.mark.needs("test_predict_gives_probabilities")
def test_weights_count_everywhere(hidden, rng):
    """Weights count in the fit, in every choice and in the report.

    Here every label is the toss of a coin, and only the weights say what the rule is: rows that follow it
    count 99 times. Follow the weights from `train` to each place where a number is computed from rows.
    """
    loans = hidden("loans", draw=4, rows=1800, fresh=1000)

    old, old_fresh = ((X["age"].fillna(0.0) > 45).to_numpy() for X in (loans.X, loans.X_fresh))
    y = rng.integers(0, 2, len(loans.X))
    model = train(loans.X, y, np.where(old == (y == 1), 99.0, 1.0))
    p = answer(model, loans.X_fresh)
    assert p[old_fresh].mean() - p[~old_fresh].mean() >= 0.5  # 0.98 is the truth, 0 without weights
    assert reported(model) >= 0.75  # 0.99 is the truth, 0.5 without weights


@pytest.mark.points(1)
@pytest.mark.needs("test_weights_count_everywhere")
def test_only_ratios_of_weights_matter(hidden):
    """Dividing all weights by 1024 changes nothing.

    Some settings of a booster are sums of weights. In which unit are your weights when they meet them?
    """
    loans = hidden("loans", draw=5, rows=2000, fresh=1000, weighted=True)
    one = answer(train(loans.X, loans.y, loans.weight), loans.X_fresh)
    small = answer(train(loans.X, loans.y, loans.weight / 1024), loans.X_fresh)
    assert np.abs(one - small).mean() <= 0.01


@pytest.mark.points(1)
@pytest.mark.needs("test_predict_gives_probabilities")
def test_same_rows_same_model(hidden, restart, rng):
    """Training again on the same rows, in a new process, gives the same predictions.

    Look for every place where chance comes in: splits, samples of rows and columns, the order of a set.
    """
    loans = hidden("loans", draw=6, rows=int(rng.choice([1500, 4000])), fresh=500)
    first = answer(train(loans.X, loans.y), loans.X_fresh)
    restart()
    assert np.abs(answer(train(loans.X, loans.y), loans.X_fresh) - first).max() <= SAME


@pytest.mark.points(2)
@pytest.mark.needs("test_predict_gives_probabilities")
def test_report_is_honest(hidden, rng):
    """The reported AUC is true: near 0.5 where nothing can be learned, near the AUC of fresh rows elsewhere.

    Train on coin tosses, with and without weights, and read your own report. List every choice that looked at
    the rows it is computed on: a stopping round is a choice too.
    """

    def told_and_true(loans, y, y_fresh, weight=None):
        model = train(loans.X, y, weight)
        return reported(model), roc_auc_score(y_fresh, answer(model, loans.X_fresh))

    noise = []
    for i in range(NOISE_SETS):  # as many defaults as in the rule below
        loans = hidden("loans", draw=100 + i, rows=300, fresh=1)
        weight = rng.choice([1.0, 4.0], 300) if i % 2 else None
        noise.append(reported(train(loans.X, (rng.random(300) < 0.25).astype(np.int64), weight)))
    assert 0.43 <= np.mean(noise) <= 0.56
    assert np.mean(noise[1::2]) <= 0.62  # the weighted ones

    errors = []
    for i in range(STRONG_SETS):
        loans = hidden("loans", draw=200 + i, rows=300, fresh=1000)
        y, y_fresh = (
            (rng.random(len(X)) < np.where(X["age"] > 60, 0.98, 0.02)).astype(np.int64)
            for X in (loans.X, loans.X_fresh)
        )
        told, true = told_and_true(loans, y, y_fresh, rng.choice([1.0, 4.0], 300) if i % 2 else None)
        errors.append(told - true)
    assert abs(np.mean(errors)) <= 0.08

    errors = []
    for i in range(3):
        loans = hidden("loans", draw=300 + i, rows=3000, fresh=4000)
        told, true = told_and_true(loans, loans.y, loans.y_fresh)
        errors.append(told - true)
    assert abs(np.mean(errors)) <= 0.07


@pytest.mark.points(1)
@pytest.mark.needs("test_load_restores_the_model")
def test_bytes_are_the_whole_model(hidden, restart):
    """At most 800 kB bring the model back in a new process.

    The service that loads the bytes has never seen your training data, and loads them at each start.
    What do `predict` and `report` need, and what did you keep that they do not?
    """
    loans = hidden("loans", draw=7, fresh=500)
    model = train(loans.X, loans.y)
    before, auc = answer(model, loans.X_fresh), reported(model)
    data = expect.blob(dump(model), most=MOST_BYTES)
    restart()
    model = load(data)
    assert np.abs(answer(model, loans.X_fresh) - before).max() <= SAME
    assert abs(reported(model) - auc) <= SAME


@pytest.mark.points(1)
@pytest.mark.needs("test_predict_gives_probabilities")
def test_training_within_budget(hidden, faster, boxed):
    """Training takes at most 15 times as long as one default fit.

    Count the fits: candidates times folds. Which of the candidates have ever won?
    """
    default = boxed("default.py")

    def rows(i):
        loans = hidden("loans", draw=400 + i, rows=500, fresh=1)
        return loans.X, loans.y

    default.train(*rows(99))  # its first call loads what the later ones need
    faster(train, than=default.train, inputs=rows, at_most=15, rounds=1)


@pytest.mark.points(1)
@pytest.mark.needs("test_predict_gives_probabilities")
def test_one_row_in_time(hidden, faster, boxed):
    """One row is answered in at most 5 times what a default model takes.

    A caller waits for one answer, not for a batch. How often per call do you do what could be done once?
    """
    loans = hidden("loans", draw=8, rows=4000, fresh=60)
    default = boxed("default.py")
    model, plain = train(loans.X, loans.y), default.train(loans.X, loans.y)
    faster(
        lambda row: predict(model, row),
        than=lambda row: default.predict(plain, row),
        inputs=lambda i: (loans.X_fresh.iloc[[i]],),
        at_most=5,
        rounds=20,
    )


@pytest.mark.points(7)
@pytest.mark.needs("test_predict_gives_probabilities")
def test_probabilities_are_better(hidden, credit, boxed, figure):
    """Log loss on fresh rows is far below a default model's, where repaid loans were thinned and weighted.

    Compare your mean prediction with the share of defaults, and your log loss on rows that you fitted with
    that on rows that you did not.
    """
    default = boxed("default.py")
    ratios = []
    for i in range(2):
        loans = hidden("loans", draw=500 + i, rows=4000, weighted=True, anonymous=True)
        p = answer(train(loans.X, loans.y, loans.weight), loans.X_fresh)
        plain = default.predict(default.train(loans.X, loans.y, loans.weight), loans.X_fresh)
        ratios.append(log_loss(loans.y_fresh, p) / log_loss(loans.y_fresh, plain))
    tenths = np.array_split(np.argsort(p), 10)  # of the fresh rows, by what you predict
    said, came = ([values[rows].mean() for rows in tenths] for values in (p, loans.y_fresh))
    curves = {"your model": (said, came), "a calibrated one": (said, said)}
    figure("Calibration on fresh rows", curves, x="predicted probability", y="share of defaults")
    credit(np.mean(ratios), floor=0.76, full=0.73, name="log loss / default")


@pytest.mark.points(7)
@pytest.mark.needs(
    "test_one_row_as_in_a_batch",
    "test_unknown_branch_counts_as_missing",
    "test_missing_values_inform",
    "test_only_ratios_of_weights_matter",
    "test_same_rows_same_model",
    "test_report_is_honest",
    "test_bytes_are_the_whole_model",
    "test_training_within_budget",
    "test_one_row_in_time",
)
def test_ranking_is_better(hidden, credit, boxed):
    """AUC on fresh rows is above a default model's on the same rows.

    Smaller steps, smaller trees and a stopping round chosen on rows that the fit has not seen; then look
    at how much of each column and row a tree may use.
    """
    default = boxed("default.py")
    gains = []
    for i in range(3):
        loans = hidden("loans", draw=600 + i, anonymous=True)
        plain = default.predict(default.train(loans.X, loans.y), loans.X_fresh)
        mine = answer(train(loans.X, loans.y), loans.X_fresh)
        gains.append(roc_auc_score(loans.y_fresh, mine) - roc_auc_score(loans.y_fresh, plain))
    credit(np.mean(gains), floor=0.017, full=0.020, name="AUC gain")
