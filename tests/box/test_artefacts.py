"""What a submission made is opened in a box of its own, never in the grader."""

from __future__ import annotations

import io
import sqlite3
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tenfold.box import proxy
from tenfold.box.session import Session
from tenfold.errors import AuthoringError, SubmissionError
from tenfold.exercise import catalog, seeds
from tenfold.grading.check_context import Grading
from tenfold.grading.fixtures.boxes import ARTEFACTS
from tenfold.grading.grade import Request, grade


@pytest.fixture
def opener(toy):
    """Return a reader in a box, as the fixture `artefact` gives it to a check."""
    session = Session({}, [], toy.limits, "weak")
    grading = Grading(toy, seeds.practice(), session, "weak")
    yield lambda kind: grading.reference(ARTEFACTS / f"{kind}_file.py", "artefact")
    grading.close()


def database() -> bytes:
    with sqlite3.connect(":memory:") as connection:
        connection.execute("create table totals (sensor text, total real)")
        connection.execute("insert into totals values ('a', 3.5)")
        return connection.serialize()


def network() -> bytes:
    onnx = pytest.importorskip("onnx")
    weight = onnx.numpy_helper.from_array(np.eye(2, dtype=np.float32) * 3, "w")
    value = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("MatMul", ["x", "w"], ["y"])],
        "net",
        [value("x", onnx.TensorProto.FLOAT, [None, 2])],
        [value("y", onnx.TensorProto.FLOAT, [None, 2])],
        [weight],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    return model.SerializeToString()


def test_a_database_is_read(opener):
    sqlite = opener("sqlite")
    assert sqlite.tables(database()) == {"totals": ["sensor", "total"]}
    assert sqlite.query(database(), "select * from totals where total > ?", (1,)) == [("a", 3.5)]


@pytest.mark.parametrize(
    ("data", "sql"),
    [
        (b"not a database at all, but long enough to look at", "select 1"),
        (database()[:4000], "select * from totals"),
        (database(), "select * from nowhere"),
        (database(), "insert into totals values ('b', 1)"),
        (database(), "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n"),
    ],
    ids=["not a database", "cut off", "no such table", "a write", "endless rows"],
)
def test_what_cannot_be_read_is_the_submissions_fault(opener, data, sql):
    with pytest.raises(SubmissionError, match="what your program made cannot be opened"):
        opener("sqlite").query(data, sql)


def test_a_query_that_never_ends_is_stopped(opener):
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
    with pytest.raises(
        SubmissionError, match=r"the opening of what your program made was stopped: .* of processor time"
    ):
        opener("sqlite").query(database(), endless)


def test_a_network_is_described_and_run(opener):
    pytest.importorskip("onnxruntime")
    onnx, data = opener("onnx"), network()
    assert onnx.describe(data) == {
        "operators": {"MatMul": 1},
        "inputs": ["x"],
        "outputs": ["y"],
        "weights": {"w": {"dtype": "float32", "shape": [2, 2], "bytes": pytest.approx(25, abs=9), "values": 4}},
    }
    assert np.array_equal(onnx.weight(data, "w"), np.eye(2) * 3)
    (y,) = onnx.run(data, {"x": np.ones((3, 2), np.float32)})
    assert np.array_equal(y, np.full((3, 2), 3.0))
    with pytest.raises(SubmissionError, match="cannot be opened"):
        onnx.describe(data[:-9])


@pytest.mark.parametrize("kind", ["parquet", "feather", "ipc"])
def test_a_table_is_read(opener, kind):
    pa = pytest.importorskip("pyarrow")
    frame, data = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}), io.BytesIO()
    if kind == "ipc":
        table = pa.Table.from_pandas(frame)
        with pa.ipc.new_stream(data, table.schema) as writer:
            writer.write_table(table)
    else:
        getattr(frame, f"to_{kind}")(data)
    pd.testing.assert_frame_equal(opener("arrow").table(data.getvalue()), frame)
    with pytest.raises(SubmissionError, match="cannot be opened"):
        opener("arrow").table(data.getvalue()[:40])


def test_code_of_the_graders_own_that_breaks_is_not_the_learners_mistake(toy, tmp_path):
    path = tmp_path / "reference.py"
    path.write_text("def slow(): raise ValueError('broken')\ndef leave(): raise SystemExit")
    grading = Grading(toy, seeds.practice(), Session({}, [], toy.limits, "weak"), "weak")
    try:
        module = grading.reference(path, "kit")
        assert isinstance(module, proxy.Module)
        for call, text in ((module.slow, "raised ValueError: broken"), (module.leave, "was stopped")):
            with pytest.raises(AuthoringError, match=text):
                call()
    finally:
        grading.close()


def test_an_exercise_may_ask_for_a_program_and_read_what_it_leaves(course):
    store = catalog.find(course, "toy-store")
    assert store.modules == []
    assert grade(Request(store, store.solution / "store.py")).status == "passed"
    assert grade(Request(store)).score == 0


def test_no_reader_is_ever_imported_here():
    assert not any(Path(name).stem in sys.modules for name in ("sqlite_file", "onnx_file", "arrow_file"))
