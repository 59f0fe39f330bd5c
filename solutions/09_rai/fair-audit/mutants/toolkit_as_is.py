"""The baseline: call the toolkit on the complete rows, take its defaults, and test every slice at 5 %."""

from itertools import combinations

import numpy as np
from fairlearn.metrics import MetricFrame, count, false_positive_rate, selection_rate, true_positive_rate
from scipy.stats import fisher_exact
from sklearn.metrics import accuracy_score


def group_metrics(y_true, y_pred, groups, sample_weight=None):
    """Take MetricFrame's table, after dropping the rows that it refuses."""
    complete = groups.notna().all(axis=1).to_numpy()
    y_true, y_pred, groups = y_true[complete], y_pred[complete], groups[complete]
    metrics = {
        "selection_rate": selection_rate,
        "tpr": true_positive_rate,
        "fpr": false_positive_rate,
        "accuracy": accuracy_score,
    }
    weights = {}
    if sample_weight is not None:
        weights = {name: {"sample_weight": sample_weight[complete]} for name in metrics}
    metrics |= {"n": count, "n_pos": lambda t, p: int(t.sum()), "n_neg": lambda t, p: int((1 - t).sum())}
    by_group = MetricFrame(
        metrics=metrics, y_true=y_true, y_pred=y_pred, sensitive_features=groups, sample_params=weights
    ).by_group
    return by_group.dropna(subset="n").reset_index()


def disparity(table, metric, min_n=30):
    """Compare all groups."""
    rates = table[metric]
    return {"difference": rates.max() - rates.min(), "ratio": rates.min() / rates.max(), "excluded": 0}


def standardised_rates(y_pred, group, stratum, sample_weight=None):
    """Report the rate by group twice."""
    rates = group.to_frame("group").assign(crude=np.asarray(y_pred, dtype=float))
    rates = rates.groupby("group", as_index=False).mean()
    return rates.assign(adjusted=rates["crude"])


def find_slices(attributes, errors, alpha=0.05, min_gap=0.10, min_n=30):
    """Report every slice whose own p-value is below alpha."""
    found = []
    columns = list(attributes.columns)
    for names in [[c] for c in columns] + [list(pair) for pair in combinations(columns, 2)]:
        for values, rows in attributes.reset_index(drop=True).groupby(names).groups.items():
            inside = np.isin(np.arange(len(errors)), rows)
            table = [[errors[i].sum(), (1 - errors[i]).sum()] for i in (inside, ~inside)]
            gap = errors[inside].mean() - errors[~inside].mean()
            if len(rows) >= min_n and gap >= min_gap and fisher_exact(table, "greater").pvalue <= alpha:
                values = values if isinstance(values, tuple) else (values,)
                found.append(dict(zip(names, values, strict=True)))
    return found
