# Statement: "Any index may be there, with labels twice or named like a column."
# Wrong: forecasts are joined to the target by the index; labels that are there twice make rows of every pair, and another error.
"""Track, register, promote: the fluent interface of MLflow, and numpy for the digest."""

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
import pandas as pd
from mlflow import MlflowClient
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

DEFAULTS = {"degree": 1, "alpha": 1.0}
PARTS = ("train", "valid", "test")
TARGET = "y"


def build(degree, alpha):
    """Return the model, not yet fitted. This one is done: use it as it is."""
    return make_pipeline(PolynomialFeatures(degree), StandardScaler(), Ridge(alpha))


class FitFailed(Exception):
    """The model of one setting could not be fitted."""


def open_store(store):
    """Point MLflow at the store, tracking and registry alike, and return a client for it."""
    mlflow.set_tracking_uri(store)
    mlflow.set_registry_uri(store)
    return MlflowClient(tracking_uri=store, registry_uri=store)


def experiment_id(client, experiment):
    """Return the id of the experiment, which is made if it is not there."""
    found = client.get_experiment_by_name(experiment)
    return client.create_experiment(experiment) if found is None else found.experiment_id


def rmse(model, frame):
    """Return the root mean squared error of a fitted model on a table."""
    forecast = pd.Series(model.predict(frame.drop(columns=TARGET)), index=frame.index, name="forecast")
    scored = frame[[TARGET]].join(forecast)
    return float(np.sqrt(np.mean((scored[TARGET] - scored["forecast"]) ** 2)))


def fingerprint(frame):
    """Return the digest (str) of a DataFrame: of what it holds, in whatever order."""
    names = sorted(frame.columns)
    bits = np.ascontiguousarray(frame[names].to_numpy(dtype="<f8")).view("<i8")
    bits = bits[np.lexsort(bits.T[::-1])]
    digest = hashlib.sha256(json.dumps([names, len(bits)]).encode())
    digest.update(bits.tobytes())
    return digest.hexdigest()[:32]


def run_grid(store, experiment, parts, grid):
    """Track one run for each setting of the grid. Returns nothing."""
    client = open_store(store)
    where = experiment_id(client, experiment)
    code = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    digests = {part: fingerprint(parts[part]) for part in PARTS}
    for setting in grid:
        used = {key: setting.get(key, default) for key, default in DEFAULTS.items()}
        try:
            with mlflow.start_run(experiment_id=where):
                mlflow.log_params(used)
                mlflow.set_tag("code", code)
                for part in PARTS:
                    dataset = mlflow.data.from_pandas(parts[part], name=part, digest=digests[part])
                    mlflow.log_input(dataset, context=part)
                model = build(**used)
                train = parts["train"]
                try:
                    model.fit(train.drop(columns=TARGET), train[TARGET])
                except Exception as error:
                    raise FitFailed(str(error)) from error
                mlflow.sklearn.log_model(
                    model, name="model", pip_requirements=["scikit-learn"], serialization_format="cloudpickle"
                )
                mlflow.log_metrics({f"rmse_{part}": rmse(model, parts[part]) for part in ("valid", "test")})
        except FitFailed:
            continue  # the block has ended the run as FAILED


def register_best(store, experiment, name):
    """Register the best model of an experiment and return its version (int)."""
    client = open_store(store)
    where = client.get_experiment_by_name(experiment).experiment_id
    best, lowest, token = None, math.inf, None
    while True:
        page = client.search_runs([where], "attributes.status = 'FINISHED'", page_token=token)
        for run in page:
            error = run.data.metrics.get("rmse_valid", math.nan)
            if not math.isnan(error) and (best is None or error < lowest):
                best, lowest = run, error
        token = page.token
        if not token:
            break
    version = mlflow.register_model(f"runs:/{best.info.run_id}/model", name)
    return int(version.version)


def valid_digest(run):
    """Return the digest of the rows on which a run was validated."""
    for each in run.inputs.dataset_inputs:
        if any(tag.key == "mlflow.data.context" and tag.value == "valid" for tag in each.tags):
            return each.dataset.digest
    return None


def promote(store, name, version):
    """Move the alias champion to a version if the gate lets it pass; return whether (bool)."""
    client = open_store(store)
    run = client.get_run(client.get_model_version(name, str(version)).run_id)
    error = run.data.metrics.get("rmse_valid")
    if run.info.status != "FINISHED" or error is None or math.isnan(error):
        return False
    champion = client.get_registered_model(name).aliases.get("champion")
    if champion is not None:
        other = client.get_run(client.get_model_version(name, str(champion)).run_id)
        if valid_digest(run) != valid_digest(other):
            return False
        if not error < other.data.metrics["rmse_valid"]:
            return False
    client.set_registered_model_alias(name, "champion", str(version))
    return True
