"""The same task by simulation: no formula for the noise, only dice thrown with the reference's shares."""

import numpy as np
import pandas as pd
from scipy.special import ndtri

QUANTILES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
DRAWS = 1000  # simulated quiet batches; the limit is their 99.8 % quantile, which two of them exceed


def psi(reference, current):
    """Return the population stability index over the reference's bins."""
    bin_of = make_binner(reference)
    return float(index_of(share(bin_of(reference)), share(bin_of(current))))


def make_binner(reference):
    """Return a function from a column to its counts: the bins, then one for the unknown and one for the missing."""
    reference = pd.Series(reference)
    if pd.api.types.is_numeric_dtype(reference):
        cuts = [-np.inf, *np.unique(np.quantile(reference.dropna(), QUANTILES)), np.inf]

        def counts(column):
            codes = pd.cut(pd.Series(column), cuts, labels=False)
            return tally(codes, len(cuts) - 1)
    else:
        code_of = {label: code for code, label in enumerate(reference.dropna().unique())}

        def counts(column):
            column = pd.Series(column)
            codes = column.map(code_of).fillna(len(code_of)).where(column.notna())
            return tally(codes, len(code_of) + 1)

    return counts


def tally(codes, bins):
    """Count codes 0 … bins - 1, and the missing."""
    counted = codes.value_counts(dropna=True).reindex(range(bins), fill_value=0)
    return np.append(counted.to_numpy(), codes.isna().sum())


def share(counts):
    """Return shares along the last axis, each at least 1e-4."""
    return np.clip(counts / np.sum(counts, axis=-1, keepdims=True), 1e-4, None)


def index_of(p, q):
    """Sum (q - p) ln(q / p) over the last axis."""
    return ((q - p) * (np.log(q) - np.log(p))).sum(axis=-1)


class DriftMonitor:
    """One set of counters for each part of the season; one simulated limit for each size of batch."""

    def __init__(self, reference, season=None):
        self.season = season
        groups = [("all", reference)] if season is None else reference.groupby(season)
        self.parts = {}
        for part, rows in groups:
            rows = rows.drop(columns=[season] if season else [])
            binners = {name: make_binner(rows[name]) for name in rows}
            counts = {name: binners[name](rows[name]) for name in rows}
            self.parts[part] = (len(rows), binners, counts, relations(rows))
        self.limits = {}

    def alarm(self, batch):
        """Return True when the worst column or the worst pair is beyond what simulated quiet batches show."""
        part = "all" if self.season is None else batch[self.season].iloc[0]
        rows, binners, counts, relation = self.parts[part]
        limit = self.limit(part, len(batch))
        worst = max(index_of(share(counts[name]), share(binners[name](batch[name]))) - limit[name] for name in binners)
        change = np.abs(relations(batch[relation.columns]) - relation).to_numpy()
        change = np.nan_to_num(change[np.triu_indices(len(change), 1)])
        scale = np.sqrt(1 / len(batch) + 1 / rows)
        noise = -ndtri(0.001 / max(len(change), 1)) * scale
        return bool(worst > 0 or np.any(change > max(0.25, noise)))

    def limit(self, part, size):
        """PSI that a column of a quiet batch of this size stays under: simulated, and never under what matters."""
        if (part, size) not in self.limits:
            rows, _, counts, _ = self.parts[part]
            rng = np.random.default_rng(size)  # the same dice, whichever batch comes first
            quiet = {}
            for name, count in counts.items():
                dice = count / rows
                again, batch = rng.multinomial(rows, dice, DRAWS), rng.multinomial(size, dice, DRAWS)
                quiet[name] = index_of(share(again), share(batch))
            typical = {name: values.mean() for name, values in quiet.items()}
            spread = {name: values.std() + 1e-9 for name, values in quiet.items()}
            # the most deviating column of each simulated batch, in its own standard deviations
            worst = np.max([(quiet[name] - typical[name]) / spread[name] for name in quiet], axis=0)
            times = np.quantile(worst, 0.998)
            self.limits[part, size] = {n: typical[n] + max(times * spread[n], 0.055) for n in quiet}
        return self.limits[part, size]


def relations(frame):
    """Return the correlation of normal scores, for every pair of number columns."""
    numbers = frame.select_dtypes("number")
    scores = ndtri((numbers.rank() - 0.5) / numbers.notna().sum()).fillna(0.0)  # missing: the middle
    return scores.corr()
