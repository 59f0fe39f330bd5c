"""Rows for a regression and a grid of settings whose best is another on each part; and stores of MLflow. Made up."""

from __future__ import annotations

import gzip
import hashlib
import importlib.metadata
import importlib.util
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

PARTS = {"train": 36, "valid": 30, "test": 30}  # rows: few, so that luck decides which setting looks best
GRID = [{"degree": d, "alpha": a} for d in (1, 2, 3) for a in (0.01, 0.3, 3.0, 30.0)]
APART = 0.01  # the best setting of a part is ahead by this share


def plain(value: Any) -> float | str:
    """Return the number that a parameter's text stands for; the text itself where it is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return str(value)


def rmse(predicted: np.ndarray, part: pd.DataFrame) -> float:
    """Return the root mean squared error on a part."""
    return float(np.sqrt(np.mean((predicted - part["y"].to_numpy()) ** 2)))


def scores(parts: dict[str, pd.DataFrame], settings: dict[str, float]) -> dict[str, float]:
    """Return the root mean squared error of one setting on each part, trained on ``train``."""
    model = make_pipeline(PolynomialFeatures(int(settings["degree"])), StandardScaler(), Ridge(settings["alpha"]))
    model.fit(parts["train"].drop(columns="y"), parts["train"]["y"])
    return {name: rmse(model.predict(part.drop(columns="y")), part) for name, part in parts.items()}


def _parts(rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Draw the three parts of one table: floats, the target in the column y."""
    weights, bends, scale = rng.normal(size=3), rng.normal(size=3), rng.uniform(5, 50)
    parts = {}
    for name, rows in PARTS.items():
        x = rng.normal(size=(rows, 3))
        y = x @ weights + 0.6 * (x**2) @ bends + x[:, 0] * x[:, 1] + rng.normal(size=rows)
        parts[name] = pd.DataFrame({"load": x[:, 0], "wind": x[:, 1], "sun": x[:, 2], "y": scale * y})
    return parts


def _told_apart(found: list[dict[str, float]]) -> int | None:
    """Return the setting that is best on validation, where that is no other part's best, nor the worst anywhere."""
    by_part = {name: sorted(range(len(found)), key=lambda i: found[i][name]) for name in PARTS}
    best, second = by_part["valid"][:2]
    clear = found[best]["valid"] * (1 + APART) < found[second]["valid"]
    others = {by_part["train"][0], by_part["test"][0], *(order[-1] for order in by_part.values())}
    return best if clear and best not in others else None


def draw(
    rng: np.random.Generator,
    settings: int = 5,
    store: dict[str, dict[str, Any]] | None = None,
    apart: bool = True,
) -> Any:
    """Draw three parts and a grid of settings, or make a store.

    Parameters
    ----------
    rng : numpy.random.Generator
    settings : int
        How many, at least 3. The best on ``valid`` is neither best on ``train`` or ``test``, nor the first or the last.
    store : dict, optional
        Return a store instead, as bytes. By name of a registered model: ``versions``, a list of dicts (``status``;
        ``valid``, the digest of the validation rows; ``metrics``; and where they are not the usual ones ``train``,
        ``test``, ``named``, the name of the rows, and ``experiment``); ``champion``, the version with this alias, or
        None; ``aliases``, versions by other aliases, where there are any.
    apart : bool
        Whether the best setting on ``valid`` is told apart as above; without it a draw is quick.

    Returns
    -------
    dict or bytes
        ``parts``: three DataFrames by name; ``grid``: list of dicts with ``degree`` (int) and ``alpha`` (float).
    """
    if store is not None:
        return _store(store)
    for _ in range(1000):  # 1 to 28 over 12 seeds
        parts = _parts(rng)
        grid = [GRID[i] for i in rng.permutation(len(GRID))[:settings]]
        if not apart:
            return {"parts": parts, "grid": grid}
        best = _told_apart([scores(parts, each) for each in grid])
        if best is not None and 0 < best < settings - 1:
            return {"parts": parts, "grid": grid}
    raise RuntimeError("no draw tells the settings apart")


