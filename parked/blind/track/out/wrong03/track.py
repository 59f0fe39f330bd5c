# Breaks: "The same table has the same digest in every process"
# Why: the digest is Python's hash() of a tuple with texts, which has another seed in every process.
"""Track, register, promote: the fluent API of MLflow, row bytes sorted for the digest."""

import os

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # else MLflow looks for the network, and threads wait for it

import hashlib
import json
import math
from pathlib import Path

import mlflow
import mlflow.data
import mlflow.pyfunc
import mlflow.sklearn
import mlflow.store.tracking.sqlalchemy_store  # noqa: F401 - loaded here, once, and not on first use
import numpy as np
from mlflow import MlflowClient
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

DEFAULTS = {"degree": 1, "alpha": 1.0}
PARTS = ("train", "valid", "test")


def build(degree, alpha):
    """Return the model, not yet fitted. This one is done: use it as it is."""
    return make_pipeline(PolynomialFeatures(degree), StandardScaler(), Ridge(alpha))


def fingerprint(frame):
    """Return the digest (str) of a DataFrame: of what it holds, in whatever order."""
    names = [str(name) for name in frame.columns]
    order = sorted(range(len(names)), key=names.__getitem__)
    cells = np.ascontiguousarray(frame.to_numpy(dtype="<f8")[:, order])
    rows = sorted(map(tuple, cells.tolist()))
    value = hash((tuple(names[i] for i in order), tuple(rows)))
    return f"{value & 0xFFFFFFFFFFFFFFFF:016x}"


def connect(store):
    """Make this store the one that all calls of MLflow mean, and return a client of it."""
    mlflow.set_tracking_uri(store)
    mlflow.set_registry_uri(store)
    return MlflowClient(tracking_uri=store, registry_uri=store)


def experiment_id(client, name):
    """Return the id of an experiment, made if it is not there."""
    found = client.get_experiment_by_name(name)
    return client.create_experiment(name) if found is None else found.experiment_id


def error(model, part):
    """Return the root mean squared error of a fitted model on a part."""
    left = part["y"].to_numpy() - model.predict(part.drop(columns="y"))
    return float(np.sqrt(np.mean(left**2)))


def run_grid(store, experiment, parts, grid):
    """Track one run for each setting of the grid. Returns nothing."""
    where = experiment_id(connect(store), experiment)
    code = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    digests = {part: fingerprint(parts[part]) for part in PARTS}
    train = parts["train"].reset_index(drop=True)
    for each in grid:
        setting = {**DEFAULTS, **each}
        status = "FAILED"
        mlflow.start_run(experiment_id=where)
        try:
            mlflow.log_params({"degree": setting["degree"], "alpha": setting["alpha"]})
            mlflow.set_tag("code", code)
            for part in PARTS:
                rows = parts[part].reset_index(drop=True)
                data = mlflow.data.from_pandas(rows, name=part, targets="y", digest=digests[part])
                mlflow.log_input(data, context=part)
            model = build(setting["degree"], setting["alpha"])
            try:
                model.fit(train.drop(columns="y"), train["y"])
            except Exception:  # the run says so
                continue
            mlflow.log_metrics({f"rmse_{part}": error(model, parts[part]) for part in ("valid", "test")})
            mlflow.sklearn.log_model(
                model, name="model", pip_requirements=["scikit-learn"], serialization_format="cloudpickle"
            )
            status = "FINISHED"
        finally:
            mlflow.end_run(status)


def all_runs(client, where):
    """Return the runs of an experiment, all pages of them."""
    runs, token = [], None
    while True:
        page = client.search_runs([where], page_token=token)
        runs.extend(page)
        token = page.token
        if not token:
            return runs


def register_best(store, experiment, name):
    """Register the best model of an experiment and return its version (int)."""
    client = connect(store)
    runs = all_runs(client, client.get_experiment_by_name(experiment).experiment_id)
    sound = [
        run
        for run in runs
        if run.info.status == "FINISHED" and not math.isnan(run.data.metrics.get("rmse_valid", math.nan))
    ]
    best = min(sound, key=lambda run: run.data.metrics["rmse_valid"])
    return int(mlflow.register_model(f"runs:/{best.info.run_id}/model", name).version)


def digest_of_valid(run):
    """Return the digest of the rows that a run was validated on."""
    for given in run.inputs.dataset_inputs:
        if any(tag.key == "mlflow.data.context" and tag.value == "valid" for tag in given.tags):
            return given.dataset.digest
    return None


def promote(store, name, version):
    """Move the alias champion to a version if the gate lets it pass; return whether (bool)."""
    client = connect(store)
    run = client.get_run(client.get_model_version(name, str(version)).run_id)
    mine = run.data.metrics.get("rmse_valid", math.nan)
    if run.info.status != "FINISHED" or math.isnan(mine):
        return False
    holder = client.get_registered_model(name).aliases.get("champion")
    if holder is not None:
        champion = client.get_run(client.get_model_version(name, str(holder)).run_id)
        if digest_of_valid(run) != digest_of_valid(champion):
            return False
        if not mine < champion.data.metrics["rmse_valid"]:
            return False
    client.set_registered_model_alias(name, "champion", str(version))
    return True
