"""Ebb as the paper tells it, for the checks: all stumps at once, in a box like the learner's."""

import numpy as np

EQUAL = 1e-12
BORDER = 1e-9


def cast(X, model):
    """Return the votes (rounds, n) of the stumps of a model."""
    with np.errstate(invalid="ignore"):
        far = X.T[model["column"]] - model["threshold"][:, None]
        return np.where(np.abs(far) > model["gap"][:, None] + BORDER, np.sign(far), 0.0) * model["direction"][:, None]


def stumps(X, band):
    """Return all stumps as a model: lower columns first, then higher thresholds."""
    table = []
    for j, x in enumerate(X.T):
        there = x[np.isfinite(x)]
        if there.size:
            spread = np.median(np.abs(there - np.median(there)))
            table += [(j, q, band * spread) for q in sorted(np.quantile(there, np.arange(1, 10) / 10), reverse=True)]
    column, threshold, gap = (np.array([row[i] for row in table], dtype=float) for i in range(3))
    return {"column": column.astype(int), "threshold": threshold, "gap": gap, "direction": np.ones(len(table), int)}


def fit(X, y, rounds, band, leak, cap, fall):
    """Return the model: a dict of arrays, and the class of ties."""
    every = stumps(X, band)
    H = cast(X, every)
    n, sizes = len(y), {c: np.sum(y == c) for c in (-1, 1)}
    roots = np.array([sizes[c] ** -0.5 for c in y.tolist()])
    s = roots / roots.sum()
    m, picked, signs, alphas = np.zeros(n), [], [], []
    for t in range(rounds):
        over = np.maximum(m - cap, 0) if t >= -(-rounds // 4) else np.zeros(n)
        w = s * np.exp(m - (1 + fall) * over)  # below the cap m, above it cap - fall (m - cap)
        pull, reach = H @ (w * y), np.abs(H) @ w
        merit = np.divide(np.abs(pull), np.sqrt(reach * w.sum()), out=np.zeros(len(H)), where=reach > 0)
        if not merit.size or merit.max() < 0.01:
            break
        i = int(np.flatnonzero(merit >= merit.max() - EQUAL)[0])
        sign = -1 if pull[i] < 0 else 1
        r = sign * pull[i] / reach[i]
        alpha = min(1.5, 0.5 * np.log((1 + r + 1 / n) / (1 - r + 1 / n)))
        m = np.where(H[i] == 0, m, leak * m - alpha * sign * y * H[i])
        picked, signs, alphas = [*picked, i], [*signs, sign], [*alphas, alpha]
    model = {key: every[key][np.array(picked, dtype=int)] for key in ("column", "threshold", "gap")}
    tie = 1 if sizes[1] <= sizes[-1] else -1
    return {**model, "direction": np.array(signs, dtype=int), "alpha": np.array(alphas, dtype=float), "tie": tie}


def score(model, X):
    """Return votes over the votes that were cast."""
    H = cast(X, model)
    return np.divide(model["alpha"] @ H, model["alpha"] @ np.abs(H), out=np.zeros(len(X)), where=(H != 0).any(axis=0))


def predict(model, X):
    """Return classes."""
    F = score(model, X)
    return np.where(np.abs(F) <= EQUAL, model["tie"], np.where(F > 0, 1, -1))


def balanced(y, found):
    """Return balanced accuracy in percent."""
    return float(50 * (np.mean(found[y == 1] == 1) + np.mean(found[y == -1] == -1)))


def trained(studies, settings):
    """Return a model for each setting and study."""
    return [[fit(each["X_train"], each["y_train"], **setting) for each in studies] for setting in settings]


def report(studies, settings):
    """Return a cell of the table."""
    models = trained(studies, settings)
    valid, test = (
        np.array(
            [
                [balanced(s["y_" + part], predict(m, s["X_" + part])) for m, s in zip(row, studies, strict=True)]
                for row in models
            ]
        )
        for part in ("valid", "test")
    )
    means = valid.mean(axis=1)
    best = int(np.flatnonzero(means >= means.max() - EQUAL)[0])
    cell = test[best]
    return {"setting": best, "mean": float(cell.mean()), "se": float(cell.std(ddof=1) / len(cell) ** 0.5)}
