"""Private training; full lots, few large steps, plain functions and scipy's root finder."""

from types import SimpleNamespace

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, gammaln

ORDERS = np.arange(2, 257)


def clip(gradients, bound):
    """Return the gradients (m, d), no row longer than `bound`."""
    norms = np.linalg.norm(gradients, axis=1, keepdims=True)
    long = norms > bound
    return np.where(long, gradients * (bound / np.where(long, norms, 1.0)), gradients)


def noisy_mean(gradients, bound, sigma, expected, normal):
    """Return the private mean (d,) of the gradients (m, d) of one lot."""
    d = gradients.shape[1]
    z = normal(d)
    return (clip(gradients, bound).sum(0) + sigma * bound * z) / expected


def _divergence(a, sigma, rate):
    if rate == 1:
        return a / (2 * sigma**2)
    k = np.arange(a + 1)
    terms = gammaln(a + 1) - gammaln(k + 1) - gammaln(a - k + 1) + k * np.log(rate) + (a - k) * np.log1p(-rate)
    terms = terms + k * (k - 1) / (2 * sigma**2)
    return np.logaddexp.reduce(terms) / (a - 1)


def epsilon(sigma, rate, steps, delta):
    """Return the epsilon that `steps` noisy steps cost, at `delta`."""
    divergences = np.array([_divergence(int(a), sigma, rate) for a in ORDERS])
    whole = steps * divergences + np.log1p(-1 / ORDERS) - np.log(delta * ORDERS) / (ORDERS - 1)
    return float(whole.min())


def noise_for(budget, rate, steps, delta):
    """Return the smallest sigma whose epsilon keeps to the budget."""

    def over(log_sigma):
        return epsilon(np.exp(log_sigma), rate, steps, delta) - budget

    root = brentq(over, np.log(0.02), np.log(1e5), xtol=1e-6)
    sigma = float(np.exp(root))
    while epsilon(sigma, rate, steps, delta) > budget:
        sigma *= 1.00001
    return sigma


def descend(gradients, n, start, plan, seed):
    """Return the weights (d,) after the private steps of `plan`."""
    rate, bound, sigma = plan["rate"], plan["bound"], plan["sigma"]
    rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed)))
    weights = np.array(start, dtype=float)
    everyone = np.arange(n)
    for _ in range(plan["steps"]):
        lot = everyone[rng.random(n) < rate]
        change = noisy_mean(gradients(weights, lot), bound, sigma, rate * n, lambda size: rng.normal(0.0, 1.0, size))
        weights = weights - plan["learning_rate"] * change
    return weights


def _scale(X, middle, half):
    return np.clip((np.asarray(X, float) - middle) / half, -1.0, 1.0)


def train(X, y, ranges, budget, delta, seed):
    """Return a model with `predict_proba(X)` and `spent`, trained within (budget, delta)."""
    low, high = np.array(ranges, float).T
    middle, half = low + (high - low) / 2, (high - low) / 2
    half[half == 0] = 1.0
    Z = _scale(X, middle, half)
    n, d = Z.shape
    signs = np.where(np.asarray(y) == 1, 1.0, -1.0)
    steps = 50
    sigma = noise_for(budget, 1.0, steps, delta)
    plan = {"rate": 1.0, "steps": steps, "bound": 0.7, "sigma": sigma, "learning_rate": 2.0}

    def gradients(weights, lot):
        slope = -signs[lot] * expit(-signs[lot] * (Z[lot] @ weights[:d] + weights[d]))
        return np.column_stack([slope[:, None] * Z[lot], slope])

    weights = descend(gradients, n, np.zeros(d + 1), plan, seed)

    def predict_proba(X):
        return expit(np.einsum("ij,j->i", _scale(X, middle, half), weights[:d]) + weights[d])

    spent = {"sigma": sigma, "rate": 1.0, "steps": steps, "epsilon": epsilon(sigma, 1.0, steps, delta)}
    return SimpleNamespace(predict_proba=predict_proba, spent=spent)
