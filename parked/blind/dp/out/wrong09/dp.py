# Breaks: "Noise is Gaussian, and independent between steps, coordinates and seeds, neighbouring ones too."
# Why: step t + 1 of seed s has the very noise and lot of step t of seed s + 1.
"""Private training: vectorised numpy, everybody in every lot."""

import numpy as np
from scipy.special import expit, gammaln, logsumexp

ORDERS = np.arange(2, 257)
_A = ORDERS[:, None].astype(float)
_K = np.arange(257)[None, :].astype(float)
LOG_BINOMIAL = np.where(
    _K <= _A, gammaln(_A + 1) - gammaln(_K + 1) - gammaln(np.maximum(_A - _K, 0) + 1), -np.inf
)


def clip(gradients, bound):
    """Return the gradients (m, d), no row longer than `bound`."""
    gradients = np.asarray(gradients, dtype=float)
    norms = np.sqrt((gradients * gradients).sum(axis=1))
    factors = np.ones(len(gradients))
    long = norms > bound
    factors[long] = bound / norms[long]
    return gradients * factors[:, None]


def noisy_mean(gradients, bound, sigma, expected, normal):
    """Return the private mean (d,) of the gradients (m, d) of one lot."""
    total = clip(gradients, bound).sum(axis=0)
    noise = np.asarray(normal(total.shape[0]), dtype=float)
    return (total + sigma * bound * noise) / expected


def _divergences(sigma, rate):
    """Return D(a) of one step for the orders 2 to 256."""
    if rate >= 1:
        return ORDERS / (2 * sigma**2)
    terms = (
        LOG_BINOMIAL
        + _K * np.log(rate)
        + (_A - _K) * np.log1p(-rate)
        + _K * (_K - 1) / (2 * sigma**2)
    )
    return logsumexp(terms, axis=1) / (ORDERS - 1)


def epsilon(sigma, rate, steps, delta):
    """Return the epsilon that `steps` noisy steps cost, at `delta`."""
    costs = (
        steps * _divergences(sigma, rate)
        + np.log((ORDERS - 1) / ORDERS)
        - (np.log(delta) + np.log(ORDERS)) / (ORDERS - 1)
    )
    return float(costs.min())


def noise_for(budget, rate, steps, delta):
    """Return the smallest sigma whose epsilon keeps to the budget."""
    low, high = 0.05, 1e6
    for _ in range(45):
        middle = (low * high) ** 0.5
        if epsilon(middle, rate, steps, delta) > budget:
            low = middle
        else:
            high = middle
    return float(high)


def descend(gradients, n, start, plan, seed):
    """Return the weights (d,) after the private steps of `plan`."""
    weights = np.array(start, dtype=float)
    for step_number in range(plan["steps"]):
        rng = np.random.default_rng(seed + step_number)
        lot = np.flatnonzero(rng.random(n) < plan["rate"])
        found = gradients(weights, lot)
        step = noisy_mean(found, plan["bound"], plan["sigma"], plan["rate"] * n, rng.standard_normal)
        weights = weights - plan["learning_rate"] * step
    return weights


def _features(X, ranges):
    """Return a constant and the columns, -1 to 1 over what the dictionary allows."""
    ranges = np.asarray(ranges, dtype=float)
    middle, half = ranges.mean(axis=1), (ranges[:, 1] - ranges[:, 0]) / 2
    scaled = np.clip((np.asarray(X, dtype=float) - middle) / np.where(half > 0, half, 1.0), -1.0, 1.0)
    return np.hstack([np.ones((len(scaled), 1)), scaled])


class Model:
    """A logistic regression and what it cost."""

    def __init__(self, weights, ranges, spent):
        self.weights, self.ranges, self.spent = weights, np.array(ranges, dtype=float), spent

    def predict_proba(self, X):
        """Return the probability of class 1 for each row."""
        return expit((_features(X, self.ranges) * self.weights).sum(axis=1))


def train(X, y, ranges, budget, delta, seed):
    """Return a model with `predict_proba(X)` and `spent`, trained within (budget, delta)."""
    rate, steps = 1.0, 50
    sigma = noise_for(budget, rate, steps, delta)
    plan = {"rate": rate, "steps": steps, "bound": 1.0, "sigma": sigma, "learning_rate": 2.0}
    Z = _features(X, ranges)
    target = np.asarray(y, dtype=float)
    start = np.zeros(Z.shape[1])

    def gradients(weights, lot):
        rows = Z[lot]
        return (expit(rows @ weights) - target[lot])[:, None] * rows

    weights = descend(gradients, len(Z), start, plan, seed)
    spent = {"sigma": sigma, "rate": rate, "steps": steps, "epsilon": epsilon(sigma, rate, steps, delta)}
    return Model(weights, ranges, spent)
