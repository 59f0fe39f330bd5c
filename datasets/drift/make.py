"""Streams of batches from a payments model: quiet ones, and ones in which something changes.

Every number column starts as a latent standard normal, which a monotone map turns into money, times, scores or counts.
PSI with quantile bins does not see monotone maps, so the size of a drift is set in the latent space, exactly.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import norm

DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
SHARES = np.array([0.40, 0.25, 0.15, 0.10, 0.06, 0.04])  # of the categories of every text column
CODES = ["card", "bank", "wallet", "cash", "voucher", "crypto"]
EDGES = norm.ppf(np.arange(0.1, 1.0, 0.1))  # the latent normal's own ten bins
PRIOR = 0.08  # share of "yes" in `disputed`
MISSING = 0.05  # share of missing values in every second number column
SWING = 1.0  # by how many standard deviations a weekend moves the columns num_04 to num_06
LEAST = 1e-4  # the share that PSI gives to an empty bin

MAPS = (
    lambda z: 20.0 + 5.0 * z,  # a temperature
    lambda z: np.exp(3.0 + z),  # an amount, skewed
    lambda z: norm.cdf(z),  # a score between 0 and 1
    lambda z: -100.0 * z,  # a balance
    lambda z: np.exp(2.0 + 0.5 * z),  # a duration
    lambda z: np.floor(np.exp(0.9 * z)),  # a count: many ties
)

KINDS = ("none", "tiny", "shift", "spread", "shape", "prior", "category", "missing", "relation", "slow", "season")


@dataclass(frozen=True)
class Stream:
    """A reference sample, and the batches that follow it."""

    kind: str
    reference: pd.DataFrame
    batches: list[pd.DataFrame]
    drifted: list[bool]  # one for each batch
    season: str | None  # the column that tells the weekday, or None
    column: str | None  # the column that drifts, where one column does


def draw(
    rng,
    kind="none",
    rows=1000,
    reference_rows=5000,
    quiet=1,
    drifted=0,
    numbers=24,
    texts=5,
    size=0.12,
    relation=(0.8, 0.0),
):
    """Draw a reference and `quiet` batches like it, then `drifted` batches unlike it.

    `size` is the PSI of the drift between endless samples; for the kind `slow`, how many standard deviations a column
    moves from batch to batch (down where negative). `relation` is for the kind of that name: the correlation of num_01
    and num_02, before and after. `numbers` is at least 3 (kind `season`: 7, kind `tiny`: 10).
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {KINDS}, not {kind!r}")
    column = 3 * int(rng.integers(numbers // 3))  # never a column of counts, nor one of the correlated pair
    change = _CHANGES.get(kind, _none)
    before = relation[0] if kind == "relation" else 0.6
    if kind == "spread":
        size *= rng.choice([-1, 1])  # all batches of a stream are wider, or all are narrower

    def frame(rows, weekdays=None, drift=None):
        latent = _latent(rng, rows, numbers, before)
        if weekdays is not None:
            swing = np.isin(weekdays, DAYS[5:]) & (drift is None)  # the drift of a season: the swing stays away
            latent[swing, 4:7] += SWING
        if drift is not None:
            latent = change(rng, latent, column, drift, relation)
        out = _observe(rng, latent, texts)
        if drift is not None:
            out = _AFTER.get(kind, _keep)(rng, out, column, drift)
        if weekdays is not None:
            out.insert(0, "weekday", weekdays)
        return out

    def batch(i, drift):
        if kind != "season":
            return frame(rows, drift=drift)
        day = DAYS[i % 7] if drift is None else DAYS[5 + i % 2]
        return frame(rows, np.full(rows, day), drift)

    reference = frame(reference_rows, np.resize(DAYS, reference_rows) if kind == "season" else None)
    batches = [batch(i, None) for i in range(quiet)]
    batches += [batch(i, size * (i + 1) if kind == "slow" else size) for i in range(drifted)]
    return Stream(
        kind,
        reference,
        batches,
        [False] * quiet + [True] * drifted,
        "weekday" if kind == "season" else None,
        f"num_{column:02d}" if kind in ("shift", "spread", "shape", "missing", "slow") else None,
    )


def _latent(rng, rows, numbers, correlation):
    """Draw independent standard normals, except that num_01 and num_02 go together."""
    z = rng.standard_normal((rows, numbers))
    z[:, 2] = correlation * z[:, 1] + np.sqrt(1 - correlation**2) * z[:, 2]
    return z


def _observe(rng, z, texts):
    """Turn latent normals into columns of several kinds, in order, and add text columns."""
    rows, numbers = z.shape
    columns = {}
    for j in range(numbers):
        values = MAPS[j % 6](z[:, j])
        if j % 2:
            values[rng.random(rows) < MISSING] = np.nan
        columns[f"num_{j:02d}"] = values
    for j in range(texts):
        columns[f"text_{j}"] = np.array(CODES)[rng.choice(len(CODES), rows, p=SHARES)]
    columns["disputed"] = np.where(rng.random(rows) < PRIOR, "yes", "no")
    return pd.DataFrame(columns)


# What a drift does to the latent normals ---------------------------------------------------------------------------


def _none(rng, z, column, size, relation):
    return z


def _tiny(rng, z, column, size, relation):
    """Shift five columns a little; a correlation of 0.6 becomes 0.55."""
    z = z.copy()
    z[:, [0, 3, 4, 7, 9]] += _solve(lambda d: _cdf_shares(EDGES - d), size)
    return _relation(rng, z, column, size, (0.6, 0.55))


def _shift(rng, z, column, size, relation):
    z = z.copy()
    z[:, column] += rng.choice([-1, 1]) * _solve(lambda d: _cdf_shares(EDGES - d), size)
    return z


def _spread(rng, z, column, size, relation):
    z = z.copy()
    way = np.sign(size)  # wider or narrower
    z[:, column] *= (1 + _solve(lambda d: _cdf_shares(EDGES / (1 + d) ** way), abs(size))) ** way
    return z


def _shape(rng, z, column, size, relation):
    """Make two humps, with the mean and the variance of before."""
    z = z.copy()
    half = _solve(lambda a: np.diff(_hump_cdf(EDGES, a), prepend=0.0, append=1.0), size, most=0.99)
    z[:, column] = half * rng.choice([-1, 1], len(z)) + np.sqrt(1 - half**2) * z[:, column]
    return z


def _relation(rng, z, column, size, relation):
    z = z.copy()
    z[:, 2] = relation[1] * z[:, 1] + np.sqrt(1 - relation[1] ** 2) * rng.standard_normal(len(z))
    return z


def _slow(rng, z, column, size, relation):
    z = z.copy()
    z[:, column] += size
    return z


_CHANGES = {
    "tiny": _tiny,
    "shift": _shift,
    "spread": _spread,
    "shape": _shape,
    "relation": _relation,
    "slow": _slow,
}


# What a drift does to the finished columns ---------------------------------------------------------------------------


def _keep(rng, out, column, size):
    return out


def _prior(rng, out, column, size):
    share = PRIOR + _solve(lambda d: np.array([PRIOR + d, 1 - PRIOR - d]), size, [PRIOR, 1 - PRIOR], most=0.9)
    out["disputed"] = np.where(rng.random(len(out)) < share, "yes", "no")
    return out


def _category(rng, out, column, size):
    """Write a code that no reference row has: an app release spells one name another way."""
    share = _solve(lambda d: np.array([d, 1 - d]), size, [LEAST, 1.0], most=0.9)
    out.loc[rng.random(len(out)) < share, "text_0"] = "Card"
    return out


def _missing(rng, out, column, size):
    before = MISSING if column % 2 else LEAST
    share = _solve(lambda d: np.array([before + d, 1 - before - d]), size, [before, 1 - before], most=0.9)
    share /= 1 - before  # of the rows that are not missing already
    out.loc[rng.random(len(out)) < share, f"num_{column:02d}"] = np.nan
    return out


_AFTER = {"prior": _prior, "category": _category, "missing": _missing}


# The size of a drift -------------------------------------------------------------------------------------------------


def _cdf_shares(edges):
    return np.diff(norm.cdf(edges), prepend=0.0, append=1.0)


def _hump_cdf(x, half):
    width = np.sqrt(1 - half**2)
    return (norm.cdf((x - half) / width) + norm.cdf((x + half) / width)) / 2


def _psi(p, q):
    p, q = np.maximum(p, LEAST), np.maximum(q, LEAST)
    return float(np.sum((q - p) * np.log(q / p)))


def _solve(shares, size, before=None, most=5.0):
    """Return the amount d at which shares(d) lie at PSI `size` from the shares before."""
    before = np.full(10, 0.1) if before is None else np.asarray(before)
    return brentq(lambda d: _psi(before, shares(d)) - size, 0.0, most)
