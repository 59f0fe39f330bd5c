"""Track, register, promote: written with MlflowClient, a lexsort for the digest, and store-side filters."""

import os

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # else MLflow looks for the network, and threads wait for it

import hashlib
from pathlib import Path

import mlflow
import mlflow.data
import mlflow.pyfunc
import mlflow.sklearn
import mlflow.store.tracking.sqlalchemy_store  # noqa: F401 - loaded here, once, and not on first use
import numpy as np
from mlflow.tracking import MlflowClient
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_squared_error
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

DEFAULTS = {"degree": 1, "alpha": 1.0}


def build(degree, alpha):
    """Return the model, not yet fitted. This one is done: use it as it is."""
    return make_pipeline(PolynomialFeatures(degree), StandardScaler(), Ridge(alpha))


def fingerprint(frame):
    """Return the digest (str) of a DataFrame: columns by name, rows by their values, then BLAKE2."""
    names = list(frame.columns)
    places = sorted(range(len(names)), key=lambda i: names[i])
    cells = frame.to_numpy(dtype=np.float64)[:, places]
    cells = cells[np.lexsort(cells.T[::-1])]  # a total order: rows that tie in every column are equal
    hashed = hashlib.blake2b(digest_size=16)
    for place in places:
        text = names[place].encode("utf-8", "surrogatepass")
        hashed.update(len(text).to_bytes(4, "little"))
        hashed.update(text)
    hashed.update(b"|")
    hashed.update(np.ascontiguousarray(cells).tobytes())
    return hashed.hexdigest()


def run_grid(store, experiment, parts, grid):
    """Track one run for each setting of the grid. Returns nothing."""
    mlflow.set_tracking_uri(store)
    mlflow.set_registry_uri(store)
    mlflow.set_experiment(experiment)
    code = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    features = {part: rows.drop(columns=["y"]).reset_index(drop=True) for part, rows in parts.items()}
    targets = {part: rows["y"].to_numpy() for part, rows in parts.items()}
    for setting in grid:
        degree = setting.get("degree", DEFAULTS["degree"])
        alpha = setting.get("alpha", DEFAULTS["alpha"])
        run = mlflow.start_run()
        done = False
        try:
            mlflow.log_param("degree", degree)
            mlflow.log_param("alpha", alpha)
            mlflow.set_tag("code", code)
            for part in ("train", "valid", "test"):
                table = parts[part].reset_index(drop=True)
                mlflow.log_input(mlflow.data.from_pandas(table, digest=fingerprint(table)), context=part)
            model = build(degree, alpha)
            failure = fit(model, features["train"], targets["train"])
            if failure is None:
                for part in ("valid", "test"):
                    squared = mean_squared_error(targets[part], model.predict(features[part]))
                    mlflow.log_metric(f"rmse_{part}", float(np.sqrt(squared)))
                mlflow.sklearn.log_model(
                    model, name="model", pip_requirements=["scikit-learn"], serialization_format="cloudpickle"
                )
                done = True
        finally:
            assert mlflow.active_run().info.run_id == run.info.run_id
            mlflow.end_run("FINISHED" if done else "FAILED")


def fit(model, X, y):
    """Fit a model in place; return what it raised, or None."""
    try:
        model.fit(X, y)
    except Exception as failure:
        return failure
    return None


def register_best(store, experiment, name):
    """Register the best model of an experiment and return its version (int)."""
    mlflow.set_tracking_uri(store)
    mlflow.set_registry_uri(store)
    client = MlflowClient(store, store)
    where = client.get_experiment_by_name(experiment).experiment_id
    best, lowest, token = None, None, None
    while True:
        page = client.search_runs([where], "attributes.status = 'FINISHED'", page_token=token)
        for run in page:
            error = run.data.metrics.get("rmse_valid")
            if error is None or error != error:  # nan differs from itself
                continue
            if best is None or error < lowest:
                best, lowest = run.info.run_id, error
        token = page.token
        if not token:
            break
    version = mlflow.register_model(f"runs:/{best}/model", name)
    return int(version.version)


def facts(client, name, version):
    """Return the status, the error on validation (or None) and the digests by part of the run behind a version."""
    run = client.get_run(client.get_model_version(name, str(version)).run_id)
    error = run.data.metrics.get("rmse_valid")
    digests = {}
    for each in run.inputs.dataset_inputs:
        for tag in each.tags:
            if tag.key == "mlflow.data.context":
                digests[tag.value] = each.dataset.digest
    return run.info.status, None if error is None or np.isnan(error) else error, digests


def promote(store, name, version):
    """Move the alias champion to a version if the gate lets it pass; return whether (bool)."""
    client = MlflowClient(store, store)
    status, error, digests = facts(client, name, version)
    passes = status == "FINISHED" and error is not None
    aliases = client.get_registered_model(name).aliases
    if passes and "champion" in aliases:
        _, bar, others = facts(client, name, aliases["champion"])
        passes = digests["valid"] == others["valid"] and error < bar
    if passes:
        client.set_registered_model_alias(name, "champion", str(version))
    return bool(passes)
