"""What `report` is asked: studies of which each of two settings reads a column of its own.

Training rows, 20 of them: column 0 is the label; column 1 is the label on eight rows, else 0. `FIRST` reads column 0.
Under the band of `SECOND` column 0 is silent, and it reads column 1. So a study says of each validation and test row
what either setting predicts, and how many are right of each class.
"""

import itertools
import math

import numpy as np

FIRST = {"rounds": 1, "band": 0.0, "leak": 1.0, "cap": 1e9, "fall": 0.0}
SECOND = {**FIRST, "band": 2.0}
EITHER = ([FIRST, SECOND], [SECOND, FIRST])


def part(rng, ones, others):
    """Return rows and labels; of each class how many rows, how many `FIRST` is right about, how many `SECOND`."""
    rows, y = [], []
    for label, (n, first, second) in ((1, ones), (-1, others)):
        right = [rng.permutation(n) < count for count in (first, second)]
        rows.append(np.column_stack([np.where(r, label, -label) for r in right]))
        y += [label] * n
    order = rng.permutation(len(y))
    return np.vstack(rows)[order].astype(float), np.array(y)[order]


def study(rng, valid, test=None):
    """Return a study with these validation and test rows."""
    y = rng.permutation(np.repeat([1, -1], 10))
    told = np.zeros(20)
    for label in (1, -1):
        told[rng.permutation(np.flatnonzero(y == label))[:4]] = label
    if test is None:
        test = [(n, *rng.integers(0, n + 1, size=2)) for n in rng.integers(3, 12, size=2)]
    found = {"X_train": np.column_stack([y, told]).astype(float), "y_train": y}
    for name, counts in (("valid", valid), ("test", test)):
        found["X_" + name], found["y_" + name] = part(rng, *counts)
    return found


def both_orders(make, times=1):
    """Return studies made anew for each order of the two settings."""
    return [(make(), list(settings)) for _ in range(times) for settings in EITHER]


FIGURES = (
    lambda a, b: 50 * (a + b),
    lambda a, b: 100 * (a + b) / 2,
    lambda a, b: 100 * float(np.mean([a, b])),
    lambda a, b: (a + b) / 2,
    lambda a, b: (100 * a + 100 * b) / 2,
)
"""Ways to write a balanced accuracy: they round differently."""
MEANS = (lambda values: float(np.mean(values)), lambda values: math.fsum(values) / len(values))


def counted(rng, n, total, places):
    """Return so many counts from 0 to n that have this sum."""
    counts = np.zeros(places, dtype=int)
    for _ in range(total):
        counts[rng.choice(np.flatnonzero(counts < n))] += 1
    return [tuple(pair) for pair in counts.reshape(-1, 2).tolist()]


def rounded_apart(rng, times=1):
    """Return studies and settings with validation means that are equal: the first one is to be taken.

    For each way to compute them there is one in which the second one comes out larger by rounding.
    """
    found = []
    for figure, mean in itertools.product(FIGURES, MEANS):
        left = times
        while left:
            n, k = int(rng.choice([3, 7, 9, 11, 13])), int(rng.integers(3, 6))
            total = int(rng.integers(n, 2 * k * n - n))
            one, two = counted(rng, n, total, 2 * k), counted(rng, n, total, 2 * k)
            if mean([figure(a / n, b / n) for a, b in one]) < mean([figure(a / n, b / n) for a, b in two]):
                counts = [[(n, a[i], b[i]) for i in (0, 1)] for a, b in zip(one, two, strict=True)]
                found.append(([study(rng, each, [(5, 5, 1), (4, 3, 1)]) for each in counts], [FIRST, SECOND]))
                left -= 1
    return found


def wider(rng, one, d):
    """Return a study with more columns, which tell nothing."""
    more = {key: np.column_stack([one[key], np.zeros((len(one[key]), d))]) for key in ("X_train", "X_valid", "X_test")}
    return {**one, **more}


