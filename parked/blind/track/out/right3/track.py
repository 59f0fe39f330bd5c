"""Track, register, promote: small classes; a context manager for runs; the digest by pandas' sort and hex floats."""

import os

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # else MLflow looks for the network, and threads wait for it

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import mlflow
import mlflow.data
import mlflow.pyfunc
import mlflow.sklearn
import mlflow.store.tracking.sqlalchemy_store  # noqa: F401 - loaded here, once, and not on first use
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

DEFAULTS = {"degree": 1, "alpha": 1.0}


def build(degree, alpha):
    """Return the model, not yet fitted. This one is done: use it as it is."""
    return make_pipeline(PolynomialFeatures(degree), StandardScaler(), Ridge(alpha))


def fingerprint(frame):
    """Return the digest (str) of a DataFrame: of what it holds, in whatever order."""
    columns = {name: frame.iloc[:, i].tolist() for i, name in enumerate(frame.columns)}
    names = sorted(columns)
    rows = sorted(zip(*(columns[name] for name in names), strict=True))
    hashed = hashlib.sha256()
    hashed.update(repr(names).encode("utf-8", "backslashreplace"))
    for row in rows:
        hashed.update(("\n" + ",".join(cell.hex() for cell in row)).encode())
    return hashed.hexdigest()[:36]


@dataclass
class Outcome:
    """What a block of a run has reached."""

    status: str = "FAILED"


@contextmanager
def tracked(experiment_id):
    """Open a run that ends with the status that the block has left in its outcome."""
    outcome = Outcome()
    mlflow.start_run(experiment_id=experiment_id)
    try:
        yield outcome
    finally:
        mlflow.end_run(outcome.status)


def use(store):
    """Point MLflow to a store."""
    mlflow.set_tracking_uri(store)
    mlflow.set_registry_uri(store)
    return mlflow.MlflowClient(store, store)


def run_grid(store, experiment, parts, grid):
    """Track one run for each setting of the grid. Returns nothing."""
    client = use(store)
    known = client.get_experiment_by_name(experiment)
    where = known.experiment_id if known else client.create_experiment(experiment)
    copies = {part: parts[part].reset_index(drop=True) for part in ("train", "valid", "test")}
    inputs = {
        part: mlflow.data.from_pandas(rows, name=f"{part} rows", digest=fingerprint(rows))
        for part, rows in copies.items()
    }
    tag = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    for given in grid:
        used = DEFAULTS | given
        with tracked(where) as outcome:
            mlflow.log_params({key: used[key] for key in DEFAULTS})
            mlflow.set_tags({"code": tag})
            for part, data in inputs.items():
                mlflow.log_input(data, context=part)
            model = build(**{key: used[key] for key in DEFAULTS})
            try:
                model.fit(copies["train"].drop(columns="y"), copies["train"]["y"])
            except Exception:
                continue
            for part in ("valid", "test"):
                missed = copies[part]["y"] - model.predict(copies[part].drop(columns="y"))
                mlflow.log_metric(f"rmse_{part}", float((missed**2).mean() ** 0.5))
            mlflow.sklearn.log_model(
                model, name="model", pip_requirements=["scikit-learn"], serialization_format="cloudpickle"
            )
            outcome.status = "FINISHED"


def register_best(store, experiment, name):
    """Register the best model of an experiment and return its version (int)."""
    client = use(store)
    where = client.get_experiment_by_name(experiment).experiment_id
    errors = {}
    token = None
    while True:
        page = client.search_runs([where], page_token=token)
        for run in page:
            error = run.data.metrics.get("rmse_valid", float("nan"))
            if run.info.status == "FINISHED" and error == error:
                errors[run.info.run_id] = error
        if not page.token:
            break
        token = page.token
    best = sorted(errors, key=errors.get)[0]
    return int(mlflow.register_model(f"runs:/{best}/model", name).version)


class Candidate:
    """The run behind a version."""

    def __init__(self, client, name, version):
        self.run = client.get_run(client.get_model_version(name, str(version)).run_id)

    @property
    def error(self):
        """The error on validation, nan where there is none."""
        return self.run.data.metrics.get("rmse_valid", float("nan"))

    @property
    def sound(self):
        """Whether the run has come to its end with an error."""
        return self.run.info.status == "FINISHED" and self.error == self.error

    @property
    def rows(self):
        """The digests of what the run was validated on."""
        return {
            data.dataset.digest
            for data in self.run.inputs.dataset_inputs
            if ("mlflow.data.context", "valid") in {(tag.key, tag.value) for tag in data.tags}
        }


def promote(store, name, version):
    """Move the alias champion to a version if the gate lets it pass; return whether (bool)."""
    client = use(store)
    candidate = Candidate(client, name, version)
    if not candidate.sound:
        return False
    aliases = dict(client.get_registered_model(name).aliases)
    if "champion" in aliases:
        champion = Candidate(client, name, aliases["champion"])
        if candidate.rows != champion.rows or not candidate.error < champion.error:
            return False
    client.set_registered_model_alias(name, "champion", str(version))
    return True
