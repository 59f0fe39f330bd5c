"""Hidden checks for ml-cv-honest. Models of `estimate` are fitted here, so each training and test row is seen."""

import json
import sys

import numpy as np
import pytest
from cv_honest import estimate, fit_predict, make_folds
from scipy.stats import norm
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tenfold import Callback, expect

SAME = 1e-6  # probabilities closer than this are the same
K, INNER = 5, 3  # the defaults of `estimate`
MOST_CALLS = 2000  # nobody needs more than 150 here
DRAWS = 6  # of each kind of study
FOLDS = """
import json
import numpy as np
from cv_honest import make_folds
job = json.load(open("job.json"))
folds = make_folds(np.array(job["y"]), 5, groups=np.array(job["groups"]), seed=job["seed"])
json.dump([sorted(int(row) for row in test) for _, test in folds], open("folds.json", "w"))
"""


def rows_of(rows, n):
    """Return row numbers, checked: 1-D integers from 0 to n - 1, none twice."""
    rows = expect.array(rows, shape=(None,), kind="iu")
    assert rows.size == 0 or (rows.min() >= 0 and rows.max() < n), "there is no row of that number"
    assert len(np.unique(rows)) == len(rows), "a row is twice in the same part of a fold"
    return rows


def folds_of(y, k, **scheme):
    """Return the submission's folds, checked: k pairs of row numbers, no row on both sides."""
    pairs = [expect.sequence(pair, length=2) for pair in expect.sequence(make_folds(y, k, **scheme), length=k)]
    folds = [tuple(rows_of(rows, len(y)) for rows in pair) for pair in pairs]
    assert all(not set(train) & set(test) for train, test in folds), "a row is in training and in test"
    return folds


def cover(folds, n):
    """Return whether each row is tested once, and trains in every other fold."""
    tested = np.concatenate([test for _, test in folds])
    return len(tested) == n == len(np.unique(tested)) and all(len(train) + len(test) == n for train, test in folds)


def answers(X, y, train, test, params):
    """Return the submission's P(y = 1) of the test rows, checked."""
    p = expect.array(fit_predict(X, y, train, test, params), shape=(len(test),), kind="f")
    assert ((p >= 0) & (p <= 1)).all(), "a probability lies between 0 and 1"
    return p


def both(y, *parts):
    """Return whether each part holds both classes."""
    return all(len(np.unique(y[rows])) == 2 for rows in parts)


def auc_of(y, rows, score):
    """Return the AUC of scores of some rows; nan where a class is missing, so that every comparison fails."""
    return roc_auc_score(y[rows], score) if both(y, rows) else np.nan


