"""Private training: bound what one record can do, drown it in noise, and count what leaked."""

from math import lgamma

import numpy as np

ORDERS = np.arange(2, 257)
"""The Rényi orders that are tried."""
K = np.arange(257)
"""The terms of each order's sum; those beyond the order are not there."""
_LEFT = np.maximum(ORDERS[:, None] - K, 0)  # (255, 257)
_FACTORIAL = np.array([lgamma(i + 1) for i in K])  # logarithms of 0! to 256!
_CHOOSE = np.where(
    ORDERS[:, None] >= K, _FACTORIAL[ORDERS][:, None] - _FACTORIAL[K] - _FACTORIAL[_LEFT], -np.inf
)  # log binomials


def clip(gradients, bound):
    """Return the gradients, float (m, d), each row scaled down to a norm of at most `bound`."""
    norms = np.linalg.norm(gradients, axis=1, keepdims=True)  # (m, 1): one a record, not one a lot
    return gradients * (bound / np.maximum(norms, bound))  # 1 where the row is short enough


def noisy_mean(gradients, bound, sigma, expected, normal):
    """Return the private mean (d,) of the gradients (m, d) of one lot."""
    total = clip(gradients, bound).sum(axis=0)  # one record more or less moves this by at most `bound`
    noise = sigma * bound * normal(gradients.shape[1])
    return (total + noise) / expected  # not the lot's own size: that depends on who is in it


def renyi(sigma, rate):
    """Return the Rényi divergence of one step at each order (Mironov, Talwar, Zhang 2019, section 3.3)."""
    if rate == 1:
        return ORDERS / (2 * sigma**2)
    logs = _CHOOSE + K * np.log(rate) + _LEFT * np.log1p(-rate) + K * (K - 1) / (2 * sigma**2)
    peak = logs.max(axis=1, keepdims=True)  # terms reach e^10000: stay in logarithms
    return (peak[:, 0] + np.log(np.exp(logs - peak).sum(axis=1))) / (ORDERS - 1)


def epsilon(sigma, rate, steps, delta):
    """Return the epsilon that `steps` noisy steps cost, at `delta`."""
    leaked = steps * renyi(sigma, rate)  # divergences of steps add up
    spent = leaked + np.log((ORDERS - 1) / ORDERS) - (np.log(delta) + np.log(ORDERS)) / (ORDERS - 1)
    return float(spent.min())


def noise_for(budget, rate, steps, delta):
    """Return the smallest sigma that keeps to an epsilon of `budget`."""
    low, high = 0.2, 1000.0  # halved 16 times on a log scale: 13 parts in 100,000 are left
    for _ in range(16):
        middle = np.sqrt(low * high)
        if epsilon(middle, rate, steps, delta) > budget:
            low = middle
        else:
            high = middle
    return float(high)  # the side that keeps to the budget


def descend(gradients, n, start, plan, seed):
    """Return the weights (d,) after `plan["steps"]` private steps from `start`."""
    rng = np.random.default_rng(seed)  # one generator for the whole run: fresh noise at each step
    weights = np.array(start, dtype=float)
    for _ in range(plan["steps"]):
        lot = np.flatnonzero(rng.random(n) < plan["rate"])  # each record by its own toss: the size varies
        mean = noisy_mean(gradients(weights, lot), plan["bound"], plan["sigma"], plan["rate"] * n, rng.standard_normal)
        weights = weights - plan["learning_rate"] * mean
    return weights


class Model:
    """A logistic model, and what its training spent."""

    def __init__(self, weights, ranges, spent):
        self.weights, self.ranges, self.spent = weights, ranges, spent

    def predict_proba(self, X):
        """Return the probability (m,) of class 1."""
        return 1 / (1 + np.exp(-prepare(X, self.ranges) @ self.weights))


def prepare(X, ranges):
    """Return features (m, d + 1) in -1 to 1, and a constant, by what is public alone."""
    low, high = ranges[:, 0], ranges[:, 1]
    unit = np.clip((X - (low + high) / 2) / ((high - low) / 2), -1, 1)
    return np.column_stack([unit, np.ones(len(X))])


def train(X, y, ranges, budget, delta, seed):
    """Return a model that was trained within (budget, delta)."""
    features = prepare(X, ranges)

    def gradients(weights, lot):
        wrong = 1 / (1 + np.exp(-features[lot] @ weights)) - y[lot]  # (m,)
        return wrong[:, None] * features[lot]  # (m, d + 1): one row a record

    plan = {"rate": 0.05, "steps": 200, "bound": 0.5, "learning_rate": 2.0}  # chosen on public data
    plan["sigma"] = noise_for(budget, plan["rate"], plan["steps"], delta)
    weights = descend(gradients, len(X), np.zeros(features.shape[1]), plan, seed)
    spent = {name: plan[name] for name in ("sigma", "rate", "steps")}
    spent["epsilon"] = epsilon(plan["sigma"], plan["rate"], plan["steps"], delta)
    return Model(weights, ranges, spent)
