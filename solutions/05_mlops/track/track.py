"""Track a grid of runs, register the best, promote by a gate: each step logs what the next one asks for."""

import contextlib
import hashlib
import os
from pathlib import Path

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # else MLflow looks for the network, and threads wait for it

import mlflow.data
import mlflow.pyfunc
import mlflow.sklearn
import mlflow.store.tracking.sqlalchemy_store  # loaded here, once, and not on first use
import numpy as np
import pandas as pd
from mlflow import MlflowClient
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

DEFAULTS = {"degree": 1, "alpha": 1.0}
CHAMPION = "champion"
QUICK = {"pip_requirements": ["scikit-learn"], "serialization_format": "cloudpickle"}  # loads nothing that it lacks


def build(degree, alpha):
    """Return the model, not yet fitted."""
    return make_pipeline(PolynomialFeatures(degree), StandardScaler(), Ridge(alpha))


def fingerprint(frame):
    """Return 32 hex digits that depend on every cell and column name, and not on any order."""
    ordered = frame[sorted(frame.columns)]
    rows = np.sort(pd.util.hash_pandas_object(ordered, index=False).to_numpy())  # one number a row; copies count
    names = "\n".join(ordered.columns).encode()
    return hashlib.sha256(names + rows.tobytes()).hexdigest()[:32]  # the store takes 36


def rmse(model, part):
    """Return the root mean squared error of a fitted model."""
    return float(np.sqrt(np.mean((model.predict(part.drop(columns="y")) - part["y"]) ** 2)))


def run_grid(store, experiment, parts, grid):
    """Track one run for each setting; one that raises is FAILED, and the others go on."""
    mlflow.set_tracking_uri(store)
    mlflow.set_experiment(experiment)
    for settings in grid:
        with contextlib.suppress(Exception), mlflow.start_run():  # leaving the inner block by an error marks it FAILED
            track(parts, {**DEFAULTS, **settings})


def track(parts, used):
    """Log what goes in before it can fail, then what comes out."""
    mlflow.log_params(used)
    mlflow.set_tag("code", hashlib.sha256(Path(__file__).read_bytes()).hexdigest())
    for name, part in parts.items():
        mlflow.log_input(mlflow.data.from_pandas(part, name=name, digest=fingerprint(part)), context=name)
    model = build(**used).fit(parts["train"].drop(columns="y"), parts["train"]["y"])
    figures = {f"rmse_{name}": rmse(model, parts[name]) for name in ("valid", "test")}
    mlflow.sklearn.log_model(model, name="model", **QUICK)
    mlflow.log_metrics(figures)


def register_best(store, experiment, name):
    """Register the model of the finished run with the lowest error on validation."""
    mlflow.set_tracking_uri(store)
    runs = mlflow.search_runs(
        experiment_names=[experiment],
        filter_string="attributes.status = 'FINISHED'",
        order_by=["metrics.rmse_valid ASC"],
        output_format="list",
    )
    return int(mlflow.register_model(f"runs:/{runs[0].info.run_id}/model", name).version)


def promote(store, name, version):
    """Make a version the champion if it is measurably better; return whether."""
    client = MlflowClient(store)
    champion = client.get_registered_model(name).aliases.get(CHAMPION)
    candidate = client.get_run(client.get_model_version(name, str(version)).run_id)
    passed = is_sound(candidate)
    if passed and champion is not None:
        best = client.get_run(client.get_model_version(name, champion).run_id)
        same_rows = validated_on(candidate) == validated_on(best)
        passed = same_rows and candidate.data.metrics["rmse_valid"] < best.data.metrics["rmse_valid"]
    if passed:
        client.set_registered_model_alias(name, CHAMPION, str(version))
    return passed


def is_sound(run):
    """Return whether a run ended well and has a finite error on validation."""
    return run.info.status == "FINISHED" and bool(np.isfinite(run.data.metrics.get("rmse_valid", np.nan)))


def validated_on(run):
    """Return the digest of the rows that a run was validated on."""
    (digest,) = (
        used.dataset.digest
        for used in run.inputs.dataset_inputs
        if any(tag.key == "mlflow.data.context" and tag.value == "valid" for tag in used.tags)
    )
    return digest