class Fits:
    """A model for `estimate` that notes what it is asked for; what is wrong with a request fails the check later."""

    def __init__(self, y, grid, score):
        self.y, self.grid, self.score = y, grid, score
        self.seen, self.wrong = [], []

    def __call__(self, train, test, params):
        """Note a fit, and return a score for each test row."""
        try:
            train, test = (rows_of(rows, len(self.y)) for rows in (train, test))
            assert min(len(train), len(test)) > 0, "a model is fitted to no rows, or tested on none"
            assert not set(train) & set(test), "a row is in training and in test of the same fit"
            which = [i for i, known in enumerate(self.grid) if type(params) is dict and params == known]
            assert which, "a model is asked for with settings that are not in the grid"
        except AssertionError as error:
            self.wrong.append(str(error))
            raise ValueError(str(error)) from None
        self.seen.append((train, test, which[0]))
        return self.score(train, test, which[0])

    def used(self, folds):
        """Return the setting of the fit that tested each outer fold."""
        found = []
        for train, test in folds:
            same = [i for a, b, i in self.seen if set(b) == set(test) and set(a) == set(train)]
            assert len(same) == 1, "each outer fold of make_folds is to be tested once, with one setting"
            found += same
        return found

    def tested(self, folds):
        """Return the mean AUC of the fits that tested the outer folds, one each."""
        used = zip(folds, self.used(folds), strict=True)
        return np.mean([auc_of(self.y, test, self.score(train, test, i)) for (train, test), i in used])

    def means(self, rows, inner, outer):
        """Return each setting's mean AUC over the inner folds on which it was tried to choose for some plain rows."""
        rows, outer, tried = set(rows), [set(test) for _, test in outer], [[] for _ in self.grid]
        for train, test, i in self.seen:
            if {*train, *test} == rows and set(test) not in outer:
                tried[i].append((train, test))
        for folds in tried:
            assert len(folds) == inner, "to choose for some rows, each setting is tried on all inner folds of them"
            assert {row for _, test in folds for row in test} == rows, "the inner folds do not test each row"
        return np.array([np.mean([auc_of(self.y, b, self.score(a, b, i)) for a, b in f]) for i, f in enumerate(tried)])

    def estimate(self, **options):
        """Return the submission's AUC and the place in the grid of the setting that it chose."""
        given = estimate(Callback(self, calls=MOST_CALLS), self.y, self.grid, **options)
        assert not self.wrong, self.wrong[0]
        found = expect.mapping(given, keys=["auc", "params"])
        chosen = expect.mapping(found["params"])
        plain = {key: expect.number(value) for key, value in chosen.items()}
        assert plain in self.grid, "the setting that is returned is not one of the grid"
        return expect.number(found["auc"], low=0, high=1), self.grid.index(plain)


def settings(rng, number):
    """Return a grid whose settings say nothing about how good they are."""
    return [{"columns": int(c), "C": float(c % 7 + 1)} for c in rng.permutation(np.arange(1, 1 + number))]


def coins(rng, n):
    """Return as many zeros as ones, in no order."""
    return rng.permutation(np.arange(n) % 2)


def even_noise(rng, y, folds):
    """Return standard normal noise that is as even as can be in each test fold and class: choices have wide margins."""
    noise = np.empty(len(y))
    for rows in (test[y[test] == label] for _, test in folds for label in (0, 1)):
        noise[rows] = norm.ppf((rng.permutation(len(rows)) + 0.5) / len(rows))
    return noise


def people(rng, n_groups, positive, most=9):
    """Return groups of unequal size, of which the first few are positive, and y; rows in no order."""
    groups = np.repeat(np.arange(n_groups), rng.integers(2, most, size=n_groups))
    order = rng.permutation(len(groups))
    names = rng.permutation(10 * n_groups)[:n_groups] - 5 * n_groups
    return names[groups][order], (groups < positive).astype(np.int64)[order]


@pytest.mark.points(1)
def test_each_fold_holds_the_rare_class(rng):
    """Each test fold holds its share of a rare class, in plain rows and where whole groups are kept.

    In plain rows the folds' counts of a class differ by one at most. With groups: which of them hold positives,
    and who deals them out to the folds?
    """
    for positives in (7, 11, 33):
        y = np.zeros(400, dtype=np.int64)
        y[:positives] = 1  # the class comes in one block, as in a sorted file
        folds = folds_of(y, K)
        assert cover(folds, len(y)), "plain rows: each row is tested once, and trains in every other fold"
        for label in (0, 1):
            counts = [int((y[test] == label).sum()) for _, test in folds]
            assert max(counts) - min(counts) <= 1, "plain rows: the folds' counts of a class differ by more than one"
    for draw in range(20):
        groups, y = people(rng, 100, positive=10)
        if draw % 2:  # a positive group has one positive row, its others are negative
            first = np.unique(groups, return_index=True)[1]
            y *= np.isin(np.arange(len(y)), first)
        assert all(both(y, test) for _, test in folds_of(y, K, groups=groups)), "groups: a test fold lacks a class"


