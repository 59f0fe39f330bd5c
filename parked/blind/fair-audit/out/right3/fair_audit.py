"""Audit a classifier: pandas on integer codes; a sparse matrix of slices, corrected anew after each finding."""

from itertools import combinations

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.stats import hypergeom

BASES = {"selection_rate": "n", "accuracy": "n", "tpr": "n_pos", "fpr": "n_neg"}


def coded(values):
    """Return integer codes and the values behind them; missing is one value, None."""
    plain = [None if not isinstance(value, str) else str(value) for value in values]
    found = dict.fromkeys(plain)
    number = {value: i for i, value in enumerate(found)}
    return np.array([number[value] for value in plain], dtype=np.int64), list(found)


def weight_array(sample_weight, rows):
    """Return a float array of weights of its own."""
    return np.ones(rows) if sample_weight is None else np.array(sample_weight, dtype=float)


def group_metrics(y_true, y_pred, groups, sample_weight=None):
    """Return counts and rates by combination of values."""
    coding = [coded(groups.iloc[:, j].tolist()) for j in range(groups.shape[1])]
    keys = list(range(len(coding)))
    frame = pd.DataFrame({j: coding[j][0] for j in keys})
    truth, chosen = np.array(y_true, dtype=np.int64), np.array(y_pred, dtype=np.int64)
    weight = weight_array(sample_weight, len(frame))
    sums = {
        "n": np.ones(len(frame), dtype=np.int64),
        "n_pos": truth,
        "n_neg": 1 - truth,
        "all": weight,
        "all_hit": weight * chosen,
        "pos": weight * truth,
        "pos_hit": weight * truth * chosen,
        "neg": weight * (1 - truth),
        "neg_hit": weight * (1 - truth) * chosen,
        "right": weight * (truth == chosen),
    }
    for name, values in sums.items():
        frame[name] = values
    total = frame.groupby(keys, sort=True)[list(sums)].sum().reset_index()

    def rate(above, below):
        over = total[below].to_numpy(dtype=float)
        return np.divide(total[above].to_numpy(dtype=float), over, out=np.full(len(over), np.nan), where=over > 0)

    result = {}
    for j, name in enumerate(groups.columns):
        values = coding[j][1]
        result[name] = pd.Series([values[code] for code in total[j]], dtype=object)
    for name in ("n", "n_pos", "n_neg"):
        result[name] = total[name].to_numpy()
    result["selection_rate"] = rate("all_hit", "all")
    result["tpr"] = rate("pos_hit", "pos")
    result["fpr"] = rate("neg_hit", "neg")
    result["accuracy"] = rate("right", "all")
    return pd.DataFrame(result)


def disparity(table, metric, min_n=30):
    """Return difference, ratio and the number of groups that were left out."""
    rate = pd.Series(table[metric].to_numpy(dtype=float))
    rows = pd.Series(table[BASES[metric]].to_numpy(dtype=float))
    kept = rate[rate.notna() & (rows >= min_n)]
    result = {"difference": float("nan"), "ratio": float("nan"), "excluded": int(len(rate) - len(kept))}
    if len(kept) > 1:
        result["difference"] = float(kept.max() - kept.min())
        if kept.max() > 0:
            result["ratio"] = float(kept.min() / kept.max())
    return result


def standardised_rates(y_pred, group, stratum, sample_weight=None):
    """Return crude and adjusted selection rates by group."""
    g, groups = coded(group.tolist())
    s, _ = coded(stratum.tolist())
    w = weight_array(sample_weight, len(g))
    people = pd.DataFrame({"g": g, "s": s, "w": w, "hit": w * np.array(y_pred, dtype=float)})
    people = people[people["w"] > 0]
    by_group = people.groupby("g")[["w", "hit"]].sum()
    cell = people.groupby(["g", "s"])[["w", "hit"]].sum().reset_index()
    present = cell.groupby("s")["g"].size()
    shared = present.index[present == len(groups)]
    cell = cell[cell["s"].isin(shared)]
    adjusted = pd.Series(np.nan, index=range(len(groups)))
    if len(shared):
        mix = cell.groupby("s")["w"].sum()
        part = cell["s"].map(mix / mix.sum()) * (cell["hit"] / cell["w"])
        adjusted = part.groupby(cell["g"]).sum().reindex(range(len(groups)))
    crude = (by_group["hit"] / by_group["w"]).reindex(range(len(groups)))
    return pd.DataFrame(
        {"group": pd.Series(groups, dtype=object), "crude": crude.to_numpy(), "adjusted": adjusted.to_numpy()}
    )


def slices_of(attributes, min_n):
    """Return names of slices and a sparse 0/1 matrix (slices, rows); of slices with the same rows, the shortest."""
    rows, names = attributes.shape[0], list(attributes.columns)
    coding = [coded(attributes.iloc[:, j].tolist()) for j in range(len(names))]
    labels, members, seen = [], [], set()
    for width in (1, 2):
        for picked in combinations(range(len(names)), width):
            frame = pd.DataFrame({k: coding[j][0] for k, j in enumerate(picked)})
            number = frame.groupby(list(range(width)), sort=True).ngroup().to_numpy()
            size = np.bincount(number)
            order = np.argsort(number, kind="stable")
            ends = np.cumsum(size)
            for start, end in zip(ends - size, ends, strict=True):
                if end - start < min_n or rows - (end - start) < min_n:
                    continue
                inside = order[start:end]
                mark = inside.tobytes()
                if mark not in seen:
                    seen.add(mark)
                    labels.append({names[j]: coding[j][1][coding[j][0][inside[0]]] for j in picked})
                    members.append(inside)
    if not labels:
        return [], None
    starts = np.concatenate([[0], np.cumsum([len(inside) for inside in members])])
    columns = np.concatenate(members)
    matrix = sparse.csr_matrix((np.ones(len(columns), dtype=np.int64), columns, starts), shape=(len(labels), rows))
    return labels, matrix


def find_slices(attributes, errors, alpha=0.05, min_gap=0.10, min_n=30):
    """Report slices from the smallest p-value up, each without the rows of those before."""
    wrong = np.array(errors, dtype=np.int64)
    labels, matrix = slices_of(attributes, min_n)
    left = np.ones(len(wrong), dtype=np.int64)
    report = []
    while labels:
        rows, total = int(left.sum()), int((left * wrong).sum())
        size, bad = matrix @ left, matrix @ (left * wrong)
        large = np.flatnonzero((size >= min_n) & (rows - size >= min_n))
        if len(large) == 0:
            break
        n, k = size[large], bad[large]
        gap = k / n - (total - k) / (rows - n)
        tried = large[gap >= min_gap]
        if len(tried) == 0:
            break
        p = hypergeom.sf(bad[tried] - 1, rows, total, size[tried])
        best = int(np.argmin(p))
        if not p[best] <= alpha / len(large):
            break
        report.append(labels[tried[best]])
        left[matrix[tried[best]].indices] = 0
    return report
