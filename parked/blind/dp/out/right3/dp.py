"""Private training with what scipy has: a root finder, and small frozen objects."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.optimize import brentq
from scipy.special import betaln, expit, logsumexp

# log C(a, k) = -log(a + 1) - log B(a - k + 1, k + 1), one row of 257 an order
LOG_C = np.full((255, 257), -np.inf)
for _a in range(2, 257):
    _k = np.arange(_a + 1)
    LOG_C[_a - 2, : _a + 1] = -np.log(_a + 1) - betaln(_a - _k + 1, _k + 1)
A = np.arange(2.0, 257.0)
K = np.arange(257.0)


def clip(gradients, bound):
    """Return the gradients (m, d), no row longer than `bound`."""
    norms = np.linalg.norm(gradients, axis=1, keepdims=True)
    scale = np.divide(bound, norms, out=np.ones_like(norms), where=norms > bound)
    return np.multiply(gradients, scale)


def noisy_mean(gradients, bound, sigma, expected, normal):
    """Return the private mean (d,) of the gradients (m, d) of one lot."""
    total = np.add.reduce(clip(gradients, bound), axis=0)
    return (total + (sigma * bound) * normal(len(total))) / expected


def epsilon(sigma, rate, steps, delta):
    """Return the epsilon that `steps` noisy steps cost, at `delta`."""
    if rate == 1.0:
        one = A / (2.0 * sigma**2)
    else:
        logs = LOG_C + K * np.log(rate) + np.subtract.outer(A, K) * np.log1p(-rate) + K * (K - 1) / (2.0 * sigma**2)
        one = logsumexp(logs, axis=1) / (A - 1)
    return float(np.min(steps * one + np.log1p(-1 / A) - np.log(delta * A) / (A - 1)))


def noise_for(budget, rate, steps, delta):
    """Return the smallest sigma whose epsilon keeps to the budget (0.1 % below it, to be safe)."""

    def over(log_sigma):
        return epsilon(np.exp(log_sigma), rate, steps, delta) - 0.999 * budget

    return float(np.exp(brentq(over, np.log(0.05), np.log(1e6), xtol=1e-6)))


def descend(gradients, n, start, plan, seed):
    """Return the weights (d,) after the private steps of `plan`."""
    rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed)))
    mean = partial(
        noisy_mean, bound=plan["bound"], sigma=plan["sigma"], expected=plan["rate"] * n, normal=rng.standard_normal
    )
    weights = np.array(start, dtype=np.float64)
    for _ in range(plan["steps"]):
        (lot,) = np.nonzero(rng.random(n) < plan["rate"])
        weights = weights - plan["learning_rate"] * mean(gradients(weights, lot))
    return weights


@dataclass(frozen=True)
class Scale:
    """What the data dictionary says about the columns."""

    middle: np.ndarray
    half: np.ndarray

    @classmethod
    def of(cls, ranges):
        """Return the scale of the ranges (d, 2)."""
        half = np.ptp(ranges, axis=1) / 2
        return cls(np.mean(ranges, axis=1), np.where(half == 0, 1.0, half))

    def __call__(self, X):
        """Return rows with a constant last, each number from -1 to 1."""
        Z = np.ones((len(X), len(self.middle) + 1))
        Z[:, :-1] = ((X - self.middle) / self.half).clip(-1, 1)
        return Z


@dataclass(frozen=True)
class Model:
    """Weights, and the books."""

    scale: Scale
    weights: np.ndarray
    spent: dict

    def predict_proba(self, X):
        """Return the probability of class 1 for each row."""
        return expit(self.scale(X) @ self.weights)


def train(X, y, ranges, budget, delta, seed):
    """Return a model with `predict_proba(X)` and `spent`, trained within (budget, delta)."""
    plan = {"rate": 1.0, "steps": 30, "bound": 0.8, "learning_rate": 3.0}
    books = {"sigma": noise_for(budget, plan["rate"], plan["steps"], delta), "rate": 1.0, "steps": 30}
    scale = Scale.of(ranges)
    Z = scale(X)

    def gradients(weights, lot):
        part = Z[lot]
        return (expit(part @ weights) - y[lot])[:, np.newaxis] * part

    weights = descend(gradients, len(Z), np.zeros(Z.shape[1]), plan | {"sigma": books["sigma"]}, seed)
    return Model(scale, weights, books | {"epsilon": epsilon(delta=delta, **books)})
