"""What came of a submission, looked at: answers, reports, models; and who is asked for them, and where."""

import json
import pickle
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from tenfold import expect

DRIVER = (Path(__file__).resolve().parent / "driver.py").read_bytes()
SAME = 1e-6
"""Predictions closer than this are the same."""
MOST_BYTES = 800_000
"""Twice what a default model takes."""


@dataclass(frozen=True)
class Learner:
    """The learner's functions; what comes of them is looked at."""

    predict: Callable
    report: Callable
    dump: Callable

    def answer(self, model, X):
        """Return P(y = 1) for the rows of X, (n,)."""
        return looked_at(self.predict(model, X), len(X))

    def reported(self, model):
        """Return the AUC that a model reports."""
        return told(self.report(model))

    def dumped(self, model):
        """Return the bytes of a model, not too many."""
        return expect.blob(self.dump(model), most=MOST_BYTES)

    def alike(self, model, X, p, auc):
        """Return whether a model answers p for the rows of X, and reports auc, to within 1e-6."""
        return same(self.predict(model, X), p) and abs(self.reported(model) - auc) <= SAME

    def error(self, model, rows):
        """Return how far the report of a model is from its AUC on fresh rows."""
        return self.reported(model) - roc_auc_score(rows.y_fresh, self.answer(model, rows.X_fresh))


def looked_at(p, n):
    """Return P(y = 1) of n rows, looked at: (n,), finite, 0 to 1."""
    p = expect.array(p, shape=(n,), kind="f", finite=True)
    if not ((p >= 0) & (p <= 1)).all():
        raise expect.Unexpected("not all answers are from 0 to 1")
    return p


def told(found):
    """Return the AUC of a report, looked at: a number, 0 to 1."""
    return expect.number(expect.mapping(found, keys=["auc"])["auc"], low=0, high=1)


def same(found, wanted):
    """Return whether answers are those wanted, to within 1e-6."""
    return np.abs(looked_at(found, len(wanted)) - wanted).max() <= SAME


def asked(oracle, predict, model, kinds):
    """Ask a model about rows of every kind; they must get the answers that stand beside them."""
    wanted = iter([right for of in kinds.values() for _, right in of])
    draws = {kind: [(model, X) for X, _ in of] for kind, of in kinds.items()}
    oracle(predict, lambda *_: next(wanted), draws, same=same)


def models(oracle, train, kinds):
    """Return a model of the rows of every kind; where one cannot be trained, its kind is told."""
    found = []

    def keep(model, _):
        found.append(model)
        return True

    oracle(train, lambda *_: None, {kind: [rows.training] for kind, rows in kinds.items()}, same=keep)
    return found


def elsewhere(submission, *rows):
    """Return what another Python, whose texts are salted (-R), answers for X, y, weight, and the rows asked about."""
    submission.write("driver.py", DRIVER)
    submission.write("rows", pickle.dumps(rows))
    ran = submission.run([sys.executable, "-R", "driver.py", "rows"])
    assert ran.code == 0, "it breaks in another Python"
    try:
        return json.loads(ran.output.strip().splitlines()[-1])
    except (ValueError, IndexError, RecursionError):
        raise AssertionError("it ends another Python, or prints into its output") from None


def in_place(submission, *rows):
    """Return the answer and the report of each question of the driver's function of this name."""
    submission.write("driver.py", DRIVER)
    found = expect.sequence(submission.call("driver", "in_place", *rows), length=6)
    return [expect.sequence(each, length=2) for each in found]


def left_behind(submission, *rows):
    """Return what `train` and `predict` were given, and what they left of it."""
    submission.write("driver.py", DRIVER)
    return expect.sequence(submission.call("driver", "left_behind", *rows), length=2)


def calibration(p, y):
    """Return what was predicted and what came, in tenths of the rows by what was predicted; to be drawn."""
    tenths = np.array_split(np.argsort(p), 10)
    said, came = ([values[rows].mean() for rows in tenths] for values in (p, y))
    return {"your model": (said, came), "a calibrated one": (said, said)}
