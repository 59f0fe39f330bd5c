"""ML, rule or nothing. The statement is in README.md; its table of costs is what your decision is billed with."""


def flags(case, x, y, rows):
    """Train on the labelled rows x (n, d), y (n,); return a bool array (m,): which of `rows` (m, d) to flag."""
    raise NotImplementedError("fit a classifier, predict each row's chance, and flag where a miss would cost more")


def decide(case):
    """Return the plan for a case, one of three.

    {"choice": "nothing"}
    {"choice": "rule", "feature": int, "threshold": float, "above": bool}
    {"choice": "model", "retrain_every": int or None}
    """
    raise NotImplementedError("estimate what each policy's errors cost on a row, then add up its bill to the horizon")