@pytest.mark.points(1)
def test_groups_stay_whole(rng):
    """A group is on one side of a fold alone; every row is tested once.

    What will the model meet in production: new rows of the people it knows, or new people?
    """
    for name in (int, str):
        groups, y = people(rng, 80, positive=35)
        groups = np.array([name(group) for group in groups])
        folds = folds_of(y, 4, groups=groups, seed=int(rng.integers(1000)))
        for train, test in folds:
            assert not set(groups[train]) & set(groups[test]), "a group is in training and in test"
            assert 0.5 * len(y) <= 4 * len(test) <= 1.5 * len(y), "a test fold is much larger or smaller than others"
        assert cover(folds, len(y)), "each row is tested once, and trains in every other fold"


@pytest.mark.points(1)
def test_training_is_past(rng):
    """Training rows are those whose label is known before the first test day; blocks follow each other in time.

    Are the rows sorted? In which unit is the horizon? On which side is a row of the very day on which a block begins?
    """
    for horizon in (0, 1, 9):
        busy = np.cumsum(rng.integers(4, 7, size=60))  # days of 4 to 6 rows, then days of one row, some without
        day = np.cumsum([*np.isin(np.arange(200), busy), *rng.choice([1, 3], size=200)]) + 1000
        time = rng.permutation(day)
        y = coins(rng, 400)
        folds = folds_of(y, K, time=time, horizon=horizon)
        last = -np.inf
        for train, test in folds:
            assert 0.7 <= len(test) * (K + 1) / 400 <= 1.3, "test blocks are not of nearly equal size"
            start = time[test].min()
            assert start > last, "test blocks overlap, or are not in the order of time"
            assert not (time[train] + horizon >= start).any(), "a training row's label is not known in time"
            known = np.flatnonzero(time + horizon < start)
            assert sorted(train) == known.tolist(), "a row whose label was known in time is not used for training"
            last = time[test].max()
        tested = np.concatenate([test for _, test in folds])
        first = time[folds[0][1]].min()
        assert sorted(tested) == np.flatnonzero(time >= first).tolist(), "a row after the first block is never tested"


@pytest.mark.points(1)
def test_same_seed_same_folds(rng, submission):
    """The same seed gives the same folds, in another process too; another seed gives others.

    Look for every place where chance comes in, and for what the seed changes. In which order does a set of text go?
    """
    seed = int(rng.integers(1, 10_000))
    y = coins(rng, 300)
    groups, of_groups = people(rng, 60, positive=25)
    groups = groups.astype(str)

    def parts(seed):
        plain, grouped = folds_of(y, K, seed=seed), folds_of(of_groups, K, groups=groups, seed=seed)
        return [[sorted(test.tolist()) for _, test in folds] for folds in (plain, grouped)]

    first = parts(seed)
    assert parts(seed) == first, "the same seed gives other folds the second time"
    submission.write("folds.py", FOLDS.encode())
    job = {"y": of_groups.tolist(), "groups": groups.tolist(), "seed": seed}
    submission.write("job.json", json.dumps(job).encode())
    ran = submission.run([sys.executable, "-R", "folds.py"])  # -R: text has another hash in every process
    assert ran.code == 0, "make_folds fails in another process"
    try:
        again = json.loads(submission.read("folds.json", 1))
    except (ValueError, RecursionError):
        pytest.fail("another process does not say what the folds are")
    assert again == first[1], "the same seed gives other folds of groups in another process"
    assert sorted(parts(seed + 1)[0]) != sorted(first[0]), "another seed gives the same folds of plain rows"