def choices(rng):
    """Return studies and settings for which one must be chosen."""

    def few(first, second, n=20):
        """Return validation counts of a balanced accuracy of about so many percent for each setting."""
        return [(n, round(n * first / 100), round(n * second / 100))] * 2

    def uneven():
        return [study(rng, few(70, 75)) for _ in range(3)] + [study(rng, few(90, 50))]

    def pooled():
        return [study(rng, few(90, 50, 10)), study(rng, few(60, 70, 200)), study(rng, few(60, 65, 150))]

    def thousandths():
        one, two = [(1000, 501, 500), (50, 30, 30)], [(999, 499, 500), (50, 20, 20)]
        return [study(rng, one, few(90, 40)), study(rng, two, few(80, 30))]

    def three():
        return [study(rng, few(*each), few(80, 55)) for each in ((90, 50), (50, 80), (60, 75))]

    twice = ([FIRST, FIRST, SECOND], [SECOND, FIRST, FIRST], [SECOND, SECOND, SECOND], [SECOND, FIRST, SECOND])
    ten = [{**FIRST, "fall": float(k)} for k in range(1, 5)] + [SECOND] * 5 + [FIRST]
    return {
        "validation rows prefer another setting than test rows": both_orders(
            lambda: [study(rng, few(60, 80), few(90, 55)) for _ in range(3)]
        ),
        "validation rows prefer another setting than training rows": both_orders(
            lambda: [study(rng, few(40, 75), few(40, 55)) for _ in range(3)]
        ),
        "plain accuracy prefers another setting": both_orders(
            lambda: [study(rng, [(10, 9, 4), (90, 60, 85)], few(60, 80)) for _ in range(2)]
        ),
        "most of the studies prefer another setting": both_orders(uneven),
        "all validation rows together prefer another setting": both_orders(pooled),
        "each study prefers a setting of its own": both_orders(three),
        "means that are equal but for rounding": rounded_apart(rng),
        "means that differ by a few hundred-thousandths": both_orders(thousandths),
        "a setting that comes twice": [([study(rng, few(80, 60)), study(rng, few(70, 60))], list(s)) for s in twice],
        "ten settings": [([study(rng, few(60, 80)), study(rng, few(70, 60))], ten)],
        "one setting": [([study(rng, few(60, 80)), study(rng, few(70, 60))], [s]) for s in (FIRST, SECOND)],
        "studies of other sizes and columns": both_orders(
            lambda: [wider(rng, study(rng, few(60, 80, k)), k) for k in (3, 1, 18)]
        ),
    }


def figures(rng, drawn):
    """Return studies of one setting: nothing to choose."""

    def any_study(n=None):
        sizes = rng.integers(1, 40, size=2) if n is None else (n, n)
        return study(rng, [(k, k // 2, k // 2) for k in (6, 9)], [(k, *rng.integers(0, k + 1, size=2)) for k in sizes])

    def contradicted():
        counts = [(60, 12, 30), (60, 15, 30)]
        return study(rng, counts, [(20, 14, 10), (30, 24, 10)])

    def same():
        return [study(rng, [(5, 3, 3)] * 2, [(7, 5, 3), (11, 4, 6)]) for _ in range(4)]

    def rare():
        return [study(rng, [(5, 3, 3)] * 2, [(2, k, 1), (198, 150, 100)]) for k in (0, 1, 2)]

    return {
        "two studies": [([any_study() for _ in range(2)], [s]) for s in (FIRST, SECOND) for _ in range(2)],
        "three studies": [([any_study() for _ in range(3)], [s]) for s in (FIRST, SECOND) for _ in range(2)],
        "seven studies": [([any_study() for _ in range(7)], [s]) for s in (FIRST, SECOND)],
        "20 studies": [([any_study() for _ in range(20)], [FIRST])],
        "the same figure in all studies": [(same(), [s]) for s in (FIRST, SECOND)],
        "a rare class": [(rare(), [FIRST])],
        "a test row of each class": [([any_study(1) for _ in range(4)], [FIRST])],
        "validation rows that training rows contradict": [([contradicted() for _ in range(3)], [FIRST])],
        "redrawn studies": [(studies, [setting]) for studies, setting in drawn],
    }
