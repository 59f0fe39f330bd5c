"""The slices of an audit whose answer is exact: whoever follows the statement finds these and no others.

An audit is counted: {values: (rows, errors)} for each combination of its columns' values, None for a missing one.
"""

from fractions import Fraction
from itertools import combinations
from math import erfc, log

import numpy as np

ROOM = 4  # how far a p-value must be below alpha / (number of slices)
NEAR = 1e-3  # nearer to min_gap than this, a gap must be exactly min_gap
STRONGEST = 35.0  # the largest z-score: beyond it, p-values begin to be too small for a float


class Unsettled(Exception):
    """Another test, correction or order could find something else."""


class Slices:
    """Every value of one column and every pair of two columns' values that occurs, and what is known of them.

    Of slices with the same rows there is the one with fewer columns.
    """

    def __init__(self, names, cells):
        self.rows, self.bad = (np.array(part) for part in zip(*cells.values(), strict=True))
        singles = {
            frozenset([(name, value)]): np.array([key[i] == value for key in cells])
            for i, name in enumerate(names)
            for value in dict.fromkeys(key[i] for key in cells)
        }
        pairs = {a | b: singles[a] & singles[b] for a, b in combinations(singles, 2) if len(dict(a | b)) == 2}
        same = {}  # slices by their rows
        for where, inside in (singles | pairs).items():
            if inside.any():
                same.setdefault(inside.tobytes(), []).append(where)
        self.names = list(same.values())
        self.inside = np.array([(singles | pairs)[some[0]] for some in self.names])  # (slices, cells)
        self.tests = sum(map(len, self.names))
        self.known = {}  # what holds in the cells that are left

    def name(self, i):
        """Return what a slice is called."""
        fewest = min(map(len, self.names[i]))
        best = [where for where in self.names[i] if len(where) == fewest]
        if len(best) > 1:
            raise Unsettled("two slices have the same rows")
        return best[0]

    def standing(self, left, alpha, min_gap, min_n):
        """Return what holds conditions 1 to 3 in the cells left, {slice: (log of Fisher's p, -z)}, and what may."""
        size, bad = self.inside @ (self.rows * left), self.inside @ (self.bad * left)
        total, wrong = int((self.rows * left).sum()), int((self.bad * left).sum())
        found, unclear = {}, set()
        for i in np.flatnonzero((size >= min_n) & (total - size >= min_n)).tolist():
            k, n = int(bad[i]), int(size[i])
            gap = Fraction(k, n) - Fraction(wrong - k, total - n)
            if gap < Fraction(min_gap) - Fraction(NEAR):
                continue
            fisher, z = log_p(k, n, wrong, total), z_score(k, n, wrong, total)
            if min(fisher, log_tail(z)) > log(2 * alpha):
                continue
            close = abs(gap - Fraction(min_gap)) < NEAR and gap != Fraction(min_gap)
            if close or max(fisher, log_tail(z)) > log(alpha / self.tests / ROOM):
                unclear.add(i)
            else:
                found[i] = (fisher, -z)
        return found, unclear

    def followed(self, score, anew, last, *limits):
        """Return the slices found by going from the smallest p-value up, ranked anew after each or once."""
        left, found, first = np.ones(len(self.rows), dtype=int), [], {}
        while True:
            if (key := left.tobytes()) not in self.known:
                self.known[key] = self.standing(left, *limits)
            standing, unclear = self.known[key]
            first = first if found else standing
            ranks = standing if anew else {i: first[i] for i in first if i in standing}
            if not ranks and unclear:
                raise Unsettled("neither clear nor chance")
            if not ranks:
                return frozenset(self.name(i) for i in found)
            best = min(ranks, key=lambda i: (round(ranks[i][score], 9), -i if last else i))
            if ranks[best] < (-(STRONGEST**2) / 2,) or ranks[best][1] < -STRONGEST:
                raise Unsettled("too strong for a float")
            found.append(best)
            left = left * ~self.inside[best]


def log_tail(z):
    """Return the logarithm of a normal tail; roughly, where it is far out."""
    return log(0.5 * erfc(z / 2**0.5)) if z < 30 else -z * z / 2


LOGS = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, 60_001)))])  # of the factorials


def log_p(bad, size, wrong, total):
    """Return the logarithm of Fisher's one-sided p-value."""

    def ways(n, k):
        return LOGS[n] - LOGS[k] - LOGS[n - k]

    k = np.arange(bad, min(size, wrong) + 1)
    k = k[total - size >= wrong - k]
    logs = ways(size, k) + ways(total - size, wrong - k) - ways(total, wrong)
    return float(logs.max() + np.log(np.exp(logs - logs.max()).sum()))


def z_score(bad, size, wrong, total):
    """Return the score of the pooled test of two shares; 0 where all are alike."""
    rate, outside = wrong / total, total - size
    spread = rate * (1 - rate) * (1 / size + 1 / outside)
    return (bad / size - (wrong - bad) / outside) / spread**0.5 if spread else 0.0


def answer(names, cells, alpha=0.05, min_gap=0.10, min_n=30):
    """Return the set of slices to report; None where it is not the same for every test, order and correction."""
    try:
        slices = Slices(names, cells)
        ways = [(score, anew, last) for score in (0, 1) for anew in (True, False) for last in (True, False)]
        found = {slices.followed(*way, alpha, min_gap, min_n) for way in ways}
    except Unsettled:
        return None
    return set(found.pop()) if len(found) == 1 else None
