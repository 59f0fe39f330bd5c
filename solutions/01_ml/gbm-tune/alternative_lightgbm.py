# extras: boost
"""LightGBM, the model a plain dict; the last quarter of the rows is for the report."""

import json

import lightgbm as lgb
import numpy as np
from sklearn.metrics import roc_auc_score

PARAMS = {
    "objective": "binary",
    "learning_rate": 0.05,
    "num_leaves": 7,
    "min_child_samples": 20,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "cat_smooth": 20,
    "seed": 3,
    "deterministic": True,
    "num_threads": 1,
    "verbosity": -1,
}


def matrix(X, levels):
    """Return (n, 15) floats; a branch that is unknown or missing is nan."""
    code = {level: float(i) for i, level in enumerate(levels)}
    numbers = X.drop(columns="branch").to_numpy(float)
    return np.column_stack([numbers, X["branch"].map(code).astype(float)])  # unknown and missing: nan


def train(X, y, sample_weight=None):
    """Fit on n applications."""
    levels = sorted(set(X["branch"].dropna()))
    rows, y = matrix(X, levels), np.asarray(y)
    weight = np.ones(len(y)) if sample_weight is None else np.array(sample_weight, dtype=float)
    weight *= len(weight) / weight.sum()
    aside = np.arange(len(y)) + len(y) // 4 >= len(y)
    stop = ~aside & (np.random.default_rng(5).permutation(len(y)) % 10 < 3)
    fit = ~aside & ~stop

    def data(mask):
        return lgb.Dataset(rows[mask], y[mask], weight=weight[mask], categorical_feature=[rows.shape[1] - 1])

    trial = lgb.train(PARAMS, data(fit), 600, [data(stop)], callbacks=[lgb.early_stopping(25, verbose=False)])
    rounds = max(1, trial.best_iteration)
    honest = lgb.train(PARAMS, data(~aside), rounds)
    auc = roc_auc_score(y[aside], honest.predict(rows[aside]), sample_weight=weight[aside])
    final = lgb.train(PARAMS, data(np.ones(len(y), bool)), rounds)
    return {"booster": final, "levels": levels, "auc": float(auc)}


def predict(model, X):
    """Return P(y = 1), (n,)."""
    return model["booster"].predict(matrix(X, model["levels"]))


def report(model):
    """Return the AUC on the rows kept aside."""
    return {"auc": model["auc"]}


def dump(model):
    """Return the model as bytes."""
    return json.dumps({**model, "booster": model["booster"].model_to_string()}).encode()


def load(data):
    """Return the model that `dump` wrote."""
    model = json.loads(data)
    return {**model, "booster": lgb.Booster(model_str=model["booster"])}
