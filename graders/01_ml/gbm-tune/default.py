"""What one gets without tuning: XGBoost with its defaults, one fit. The checks compare with it, on the same rows."""

import numpy as np
import pandas as pd
import xgboost as xgb


class Default:
    """A default classifier and the branches it was trained on."""

    def __init__(self, X: pd.DataFrame, y: np.ndarray, sample_weight: np.ndarray | None):
        self.levels = sorted(X["branch"].dropna().unique())
        self.model = xgb.XGBClassifier(enable_categorical=True, n_jobs=1)
        self.model.fit(self.encode(X), y, sample_weight=sample_weight)

    def encode(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return X with `branch` as codes of the training levels."""
        return X.assign(branch=pd.Categorical(X["branch"], categories=self.levels))


def train(X: pd.DataFrame, y: np.ndarray, sample_weight: np.ndarray | None = None) -> Default:
    """Fit the default model."""
    return Default(X, y, sample_weight)


def predict(model: Default, X: pd.DataFrame) -> np.ndarray:
    """Return P(y = 1), (n,)."""
    return model.model.predict_proba(model.encode(X))[:, 1]