@pytest.mark.points(2)
def test_fit_sees_training_rows_only(rng):
    """Answers do not change when anything but the training rows and the row itself does.

    Labels, medians, scales, the choice of columns: from which rows is each of them computed?
    """
    n, columns = 240, 30
    X = rng.normal(size=(n, columns))
    y = (X[:, 0] - X[:, 1] + 0.5 * rng.normal(size=n) > 0).astype(np.int64)
    X[rng.random((n, columns)) < 0.1] = np.nan
    train, test, _ = np.split(rng.permutation(n), [120, 180])  # the rest is in neither
    params = {"columns": 4, "C": 1.0}
    p = answers(X, y, train, test, params)
    assert roc_auc_score(y[test], p) >= 0.75, "the answers do not rank the test rows"
    flipped = np.where(np.isin(np.arange(n), train), y, 1 - y)
    assert np.abs(answers(X, flipped, train, test, params) - p).max() <= SAME, "labels outside the training rows matter"
    few = test[:10]
    wild = X.copy()
    others = ~np.isin(np.arange(n), [*train, *few])
    wild[others] = 50 + 200 * rng.normal(size=(others.sum(), columns))
    wild[others, 2] += 1000 * y[others]
    found = answers(wild, y, train, test, params)[:10]
    assert np.abs(found - p[:10]).max() <= SAME, "the values of other rows outside training matter"
    assert np.abs(answers(X, y, train, few, params) - p[:10]).max() <= SAME, "it matters which rows are tested together"


@pytest.mark.points(1)
def test_probabilities_are_the_pipelines(rng):
    """Probabilities agree with those of the statement's pipeline to 0.001.

    Four steps, in the statement's order, with its settings; and a probability is not a class.
    """
    for params in [{"columns": 3, "C": 0.05}, {"columns": 12, "C": 5.0}]:
        X = rng.normal(size=(300, 25)) * np.exp(rng.normal(size=25)) + rng.normal(size=25)
        X[:, :5] = np.exp(X[:, :5] / np.abs(X[:, :5]).max(axis=0) * 3)  # the mean is not the median
        z = (X - X.mean(axis=0)) / X.std(axis=0)
        y = (z[:, 0] + z[:, 1] - z[:, 7] + rng.normal(size=300) > 0.8).astype(np.int64)
        X[rng.random(X.shape) < 0.15] = np.nan
        train, test = np.split(rng.permutation(300), [180])
        model = make_pipeline(
            SimpleImputer(strategy="median"),
            StandardScaler(),
            SelectKBest(f_classif, k=params["columns"]),
            LogisticRegression(C=params["C"], max_iter=1000),
        ).fit(X[train], y[train])
        off = np.abs(answers(X, y, train, test, params) - model.predict_proba(X[test])[:, 1])
        assert off.max() <= 1e-3, "the probabilities are not those of the statement's pipeline"


@pytest.mark.points(1)
@pytest.mark.needs("test_fit_predict_gives_probabilities")
def test_noise_reads_as_noise(rng):
    """On coin tosses with 600 columns the mean AUC of the folds is 0.5; where there is a signal it is seen.

    A column that goes with the label by chance goes with the labels of the test rows too, if they helped to choose it.
    """
    aucs = {False: [], True: []}
    for draw in range(8):
        signal = draw >= 6
        X, y = rng.normal(size=(100, 600)), coins(rng, 100)
        X[:, 5] += 4 * y * signal
        for train, test in folds_of(y, K, seed=draw):
            assert both(y, train), "a training part lacks a class"
            aucs[signal].append(auc_of(y, test, answers(X, y, train, test, {"columns": 10, "C": 0.1})))
    assert np.mean(aucs[True]) >= 0.85, "a plain signal is not seen"
    assert 0.38 <= np.mean(aucs[False]) <= 0.62, "there is nothing to learn, but the folds' mean AUC is not near 0.5"


