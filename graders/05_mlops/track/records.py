"""What a store holds: runs with all that was logged, versions and aliases; and whether it is what it should be."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from tenfold import expect
from tenfold.datasets import module

made = module(Path(__file__).resolve().parents[3] / "datasets" / "track" / "make.py")

CLOSE = 1e-6  # relative
DEFAULTS = {"degree": 1, "alpha": 1.0}
PARTS = ("train", "valid", "test")
FIGURES = {"rmse_valid": "valid", "rmse_test": "test"}

LOOK = """
select 'run', r.run_uuid, e.name, r.status, r.end_time is not null from runs r join experiments e using (experiment_id)
union all select 'param', run_uuid, key, value, null from params
union all select 'metric', run_uuid, key, value, is_nan from metrics
union all select 'tag', run_uuid, key, value, null from tags
union all select 'input', i.destination_id, t.value, d.digest, null
    from inputs i join datasets d on d.dataset_uuid = i.source_id
    left join input_tags t on t.input_uuid = i.input_uuid and t.name = 'mlflow.data.context'
    where i.source_type = 'DATASET' and i.destination_type = 'RUN'
union all select 'version', run_id, name, version, null from model_versions
"""


@dataclass
class Run:
    """A run, with every row that it has."""

    experiment: str
    status: str
    ended: bool
    params: list[tuple[str, float | str]] = field(default_factory=list)
    metrics: list[tuple[str, float]] = field(default_factory=list)
    tags: list[tuple[str, Any]] = field(default_factory=list)
    inputs: list[tuple[str, str]] = field(default_factory=list)

    @property
    def settings(self) -> str:
        """What it says that it used, as something that can be compared."""
        return json.dumps(sorted(self.params))

    @property
    def rows(self) -> int:
        """How many rows of params, metrics and tags it has."""
        return len(self.params) + len(self.metrics) + len(self.tags)

    @property
    def code(self) -> list[Any]:
        """What its tag `code` says."""
        return [value for key, value in self.tags if key == "code"]


class Records:
    """What a store held at one moment.

    Parameters
    ----------
    place
        The store, a `place.Place`.
    """

    def __init__(self, place: Any) -> None:
        self.runs: dict[str, Run] = {}
        self.versions: dict[tuple[str, int], str] = {}
        """The run behind each version of a model."""
        for kind, run, key, value, more in place.query(LOOK):
            if kind == "run":
                self.runs[run] = Run(key, value, bool(more))
            elif kind == "version":
                self.versions[key, expect.integer(value)] = run
            elif run in self.runs:
                self._log(self.runs[run], kind, key, value, more)

    def _log(self, run: Run, kind: str, key: str, value: Any, is_nan: Any) -> None:
        if kind == "metric":
            run.metrics.append((key, math.nan if is_nan else expect.number(value, finite=False)))
        elif kind == "param":
            run.params.append((str(key), made.plain(value)))
        else:
            {"tag": run.tags, "input": run.inputs}[kind].append((key, value))

    def of(self, experiment: str) -> dict[str, Run]:
        """Return the runs of an experiment."""
        return {number: run for number, run in self.runs.items() if run.experiment == experiment}


def used(settings: dict[str, float]) -> str:
    """Return what a run should say that it used."""
    return json.dumps(sorted((key, float(value)) for key, value in {**DEFAULTS, **settings}.items()))


def errors(settings: dict[str, float], parts: dict[str, pd.DataFrame]) -> dict[str, float]:
    """Return the errors of a setting by the name of the metric, from a model trained here."""
    found = made.scores(parts, {**DEFAULTS, **settings})
    return {key: found[name] for key, name in FIGURES.items()}


def close(found: float, wanted: float) -> bool:
    """Return whether a number is within a millionth of the one wanted."""
    return abs(found - wanted) <= CLOSE * abs(wanted)


def say_the_same(runs: Iterable[Run], grid: Iterable[dict[str, float]]) -> bool:
    """Return whether some runs say that they used these settings, each once for each time it is there."""
    return Counter(run.settings for run in runs) == Counter(used(settings) for settings in grid)


def has_each_figure_once(run: Run) -> bool:
    """Return whether a run has one row of either figure, and no other metric."""
    return Counter(key for key, _ in run.metrics) == Counter([*FIGURES])
