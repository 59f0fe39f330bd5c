"""Make empty.db.gz, the tables of an empty MLflow store: ``python template.py``. A copy saves seconds a check."""

from __future__ import annotations

import gzip
import os
import sqlite3
import tempfile
from pathlib import Path


def empty() -> bytes:
    """Return an empty SQLite store, made by the MLflow that is installed."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    from mlflow import MlflowClient

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "empty.db")
        MlflowClient(f"sqlite:///{path}").search_experiments()
        with sqlite3.connect(path) as connection:
            connection.execute("delete from experiments")  # the default one names this folder; MLflow makes it anew
        connection.execute("vacuum")
        connection.close()
        return path.read_bytes()


if __name__ == "__main__":
    Path(__file__).with_name("empty.db.gz").write_bytes(gzip.compress(empty(), mtime=0))
