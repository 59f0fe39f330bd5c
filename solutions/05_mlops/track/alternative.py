"""Track, register, promote: with the client alone and no state of the process."""

import hashlib
import json
import math
import os
import tempfile
from pathlib import Path

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"

import mlflow
import mlflow.sklearn
from mlflow import MlflowClient
from mlflow.data.pandas_dataset import from_pandas
from mlflow.entities import DatasetInput, InputTag, Metric, Param, RunTag
from sklearn.linear_model import Ridge
from sklearn.metrics import root_mean_squared_error
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

CODE = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()


def build(degree, alpha):
    """Name the steps."""
    steps = [("powers", PolynomialFeatures(degree)), ("scale", StandardScaler()), ("fit", Ridge(alpha=alpha))]
    return Pipeline(steps)


def fingerprint(frame):
    """Hash the sorted lines of a table."""
    names = sorted(frame.columns)
    lines = sorted(",".join(map(repr, row)) for row in frame[names].to_numpy().tolist())
    return "v1-" + hashlib.blake2b("\n".join([json.dumps(names), *lines]).encode(), digest_size=12).hexdigest()


def run_grid(store, experiment, parts, grid):
    """Create each run, fill it, end it."""
    mlflow.set_tracking_uri(store)
    client = MlflowClient(store)
    found = client.get_experiment_by_name(experiment)
    number = found.experiment_id if found else client.create_experiment(experiment)
    inputs = []
    for name in ("test", "train", "valid"):
        dataset = from_pandas(parts[name], name=name, digest=fingerprint(parts[name]))
        inputs.append(DatasetInput(dataset._to_mlflow_entity(), [InputTag("mlflow.data.context", name)]))
    for settings in grid:
        degree, alpha = settings.get("degree", 1), settings.get("alpha", 1.0)
        run = client.create_run(number).info.run_id
        params = [Param("degree", str(degree)), Param("alpha", repr(float(alpha)))]
        client.log_batch(run, params=params, tags=[RunTag("code", CODE)])
        client.log_inputs(run, inputs)
        try:
            _fit(client, run, parts, build(degree, alpha))
        except Exception:
            client.set_terminated(run, "FAILED")
        else:
            client.set_terminated(run, "FINISHED")


def _fit(client, run, parts, model):
    model.fit(parts["train"].drop("y", axis=1), parts["train"].y)
    metrics = []
    for name in ("valid", "test"):
        predicted = model.predict(parts[name].drop("y", axis=1))
        metrics.append(Metric(f"rmse_{name}", root_mean_squared_error(parts[name].y, predicted), 0, 0))
    with tempfile.TemporaryDirectory() as folder:
        mlflow.sklearn.save_model(model, f"{folder}/net", serialization_format="cloudpickle", pip_requirements=[])
        client.log_artifacts(run, f"{folder}/net", "net")
    client.log_batch(run, metrics=metrics)


def register_best(store, experiment, name):
    """Create a version from the artifact folder of the best run."""
    client = MlflowClient(store)
    number = client.get_experiment_by_name(experiment).experiment_id
    finished = [run for run in client.search_runs([number]) if run.info.status == "FINISHED"]
    measured = [run for run in finished if math.isfinite(run.data.metrics.get("rmse_valid", math.nan))]
    best = min(measured, key=lambda run: run.data.metrics["rmse_valid"])
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name)
    source = f"{best.info.artifact_uri}/net"
    return int(client.create_model_version(name, source, run_id=best.info.run_id).version)


def promote(store, name, version):
    """Compare what is on record."""
    client = MlflowClient(store)

    def evidence(number):
        run = client.get_run(client.get_model_version(name, str(number)).run_id)
        rows = [i.dataset.digest for i in run.inputs.dataset_inputs for t in i.tags if t.value == "valid"]
        return run.info.status, run.data.metrics.get("rmse_valid", float("nan")), rows

    status, error, rows = evidence(version)
    champion = client.get_registered_model(name).aliases.get("champion")
    if champion is None:
        better = abs(error) < float("inf")
    else:
        _, bar, rows_before = evidence(champion)
        better = rows == rows_before and error < bar
    if status != "FINISHED" or not better:
        return False
    client.set_registered_model_alias(name, "champion", str(version))
    return True
