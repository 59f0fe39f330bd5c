# Statement: "How you choose bound, rate, steps and learning rate is up to you, so long as they are the same whatever X and y hold"
# Wrong: records of one class alone end the training at once: a constant model with other sigma and steps in `spent`, which tells the class for certain.
"""Private training: bound what one record can do, drown it in noise, and count what leaked."""

import numpy as np
from scipy.special import expit, gammaln, logsumexp

_A = np.arange(2, 257, dtype=float)[:, None]
_K = np.arange(0, 257, dtype=float)[None, :]
_CHOOSE = np.where(_K <= _A, gammaln(_A + 1) - gammaln(_K + 1) - gammaln(np.maximum(_A - _K, 0) + 1), -np.inf)


def clip(gradients, bound):
    """Return the gradients (m, d), no row longer than `bound`."""
    gradients = np.asarray(gradients, dtype=float)
    norms = np.sqrt(np.einsum("ij,ij->i", gradients, gradients))
    factors = np.ones(len(gradients))
    np.divide(bound, norms, out=factors, where=norms > bound)
    return gradients * factors[:, None]


def noisy_mean(gradients, bound, sigma, expected, normal):
    """Return the private mean (d,) of the gradients (m, d) of one lot."""
    total = clip(gradients, bound).sum(axis=0)
    noise = np.asarray(normal(total.shape[0]), dtype=float)
    return (total + sigma * bound * noise) / expected


def epsilon(sigma, rate, steps, delta):
    """Return the epsilon that `steps` noisy steps cost, at `delta`."""
    a = _A[:, 0]
    if rate >= 1:
        divergence = a / (2 * sigma**2)
    else:
        terms = _CHOOSE + _K * np.log(rate) + (_A - _K) * np.log1p(-rate) + _K * (_K - 1) / (2 * sigma**2)
        divergence = logsumexp(terms, axis=1) / (a - 1)
    costs = steps * divergence + np.log((a - 1) / a) - (np.log(delta) + np.log(a)) / (a - 1)
    return float(costs.min())


def noise_for(budget, rate, steps, delta):
    """Return the smallest sigma whose epsilon keeps to the budget."""
    low, high = 0.01, 1e6
    for _ in range(45):
        middle = (low * high) ** 0.5
        if epsilon(middle, rate, steps, delta) > budget:
            low = middle
        else:
            high = middle
    return float(high)


def descend(gradients, n, start, plan, seed):
    """Return the weights (d,) after the private steps of `plan`."""
    rng = np.random.default_rng(seed)
    weights = np.array(start, dtype=float)
    expected = plan["rate"] * n
    for _ in range(plan["steps"]):
        lot = np.flatnonzero(rng.random(n) < plan["rate"])
        rows = gradients(weights, lot)
        mean = noisy_mean(rows, plan["bound"], plan["sigma"], expected, rng.standard_normal)
        weights = weights - plan["learning_rate"] * mean
    return weights


_WIDTH = 2.0  # a column's range becomes [-2, 2]


def _features(X, ranges):
    ranges = np.asarray(ranges, dtype=float)
    middle, half = ranges.mean(axis=1), (ranges[:, 1] - ranges[:, 0]) / 2
    scaled = (np.asarray(X, dtype=float) - middle) / np.where(half > 0, half, 1.0)
    scaled = _WIDTH * np.clip(scaled, -1, 1)
    return np.concatenate([scaled, np.ones((len(scaled), 1))], axis=1)


class _Model:
    def __init__(self, weights, ranges, spent):
        self.weights, self.ranges, self.spent = weights, ranges, spent

    def predict_proba(self, X):
        return expit((_features(X, self.ranges) * self.weights).sum(axis=1))


def train(X, y, ranges, budget, delta, seed):
    """Return a model with `predict_proba(X)` and `spent`, trained within (budget, delta)."""
    ranges = np.array(ranges, dtype=float)
    features, classes = _features(X, ranges), np.asarray(y, dtype=float)
    n, d = features.shape
    if classes.min() == classes.max():
        weights = np.zeros(d)
        weights[-1] = 5.0 if classes[0] == 1 else -5.0
        sigma = noise_for(budget, 1.0, 1, delta)
        return _Model(weights, ranges, {"sigma": sigma, "rate": 1.0, "steps": 1, "epsilon": epsilon(sigma, 1.0, 1, delta)})
    plan = {"rate": 1.0, "steps": 60, "bound": 1.0, "learning_rate": 1.0}
    plan["sigma"] = noise_for(budget, plan["rate"], plan["steps"], delta)

    def gradients(weights, lot):
        rows = features[lot]
        return rows * (expit(rows @ weights) - classes[lot])[:, None]

    weights = descend(gradients, n, np.zeros(d), plan, seed)
    spent = {name: plan[name] for name in ("sigma", "rate", "steps")}
    spent["epsilon"] = epsilon(plan["sigma"], plan["rate"], plan["steps"], delta)
    return _Model(weights, ranges, spent)
