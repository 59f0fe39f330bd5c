"""Another way: XGBoost's scikit-learn face, one-hot branches, one fixed setting, pickled."""

import pickle

import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedShuffleSplit
from sklearn.preprocessing import OneHotEncoder
from xgboost import XGBClassifier


class Model:
    """The branches, the booster and its AUC on rows kept aside."""

    def __init__(self, X, y, weight):
        self.encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False, dtype=np.float32)
        self.encoder.fit(X.loc[X["branch"].notna(), ["branch"]])
        rows = self.prepare(X)
        rest, aside = slice(None, -(len(y) // 4)), slice(-(len(y) // 4), None)
        fit, stop = next(StratifiedShuffleSplit(1, test_size=0.3, random_state=11).split(rows[rest], y[rest]))

        trial = self.booster(700, early_stopping_rounds=30).fit(
            rows[fit],
            y[fit],
            sample_weight=weight[fit],
            eval_set=[(rows[stop], y[stop])],
            sample_weight_eval_set=[weight[stop]],
            verbose=False,
        )
        rounds = trial.best_iteration + 1
        honest = self.booster(rounds).fit(rows[rest], y[rest], sample_weight=weight[rest])
        self.auc = roc_auc_score(y[aside], honest.predict_proba(rows[aside])[:, 1], sample_weight=weight[aside])
        self.best = self.booster(rounds).fit(rows, y, sample_weight=weight)

    def booster(self, rounds, **more):
        """Return an unfitted booster of `rounds` small trees."""
        return XGBClassifier(
            n_estimators=rounds,
            learning_rate=0.06,
            grow_policy="lossguide",
            max_leaves=7,
            max_depth=0,
            min_child_weight=4,
            reg_lambda=3,
            colsample_bynode=0.5,
            n_jobs=1,
            random_state=11,
            **more,
        )

    def prepare(self, X):
        """Return (n, 14 + branches) floats; an unknown or missing branch is all zeros."""
        numbers = X.drop(columns="branch").to_numpy(dtype=np.float32)
        return np.hstack([numbers, self.encoder.transform(X[["branch"]])])


def train(X, y, sample_weight=None):
    """Fit on n applications."""
    weight = np.ones(len(y)) if sample_weight is None else sample_weight * (len(y) / sample_weight.sum())
    return Model(X, y, weight)


def predict(model, X):
    """Return P(y = 1), (n,)."""
    return model.best.predict_proba(model.prepare(X))[:, 1]


def report(model):
    """Return the AUC on the rows kept aside."""
    return {"auc": float(model.auc), "rows": "the last quarter, kept aside"}


def dump(model):
    """Return the model as bytes."""
    return pickle.dumps(model)


def load(data):
    """Return the model that `dump` wrote."""
    return pickle.loads(data)
