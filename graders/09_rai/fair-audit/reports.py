"""Tables as `group_metrics` returns them, by kind: input of `disparity`."""

from pathlib import Path

import numpy as np
import pandas as pd

from tenfold.datasets import module

right = module(Path(__file__).with_name("right.py"))


def report(rates, n=500, n_pos=250, **columns):
    """Return a table whose groups have these rates, the same by every metric unless given, and these counts."""
    groups = len(n) if rates is None else len(rates)
    n, n_pos = np.broadcast_to(n, groups), np.broadcast_to(n_pos, groups)
    table = pd.DataFrame({"region": [f"r{i}" for i in range(groups)], "n": n, "n_pos": n_pos, "n_neg": n - n_pos})
    return table.assign(**{name: np.asarray(columns.get(name, rates), dtype=float) for name in right.RATES})


def rates(rng, groups):
    """Return different rates."""
    return rng.permutation(np.linspace(rng.uniform(0.01, 0.2), rng.uniform(0.5, 0.99), groups))


def by_metric(make, times=1):
    """Return calls for each of the four metrics."""
    return [(make(), metric) for _ in range(times) for metric in right.RATES]


def compared(rng):
    """Return tables whose groups are all large, by kind."""
    nan = np.nan

    def other_metrics(metric):
        return {name: rates(rng, 5) for name in right.RATES} | {metric: rates(rng, 5)}

    def gaps():
        return np.where(np.arange(6) < rng.integers(1, 6), nan, rates(rng, 6))

    return {
        "two to forty groups": by_metric(lambda: report(rates(rng, int(rng.integers(2, 40)))), 4),
        "other rates in the other columns": [
            (report(np.zeros(5), **other_metrics(metric)), metric) for metric in right.RATES for _ in range(3)
        ],
        "some rates of nan": by_metric(lambda: report(rng.permutation(gaps())), 3),
        "rates of nan alone": by_metric(lambda: report([nan] * int(rng.integers(1, 5)))),
        "a smallest rate of 0": by_metric(lambda: report(rng.permutation([0.0, *rates(rng, 3)]))),
        "a largest rate of 0": by_metric(lambda: report([0.0] * int(rng.integers(2, 5)))),
        "rates of 0, 1 and nan": by_metric(lambda: report(rng.permutation([0.0, 1.0, nan]))),
        "equal rates": by_metric(lambda: report([rng.uniform(0.1, 0.9)] * 4)),
        "rates near 1e-9": by_metric(lambda: report(1e-9 * rates(rng, 4))),
        "rates near 1": by_metric(lambda: report(1 - 1e-3 * rates(rng, 4))),
        "one group": by_metric(lambda: report(rates(rng, 1))),
        "rows with labels": by_metric(lambda: report(rates(rng, 6)).set_axis(rng.integers(0, 3, size=6))),
        "three columns of groups": by_metric(
            lambda: report(rates(rng, 5)).assign(**{"age band": None, "rate": "a"}).iloc[:, rng.permutation(10)]
        ),
    }


def tiny(rng):
    """Return tables some of whose groups are too small, by kind: each of a tiny group's rates is an extreme one."""

    def around(metric, min_n, groups=8):
        """Return a table whose counts lie around `min_n`, those of the metric and the others apart."""
        near = np.maximum(0, min_n + rng.permutation([-1, 0, 1, -2, 2, 0, -1, 5])[:groups])
        far = rng.integers(0, 3 * min_n + 2, size=groups)
        counts = {"n_pos": (near + far, near), "n_neg": (near + far, far), "n": (near, near // 2)}
        n, n_pos = counts[right.RESTS_ON[metric]]
        return report(rates(rng, groups), n, n_pos)

    def asked(metric, *min_n):
        return around(metric, *(min_n or (30,))), metric, *min_n

    return {
        "counts around 30, the default": [asked(metric) for metric in right.RATES for _ in range(5)],
        "counts around min_n": [asked(metric, int(rng.integers(2, 200))) for metric in right.RATES for _ in range(6)],
        "a min_n of 1": [asked(metric, 1) for metric in right.RATES],
        "a min_n above all counts": [(report(rates(rng, 4)), metric, 501) for metric in right.RATES],
        "one group with enough rows": [
            (report(rates(rng, 4), [400, 12, 9, 8], [200, 6, 5, 4]), metric) for metric in right.RATES
        ],
        "the tiny group has the largest rate": [
            (report([0.3, 0.4, 0.9], [400, 300, 29], [200, 150, 14]), metric) for metric in right.RATES
        ],
        "the tiny group has the smallest rate": [
            (report([0.3, 0.4, 0.1], [400, 300, 29], [200, 150, 14]), metric) for metric in right.RATES
        ],
        "tiny groups, and rates of nan": [
            (report([0.3, 0.4, np.nan, np.nan, 0.5], [400, 300, 200, 9, 8], [200, 150, 100, 4, 4]), metric)
            for metric in right.RATES
        ],
    }
