"""The same audit with fairlearn for rates, and for slices a permutation test of the largest z-score."""

from itertools import combinations

import numpy as np
import pandas as pd
from fairlearn.metrics import MetricFrame, count, false_positive_rate, selection_rate, true_positive_rate
from sklearn.metrics import accuracy_score

SHUFFLES = 400


def group_metrics(y_true, y_pred, groups, sample_weight=None):
    """Return counts and rates of every combination of group values."""
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    weight = np.ones(len(y_true)) if sample_weight is None else np.asarray(sample_weight, dtype=float)
    groups = groups.reset_index(drop=True).astype(object)
    code = pd.Series(pd.factorize(pd.MultiIndex.from_frame(groups.fillna("\1")))[0], name="code")  # no printable text
    rates = {
        "selection_rate": selection_rate,
        "tpr": true_positive_rate,
        "fpr": false_positive_rate,
        "accuracy": accuracy_score,
    }
    weight = np.where(weight == 0, 1e-300, weight)  # fairlearn divides by it; nan below
    frame = MetricFrame(
        metrics={**rates, "n": count},
        y_true=y_true,
        y_pred=y_pred,
        sensitive_features=code,
        sample_params={name: {"sample_weight": weight} for name in rates},
    ).by_group
    n_pos = np.bincount(code, weights=y_true)
    table = groups[~code.duplicated()].reset_index(drop=True)
    table["n"] = frame["n"].to_numpy().astype(int)
    table["n_pos"] = n_pos.astype(int)
    table["n_neg"] = table["n"] - table["n_pos"]
    for name in rates:
        given = {"tpr": y_true == 1, "fpr": y_true == 0}.get(name, np.ones(len(y_true), dtype=bool))
        below = np.bincount(code, weights=weight * given)
        table[name] = np.where(below > 1e-200, frame[name].to_numpy(dtype=float), np.nan)
    return table


def disparity(table, metric, min_n=30):
    """Compare the largest and the smallest rate."""
    rows = table[{"tpr": "n_pos", "fpr": "n_neg"}.get(metric, "n")]
    rates = table[metric].where(rows >= min_n).dropna()
    nothing = len(rates) < 2
    return {
        "difference": np.nan if nothing else rates.max() - rates.min(),
        "ratio": np.nan if nothing or rates.max() == 0 else rates.min() / rates.max(),
        "excluded": len(table) - len(rates),
    }


def standardised_rates(y_pred, group, stratum, sample_weight=None):
    """Return the crude and the directly standardised selection rate of every group."""
    frame = pd.DataFrame({"group": group.to_numpy(), "stratum": stratum.to_numpy()}, dtype=object)
    frame["weight"] = 1.0 if sample_weight is None else np.asarray(sample_weight, dtype=float)
    frame["flagged"] = frame["weight"] * np.asarray(y_pred)
    sums = frame.groupby(["group", "stratum"], dropna=False)[["weight", "flagged"]].sum()
    size = sums["weight"].unstack(fill_value=0.0)
    flagged = sums["flagged"].unstack(fill_value=0.0)
    shared = (size > 0).all().to_numpy()
    result = pd.DataFrame({"group": size.index.to_numpy()})
    result["crude"] = (flagged.sum(axis=1) / size.sum(axis=1)).to_numpy()
    result["adjusted"] = np.nan
    if shared.any():
        rates = flagged.to_numpy()[:, shared] / size.to_numpy()[:, shared]
        result["adjusted"] = np.average(rates, axis=1, weights=size.to_numpy()[:, shared].sum(axis=0))
    return result


def _indicators(attributes):
    columns = {}
    for name in attributes.columns:
        values = attributes[name].astype(object).to_numpy()
        for value in pd.unique(values):
            columns[frozenset([(name, None if pd.isna(value) else value)])] = (
                pd.isna(values) if pd.isna(value) else values == value
            ).astype(bool)
    for one, two in combinations(list(columns), 2):
        if len(dict(one | two)) == 2:
            columns[one | two] = columns[one] & columns[two]
    return list(columns), np.array(list(columns.values()), dtype=np.float32)


def _scores(bad, size, total, rate):
    """z-score and gap of each slice against the rows outside it."""
    outside = np.maximum(total - size, 1)
    gap = bad / np.maximum(size, 1) - (rate * total - bad) / outside
    return gap / np.sqrt(max(rate * (1 - rate), 1e-12) * (1 / np.maximum(size, 1) + 1 / outside)), gap


def find_slices(attributes, errors, alpha=0.05, min_gap=0.10, min_n=30):
    """Report slices with more errors than elsewhere."""
    rng = np.random.default_rng(0)
    wrong = np.asarray(errors, dtype=np.float32)
    names, inside = _indicators(attributes)
    found = []
    while True:
        size, total, rate = inside.sum(axis=1), len(wrong), float(wrong.mean())
        large = (size >= min_n) & (total - size >= min_n)
        if not large.any():
            return found
        shuffled = rng.permuted(np.tile(wrong, (SHUFFLES, 1)), axis=1).T  # (rows, shuffles)
        by_chance = _scores(inside[large] @ shuffled, size[large, None], total, rate)[0].max(axis=0)
        z, gap = _scores(inside @ wrong, size, total, rate)
        z = np.where(large & (gap >= min_gap - 1e-6), z, -np.inf)
        best = int(z.argmax())
        if z[best] <= np.quantile(by_chance, 1 - alpha):
            return found
        found.append(dict(names[best]))
        rest = inside[best] == 0
        wrong, inside = wrong[rest], inside[:, rest]
