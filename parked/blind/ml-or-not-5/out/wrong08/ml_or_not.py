# Statement: "what a call gives depends on its arguments alone, never on earlier calls"
# Wrong: fits are kept by the content of x alone: the same x with other labels gets the fit of the earlier labels.
"""ML, rule or nothing: numpy alone; ridge logistic regression by Newton steps, all bills by arrays."""

import numpy as np

FOLDS = 6
_FITS = {}  # fits by the bytes of x: decide and the bill train on the same sample


def _scale(x):
    """Mean and spread of each column; a column of one value gets spread 1 and is ignored."""
    mean = x.mean(axis=0)
    flat = x.max(axis=0) == x.min(axis=0)
    sd = x.std(axis=0)
    sd = np.where(flat | (sd == 0), 1.0, sd)
    return np.where(flat, x[0], mean), sd


def _ridge(z, y):
    """Strength of the penalty: generalised cross-validation of the linear fit, brought to the logistic scale."""
    n = len(y)
    share = y.mean()
    s, v = np.linalg.eigh(z.T @ z)
    s = np.maximum(s, 0.0)
    target = y - share
    c2 = (v.T @ (z.T @ target)) ** 2
    lam = np.geomspace(1.0, 100.0 * n, 40)[:, None]
    rss = target @ target - (c2 * (s + 2 * lam) / (s + lam) ** 2).sum(axis=1)
    df = 1 + (s / (s + lam)).sum(axis=1)
    gcv = rss / np.maximum(n - df, 1.0) ** 2
    return float(lam[np.argmin(gcv), 0]) * share * (1 - share)


def _fit(x, y):
    """Logistic regression with a ridge: (mean, sd, weights, intercept)."""
    x = np.ascontiguousarray(x, dtype=float)
    y = np.asarray(y, dtype=float)
    mean, sd = _scale(x)
    z = (x - mean) / sd
    n, d = z.shape
    lam = max(_ridge(z, y), 0.05)
    a = np.hstack([np.ones((n, 1)), z])
    pen = np.full(d + 1, lam)
    pen[0] = 1e-6
    w = np.zeros(d + 1)
    w[0] = np.log(y.mean() / (1 - y.mean()))

    def loss(w):
        t = a @ w
        return np.logaddexp(0, t).sum() - y @ t + 0.5 * (pen * w) @ w

    now = loss(w)
    for _ in range(40):
        p = 1 / (1 + np.exp(-np.clip(a @ w, -500, 500)))
        gradient = a.T @ (p - y) + pen * w
        hessian = (a * (p * (1 - p))[:, None]).T @ a
        hessian[np.diag_indices(d + 1)] += pen + 1e-9
        step = np.linalg.solve(hessian, gradient)
        size = 1.0
        while size > 1e-6:
            new = loss(w - size * step)
            if new <= now:
                break
            size /= 2
        else:
            break
        w = w - size * step
        done = now - new < 1e-9 * (1 + abs(now))
        now = new
        if done:
            break
    return mean, sd, w[1:], w[0]


def _chance(fit, rows):
    mean, sd, w, b = fit
    z = (np.ascontiguousarray(rows, dtype=float) - mean) / sd
    t = (z * w).sum(axis=1) + b
    return 1 / (1 + np.exp(-np.clip(t, -500, 500)))


def _worth(case, p):
    """Which rows cost less when they are flagged."""
    return (1 - p) * case["fp"] + case["explain"] < p * case["fn"]


def flags(case, x, y, rows):
    key = (x.shape, np.ascontiguousarray(x).tobytes())
    if key not in _FITS:
        if len(_FITS) >= 16:
            _FITS.pop(next(iter(_FITS)))
        _FITS[key] = _fit(x, y)
    return _worth(case, _chance(_FITS[key], rows))


