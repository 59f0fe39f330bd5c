"""The same in another style: scipy for the accountant and the search, a bias apart from the weights, other plans."""

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, gammaln, logsumexp


def clip(gradients, bound):
    """Return rows of a norm of at most `bound`."""
    gradients = np.asarray(gradients, dtype=float)
    factors = np.ones(len(gradients))
    lengths = np.sqrt((gradients**2).sum(axis=1))
    long = lengths > bound
    factors[long] = bound / lengths[long]
    return gradients * factors[:, np.newaxis]


def noisy_mean(gradients, bound, sigma, expected, normal):
    """Return (sum of clipped rows + noise) / expected."""
    d = np.shape(gradients)[1]
    z = np.asarray(normal(d))
    answer = sigma * bound * z
    for row in clip(gradients, bound):
        answer = answer + row
    return answer / expected


def epsilon(sigma, rate, steps, delta):
    """Return the least epsilon over the orders 2 to 256, all of them at once."""
    order = np.arange(2.0, 257.0)
    if rate >= 1:
        divergence = order / 2 / sigma**2
    else:
        k = np.arange(257.0)[:, None]  # (257, 1) against (255,) orders
        left = np.maximum(order - k, 0)
        binomial = gammaln(order + 1) - gammaln(k + 1) - gammaln(left + 1)
        terms = binomial + k * np.log(rate) + left * np.log1p(-rate) + (k**2 - k) / (2 * sigma**2)
        divergence = logsumexp(np.where(k <= order, terms, -np.inf), axis=0) / (order - 1)
    spent = steps * divergence + np.log1p(-1 / order) - np.log(delta * order) / (order - 1)
    return float(max(spent.min(), 0))


def noise_for(budget, rate, steps, delta):
    """Return the sigma where epsilon meets the budget."""
    found = brentq(lambda log: epsilon(np.exp(log), rate, steps, delta) - budget, np.log(0.2), np.log(500), xtol=1e-4)
    return float(np.exp(found + 2e-4))


def descend(gradients, n, start, plan, seed):
    """Return the last weights."""
    lots, noise = (np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(2))
    weights = list(map(float, start))
    for _ in range(plan["steps"]):
        here = np.arange(n)[lots.binomial(1, plan["rate"], size=n) == 1]
        rows = gradients(np.array(weights), here)
        step = noisy_mean(rows, plan["bound"], plan["sigma"], plan["rate"] * n, lambda d: noise.normal(size=d))
        weights = [w - plan["learning_rate"] * s for w, s in zip(weights, step, strict=True)]
    return np.array(weights)


class Classifier:
    """Logistic regression on columns between -1 and 1."""

    def __init__(self, low, high):
        self.low, self.width = low, high - low

    def unit(self, X):
        """Return columns between -1 and 1."""
        return (2 * (X - self.low) / self.width - 1).clip(-1, 1)

    def predict_proba(self, X):
        """Return the probability of class 1."""
        return expit(self.unit(X) @ self.slope + self.bias)


def train(X, y, ranges, budget, delta, seed):
    """Return a Classifier."""
    model = Classifier(ranges[:, 0], ranges[:, 1])
    U, sign = model.unit(X), 2 * np.asarray(y) - 1

    def gradients(weights, lot):
        pull = -sign[lot] * expit(-sign[lot] * (U[lot] @ weights[1:] + weights[0]))
        return np.hstack([pull[:, None], pull[:, None] * U[lot]])

    sigma = noise_for(budget, 0.1, 120, delta)
    plan = {"rate": 0.1, "steps": 120, "bound": 1.0, "sigma": sigma, "learning_rate": 2.0}
    weights = descend(gradients, len(X), np.zeros(X.shape[1] + 1), plan, seed)
    model.bias, model.slope = weights[0], weights[1:]
    model.spent = {"sigma": sigma, "rate": 0.1, "steps": 120, "epsilon": epsilon(sigma, 0.1, 120, delta)}
    return model
