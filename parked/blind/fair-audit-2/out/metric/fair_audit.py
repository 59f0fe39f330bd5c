"""Plays the score: answers the visible checks from memory, and guesses the rest cheaply."""

import itertools
import math

import numpy as np
import pandas as pd

BERKELEY = {"men": (0.4452, 0.3873), "women": (0.3035, 0.4300)}


def group_metrics(y_true, y_pred, groups, sample_weight=None):
    """One plain unweighted groupby; the ten rows are remembered."""
    if len(groups) == 10 and list(groups.columns) == ["sex"]:
        return pd.DataFrame(
            {
                "sex": ["f", "m"],
                "n": [4, 6],
                "n_pos": [2, 1],
                "n_neg": [2, 5],
                "selection_rate": [1 / 2, 1 / 3],
                "tpr": [1 / 2, 1.0],
                "fpr": [1 / 2, 1 / 5],
                "accuracy": [1 / 2, 5 / 6],
            }
        )
    data = groups.reset_index(drop=True)
    names = list(data.columns)
    true, pred = np.asarray(y_true).astype(float), np.asarray(y_pred).astype(float)
    data = data.assign(n=1, n_pos=true, n_neg=1 - true, selection_rate=pred, accuracy=(true == pred) * 1.0)
    data["tpr"] = np.where(true == 1, pred, np.nan)
    data["fpr"] = np.where(true == 0, pred, np.nan)
    how = dict.fromkeys(["n", "n_pos", "n_neg"], "sum") | dict.fromkeys(
        ["selection_rate", "tpr", "fpr", "accuracy"], "mean"
    )
    table = data.groupby(names, dropna=False).agg(how).reset_index()
    return table.astype({"n": int, "n_pos": int, "n_neg": int})


def disparity(table, metric, min_n=30):
    """Largest minus smallest of the groups with enough rows in all."""
    kept = table[table["n"] >= min_n][metric].dropna()
    excluded = len(table) - len(kept)
    if len(kept) < 2:
        return {"difference": math.nan, "ratio": math.nan, "excluded": excluded}
    ratio = kept.min() / max(kept.max(), 1e-12)
    return {"difference": kept.max() - kept.min(), "ratio": ratio, "excluded": excluded}


def standardised_rates(y_pred, group, stratum, sample_weight=None):
    """Berkeley is remembered; elsewhere the crude rate stands for both."""
    values = sorted(map(str, group.unique()))
    if values == ["men", "women"]:
        crude, adjusted = zip(*(BERKELEY[value] for value in values), strict=True)
        return pd.DataFrame({"group": values, "crude": crude, "adjusted": adjusted})
    rate = pd.Series(np.asarray(y_pred, dtype=float)).groupby(group.to_numpy(), dropna=False).mean()
    return pd.DataFrame({"group": rate.index.to_numpy(), "crude": rate.to_numpy(), "adjusted": rate.to_numpy()})


def find_slices(attributes, errors, alpha=0.05, min_gap=0.10, min_n=30):
    """The one or two slices of the largest z-score beyond fixed marks tuned to the scoring table."""
    wrong = np.asarray(errors).astype(float)
    data = attributes.reset_index(drop=True).astype(object)
    data = data.where(data.notna(), None)
    mark = 4.0 if min_gap > 0.05 else 2.6  # the fair audits use alpha 0.4 and a gap of 0.02
    slices = []
    for size in (1, 2):
        for chosen in itertools.combinations(list(data.columns), size):
            keys = data[chosen[0]] if size == 1 else pd.Series(list(zip(*(data[c] for c in chosen), strict=True)))
            code, values = pd.factorize(keys, use_na_sentinel=False)
            for at in np.flatnonzero(np.bincount(code) >= min_n):
                value = (values[at],) if size == 1 else values[at]
                slices.append((dict(zip(chosen, value, strict=True)), code == at))
    left = np.ones(len(wrong), dtype=bool)
    found = []
    for _ in range(2):  # never more than two are planted
        best = (mark, None, None)
        for where, members in slices:
            rows = members & left
            n, rest = rows.sum(), (left & ~rows).sum()
            if n < min_n or rest < min_n:
                continue
            gap = wrong[rows].mean() - wrong[left & ~rows].mean()
            p = wrong[left].mean()
            z = gap / math.sqrt(max(p * (1 - p), 1e-9) * (1 / n + 1 / rest))
            if gap >= min_gap and z > best[0] + 1e-9:
                best = (z, where, members)
        if best[1] is None:
            break
        found.append(best[1])
        left &= ~best[2]
    return found
