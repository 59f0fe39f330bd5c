"""Wrong idea: sixty seeds are better than one, and nobody waits for an answer."""

import pickle

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score
from xgboost import XGBClassifier


def encode(X, levels):
    """Return X with `branch` as codes of the training levels."""
    known = X["branch"].where(X["branch"].isin(levels))
    return X.assign(branch=pd.Categorical(known, categories=levels))


def fit(X, y, weight, count):
    """Return `count` models that differ by their seed."""
    settings = {"n_estimators": 10, "max_depth": 4, "learning_rate": 0.2, "subsample": 0.8, "n_jobs": 1}
    models = [XGBClassifier(enable_categorical=True, random_state=i, **settings) for i in range(count)]
    return [model.fit(X, y, sample_weight=weight) for model in models]


def train(X, y, sample_weight=None):
    """Fit on n applications."""
    weight = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, dtype=float)
    weight = weight / weight.mean()
    levels = sorted(X["branch"].dropna().unique())
    used, kept = np.split(np.arange(len(y)), [len(y) - len(y) // 4])
    trial = {"models": fit(encode(X.iloc[used], levels), y[used], weight[used], 1), "levels": levels}
    auc = roc_auc_score(y[kept], predict(trial, X.iloc[kept]), sample_weight=weight[kept])
    return {"models": fit(encode(X, levels), y, weight, 60), "levels": levels, "auc": float(auc)}


def predict(model, X):
    """Return P(y = 1), (n,)."""
    X = encode(X, model["levels"])
    return np.mean([each.predict_proba(X)[:, 1] for each in model["models"]], axis=0)


def report(model):
    """Return the AUC on the rows kept aside."""
    return {"auc": model["auc"]}


def dump(model):
    """Return the model as bytes."""
    return pickle.dumps(model)


def load(data):
    """Return the model that `dump` wrote."""
    return pickle.loads(data)
