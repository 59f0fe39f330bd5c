"""Tune a boosted model under a budget: XGBClassifier, early stopping on a slice of the rest, facts inside the booster."""

import json
from typing import Any

import numpy as np
import pandas as pd
import xgboost as xgb
from sklearn.metrics import log_loss, roc_auc_score

Model = Any  # a booster; levels of branch and the AUC are among its attributes

COMMON = {
    "objective": "binary:logistic",
    "tree_method": "hist",
    "learning_rate": 0.06,
    "subsample": 0.8,
    "colsample_bytree": 0.6,
    "reg_lambda": 4.0,
    "enable_categorical": True,
    "feature_types": ["q"] * 14 + ["c"],
    "n_jobs": 1,
    "random_state": 11,
}
CANDIDATES = ({"max_depth": 3, "min_child_weight": 3.0}, {"max_depth": 4, "min_child_weight": 6.0})


def names(X):
    """Return the branches of a table in alphabetical order."""
    branch = X["branch"]
    return sorted(set(branch[branch.notna().to_numpy()].tolist()))


def table(X, known):
    """Return the columns as floats; branch as its place among the known ones, else nan."""
    place = dict(zip(known, range(len(known)), strict=True))
    values = np.full((len(X), 15), np.nan)
    values[:, :14] = X.loc[:, [name for name in X.columns if name != "branch"]].to_numpy(dtype=float)
    present = X["branch"].notna().to_numpy()
    for row, (name, there) in enumerate(zip(X["branch"].tolist(), present, strict=True)):
        if there and name in place:
            values[row, 14] = place[name]
    return values


def classifier(setting, rounds, **more):
    """Return a classifier, not yet fitted."""
    return xgb.XGBClassifier(**COMMON, **setting, n_estimators=rounds, **more)


def choose(values, y, w):
    """Return the setting and the rounds that do best on a third of these rows."""
    draw = np.random.RandomState(4).permutation(len(y))
    hold, use = draw[: len(y) // 3], draw[len(y) // 3 :]
    best = None
    for setting in CANDIDATES:
        model = classifier(setting, 250, early_stopping_rounds=30, eval_metric="logloss")
        model.fit(
            values[use],
            y[use],
            sample_weight=w[use] / w[use].mean(),
            eval_set=[(values[hold], y[hold])],
            sample_weight_eval_set=[w[hold]],
            verbose=False,
        )
        p = model.predict_proba(values[hold])[:, 1].astype(float)
        loss = log_loss(y[hold], p, sample_weight=w[hold], labels=[0, 1])
        rounds = max(20, int(model.best_iteration + 1))
        if best is None or loss < best[0]:
            best = loss, setting, rounds
    return best[1:]


def train(X: pd.DataFrame, y: np.ndarray, sample_weight: np.ndarray | None = None) -> Model:
    """Fit on n applications: X (n, 15), y (n,) of 0 and 1, weights (n,) or None (each row counts once)."""
    y = np.array(y)
    w = np.ones(len(y)) if sample_weight is None else np.array(sample_weight, dtype=float)
    w /= w.mean()
    cut = len(y) - len(y) // 4
    values = table(X, names(X.iloc[:cut]))
    setting, rounds = choose(values[:cut], y[:cut], w[:cut])
    first = classifier(setting, rounds)
    first.fit(values[:cut], y[:cut], sample_weight=w[:cut] / w[:cut].mean())
    p = first.predict_proba(values[cut:])[:, 1]
    auc = roc_auc_score(y[cut:], p, sample_weight=w[cut:]) if 0 < y[cut:].sum() < len(y) - cut else 0.5
    known = names(X)
    final = classifier(setting, rounds)
    final.fit(table(X, known), y, sample_weight=w)
    booster = final.get_booster()
    booster.set_param({"nthread": 1})
    booster.set_attr(facts=json.dumps({"auc": float(auc), "branches": known}))
    return booster


def facts(model):
    """Return what the booster carries with it."""
    return json.loads(model.attr("facts"))


def predict(model: Model, X: pd.DataFrame) -> np.ndarray:
    """Return P(y = 1) for each row of X, floats of shape (n,)."""
    values = table(X, facts(model)["branches"])
    data = xgb.DMatrix(values, feature_types=COMMON["feature_types"], enable_categorical=True, nthread=1)
    return np.clip(model.predict(data).astype(float), 0, 1)


def report(model: Model) -> dict[str, float]:
    """Return {"auc": the AUC of the last n // 4 rows, of a model that has not seen their labels}."""
    return {"auc": float(facts(model)["auc"])}


def dump(model: Model) -> bytes:
    """Return at most 800 kB from which `load` brings the model back in another process."""
    return bytes(model.save_raw("ubj"))


def load(data: bytes) -> Model:
    """Return the model that `dump` wrote."""
    model = xgb.Booster({"nthread": 1})
    model.load_model(bytearray(data))
    return model
