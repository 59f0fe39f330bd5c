"""The model that `estimate` fits, which notes what it is asked for; and what `estimate` must ask and answer."""

from pathlib import Path

import numpy as np
from scipy.stats import rankdata

from tenfold.datasets import module
from tenfold.expect import Unexpected, array, mapping, number

both = module(Path(__file__).with_name("folds.py")).both
SAME = 1e-9
"""How far an AUC may be from the right one."""


def auc_of(labels, scores):
    """Return the AUC: ties count half."""
    ones = int(labels.sum())
    return (rankdata(scores)[labels == 1].sum() - ones * (ones + 1) / 2) / (ones * (len(labels) - ones))


class Fits:
    """A model for `estimate`: notes each fit, and what is wrong with a request."""

    def __init__(self, study):
        self.study, self.seen, self.wrong = study, [], []

    def __call__(self, train, test, params):
        """Note a fit, and return a score for each test row."""
        try:
            self.seen.append((_rows(train, len(self.study.y)), _rows(test, len(self.study.y)), self._place(params)))
        except Unexpected as error:
            self.wrong.append(error)
            raise ValueError(str(error)) from None
        return self.study.score(train, test, self.seen[-1][2])

    def _place(self, params):
        """Return the place of a setting in the grid, the first of equal ones."""
        if type(params) is not dict or params not in self.study.grid:
            raise Unexpected("run is given a setting that is not in the grid")
        return self.study.grid.index(params)

    def answer(self, found):
        """Return the AUC and the place of the setting that came, looked at."""
        if self.wrong:
            raise self.wrong[0]
        return figures(found, self.study.grid)


def figures(found, grid):
    """Return the AUC and the place of the setting in an answer, looked at."""
    found = mapping(found, keys=["auc", "params"])
    auc, params = number(found["auc"]), mapping(found["params"])
    if not 0 <= auc <= 1:
        raise Unexpected("an AUC that is not from 0 to 1")
    if params not in grid:
        raise Unexpected("a setting that is not in the grid")
    return auc, grid.index(params)


def _rows(rows, n):
    """Return the row numbers of a request as bytes, the same in whatever order they come."""
    if not isinstance(rows, np.ndarray):
        raise Unexpected("run is given rows that are no NumPy array")
    rows = np.sort(array(rows, shape=(None,), kind="iu")).astype(np.int64)
    if not (len(rows) and rows[0] >= 0 and rows[-1] < n and (np.diff(rows) > 0).all()):
        raise Unexpected("run is given no rows, a row twice, or one that is not there")
    return rows.tobytes()


class Plan:
    """What `estimate` must do for a study.

    Parameters
    ----------
    study
        What it is given.
    outer
        The folds of all rows.
    inner
        For the training rows of each outer fold that is kept, and at last for all rows: these rows, and folds of them.
    """

    def __init__(self, study, outer, inner):
        self.study = study
        self.outer = [fold for fold in outer if both(study.y, *fold)]
        self.parts = [
            [(rows[a], rows[b]) for a, b in folds if both(study.y, rows[a], rows[b])] for rows, folds in inner
        ]
        self.trials = {(a.tobytes(), b.tobytes()) for part in self.parts for a, b in part}
        self.tests = {(a.tobytes(), b.tobytes()) for a, b in self.outer}
        settings = range(len(study.grid))
        self._best = [self._first_best([self._aucs(part, i) for i in settings]) for part in self.parts] or [[0]]

    def _aucs(self, folds, i):
        return [auc_of(self.study.y[test], self.study.score(train, test, i)) for train, test in folds]

    @staticmethod
    def _first_best(aucs):
        """Return the settings that may be taken: the first of equals; more where rounding decides between two."""
        means = [np.mean(each or [0.0]) for each in aucs]
        return [i for i, each in enumerate(aucs) if means[i] >= max(means) - SAME and aucs.index(each) == i]

    def chosen(self, i):
        """Return whether a setting is the one to fit with on all rows."""
        return i in self._best[-1]

    def reports(self, auc):
        """Return whether an AUC is the mean over the outer folds, each with the setting chosen for it."""
        bests = self._best[:-1] if len(self._best) > 1 else self._best * len(self.outer)
        aucs = [[self._aucs([fold], i)[0] for i in best] for fold, best in zip(self.outer, bests, strict=True)]
        low, high = (np.mean([take(some) for some in aucs]) for take in (min, max))
        return low - SAME <= auc <= high + SAME

    def agrees(self, auc, place):
        """Return whether both figures are right."""
        return self.chosen(place) and self.reports(auc)


def fold_mean(found, wanted):
    """Return whether each outer fold is tested once and the AUC is their mean, where there is nothing to choose."""
    fits, plan = wanted
    auc, _ = fits.answer(found)
    asked = {fit[:2] for fit in fits.seen}
    if asked - plan.tests:
        raise Unexpected("a model is fitted, or tested, on rows that are no fold, or one that lacks a class")
    if plan.tests - asked:
        raise Unexpected("a fold of make_folds is not tested")
    if not plan.reports(auc):
        raise Unexpected("the AUC is not the mean of the folds' AUCs")
    return True


def structure(found, wanted):
    """Return whether every fit is for a fold of the statement, and every setting is tried on each inner fold."""
    fits, plan = wanted
    fits.answer(found)
    if {fit[:2] for fit in fits.seen} - plan.tests - plan.trials:
        raise Unexpected("a model is fitted, or tested, on rows that are no outer or inner fold of the statement")
    if {(*pair, i) for pair in plan.trials for i in plan.study.settings} - set(fits.seen):
        raise Unexpected("a setting is not tried on an inner fold of the statement")
    if plan.tests - {fit[:2] for fit in fits.seen}:
        raise Unexpected("an outer fold is not tested")
    return True


def choice(found, wanted):
    """Return whether the best setting is taken in each fold and for all rows."""
    fits, plan = wanted
    auc, place = fits.answer(found)
    if not plan.chosen(place):
        raise Unexpected("the setting for all rows is not the first with the best mean AUC of the inner folds")
    if not plan.reports(auc):
        raise Unexpected("the AUC is not that of the first setting with the best mean, chosen anew for each fold")
    return True


def count(found, wanted):
    """Return whether there are no more fits than the statement allows."""
    fits, plan = wanted
    fits.answer(found)
    k, inner, settings = plan.study.k, plan.study.inner, len(plan.study.grid)
    most = k if settings == 1 else k * (inner * settings + 1) + inner * settings
    if len(fits.seen) > most:
        raise Unexpected("more fits than allowed")
    return True


def everything(found, wanted):
    """Return whether fits, choices, AUC and count are all those of the statement."""
    return all(look(found, wanted) for look in (structure, choice, count))
