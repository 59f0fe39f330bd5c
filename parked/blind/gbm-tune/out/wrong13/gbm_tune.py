# Breaks: "The same rows give the same model: training again, in another process and after other calls, gives the same predictions to within 1e-6."
# Why: branches are numbered in the order of a set of texts, which differs from process to process, and the number is used as a number.
"""Tune a boosted model under a budget: xgboost.train, native categories, rounds by cross-validation."""

import math
import pickle
import zlib
from typing import Any

import numpy as np
import pandas as pd
import xgboost as xgb
from sklearn.metrics import roc_auc_score

Model = Any  # a dict: booster, levels of branch, AUC

SETTING = {
    "objective": "binary:logistic",
    "tree_method": "hist",
    "eta": 0.05,
    "max_depth": 3,
    "min_child_weight": 3.0,
    "subsample": 0.8,
    "colsample_bytree": 0.7,
    "reg_lambda": 3.0,
    "max_cat_to_onehot": 4,
    "nthread": 1,
    "seed": 5,
}
STEP, MOST, FOLDS = 20, 320, 3


def levels_of(X: pd.DataFrame) -> dict[str, int]:
    """Return a number for each branch that occurs."""
    return {name: i for i, name in enumerate({b for b in X["branch"].tolist() if isinstance(b, str)})}


def encode(X: pd.DataFrame, levels: dict[str, int]) -> np.ndarray:
    """Return numbers alone; a branch that is missing or unknown is nan."""
    numbers = X.drop(columns="branch").to_numpy(dtype=np.float64)
    branch = [levels.get(b, math.nan) if isinstance(b, str) else math.nan for b in X["branch"].tolist()]
    return np.column_stack([numbers, np.array(branch, dtype=np.float64)])


def matrix(rows: np.ndarray, y: np.ndarray | None = None, weight: np.ndarray | None = None) -> xgb.DMatrix:
    """Return what a booster reads."""
    return xgb.DMatrix(rows, label=y, weight=weight, nthread=1)


def fit(rows: np.ndarray, y: np.ndarray, weight: np.ndarray, rounds: int) -> xgb.Booster:
    """Return a booster; weights are on average 1, as min_child_weight and lambda expect."""
    return xgb.train(SETTING, matrix(rows, y, weight / weight.mean()), num_boost_round=rounds)


def losses(p: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the log loss of each row."""
    p = np.clip(p.astype(np.float64), 1e-7, 1 - 1e-7)
    return -np.where(y == 1, np.log(p), np.log1p(-p))


def choose_rounds(rows: np.ndarray, y: np.ndarray, weight: np.ndarray) -> int:
    """Return the number of rounds with the least weighted log loss on rows outside the fit."""
    fold = np.random.default_rng(0).permutation(len(y)) % FOLDS
    stops = list(range(STEP, MOST + 1, STEP))
    total = np.zeros(len(stops))
    for f in range(FOLDS):
        inside, outside = fold != f, fold == f
        booster = fit(rows[inside], y[inside], weight[inside], MOST)
        data = matrix(rows[outside])
        for i, stop in enumerate(stops):
            p = booster.predict(data, iteration_range=(0, stop))
            total[i] += np.sum(weight[outside] * losses(p, y[outside]))
    return stops[int(np.argmin(total))]


def train(X: pd.DataFrame, y: np.ndarray, sample_weight: np.ndarray | None = None) -> Model:
    """Fit on n applications: X (n, 15), y (n,) of 0 and 1, weights (n,) or None (each row counts once)."""
    y = np.array(y, dtype=np.int64)
    weight = np.ones(len(y)) if sample_weight is None else np.array(sample_weight, dtype=np.float64)
    weight = weight / weight.mean()
    rest = len(y) - len(y) // 4
    levels = levels_of(X.iloc[:rest])
    rows = encode(X, levels)
    rounds = choose_rounds(rows[:rest], y[:rest], weight[:rest])
    trial = fit(rows[:rest], y[:rest], weight[:rest], rounds)
    auc = 0.5
    if len(np.unique(y[rest:])) == 2:
        auc = float(roc_auc_score(y[rest:], trial.predict(matrix(rows[rest:])), sample_weight=weight[rest:]))
    levels = levels_of(X)  # the report is made: all rows may be used
    booster = fit(encode(X, levels), y, weight, rounds)
    return {"booster": booster, "levels": levels, "auc": auc}


def predict(model: Model, X: pd.DataFrame) -> np.ndarray:
    """Return P(y = 1) for each row of X, floats of shape (n,)."""
    p = model["booster"].predict(matrix(encode(X, model["levels"])))
    return np.clip(p.astype(np.float64), 0.0, 1.0)


def report(model: Model) -> dict[str, float]:
    """Return {"auc": the AUC of the last n // 4 rows, of a model that has not seen their labels}."""
    return {"auc": model["auc"]}


def dump(model: Model) -> bytes:
    """Return at most 800 kB from which `load` brings the model back in another process."""
    facts = {"raw": bytes(model["booster"].save_raw("ubj")), "levels": model["levels"], "auc": model["auc"]}
    return zlib.compress(pickle.dumps(facts), 6)


def load(data: bytes) -> Model:
    """Return the model that `dump` wrote."""
    facts = pickle.loads(zlib.decompress(data))
    booster = xgb.Booster({"nthread": 1})
    booster.load_model(bytearray(facts["raw"]))
    return {"booster": booster, "levels": facts["levels"], "auc": facts["auc"]}