@pytest.mark.points(1)
def test_outer_rows_choose_nothing(rng):
    """The setting of a fold is chosen without that fold's test rows; the AUC is that of the whole procedure.

    Here one setting is good everywhere, and each other one on the test rows of a single fold. In the second
    half the best setting differs from fold to fold. Which rows has the number that you report already chosen on?
    """
    n, seed = 1500, int(rng.integers(1000))
    y = coins(rng, n)
    folds = folds_of(y, K, seed=seed)
    assert cover(folds, n), "each row is tested once, and trains in every other fold"
    part = np.empty(n, dtype=int)
    for i, (_, test) in enumerate(folds):
        part[test] = i
    plain, place = 1.2 * y + rng.normal(size=n), int(rng.integers(K + 1))
    scores = [np.where(part == i, y, 1 - y) + 1e-3 * rng.normal(size=n) for i in range(K)]
    scores.insert(place, plain)
    auc, chosen = Fits(y, settings(rng, K + 1), lambda train, test, i: scores[i][test]).estimate(seed=seed)
    wanted = np.mean([auc_of(y, test, plain[test]) for _, test in folds])
    assert abs(auc - wanted) <= 1e-6, "a setting was chosen on the rows that then test it"
    assert chosen == place, "the setting for all rows is not the one that is best on them"

    best = rng.choice(K, 2, replace=False)  # there the first setting ranks perfectly: AUC 1, elsewhere 0.55
    uneven, even = even_noise(rng, y, folds), even_noise(rng, y, folds) + 0.742 * y  # AUC 0.70 everywhere
    uneven += y * np.where(np.isin(part, best), 9.0, 0.178)  # all rows 0.73; without one fold 0.66 or 0.775
    scores = [uneven, even]
    auc, chosen = Fits(y, settings(rng, 2), lambda train, test, i: scores[i][test]).estimate(seed=seed)
    wanted = np.mean([auc_of(y, test, scores[i in best][test]) for i, (_, test) in enumerate(folds)])
    assert abs(auc - wanted) <= 1e-6, "the AUC is not that of choosing anew in each fold"
    assert chosen == 0, "the setting for all rows is not the one that is best on them"


@pytest.mark.points(1)
@pytest.mark.needs("test_training_is_past")
def test_best_inner_mean_is_chosen(rng):
    """The setting with the best mean AUC over the inner folds is chosen, anew for each part and for all rows.

    Each model has its own scale here, and equally good settings come twice. With days: what of inner folds that lack
    a class, and what if none is left?
    """
    k, half, seed = 8, 8, int(rng.integers(1000))
    y = coins(rng, 320)
    folds = folds_of(y, k, seed=seed)
    odd = np.arange(half) % 2  # these settings are better, and shift each model's scores
    noisy = rng.normal(size=(half, 320)) + (0.6 + 0.5 * odd)[:, None] * y

    def score(train, test, i):
        return noisy[i % half, test] + 10 * odd[i % half] * (int(train.sum()) % 13)

    fits = Fits(y, settings(rng, 2 * half), score)  # the second half of the grid is as good as the first
    auc, chosen = fits.estimate(k=k, seed=seed)
    assert abs(auc - fits.tested(folds)) <= 1e-6, "the AUC is not the mean of the outer folds' AUCs"
    choices = [*zip((train for train, _ in folds), fits.used(folds), strict=True), (np.arange(320), chosen)]
    for rows, i in choices:
        means = fits.means(rows, INNER, folds)
        assert means[i] >= means.max() - 1e-9, "a setting is chosen that has not the best mean AUC of the inner folds"
        assert i < half, "of equally good settings the first is to be chosen"

    time = rng.permutation(240)
    folds = folds_of(y[:240], 3, time=time, horizon=1)  # with 4 inner ones, no inner block of days is an outer one
    y = np.where(time > time[folds[0][0]].max(), y[:240], (time < 6) & (time % 2))  # early positives: six days alone
    noisy = rng.normal(size=(3, 240)) + np.array([[0], [2], [2]]) * y
    fits = Fits(y, settings(rng, 3), lambda train, test, i: noisy[i][test])
    auc, chosen = fits.estimate(k=3, inner=4, time=time, horizon=1)
    assert all(both(y, train, test) for train, test, _ in fits.seen), "a fold that lacks a class is not left out"
    assert abs(auc - fits.tested(folds)) <= 1e-6, "the AUC is not the mean of the outer folds' AUCs"
    for rows, i in [*zip((train for train, _ in folds), fits.used(folds), strict=True), (np.arange(240), chosen)]:
        inner = folds_of(y[rows], 4, time=time[rows], horizon=1)
        inner = [test for train, test in inner if both(y[rows], train, test)]
        means = [np.mean([auc_of(y, rows[test], noisy[j][rows[test]]) for test in inner] or [0.0]) for j in range(3)]
        assert abs(means[i] - max(means)) <= 1e-9, "with days: the setting chosen has not the best mean AUC"
        assert inner or i == 0, "with days: where no inner fold is left, take the first setting"


