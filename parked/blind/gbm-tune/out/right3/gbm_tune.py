"""Tune a boosted model under a budget: branches become smoothed default rates, drawn out of fold for the fit."""

import io
import json
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xgboost as xgb
from sklearn.metrics import roc_auc_score

PARAMETERS = dict(
    objective="binary:logistic",
    tree_method="hist",
    eta=0.05,
    max_depth=3,
    min_child_weight=4,
    subsample=0.75,
    colsample_bytree=0.7,
    reg_lambda=2.0,
    nthread=1,
    seed=1,
)
PRIOR = 5.0  # rows of the overall rate that each branch gets on top
PIECES = 4


@dataclass
class Model:
    """A booster, the rate of each branch, and the reported AUC."""

    booster: xgb.Booster
    rates: dict
    auc: float


def branches(X):
    """Return the branches as a list, None where missing."""
    return [b if isinstance(b, str) else None for b in X["branch"].tolist()]


def numbers(X):
    """Return a copy of the numeric columns."""
    return np.array(X[[c for c in X.columns if c != "branch"]], dtype=float)


def rates_of(names, y, w):
    """Return the smoothed default rate of each branch."""
    overall = float(np.average(y, weights=w))
    sums = {}
    for name, label, weight in zip(names, y.tolist(), w.tolist(), strict=True):
        if name is not None:
            hits, all_ = sums.get(name, (0.0, 0.0))
            sums[name] = hits + weight * label, all_ + weight
    return {name: (hits + PRIOR * overall) / (all_ + PRIOR) for name, (hits, all_) in sorted(sums.items())}


def lookup(names, rates):
    """Return the rate of each row's branch, nan where it is missing or unknown."""
    return np.array([rates.get(name, np.nan) if name is not None else np.nan for name in names], dtype=float)


def pieces(n, seed):
    """Return a number of a piece for each row, by chance but always the same."""
    return np.random.default_rng(seed).permutation(n) % PIECES


def out_of_fold(names, y, w):
    """Return the rates that rows of other pieces give to each row."""
    piece = pieces(len(y), 2)
    column = np.full(len(y), np.nan)
    for k in range(PIECES):
        inside, outside = np.flatnonzero(piece != k), np.flatnonzero(piece == k)
        rates = rates_of([names[i] for i in inside], y[inside], w[inside])
        column[outside] = lookup([names[i] for i in outside], rates)
    return column


def data(values, column, y=None, w=None):
    """Return what a booster reads."""
    return xgb.DMatrix(np.column_stack([values, column]), label=y, weight=w, nthread=1)


def grow(values, names, y, w, rounds):
    """Return a booster and the rates for new rows."""
    w = w / w.mean()
    booster = xgb.train(PARAMETERS, data(values, out_of_fold(names, y, w), y, w), rounds)
    return booster, rates_of(names, y, w)


def tune(values, names, y, w):
    """Return the rounds with the least weighted log loss on rows that neither trees nor rates have seen."""
    half = np.random.default_rng(3).permutation(len(y)) % 2
    stops = np.arange(20, 301, 20)
    loss = np.zeros(len(stops))
    for side in (0, 1):
        a, b = np.flatnonzero(half == side), np.flatnonzero(half != side)
        booster, rates = grow(values[a], [names[i] for i in a], y[a], w[a], int(stops[-1]))
        held = data(values[b], lookup([names[i] for i in b], rates))
        for i, stop in enumerate(stops):
            p = np.clip(booster.predict(held, iteration_range=(0, int(stop))).astype(float), 1e-7, 1 - 1e-7)
            loss[i] -= np.sum(w[b] * np.log(np.where(y[b] == 1, p, 1 - p)))
    return int(stops[loss.argmin()])


def train(X, y, sample_weight=None):
    """Fit on n applications: X (n, 15), y (n,) of 0 and 1, weights (n,) or None (each row counts once)."""
    values, names, y = numbers(X), branches(X), np.array(y, dtype=int)
    w = np.ones(len(y)) if sample_weight is None else np.array(sample_weight, dtype=float)
    w = w / w.mean()
    aside = len(y) // 4
    k = len(y) - aside
    rounds = tune(values[:k], names[:k], y[:k], w[:k])
    booster, rates = grow(values[:k], names[:k], y[:k], w[:k], rounds)
    scores = booster.predict(data(values[k:], lookup(names[k:], rates)))
    auc = float(roc_auc_score(y[k:], scores, sample_weight=w[k:])) if len(set(y[k:].tolist())) == 2 else 0.5
    booster, rates = grow(values, names, y, w, rounds)
    return Model(booster, rates, auc)


def predict(model, X):
    """Return P(y = 1) for each row of X, floats of shape (n,)."""
    p = model.booster.predict(data(numbers(X), lookup(branches(X), model.rates)))
    return np.clip(np.asarray(p, dtype=np.float64), 0.0, 1.0)


def report(model):
    """Return {"auc": the AUC of the last n // 4 rows, of a model that has not seen their labels}."""
    return dict(auc=model.auc)


def dump(model):
    """Return at most 800 kB from which `load` brings the model back in another process."""
    head = json.dumps({"rates": model.rates, "auc": model.auc}).encode("ascii")
    out = io.BytesIO()
    out.write(len(head).to_bytes(8, "big"))
    out.write(head)
    out.write(model.booster.save_raw("ubj"))
    return out.getvalue()


def load(data_):
    """Return the model that `dump` wrote."""
    size = int.from_bytes(data_[:8], "big")
    head = json.loads(data_[8 : 8 + size].decode("ascii"))
    booster = xgb.Booster({"nthread": 1})
    booster.load_model(bytearray(data_[8 + size :]))
    return Model(booster, head["rates"], head["auc"])
