"""Decisions between a model, a rule and nothing: made-up cases, and the world in which a decision is played out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import expit

from tenfold import expect

Case = dict[str, Any]
Labelled = tuple[np.ndarray, np.ndarray]
BANK = 3000  # hidden rows: one set serves all months, counted as many times as the volume says
AUDITED = 500  # rows looked at, for each age, to see how many are stale
LEAST = 10  # rows of each class in any labelled sample
AGES = 12  # months after a fit that were audited: 1 to 12


@dataclass(frozen=True)
class World:
    """A case, and what only the grader knows about it."""

    case: Case
    """What is given to the learner; see ``README.md`` beside this file."""
    rows: np.ndarray
    """Features of hidden rows, shape (3000, columns)."""
    chance: np.ndarray
    """The true probability of each hidden row that it is positive."""
    fresh: tuple[Labelled, Labelled]
    """Two labelled samples as large as the case's: retrainings use them in turn."""
    drift: dict[str, float]
    """Share of the fresh rows that become stale each month, for "rule" and for "model"."""

    def changed(self, **keys: Any) -> World:
        """Return the same world with other keys of the case; a dict is merged into the one that is there."""
        merged = {k: {**self.case[k], **v} if isinstance(v, dict) else v for k, v in keys.items()}
        return replace(self, case={**self.case, **merged})

    def drifting(self, rng: np.random.Generator, **drift: float) -> World:
        """Return the same world with other drifts, audited anew."""
        drift = {**self.drift, **drift}
        return replace(self, drift=drift, case={**self.case, "stale": _audits(rng, drift)})

    def errors(self, flagged: np.ndarray, explain: float) -> tuple[float, float]:
        """Return the mean cost of a row in euro: of a fresh row, and of a stale one, whose features are another's."""
        fp, fn = self.case["fp"], self.case["fn"]
        share, positive = flagged.mean(), self.chance.mean()
        fresh = np.where(flagged, (1 - self.chance) * fp + explain, self.chance * fn).mean()
        stale = share * ((1 - positive) * fp + explain) + (1 - share) * positive * fn
        return float(fresh), float(stale)

    def bill_nothing(self) -> float:
        """Return what nothing costs, in euro over all months."""
        return float(self.case["months"] * self.case["volume"] * self.chance.mean() * self.case["fn"])

    def bill(self, choice: str, flagged: list[np.ndarray], retrain_every: int | None = None) -> float:
        """Return what a rule or a model costs, in euro over all months.

        Parameters
        ----------
        choice
            "rule" or "model".
        flagged
            What each fit flags of the hidden rows: the first one, then those of the retrainings, used in turn.
        retrain_every
            Months from one training of the model to the next; None: trained once.
        """
        case, total = self.case, float(self.case["build"][choice])
        errors = [self.errors(each, case["explain"] if choice == "model" else 0.0) for each in flagged]
        trained, age = 0, 0
        for month in range(case["months"]):
            if month and retrain_every and month % retrain_every == 0:
                trained, age = trained + 1, 0
                total += len(case["y"]) * case["label_price"]
            fresh, stale = errors[0] if not trained else errors[1 + (trained - 1) % (len(errors) - 1)]
            gone = 1 - (1 - self.drift[choice]) ** age
            total += case["volume"] * ((1 - gone) * fresh + gone * stale) + case["upkeep"][choice]
            age += 1
        return total

    def play(self, decide: Callable[..., Any], flags: Callable[..., Any]) -> float:
        """Return what a learner's decision costs, in euro over all months."""
        plan = expect.mapping(decide(self.case), ["choice"])
        choice = expect.text(plan["choice"])
        assert choice in ("nothing", "rule", "model"), "choice is none of nothing, rule and model"
        if choice == "nothing":
            return self.bill_nothing()
        if choice == "rule":
            plan = expect.mapping(plan, ["feature", "threshold", "above"])
            feature, above = expect.integer(plan["feature"]), expect.flag(plan["above"])
            threshold = expect.number(plan["threshold"], finite=False)
            assert 0 <= feature < self.rows.shape[1], "feature is no column of x"
            column = self.rows[:, feature]
            return self.bill("rule", [column >= threshold if above else column <= threshold])
        every = expect.mapping(plan, ["retrain_every"])["retrain_every"]
        if every is not None:
            every = expect.integer(every)
            assert every >= 1, "retrain_every is below 1"
        samples = [(self.case["x"], self.case["y"]), *self.fresh]
        trainings = 0 if every is None else (self.case["months"] - 1) // every
        fitted = [
            expect.array(flags(self.case, x, y, self.rows), shape=(len(self.rows),), kind="b")
            for x, y in samples[: 1 + trainings]
        ]
        return self.bill("model", fitted, every)


