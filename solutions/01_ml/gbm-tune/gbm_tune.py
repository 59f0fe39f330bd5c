"""Tune a boosted model under a budget: XGBoost, two depths, and a report from rows kept aside."""

import json

import numpy as np
import pandas as pd
import xgboost as xgb
from sklearn.metrics import roc_auc_score

SEED = 0
ROUNDS = 500  # more than ever needed: early stopping chooses
PATIENCE = 25
PARAMS = {
    "objective": "binary:logistic",
    "eval_metric": "logloss",  # what we want to be small, so what stops the fit
    "eta": 0.08,  # small steps: many weak trees average better than few strong ones
    "min_child_weight": 5,  # a leaf rests on about 5 / (p (1 - p)), some 30 rows
    "subsample": 0.8,
    "colsample_bytree": 0.6,  # trees that differ from each other, and less time
    "nthread": 1,
    "seed": SEED,
}
DEPTHS = (2, 4)  # the one setting that is tuned: how many columns may interact


def train(X: pd.DataFrame, y: np.ndarray, sample_weight: np.ndarray | None = None) -> xgb.Booster:
    """Fit on (n, p) applications; the levels and the honest AUC travel inside the booster."""
    y = np.asarray(y)
    weight = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, dtype=float)
    weight = weight / weight.mean()  # min_child_weight and lambda count in these units
    levels = sorted(X["branch"].dropna().unique())
    data = xgb.DMatrix(encode(X, levels), y, weight=weight, enable_categorical=True)

    # Kept: nothing below looks at these rows until every choice is made.
    used, kept = np.split(np.arange(len(y)), [len(y) - len(y) // 4])
    params, rounds = choose(data.slice(used))
    trial = xgb.train(params, data.slice(used), rounds)
    auc = roc_auc_score(y[kept], trial.predict(data.slice(kept)), sample_weight=weight[kept])

    model = xgb.train(params, data, rounds)  # the choices stand; every row may help now
    model.set_attr(levels=json.dumps(levels), auc=repr(float(auc)))
    return model


def choose(data: xgb.DMatrix) -> tuple[dict, int]:
    """Return the parameters and the number of rounds with the least cross-validated log loss."""
    best = (np.inf, {}, 0)
    for depth in DEPTHS:
        params = PARAMS | {"max_depth": depth}
        loss = xgb.cv(
            params, data, ROUNDS, nfold=3, stratified=True, early_stopping_rounds=PATIENCE, seed=SEED, as_pandas=False
        )["test-logloss-mean"]  # (rounds kept,), weighted as the fit is
        best = min(best, (min(loss), params, len(loss)), key=lambda trial: trial[0])
    return best[1], best[2]


def encode(X: pd.DataFrame, levels: list[str]) -> pd.DataFrame:
    """Return X with `branch` as codes of the training levels; any other branch is missing."""
    known = X["branch"].where(X["branch"].isin(levels))
    return X.assign(branch=pd.Categorical(known, categories=levels))


def predict(model: xgb.Booster, X: pd.DataFrame) -> np.ndarray:
    """Return P(y = 1) for each row, (n,)."""
    levels = json.loads(model.attr("levels"))
    return model.predict(xgb.DMatrix(encode(X, levels), enable_categorical=True)).astype(float)


def report(model: xgb.Booster) -> dict[str, float]:
    """Return the AUC on rows that took part in no choice."""
    return {"auc": float(model.attr("auc"))}


def dump(model: xgb.Booster) -> bytes:
    """Return everything that `predict` and `report` need."""
    return bytes(model.save_raw("ubj"))


def load(data: bytes) -> xgb.Booster:
    """Return the model that `dump` wrote."""
    model = xgb.Booster()
    model.load_model(bytearray(data))
    return model