TEMPLATE_OF = "3.17.2"  # the MLflow that has made empty.db.gz


def _empty() -> bytes:
    """Return a store without runs: a copy, or for another MLflow than the template's a new one."""
    here = Path(__file__)
    if importlib.metadata.version("mlflow") == TEMPLATE_OF:
        return gzip.decompress(here.with_name("empty.db.gz").read_bytes())
    spec = importlib.util.spec_from_file_location("_track_template", here.with_name("template.py"))
    assert spec is not None
    assert spec.loader is not None
    template = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(template)
    return bytes(template.empty())


def _store(names: dict[str, dict[str, Any]]) -> bytes:
    """Return a store with registered models, and the runs that they come from; no model files."""
    connection = sqlite3.connect(":memory:")
    connection.deserialize(_empty())
    experiments: dict[str, int] = {}
    for name, history in names.items():
        _insert(connection, "registered_models", name=name, creation_time=1, last_updated_time=1)
        for number, version in enumerate(history["versions"], start=1):
            run = hashlib.md5(f"{name}-{number}".encode(), usedforsecurity=False).hexdigest()
            _run(connection, run, version, _experiment(connection, version.get("experiment", "releases"), experiments))
            _insert(connection, "model_versions", name=name, version=number, run_id=run, source=f"releases/{run}",
                    creation_time=number, last_updated_time=number, current_stage="None", status="READY")  # fmt: skip
        for alias, number in {**history.get("aliases", {}), "champion": history["champion"]}.items():
            if number is not None:
                _insert(connection, "registered_model_aliases", name=name, alias=alias, version=number)
    connection.commit()
    return connection.serialize()


def _experiment(connection: sqlite3.Connection, name: str, known: dict[str, int]) -> int:
    """Return the number of an experiment, made if it is not there."""
    if name not in known:
        known[name] = 7 + len(known)
        _insert(connection, "experiments", experiment_id=known[name], name=name, artifact_location="releases",
                lifecycle_stage="active", creation_time=1, last_update_time=1)  # fmt: skip
    return known[name]


def _run(connection: sqlite3.Connection, run: str, version: dict[str, Any], experiment: int) -> None:
    ended = None if version["status"] in ("RUNNING", "SCHEDULED") else 2
    _insert(connection, "runs", run_uuid=run, name=run[:8], source_type="LOCAL", user_id="kit",
            experiment_id=experiment, status=version["status"], start_time=1, end_time=ended, lifecycle_stage="active",
            artifact_uri=f"releases/{run}")  # fmt: skip
    for key, value in version["metrics"].items():
        row = {"key": key, "value": 0.0 if np.isnan(value) else value, "is_nan": bool(np.isnan(value)), "step": 0}
        for table in ("metrics", "latest_metrics"):
            _insert(connection, table, run_uuid=run, timestamp=1, **row)
    rows = version.get("named", "rows")
    for part in PARTS:
        digest = version.get(part, f"{part}-{run[:8]}" if part == "train" else "tested")
        number = hashlib.md5(f"{experiment} {rows} {digest}".encode(), usedforsecurity=False).hexdigest()
        if not connection.execute("select 1 from datasets where dataset_uuid = ?", (number,)).fetchone():
            _insert(connection, "datasets", dataset_uuid=number, experiment_id=experiment, name=rows, digest=digest,
                    dataset_source_type="local", dataset_source="{}")  # fmt: skip
        _insert(connection, "inputs", input_uuid=f"{run}{part[:4]}", source_type="DATASET", source_id=number,
                destination_type="RUN", destination_id=run)  # fmt: skip
        _insert(connection, "input_tags", input_uuid=f"{run}{part[:4]}", name="mlflow.data.context", value=part)


def _insert(connection: sqlite3.Connection, table: str, **row: Any) -> None:
    marks = ", ".join("?" * len(row))
    connection.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", [*row.values()])
