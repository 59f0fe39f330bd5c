"""Made-up scores by kind, and which label they favour."""

from fractions import Fraction

import numpy as np

AHEAD = 0.001
"""By so much the first is ahead of the second."""


def favoured(scores, probed):
    """Return the index of the label that stands highest above its mean, computed with fractions."""
    gains = _gains(scores, probed)
    return gains.index(max(gains))


def settled(scores, probed):
    """Return whether the first is ahead of the second as the statement says."""
    second, first = sorted(_gains(scores, probed))[-2:]
    return first - second >= AHEAD


def _gains(scores, probed):
    rows = [[Fraction(float(value)) for value in row] for row in probed]
    means = [sum(column) / len(rows) for column in zip(*rows, strict=True)]
    return [Fraction(float(own)) - mean for own, mean in zip(scores, means, strict=True)]


def case(rng, labels, probes, spread=2.0, taste=3.0):
    """Return scores and those of probes: a taste for labels, and what each message adds."""
    likes = -taste * np.abs(rng.normal(size=labels)) - 100  # log-probabilities: none above 0
    return likes + rng.normal(size=labels), likes + spread * rng.normal(size=(probes, labels))


def outlier(rng):
    """Return scores whose probes have one far away: it moves the mean, and not the median."""
    scores, probed = case(rng, 3, 9)
    probed[int(rng.integers(9)), int(rng.integers(3))] -= 60
    return scores, probed


def leading(rng, labels):
    """Return scores in which the likeliest label is not the one that gains most, by far."""
    scores, probed = case(rng, labels, 12, spread=0.1)
    first = int(rng.integers(labels))
    probed[:, first] += 9 + scores.max() - scores[first]
    scores[first] = scores.max() + 8
    return scores, probed


def close(rng, labels):
    """Return scores of which two labels gain nearly the same: one is ahead by 0.0011."""
    scores, probed = case(rng, labels, 8)
    gains = scores - probed.mean(axis=0)
    one, other = rng.permutation(labels)[:2]
    scores[one] += gains.max() + 1 - gains[one]
    scores[other] += gains.max() + 1.0011 - gains[other]
    return scores, probed


def listed(scores, probed):
    """Return them as lists."""
    return scores.tolist(), probed.tolist()


def draws(rng):
    """Return scores and those of probes, by kind."""
    n = [int(k) for k in rng.integers(2, 7, size=40)]
    found = {
        "arrays": [case(rng, k, 3 * k) for k in n],
        "lists": [listed(*case(rng, k, 2 * k)) for k in n[:20]],
        "a list and an array": [(s.tolist(), p) for s, p in (case(rng, 3, 9) for _ in range(10))],
        "an array and a list": [(s, p.tolist()) for s, p in (case(rng, 3, 9) for _ in range(10))],
        "two labels": [case(rng, 2, 4) for _ in range(20)],
        "six labels and 40 probes": [case(rng, 6, 40) for _ in range(20)],
        "one probe": [case(rng, k, 1) for k in n[:20]],
        "as many probes as labels": [case(rng, k, k) for k in n[:20]],
        "one probe far from the others": [outlier(rng) for _ in range(30)],
        "probes far apart": [case(rng, 4, 8, spread=20) for _ in range(20)],
        "probes that agree": [case(rng, 4, 8, spread=0.01) for _ in range(20)],
        "a label that the model likes far more": [case(rng, 3, 6, taste=200) for _ in range(20)],
        "a likeliest label that gains little": [leading(rng, k) for k in n[:20]],
        "labels that gain nearly the same": [close(rng, k) for k in n],
        "all labels gain": [(s, p - 15) for s, p in (case(rng, 3, 6) for _ in range(10))],
        "no label gains": [(s - 80, p) for s, p in (case(rng, 3, 6) for _ in range(10))],
        "log-probabilities near 0 and near -900": [
            (np.array([-1e-9, -900.0, -30.0]), np.array([[-1e-9 - i, -890.0 - j, -29.0]]))
            for i in (0, 2)
            for j in (0, 20)
        ],
        "every label in turn": [(np.eye(k)[i] - 9, -9 * np.ones((4, k))) for k in range(2, 7) for i in range(k)],
    }
    return {kind: [pair for pair in some if settled(*pair)] for kind, some in found.items()}
