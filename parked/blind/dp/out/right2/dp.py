"""Private training with plain loops: one order, one row, one step at a time; half of the records in a lot."""

import math

import numpy as np


def _log_binomials(a):
    """Return log of a choose k, for k = 0 ... a."""
    return np.array([math.lgamma(a + 1) - math.lgamma(k + 1) - math.lgamma(a - k + 1) for k in range(a + 1)])


TABLE = [(a, np.arange(a + 1.0), _log_binomials(a)) for a in range(2, 257)]


def clip(gradients, bound):
    """Return the gradients (m, d), no row longer than `bound`."""
    clipped = np.array(gradients, dtype=np.float64)
    for row in clipped:  # rows are views of our own copy
        norm = math.sqrt(float(row @ row))
        if norm > bound:
            row *= bound / norm
    return clipped


def noisy_mean(gradients, bound, sigma, expected, normal):
    """Return the private mean (d,) of the gradients (m, d) of one lot."""
    clipped = clip(gradients, bound)
    z = normal(clipped.shape[1])
    return (np.sum(clipped, axis=0) + sigma * bound * np.asarray(z)) / expected


def _log_moment(ks, log_binomial, a, sigma, rate):
    """Return log E[(p/q)^a]."""
    if rate == 1:
        return a * (a - 1) / (2 * sigma * sigma)
    terms = log_binomial + ks * math.log(rate) + (a - ks) * math.log1p(-rate) + ks * (ks - 1) / (2 * sigma * sigma)
    top = terms.max()
    return float(top + np.log(np.exp(terms - top).sum()))


def epsilon(sigma, rate, steps, delta):
    """Return the epsilon that `steps` noisy steps cost, at `delta`."""
    best = math.inf
    for a, ks, log_binomial in TABLE:
        divergence = _log_moment(ks, log_binomial, a, sigma, rate) / (a - 1)
        cost = steps * divergence + math.log((a - 1) / a) - (math.log(delta) + math.log(a)) / (a - 1)
        best = min(best, cost)
    return best


def noise_for(budget, rate, steps, delta):
    """Return the smallest sigma whose epsilon keeps to the budget."""
    high = 1.0
    while epsilon(high, rate, steps, delta) > budget and high < 1e6:
        high *= 4
    low = high / 4
    while low > 0.01 and epsilon(low, rate, steps, delta) <= budget:
        low, high = low / 4, low
    for _ in range(14):  # a factor of 4, halved 14 times in logarithms: 0.01 %
        middle = math.sqrt(low * high)
        if epsilon(middle, rate, steps, delta) > budget:
            low = middle
        else:
            high = middle
    return high


def descend(gradients, n, start, plan, seed):
    """Return the weights (d,) after the private steps of `plan`."""
    for_lots, for_noise = (np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(2))
    weights = np.asarray(start, dtype=np.float64).copy()
    expected = plan["rate"] * n
    for _ in range(plan["steps"]):
        tosses = for_lots.random(n)
        lot = np.array([i for i, toss in enumerate(tosses.tolist()) if toss < plan["rate"]], dtype=np.int64)
        mean = noisy_mean(
            gradients(weights.copy(), lot), plan["bound"], plan["sigma"], expected, for_noise.standard_normal
        )
        weights = weights - plan["learning_rate"] * mean
    return weights


class Logistic:
    """The model: weights[0] is the constant."""

    def __init__(self, middle, half, weights, spent):
        self.middle, self.half, self.weights, self.spent = middle, half, weights, spent

    def scale(self, X):
        """Return the columns between -1 and 1; what lies outside its range is put on the edge."""
        return np.clip((np.asarray(X, dtype=np.float64) - self.middle) / self.half, -1, 1)

    def predict_proba(self, X):
        """Return the probability of class 1 for each row."""
        logits = self.weights[0] + np.einsum("ij,j->i", self.scale(X), self.weights[1:])
        return 0.5 * (1 + np.tanh(logits / 2))


def train(X, y, ranges, budget, delta, seed):
    """Return a model with `predict_proba(X)` and `spent`, trained within (budget, delta)."""
    plan = {"rate": 0.5, "steps": 60, "bound": 1.0, "learning_rate": 2.0}
    plan["sigma"] = noise_for(budget, plan["rate"], plan["steps"], delta)
    spent = {key: plan[key] for key in ("sigma", "rate", "steps")}
    spent["epsilon"] = epsilon(plan["sigma"], plan["rate"], plan["steps"], delta)
    lowest, highest = np.array(ranges, dtype=np.float64).T
    half = (highest - lowest) / 2
    half[half == 0] = 1.0
    model = Logistic((lowest + highest) / 2, half, None, spent)
    rows = np.insert(model.scale(X), 0, 1.0, axis=1)
    classes = np.array(y, dtype=np.float64)

    def gradients(weights, lot):
        part = rows[lot]
        chances = 0.5 * (1 + np.tanh(part @ weights / 2))
        return part * (chances - classes[lot]).reshape(-1, 1)

    model.weights = descend(gradients, len(rows), np.zeros(rows.shape[1]), plan, seed)
    return model
