"""Private training with lots of half the records; the divergence is summed from what exceeds 1."""

import math

import numpy as np


def clip(gradients, bound):
    """Return the gradients (m, d), no row longer than `bound`."""
    clipped = np.array(gradients, dtype=np.float64)
    norms = np.sqrt((clipped**2).sum(axis=1))
    long = np.flatnonzero(norms > bound)
    clipped[long] *= (bound / norms[long])[:, None]
    return clipped


def noisy_mean(gradients, bound, sigma, expected, normal):
    """Return the private mean (d,) of the gradients (m, d) of one lot."""
    clipped = clip(gradients, bound)
    z = np.asarray(normal(clipped.shape[1]))
    return (np.sum(clipped, axis=0) + (sigma * bound) * z) / expected


def _log_moments(sigma, rate):
    """Return log E[(p / q)^a] for a = 2 … 256.

    The binomial weights sum to 1, so the moment is 1 + the sum of weight · (exp(k (k - 1) / (2 sigma²)) - 1),
    whose terms are all positive: nothing cancels where the moment is close to 1.
    """
    answers = np.empty(255)
    factorials = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, 257)))])
    for a in range(2, 257):
        k = np.arange(2, a + 1)
        weight = factorials[a] - factorials[k] - factorials[a - k] + k * math.log(rate)
        if rate < 1:
            weight = weight + (a - k) * math.log1p(-rate)
        else:
            weight = np.where(k == a, 0.0, -np.inf)
        power = k * (k - 1) / (2.0 * sigma * sigma)
        excess = weight + power + np.log(-np.expm1(-power))  # log of weight · (exp(power) - 1)
        top = excess.max()
        log_sum = top + math.log(np.exp(excess - top).sum())
        answers[a - 2] = np.logaddexp(0.0, log_sum) if log_sum > 0 else math.log1p(math.exp(log_sum))
    return answers


def epsilon(sigma, rate, steps, delta):
    """Return the epsilon that `steps` noisy steps cost, at `delta`."""
    moments = _log_moments(float(sigma), float(rate))
    best = math.inf
    for a, moment in zip(range(2, 257), moments):
        cost = steps * moment / (a - 1) + math.log((a - 1) / a) - (math.log(delta) + math.log(a)) / (a - 1)
        best = min(best, cost)
    return float(best)


def noise_for(budget, rate, steps, delta):
    """Return the smallest sigma whose epsilon keeps to the budget."""
    high = 1.0
    while epsilon(high, rate, steps, delta) > budget and high < 1e6:
        high *= 2
    low = high / 2
    while epsilon(low, rate, steps, delta) <= budget and low > 1e-3:
        high, low = low, low / 2
    while high / low > 1.0005:
        middle = (low + high) / 2
        if epsilon(middle, rate, steps, delta) <= budget:
            high = middle
        else:
            low = middle
    return high


def descend(gradients, n, start, plan, seed):
    """Return the weights (d,) after the private steps of `plan`."""
    coins, noise = (np.random.default_rng(child) for child in np.random.SeedSequence(int(seed)).spawn(2))
    weights = np.array(start, dtype=np.float64, copy=True)
    for _ in range(int(plan["steps"])):
        lot = np.nonzero(coins.random(n) < plan["rate"])[0]
        rows = gradients(weights.copy(), lot)
        step = noisy_mean(rows, plan["bound"], plan["sigma"], plan["rate"] * n, lambda size: noise.normal(size=size))
        weights = weights - plan["learning_rate"] * step
    return weights


class Model:
    """Logistic regression on columns that are scaled by their public ranges."""

    def __init__(self, lowest, highest):
        self.lowest, self.highest = lowest.copy(), highest.copy()
        self.weights, self.spent = None, None

    def scaled(self, X):
        inside = np.minimum(np.maximum(np.asarray(X, dtype=np.float64), self.lowest), self.highest)
        width = self.highest - self.lowest
        width = np.where(width > 0, width, 1.0)
        return 2 * (2 * (inside - self.lowest) / width - 1)

    def predict_proba(self, X):
        scaled = self.scaled(X)
        score = np.array([float(np.dot(row, self.weights[:-1])) for row in scaled]) + self.weights[-1]
        return 0.5 * (1 + np.tanh(score / 2))


def train(X, y, ranges, budget, delta, seed):
    """Return a model with `predict_proba(X)` and `spent`, trained within (budget, delta)."""
    ranges = np.asarray(ranges, dtype=np.float64)
    model = Model(ranges[:, 0], ranges[:, 1])
    rows = model.scaled(X)
    rows = np.hstack([rows, np.ones((rows.shape[0], 1))])
    target = np.asarray(y).astype(np.float64)
    rate, steps = 0.5, 60
    sigma = noise_for(budget, rate, steps, delta)

    def slopes(weights, lot):
        chosen = rows[lot]
        chance = 0.5 * (1 + np.tanh(chosen @ weights / 2))
        return (chance - target[lot])[:, None] * chosen

    plan = {"rate": rate, "steps": steps, "bound": 1.0, "sigma": sigma, "learning_rate": 1.0}
    model.weights = descend(slopes, len(target), np.zeros(rows.shape[1]), plan, seed)
    model.spent = {"sigma": sigma, "rate": rate, "steps": steps, "epsilon": epsilon(sigma, rate, steps, delta)}
    return model