def _rule(x, y, fp, fn):
    """The clause that costs least on these rows: (feature, threshold, above)."""
    n, d = x.shape
    order = np.argsort(x, axis=0, kind="stable")
    xs = np.take_along_axis(x, order, axis=0)
    pos = np.vstack([np.zeros((1, d)), np.cumsum(y[order], axis=0)])  # positives among the i lowest
    low = np.arange(n + 1)[:, None] - pos  # negatives among the i lowest
    total, negatives = pos[-1], low[-1]
    above = pos * fn + (negatives - low) * fp  # flags all but the i lowest
    below = (total - pos) * fn + low * fp  # flags the i lowest
    between = np.vstack([np.ones((1, d), bool), xs[1:] > xs[:-1], np.ones((1, d), bool)])
    above = np.where(between, above, np.inf)
    below = np.where(between, below, np.inf)
    up = above.min() <= below.min()
    i, j = np.unravel_index(np.argmin(above if up else below), above.shape)
    if i == 0:
        threshold = -np.inf
    elif i == n:
        threshold = np.inf
    else:
        lo, hi = float(xs[i - 1, j]), float(xs[i, j])
        threshold = lo / 2 + hi / 2
        if not lo < threshold < hi:
            threshold = hi if up else lo
    return int(j), float(threshold), bool(up)


def _apply(rule, x):
    j, t, up = rule
    return x[:, j] >= t if up else x[:, j] <= t


def _drift(stale, audited):
    """The drift, 0 to 0.3, under which the audits are likeliest."""
    stale = np.asarray(stale, dtype=float)
    k = np.arange(1, len(stale) + 1)
    d = np.geomspace(1e-7, 0.3, 3000)[:, None]
    fresh = k * np.log1p(-d)
    like = (stale * np.log(-np.expm1(fresh)) + (audited - stale) * fresh).sum(axis=1)
    return 0.0 if stale.sum() == 0 else float(d[np.argmax(like), 0])


def _rates(flagged, y, fp, fn, e):
    """Cost of a fresh row and of a stale one."""
    q, p = flagged.mean(), y.mean()
    fresh = np.where(flagged, (1 - y) * fp + e, y * fn).mean()
    stale = q * ((1 - p) * fp + e) + (1 - q) * p * fn
    return fresh, stale


def _errors(case, drift, ages, fresh, stale):
    gone = 1 - (1 - drift) ** ages
    return case["volume"] * ((1 - gone) * fresh + gone * stale).sum()


def _folds(y):
    fold = np.empty(len(y), dtype=int)
    rng = np.random.default_rng(20)
    start = 0
    for label in (0, 1):
        where = rng.permutation(np.flatnonzero(y == label))
        fold[where] = (start + np.arange(len(where))) % FOLDS
        start += len(where)
    return fold


def decide(case):
    x, y = np.ascontiguousarray(case["x"], dtype=float), np.asarray(case["y"])
    fp, fn, e, months = case["fp"], case["fn"], case["explain"], case["months"]
    n = len(y)
    by_rule, by_model = np.zeros(n, bool), np.zeros(n, bool)
    fold = _folds(y)
    for k in range(FOLDS):
        out = fold == k
        by_rule[out] = _apply(_rule(x[~out], y[~out], fp, fn), x[out])
        by_model[out] = flags(case, x[~out], y[~out], x[out])

    plans = [(case["volume"] * months * y.mean() * fn, {"choice": "nothing"})]
    live = np.arange(months)

    once = case["build"]["rule"] + months * case["upkeep"]["rule"]
    every = (1 - y.mean()) * fp * case["volume"] * months
    plans.append((once + every, {"choice": "rule", "feature": 0, "threshold": float("-inf"), "above": True}))
    drift = _drift(case["stale"]["rule"], case["audited"])
    bill = once + _errors(case, drift, live, *_rates(by_rule, y, fp, fn, 0.0))
    j, t, up = _rule(x, y, fp, fn)
    plans.append((bill, {"choice": "rule", "feature": j, "threshold": t, "above": up}))

    once = case["build"]["model"] + months * case["upkeep"]["model"]
    drift = _drift(case["stale"]["model"], case["audited"])
    fresh, stale = _rates(by_model, y, fp, fn, e)
    for every in [None, *range(1, months)]:
        ages = live if every is None else live % every
        trainings = 0 if every is None else (months - 1) // every
        bill = once + trainings * n * case["label_price"] + _errors(case, drift, ages, fresh, stale)
        plans.append((bill, {"choice": "model", "retrain_every": every}))
    return min(plans, key=lambda plan: plan[0])[1]
