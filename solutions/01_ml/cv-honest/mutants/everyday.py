"""What one writes without thinking: prepare everything, shuffle, search the grid, report the best score."""

import numpy as np
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler


def make_folds(y, k, groups=None, time=None, horizon=0, seed=0):
    """Shuffle the rows."""
    return list(KFold(k, shuffle=True, random_state=seed).split(y))


def fit_predict(X, y, train, test, params):
    """Prepare the table once, for all rows."""
    X = StandardScaler().fit_transform(SimpleImputer(strategy="median").fit_transform(X))
    X = SelectKBest(f_classif, k=params["columns"]).fit_transform(X, y)
    model = LogisticRegression(C=params["C"], max_iter=1000).fit(X[train], y[train])
    return model.predict_proba(X[test])[:, 1]


def estimate(run, y, grid, k=5, inner=3, groups=None, time=None, horizon=0, seed=0):
    """Report the best score of the grid."""
    folds = make_folds(y, k, seed=seed)
    means = [np.mean([roc_auc_score(y[test], run(train, test, params)) for train, test in folds]) for params in grid]
    best = int(np.argmax(means))
    return {"auc": float(means[best]), "params": grid[best]}
