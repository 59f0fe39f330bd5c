"""Track, register, promote: hex floats in a canonical text for the digest, search_runs and aliases of MLflow."""

import os

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # else MLflow looks for the network, and threads wait for it

import contextlib
import hashlib
import json
import uuid
from pathlib import Path

import mlflow
import mlflow.data
import mlflow.pyfunc
import mlflow.sklearn
import mlflow.store.tracking.sqlalchemy_store  # noqa: F401 - loaded here, once, and not on first use
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient
from sklearn.linear_model import Ridge
from sklearn.metrics import root_mean_squared_error
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

DEFAULTS = {"degree": 1, "alpha": 1.0}


def build(degree, alpha):
    """Return the model, not yet fitted. This one is done: use it as it is."""
    return make_pipeline(PolynomialFeatures(degree), StandardScaler(), Ridge(alpha))


def fingerprint(frame):
    """Return the digest (str) of a DataFrame: of what it holds, in whatever order."""
    names = sorted(frame.columns)
    rows = sorted(tuple(float.hex(cell) for cell in row) for row in frame[names].itertuples(index=False, name=None))
    text = json.dumps({"columns": names, "rows": rows})
    return str(uuid.UUID(bytes=hashlib.sha256(text.encode("ascii")).digest()[:16]))  # 36 characters


@contextlib.contextmanager
def using(store):
    """Work with a store, and leave MLflow's global addresses as they were."""
    tracking, registry = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
    mlflow.set_tracking_uri(store)
    mlflow.set_registry_uri(store)
    try:
        yield MlflowClient(tracking_uri=store, registry_uri=store)
    finally:
        mlflow.set_tracking_uri(tracking)
        mlflow.set_registry_uri(registry)


def run_grid(store, experiment, parts, grid):
    """Track one run for each setting of the grid. Returns nothing."""
    code = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    inputs, targets, datasets = {}, {}, {}
    for part in ("train", "valid", "test"):
        frame = parts[part].reset_index(drop=True)
        inputs[part], targets[part] = frame.drop(columns="y"), frame["y"]
        datasets[part] = mlflow.data.from_pandas(frame, name=part, digest=fingerprint(frame))
    with using(store) as client:
        found = client.get_experiment_by_name(experiment)
        where = found.experiment_id if found is not None else client.create_experiment(experiment)
        for setting in grid:
            used = DEFAULTS | setting
            run = mlflow.start_run(experiment_id=where)
            status = "FAILED"
            try:
                mlflow.set_tag("code", code)
                mlflow.log_params({key: str(value) for key, value in used.items()})
                for part, dataset in datasets.items():
                    mlflow.log_input(dataset, context=part)
                model = build(used["degree"], used["alpha"])
                try:
                    model.fit(inputs["train"], targets["train"])
                except Exception:
                    continue
                for part in ("valid", "test"):
                    error = root_mean_squared_error(targets[part], model.predict(inputs[part]))
                    mlflow.log_metric(f"rmse_{part}", float(error), run_id=run.info.run_id)
                mlflow.sklearn.log_model(
                    model, name="regressor", pip_requirements=["scikit-learn"], serialization_format="cloudpickle"
                )
                status = "FINISHED"
            finally:
                mlflow.end_run(status)


def register_best(store, experiment, name):
    """Register the best model of an experiment and return its version (int)."""
    with using(store) as client:
        where = client.get_experiment_by_name(experiment).experiment_id
        runs = mlflow.search_runs([where], filter_string="attributes.status = 'FINISHED'", output_format="list")
        errors = pd.Series({run.info.run_id: run.data.metrics.get("rmse_valid") for run in runs}, dtype=float)
        best = client.get_run(errors.dropna().idxmin())
        return int(mlflow.register_model(f"runs:/{best.info.run_id}/regressor", name).version)


def validated_on(run):
    """Return the digest of the input valid."""
    contexts = {}
    for each in run.inputs.dataset_inputs:
        for tag in each.tags:
            if tag.key == "mlflow.data.context":
                contexts[tag.value] = each.dataset.digest
    return contexts.get("valid")


def promote(store, name, version):
    """Move the alias champion to a version if the gate lets it pass; return whether (bool)."""
    client = MlflowClient(tracking_uri=store, registry_uri=store)
    candidate = client.get_run(client.get_model_version(name, str(version)).run_id)
    error = candidate.data.metrics.get("rmse_valid")
    passes = candidate.info.status == "FINISHED" and error is not None and error == error
    if passes:
        try:
            holder = client.get_model_version_by_alias(name, "champion")
        except MlflowException:
            holder = None  # nobody holds the alias
        if holder is not None:
            champion = client.get_run(holder.run_id)
            passes = validated_on(candidate) == validated_on(champion) and error < champion.data.metrics["rmse_valid"]
    if passes:
        client.set_registered_model_alias(name, "champion", str(version))
    return bool(passes)
