"""Ebb as the paper tells it, for the checks: each equation by itself, and all stumps at once in training."""

import numpy as np

EQUAL = 1e-12
BORDER = 1e-9


def start_weights(y):
    """Equation 1."""
    sizes = {label: np.sum(y == label) for label in (-1, 1)}
    roots = np.array([sizes[label] ** -0.5 for label in y.tolist()])
    return roots / roots.sum()


def votes(x, threshold, direction, gap):
    """Equation 2, A.1, A.2."""
    with np.errstate(invalid="ignore"):
        far = x - threshold
        return direction * ((far > gap + BORDER) * 1.0 - (-far > gap + BORDER))


def edge(w, y, h):
    """Equation 3, A.3."""
    heard = w[h != 0].sum()
    if heard == 0:
        return 0.0, 0.0
    r = (w * y * h)[h != 0].sum() / heard
    return float(r), float(abs(r) * (heard / w.sum()) ** 0.5)


def strength(r, n):
    """Equation 4, A.4."""
    return float(max(-1.5, min(1.5, (np.log(1 + r + 1 / n) - np.log(1 - r + 1 / n)) / 2)))


def regret(m, alpha, y, h, leak):
    """Equation 5, A.5."""
    new = m.copy()
    new[h != 0] = leak * m[h != 0] - alpha * (y * h)[h != 0]
    return new


def weights(start, m, cap, fall):
    """Equation 6."""
    return start * np.exp(np.where(m <= cap, m, cap - fall * (m - cap)))


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


def begins(X, y, rounds, band, *_):
    """Return whether training has a first stump that no other one is equal to: neither rounding nor order decides."""
    every, w = stumps(X, band), start_weights(y)
    H = cast(X, every)
    reach = np.abs(H) @ w
    merit = np.abs(H @ (w * y)) / np.sqrt(np.maximum(reach, 1e-12))
    best = merit.max(initial=0.0)
    equal = {(every["column"][i], every["threshold"][i]) for i in np.flatnonzero(merit > best - 1e-9)}
    return best > 0.011 and len(equal) == 1


def fit(X, y, rounds, band, leak, cap, fall):
    """Return the model: a dict of arrays, and the class of ties."""
    every = stumps(X, band)
    H = cast(X, every)
    n, sizes = len(y), {c: np.sum(y == c) for c in (-1, 1)}
    s, m, picked, signs, alphas = start_weights(y), np.zeros(n), [], [], []
    for t in range(rounds):
        w = weights(s, m, cap, fall) if t >= -(-rounds // 4) else s * np.exp(m)  # t is one less than the paper's
        pull, reach = H @ (w * y), np.abs(H) @ w
        merit = np.divide(np.abs(pull), np.sqrt(reach * w.sum()), out=np.zeros(len(H)), where=reach > 0)
        if not merit.size or merit.max() < 0.01:
            break
        i = int(np.flatnonzero(merit >= merit.max() - EQUAL)[0])
        sign = -1 if pull[i] < 0 else 1
        r = sign * pull[i] / reach[i]
        alpha = strength(r, n)
        m = regret(m, alpha, y, sign * H[i], leak)
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
