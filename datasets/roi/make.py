"""Business cases of a model that decides in place of today's rule: made up, one plain dict each."""

from __future__ import annotations

from typing import Any

import numpy as np

Case = dict[str, Any]
LEAST = 20  # cases of each class in any sample: no rate is a division by zero


def _round(value: float, digits: int = 3) -> float:
    """Round to significant digits, as people quote money."""
    return float(f"{value:.{digits}g}")


def _confusion(rng: np.random.Generator, recall: float, alarms: float) -> dict[str, int]:
    """Draw counts of a labelled sample, whose share of positives is not that of production."""
    positives, negatives = (int(n) for n in rng.integers([LEAST, 4 * LEAST], [600, 4000]))
    tp, fp = int(rng.binomial(positives, recall)), int(rng.binomial(negatives, alarms))
    return {"tp": tp, "fn": positives - tp, "fp": fp, "tn": negatives - fp}


def _case(rng: np.random.Generator) -> Case:
    """Draw one business case; its costs are scaled so that some pay back soon, some late and some never."""
    prevalence = _round(np.exp(rng.uniform(np.log(0.005), np.log(0.2))))
    recall, recall_today = rng.uniform(0.6, 0.95), rng.uniform(0.2, 0.6)
    loss = _round(np.exp(rng.uniform(np.log(20), np.log(400))))  # euro, of a missed positive
    saved = _round(loss * rng.uniform(0.1, 0.7))
    stake = (recall - recall_today) * prevalence * (loss + saved)  # euro a case: a rough scale for the costs
    worth = {
        "tp": saved,
        "fn": -loss,
        "fp": -_round(stake * rng.uniform(0.5, 4)),
        "tn": _round(stake * rng.uniform(0.05, 0.3)) if rng.random() < 0.5 else 0.0,
    }
    cases = int(_round(np.exp(rng.uniform(np.log(6e3), np.log(6e5)))))
    adoption = 1.0 if rng.random() < 0.15 else round(rng.uniform(0.3, 0.95), 2)
    gain = stake * cases / 12 * adoption  # euro a month, roughly
    return {
        "model": _confusion(rng, recall, rng.uniform(0.01, 0.12)),
        "today": _confusion(rng, recall_today, rng.uniform(0.02, 0.2)),
        "prevalence": prevalence,
        "worth": worth,
        "cases_per_year": cases,
        "adoption": adoption,
        "ramp_months": 1 if rng.random() < 0.15 else int(rng.integers(2, 13)),
        "horizon_months": int(rng.integers(24, 61)),
        "build_months": int(rng.integers(1, 10)),
        "build_cost": _round(gain * rng.uniform(2, 14)),
        "spent_so_far": _round(gain * rng.uniform(1, 8)),
        "upkeep_per_month": _round(gain * rng.uniform(0.05, 0.3)),
        "cost_per_case": _round(stake * adoption * rng.uniform(0.02, 0.15)),
        "retrain_cost": _round(gain * rng.uniform(0.5, 4)),
        "retrain_every": int(rng.integers(2, 13)),
        "annual_rate": 0.0 if rng.random() < 0.1 else round(rng.uniform(0.03, 0.25), 3),
    }


def draw(rng: np.random.Generator, scenarios: int = 1) -> list[Case]:
    """Draw business cases.

    Parameters
    ----------
    rng : numpy.random.Generator
    scenarios : int
        How many.

    Returns
    -------
    list of dict
        See ``README.md`` beside this file for the keys and their units.
    """
    return [_case(rng) for _ in range(scenarios)]
