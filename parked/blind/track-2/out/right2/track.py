"""Track, register, promote: the client alone, plain Python for the digest."""

import os

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # else MLflow looks for the network, and threads wait for it

import struct
from hashlib import blake2b, sha256
from math import fsum, isnan, sqrt
from pathlib import Path

import mlflow
import mlflow.data
import mlflow.pyfunc
import mlflow.sklearn
import mlflow.store.tracking.sqlalchemy_store  # noqa: F401 - loaded here, once, and not on first use
from mlflow.entities import DatasetInput, InputTag, Metric, Param, RunTag
from mlflow.tracking import MlflowClient
from mlflow.utils.time import get_current_time_millis
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

DEFAULTS = {"degree": 1, "alpha": 1.0}


def build(degree, alpha):
    """Return the model, not yet fitted. This one is done: use it as it is."""
    return make_pipeline(PolynomialFeatures(degree), StandardScaler(), Ridge(alpha))


def fingerprint(frame):
    """Return the digest (str) of a DataFrame: of what it holds, in whatever order."""
    columns = list(frame.columns)
    places = sorted(range(len(columns)), key=lambda place: columns[place])
    hashed = blake2b(digest_size=16)
    hashed.update(struct.pack("<QQ", *frame.shape))
    for place in places:
        name = columns[place].encode("utf-8")
        hashed.update(struct.pack("<Q", len(name)) + name)
    cells = [frame.iloc[:, place].tolist() for place in places]
    pack = struct.Struct(f"<{len(places)}d").pack
    for row in sorted(pack(*row) for row in zip(*cells)):
        hashed.update(row)
    return hashed.hexdigest()


def _split(frame):
    return frame[[column for column in frame.columns if column != "y"]], frame["y"].to_numpy(copy=True)


def _error(model, frame):
    inputs, wanted = _split(frame)
    found = model.predict(inputs)
    return sqrt(fsum((float(f) - float(w)) ** 2 for f, w in zip(found, wanted)) / len(wanted))


def run_grid(store, experiment, parts, grid):
    """Track one run for each setting of the grid. Returns nothing."""
    mlflow.set_tracking_uri(store)
    mlflow.set_registry_uri(store)
    client = MlflowClient(store, store)
    there = client.get_experiment_by_name(experiment)
    where = there.experiment_id if there else client.create_experiment(experiment)
    code = sha256(Path(__file__).read_bytes()).hexdigest()
    inputs = []
    for part in ("train", "valid", "test"):
        dataset = mlflow.data.from_pandas(parts[part], name=f"{part} rows", digest=fingerprint(parts[part]))
        inputs.append(DatasetInput(dataset._to_mlflow_entity(), [InputTag("mlflow.data.context", part)]))
    for setting in grid:
        degree = setting["degree"] if "degree" in setting else DEFAULTS["degree"]
        alpha = setting["alpha"] if "alpha" in setting else DEFAULTS["alpha"]
        run = client.create_run(where).info.run_id
        client.log_batch(
            run, params=[Param("degree", repr(int(degree))), Param("alpha", repr(float(alpha)))], tags=[RunTag("code", code)]
        )
        client.log_inputs(run, inputs)
        try:
            model = build(degree, alpha).fit(*_split(parts["train"]))
        except Exception:
            client.set_terminated(run, "FAILED")
            continue
        try:
            with mlflow.start_run(run_id=run):
                mlflow.sklearn.log_model(
                    model, name="model", pip_requirements=["scikit-learn"], serialization_format="cloudpickle"
                )
                now = get_current_time_millis()
                client.log_batch(
                    run, metrics=[Metric(f"rmse_{part}", _error(model, parts[part]), now, 0) for part in ("valid", "test")]
                )
        except BaseException:
            client.set_terminated(run, "FAILED")
            raise


def register_best(store, experiment, name):
    """Register the best model of an experiment and return its version (int)."""
    mlflow.set_tracking_uri(store)
    mlflow.set_registry_uri(store)
    client = MlflowClient(store, store)
    where = client.get_experiment_by_name(experiment).experiment_id
    runs, token = [], None
    while token is None or token:
        page = client.search_runs([where], page_token=token)
        runs += page
        token = page.token or ""
    sound = [
        run
        for run in runs
        if run.info.status == "FINISHED" and not isnan(run.data.metrics.get("rmse_valid", float("nan")))
    ]
    best = min(sound, key=lambda run: run.data.metrics["rmse_valid"])
    return int(mlflow.register_model(f"runs:/{best.info.run_id}/model", name).version)


def promote(store, name, version):
    """Move the alias champion to a version if the gate lets it pass; return whether (bool)."""
    client = MlflowClient(store, store)

    def evidence(number):
        run = client.get_run(client.get_model_version(name, str(number)).run_id)
        rows = {
            each.dataset.digest
            for each in run.inputs.dataset_inputs
            if ("mlflow.data.context", "valid") in {(tag.key, tag.value) for tag in each.tags}
        }
        return run.info.status, run.data.metrics.get("rmse_valid", float("nan")), rows

    status, error, rows = evidence(version)
    if status != "FINISHED" or isnan(error):
        return False
    aliases = client.get_registered_model(name).aliases
    if "champion" in aliases:
        _, best, known = evidence(aliases["champion"])
        if rows != known or error >= best:
            return False
    client.set_registered_model_alias(name, "champion", str(version))
    return True