@pytest.mark.points(1)
@pytest.mark.needs("test_groups_stay_whole", "test_training_is_past")
def test_inner_folds_keep_the_structure(rng):
    """In every fit, those that only choose included, groups stay whole and training is past.

    Settings that remember people or weeks win a choice on folds that let them.
    """
    grid = settings(rng, 3)
    groups, y = people(rng, 120, positive=50)
    time = rng.permutation(np.cumsum(rng.choice([0, 1, 2], size=len(y))))
    for scheme in ({"groups": groups}, {"time": time, "horizon": 4}):
        folds = folds_of(y, 3, **scheme)  # with 4 inner ones, no inner block of days is an outer one
        score = y + rng.normal(size=(3, len(y))) * np.array([[2], [0.7], [5]])
        fits = Fits(y, grid, lambda train, test, i, score=score: score[i][test])
        auc, chosen = fits.estimate(k=3, inner=4, **scheme)
        for train, test, _ in fits.seen:
            if "groups" in scheme:
                assert not set(groups[train]) & set(groups[test]), "a fit has a group in training and in test"
            else:
                assert time[train].max() + 4 < time[test].min(), "a fit trains on labels that its test days precede"
        assert len(fits.seen) > 6, "no setting was tried on inner folds"
        assert abs(auc - fits.tested(folds)) <= 1e-6, "the AUC is not the mean of the outer folds' AUCs"
        assert chosen == 1, "the setting for all rows is not the one that is best on them"


@pytest.mark.points(1)
@pytest.mark.needs("test_training_is_past")
def test_folds_count_alike(rng):
    """The AUC is the mean over folds, whatever the scale of each model's scores; a fold of one class has none.

    Compare scores within a fold. And what can be ranked where all test rows, or all training rows, are of one class?
    """
    seed, grid = int(rng.integers(1000)), settings(rng, 1)
    y = coins(rng, 153)  # folds of 30 and of 31 rows
    folds = folds_of(y, K, seed=seed)
    score = y + rng.normal(size=153)
    for i, (_, test) in enumerate(folds):
        score[test] = score[test] * (i + 1) + 20 * rng.normal()
    wanted = np.mean([auc_of(y, test, score[test]) for _, test in folds])
    auc, chosen = Fits(y, grid, lambda train, test, i: score[test]).estimate(seed=seed)
    assert abs(auc - wanted) <= 1e-6, "the AUC is not the mean of the folds' AUCs"
    assert chosen == 0

    time = rng.permutation(np.cumsum(rng.choice([1, 2], size=180)))
    y = coins(rng, 180)
    score = y + rng.normal(size=180)
    folds = folds_of(y, K, time=time)
    y[folds[0][0]] = 0  # the first model would have one class to learn from
    y[folds[3][1]] = int(rng.integers(2))  # and this block one class to rank
    there = [(train, test) for train, test in folds if both(y, train, test)]
    assert len(there) == 3
    wanted = np.mean([auc_of(y, test, score[test]) for _, test in there])
    fits = Fits(y, grid, lambda train, test, i: score[test])
    auc, _ = fits.estimate(time=time)
    assert abs(auc - wanted) <= 1e-6, "a fold without both classes in training and in test is to be left out"
    assert all(both(y, train) for train, _, _ in fits.seen), "a model is fitted to rows of one class"