def _round(value: float, digits: int = 2) -> float:
    """Round to significant digits, as people quote money."""
    return float(f"{value:.{digits}g}")


def _audits(rng: np.random.Generator, drift: dict[str, float]) -> dict[str, np.ndarray]:
    """Count the stale rows among those audited 1 to 12 months after a fit."""
    ages = np.arange(1, AGES + 1)
    return {who: rng.binomial(AUDITED, 1 - (1 - share) ** ages) for who, share in drift.items()}


def _world(rng: np.random.Generator, fixed: dict[str, Any]) -> World:
    """Draw one world; what `fixed` names is not drawn."""

    def pick(name: str, value: Any) -> Any:
        return fixed.get(name, value)

    columns = int(pick("columns", rng.integers(4, 13)))
    sample = int(pick("sample", _round(np.exp(rng.uniform(np.log(150), np.log(1000))))))
    strength = pick("strength", rng.choice([0.0, 1.5, 2.0, 2.5, 3.0], p=[0.15, 0.15, 0.2, 0.25, 0.25]))
    focus = pick("focus", rng.choice([0.05, 0.2, 0.4, 0.7, 1.0]))  # of the signal's variance: the best column's share
    prevalence = pick("prevalence", np.exp(rng.uniform(np.log(max(0.06, 20 / sample)), np.log(0.35))))
    ratio = pick("ratio", np.exp(rng.uniform(np.log(0.6), np.log(4))))  # below 1: better flag all than none

    weights = rng.normal(size=columns)
    best = rng.integers(columns)
    weights[best] = 0
    weights *= np.sqrt(1 - focus) / np.linalg.norm(weights)
    weights[best] = np.sqrt(focus) * rng.choice([-1, 1])
    centre, scale = rng.normal(0, 3, columns), np.exp(rng.uniform(-2, 4, columns))  # each column in a unit of its own

    grid = strength * np.linalg.norm(weights) * np.random.default_rng(0).normal(size=4000)
    low, high = -12.0, 12.0
    for _ in range(40):  # the intercept that gives the prevalence
        middle = (low + high) / 2
        low, high = (middle, high) if expit(grid + middle).mean() < prevalence else (low, middle)

    def rows(count: int) -> Labelled:
        z = rng.normal(size=(count, columns))
        return (z + centre) * scale, expit(strength * z @ weights + low)

    def labelled(count: int) -> Labelled:
        x, chance = rows(count)
        y = np.zeros(count, dtype=np.int64)
        while min(y.sum(), count - y.sum()) < LEAST:
            y = (rng.random(count) < chance).astype(np.int64)
        return x, y

    x, y = labelled(sample)
    bank, chance = rows(BANK)
    months = int(pick("months", rng.choice([6, 12, 18, 24, 36])))
    build = {"rule": _round(rng.uniform(4e3, 25e3)), "model": _round(rng.uniform(20e3, 120e3))}
    upkeep = {"rule": _round(rng.uniform(100, 900)), "model": _round(rng.uniform(800, 6000))}
    at_stake = (build["model"] + months * upkeep["model"]) * np.exp(rng.uniform(np.log(0.3), np.log(30)))
    fn = pick("fn", _round(np.exp(rng.uniform(np.log(20), np.log(400)))))
    volume = int(pick("volume", _round(max(at_stake / (months * prevalence * fn), 30))))
    drift = {"rule": rng.uniform(0, 0.03), "model": rng.uniform(0, 0.12)}
    drift |= pick("drift", {})
    explain = _round(rng.uniform(0.02, 0.15) * prevalence * fn) if rng.random() < 0.3 else 0.0
    case = {
        "x": x,
        "y": y,
        "fp": _round(ratio * fn * prevalence / (1 - prevalence), 3),
        "fn": fn,
        "explain": pick("explain", explain),
        "volume": volume,
        "months": months,
        "build": build,
        "upkeep": upkeep,
        "label_price": pick("label_price", _round(np.exp(rng.uniform(np.log(0.5), np.log(15))))),
        "audited": AUDITED,
        "stale": _audits(rng, drift),
        "spent_on_pilot": _round(build["model"] * rng.uniform(0.2, 1.5)),
    }
    return World(case, bank, chance, (labelled(sample), labelled(sample)), drift)


def draw(rng: np.random.Generator, worlds: int = 1, **fixed: Any) -> list[World]:
    """Draw worlds.

    Parameters
    ----------
    rng : numpy.random.Generator
    worlds : int
        How many.
    **fixed
        What is not to be drawn: `columns`, `sample`, `strength`, `focus`, `prevalence`, `ratio`, `months`, `fn`,
        `volume`, `drift` (a dict), `explain`, `label_price`.

    Returns
    -------
    list of World
        Each with its `case`: see ``README.md`` beside this file for the keys and their units.
    """
    return [_world(rng, fixed) for _ in range(worlds)]
