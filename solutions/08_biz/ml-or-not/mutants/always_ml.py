"""A default model, trained and deployed: what one does when asked for AI."""

from sklearn.ensemble import RandomForestClassifier


def flags(case, x, y, rows):
    """Return the rows that a default forest takes for positive."""
    return RandomForestClassifier(n_estimators=30, random_state=0).fit(x, y).predict(rows) == 1


def decide(case):
    """Return a model whatever the case, trained again twice a year."""
    return {"choice": "model", "retrain_every": 6}