@pytest.mark.points(1)
def test_no_fit_is_wasted(rng):
    """At most k (inner · settings + 1) + inner · settings fits; k when there is nothing to choose.

    Count: for each outer fold every setting on each inner fold, and one fit to test; then the choice on all rows.
    """
    for number in (1, 4):
        y = coins(rng, 400)
        score = rng.normal(size=(number, 400)) + np.roll(np.linspace(2.5, 0, number), -2)[:, None] * y
        fits = Fits(y, settings(rng, number), lambda train, test, i, score=score: score[i][test])
        auc, chosen = fits.estimate(k=4, inner=2)
        most = 4 if number == 1 else 4 * (2 * number + 1) + 2 * number
        assert len(fits.seen) <= most, "there are more fits than needed"
        assert chosen == (number == 4) * 2, "the best setting is not chosen"
        assert abs(auc - fits.tested(folds_of(y, 4))) <= 1e-6, "the AUC is not the mean of the outer folds' AUCs"


@pytest.mark.points(1)
@pytest.mark.needs("test_training_is_past", "test_same_seed_same_folds")
def test_order_and_process_change_nothing(hidden, restart, rng):
    """The same study gives the same figures: in a new process, and with rows in another order where days decide.

    Which rows come first in the file says nothing about which came first.
    """
    plain, days = hidden("cv-honest", draw=1, kind="rare"), hidden("cv-honest", draw=2, kind="time")
    fits = Fits(plain.y, plain.grid, lambda a, b, i: plain.run(a, b, plain.grid[i]))
    first = fits.estimate(seed=5)
    assert abs(first[0] - fits.tested(folds_of(plain.y, K, seed=5))) <= 1e-6, "the AUC is not the outer folds' mean"
    fits = Fits(days.y, days.grid, lambda a, b, i: days.run(a, b, days.grid[i]))
    shown = fits.estimate(**days.scheme)
    assert abs(shown[0] - fits.tested(folds_of(days.y, K, **days.scheme))) <= 1e-6, "days: not the outer folds' mean"
    restart()
    again = Fits(plain.y, plain.grid, lambda a, b, i: plain.run(a, b, plain.grid[i])).estimate(seed=5)
    assert np.abs(np.subtract(again, first)).max() <= 1e-9, "the same study gives other figures in a new process"
    order = rng.permutation(len(days.y))  # row j of the new order is row order[j]
    scheme = {**days.scheme, "time": days.time[order]}
    turned = Fits(days.y[order], days.grid, lambda a, b, i: days.run(order[a], order[b], days.grid[i]))
    assert np.abs(np.subtract(turned.estimate(**scheme), shown)).max() <= 1e-6, "the order of the rows matters"


@pytest.mark.points(7)
@pytest.mark.needs(
    "test_plain_folds",
    "test_small_groups_and_days_by_hand",
    "test_fit_predict_gives_probabilities",
    "test_estimate_of_a_fixed_score",
    "test_each_fold_holds_the_rare_class",
    "test_groups_stay_whole",
    "test_training_is_past",
    "test_same_seed_same_folds",
    "test_fit_sees_training_rows_only",
    "test_probabilities_are_the_pipelines",
    "test_noise_reads_as_noise",
    "test_outer_rows_choose_nothing",
    "test_best_inner_mean_is_chosen",
    "test_inner_folds_keep_the_structure",
    "test_folds_count_alike",
    "test_no_fit_is_wasted",
    "test_order_and_process_change_nothing",
)
def test_estimates_are_true(hidden, credit):
    """The estimate is near the AUC on fresh rows: for a rare class, for noise, for new groups, for later days.

    Which of the four kinds is off, and to which side? Rehearse with the public studies.
    """
    bias, errors = [], []
    for kind in ("rare", "noise", "groups", "time"):
        off = []
        for draw in range(DRAWS):
            study = hidden("cv-honest", draw=100 + draw, kind=kind)
            fits = Fits(study.y, study.grid, lambda a, b, i, study=study: study.run(a, b, study.grid[i]))
            auc, chosen = fits.estimate(**study.scheme)
            off.append(auc - study.true_auc(study.grid[chosen]))
        bias.append(abs(np.mean(off)))
        errors += off
    credit(max(bias), floor=0.13, full=0.10, name="bias of the worst kind")
    credit(np.abs(errors).mean(), floor=0.08, full=0.06, name="mean error")
