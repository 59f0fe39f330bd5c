"""Lots of gradients by kind, and what clipping and a noisy mean make of them."""

import numpy as np

from tenfold import Callback, expect


def clipped(gradients, bound):
    """Return the rows, none of them longer than `bound`."""
    norms = np.linalg.norm(gradients, axis=1, keepdims=True)
    return gradients * np.minimum(1, bound / np.maximum(norms, 1e-300))


def lot(rng, m, d, low=-2, high=2):
    """Return m gradients with norms of about 10^low to 10^high."""
    return rng.standard_normal((m, d)) / np.sqrt(d) * 10 ** rng.uniform(low, high, (m, 1))


def of_norm(rng, norms, d):
    """Return one gradient of each norm."""
    rows = rng.standard_normal((len(norms), d))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True) * np.array(norms)[:, None]


def size(rng):
    """Return numbers of rows and columns, and a bound."""
    return int(rng.integers(2, 40)), int(rng.integers(2, 30)), float(10 ** rng.uniform(-1, 1))


def lots(rng):
    """Return gradients and bounds by kind."""
    sizes = [size(rng) for _ in range(6)]
    alone = [(d, bound) for _, d, bound in sizes]
    return {
        "short and long rows": [(lot(rng, m, d), bound) for m, d, bound in sizes],
        "no rows": [(np.zeros((0, d)), bound) for d, bound in alone],
        "one row": [(lot(rng, 1, d), bound) for d, bound in alone],
        "one column": [(lot(rng, m, 1), bound) for m, _, bound in sizes],
        "one number": [(np.array([[value]]), 1.0) for value in (-3.0, -0.3, 0.0, 0.3, 3.0)],
        "rows of zero": [(lot(rng, m, d) * (np.arange(m)[:, None] % 2), bound) for m, d, bound in sizes],
        "zeros alone": [(np.zeros((m, d)), bound) for m, d, bound in sizes[:2]],
        "rows on either side of the bound": [
            (of_norm(rng, [0.9 * bound, 0.999 * bound, 1.001 * bound, 1.1 * bound], d), bound) for d, bound in alone
        ],
        "short rows alone": [(of_norm(rng, [0.5 * bound] * 9, d), bound) for d, bound in alone],
        "short rows whose sum is long": [(np.full((30, d), 0.9 * bound / np.sqrt(d)), bound) for d, bound in alone],
        "a norm of 10^12": [(of_norm(rng, [1e12, 1.0, 1e12, 1e-3], d), bound) for d, bound in alone],
        "norms from 10^-12 to 10^12": [(of_norm(rng, 10.0 ** np.arange(-12, 13), d), bound) for d, bound in alone],
        "a bound of 0.001": [(lot(rng, m, d), 1e-3) for m, d, _ in sizes[:2]],
        "a bound of 1,000": [(lot(rng, m, d, 1, 5), 1e3) for m, d, _ in sizes[:2]],
        "thousands of rows": [(lot(rng, 5000, 4), 1.0)],
        "600 columns": [(lot(rng, 20, 600), 1.0)],
        "thousands of rows of 600 columns": [(lot(rng, 5000, 600), 1.0)],
        "rows that differ in sign alone": [(np.concatenate([a, -a]), 1.0) for a in (lot(rng, 5, 4), lot(rng, 9, 3))],
    }


def pulls(rng):
    """Return the arguments of `noisy_mean` but for its noise, by kind: gradients, bound, sigma, expected."""

    def noise(low=0.5, high=3.0):
        return float(rng.uniform(low, high))

    found = {kind: [(*args, noise(), noise(5, 60)) for args in some[:3]] for kind, some in lots(rng).items()}
    usual = [(*args, noise(), noise(5, 60)) for args in lots(rng)["short and long rows"]]
    return found | {
        "a sigma of 0": [(rows, bound, 0.0, expected) for rows, bound, _, expected in usual],
        "no rows and a sigma of 0": [(rows[:0], bound, 0.0, expected) for rows, bound, _, expected in usual[:2]],
        "a sigma below 1": [(rows, bound, noise(0.01, 0.9), expected) for rows, bound, _, expected in usual],
        "a sigma of 100": [(rows, bound, 100.0, expected) for rows, bound, _, expected in usual[:2]],
        "more rows than expected": [(rows, bound, sigma, len(rows) / 3) for rows, bound, sigma, _ in usual],
        "less than one row expected": [(rows, bound, sigma, noise(0.01, 0.9)) for rows, bound, sigma, _ in usual],
        "thousands of rows expected": [(rows, bound, sigma, noise(2e3, 5e3)) for rows, bound, sigma, _ in usual],
    }


def three_of_note(rng, bound):
    """Return a lot that begins with a huge, a short and a zero gradient, and how far each may move the sum."""
    m, d, _ = size(rng)
    return np.concatenate([of_norm(rng, [1e9 * bound, 0.9 * bound, 0.0], d), lot(rng, m, d)]), (bound, 0.9 * bound, 0.0)


def total(noisy_mean, rows, bound):
    """Return the sum of the clipped rows, as the mean without noise has it; its divisor is another check's."""
    d, divisor = rows.shape[1], float(len(rows))
    mean = noisy_mean(rows, bound, 0.0, divisor, Callback(lambda *sizes: np.ones(d), calls=10))
    return divisor * expect.array(mean, shape=(d,), kind="f", finite=True)


def alone(rng):
    """Return the arguments of the driver's `noisy_mean`: one of each kind, with the noise itself."""
    first = [some[0] for some in pulls(rng).values()]
    return [(*args, rng.standard_normal(args[0].shape[1])) for args in first]


class Noise:
    """The draws that `normal` gives: known ones, and who asked for how many."""

    def __init__(self, rng, d):
        self.d, self.asked = d, []
        self.draws = rng.standard_normal((2, d))
        self.normal = Callback(self.draw, calls=5)

    def draw(self, *sizes):
        """Return the first draw, and another one to whoever asks again."""
        self.asked.append(sizes)
        return self.draws[min(len(self.asked), 2) - 1]

    def look(self):
        """Fail unless it was asked once, for d numbers."""
        assert len(self.asked) == 1, "`normal` must be called once for each lot, an empty one too"
        (sizes,) = self.asked
        assert [expect.integer(size) for size in sizes] == [self.d], "`normal` is called with d, and nothing else"


def with_noise(rng):
    """Return the arguments of `noisy_mean` by kind, and the noise that each `normal` among them draws."""
    draws, noises = {}, {}
    for kind, some in pulls(rng).items():
        made = [(args, Noise(rng, args[0].shape[1])) for args in some]
        draws[kind] = [(*args, noise.normal) for args, noise in made]
        noises |= {noise.normal: noise for _, noise in made}
    return draws, noises


def noisy(rows, bound, sigma, expected, noise):
    """Return the noisy mean."""
    return (clipped(rows, bound).sum(axis=0) + sigma * bound * noise.draws[0]) / expected
