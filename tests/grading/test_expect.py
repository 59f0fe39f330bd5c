"""What a check takes, and the line that a learner reads when it does not."""

from __future__ import annotations

import json
import math
import pickle
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from tenfold.box import proxy
from tenfold.grading import expect
from tenfold.grading.expect import Unexpected


@pytest.mark.parametrize("value", [3, 2.5, np.float32(1), np.int64(4), np.array(2.0)])
def test_number_takes_real_numbers(value):
    assert expect.number(value) == float(value)
    assert type(expect.number(value)) is float


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        np.True_,
        "3",
        float("nan"),
        float("inf"),
        1j,
        [1.0],
        np.ones(1),
        np.ones(2),
        {},
        10**400,
        np.timedelta64(1, "s"),
    ],
)
def test_number_refuses_the_rest(value):
    with pytest.raises(Unexpected, match="expected a finite number, got"):
        expect.number(value)


def test_number_takes_nan_only_where_it_is_asked_for():
    assert math.isnan(expect.number(float("nan"), finite=False))
    with pytest.raises(Unexpected, match="expected a number, got None"):
        expect.number(None, finite=False)


def test_number_keeps_its_range():
    assert expect.number(0.5, 0, 1) == 0.5
    for value in (-0.1, 1.1):
        with pytest.raises(Unexpected, match="between"):
            expect.number(value, 0, 1)


@pytest.mark.parametrize(
    ("value", "options", "says"),
    [
        (
            np.ones((2, 3)),
            {"shape": (2, 2)},
            r"shape \(2, 2\), got an array with 2 dimensions of float, shape \(2, 3\), dtype float64",
        ),
        (np.ones(3), {"shape": (None, 3)}, r"shape \(any, 3\)"),
        (np.ones(3), {"kind": "i"}, "signed integer"),
        (np.array([1.0, np.nan]), {}, "1 nan or infinite"),
        (np.array(["a"]), {}, "dtype"),
        ("text", {}, "got a str of length 4"),
        (None, {}, "is a return missing"),
        ([[1], [1, 2]], {}, "an array"),
        (pd.Series(["a"]), {}, "dtype"),
    ],
)
def test_array_refuses_with_a_reason(value, options, says):
    with pytest.raises(Unexpected, match=says):
        expect.array(value, **options)


@pytest.mark.parametrize("value", [[1, 2], np.arange(2), pd.Series([1, 2]), (1, 2)])
def test_array_takes_what_makes_one(value):
    assert expect.array(value, shape=(2,)).tolist() in ([1, 2], [0, 1])


@pytest.mark.parametrize(
    ("call", "good", "bad"),
    [
        (expect.integer, 3, 3.0),
        (expect.integer, np.int8(3), True),
        (expect.integer, np.array(3), np.timedelta64(3, "s")),
        (expect.flag, np.array(True), np.array(1)),
        (expect.flag, True, 1),
        (expect.flag, np.False_, None),
        (expect.text, "a", b"a"),
        (expect.blob, b"a", "a"),
        (lambda v: expect.blob(v, most=2), b"ab", b"abc"),
        (lambda v: expect.frame(v, ["a"]), pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [1]})),
        (expect.frame, pd.DataFrame(), {"a": 1}),
        (expect.frame, pd.DataFrame(), pd.DataFrame([[1, 2]], columns=["a", "a"])),
        (expect.frame, pd.DataFrame(), pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")]))),
        (expect.series, pd.Series([1]), [1]),
        (lambda v: expect.mapping(v, ["a"]), {"a": 1}, {"b": 1}),
        (lambda v: expect.sequence(v, 2), [1, 2], [1]),
        (expect.sequence, (1,), {1}),
        (expect.handle, None, 3),
    ],
)
def test_each_takes_its_own_and_refuses_others(call, good, bad):
    if good is not None:
        call(good)
    with pytest.raises(Unexpected, match="expected"):
        call(bad)


INDEXED = pd.DataFrame({"a": ["y", "x"], "b": [1, 2]}).set_index("a", drop=False)
ODD = {
    "an index named like a column": INDEXED,
    "two levels named like columns": INDEXED.set_index(["a", "b"], drop=False),
    "labels twice": INDEXED.set_axis(["k", "k"]),
    "categories": INDEXED.astype({"a": "category"}),
    "columns of categories": INDEXED.set_axis(pd.CategoricalIndex(["a", "b"], name="a"), axis=1),
    "nullable": INDEXED.convert_dtypes(),
    "missing, nullable": pd.DataFrame({"a": pd.array(["y", None, "x"]), "b": pd.array([1, None, 2])}),
    "objects": INDEXED.astype(object),
    "objects with None": pd.DataFrame({"a": ["y", None, "x"], "b": [1, None, 2.5]}, dtype=object),
    "names of several kinds": INDEXED.assign(**{"c": 1}).rename(columns={"c": 0}),
    "a mixed column beside": INDEXED.assign(c=[1, "t"]),
    "no duplicates allowed": INDEXED.reset_index(drop=True).set_flags(allows_duplicate_labels=False),
    "Arrow": INDEXED.astype({"a": "string[pyarrow]", "b": "int64[pyarrow]"}),
}


@pytest.mark.parametrize("table", ODD.values(), ids=ODD)
def test_no_call_of_pandas_stumbles_over_a_table_that_was_taken(table):
    found = expect.frame(table, ["a", "b"])
    assert isinstance(found.index, pd.RangeIndex)
    assert found.index.name is None
    assert found.columns.name is None
    assert {type(name) for name in found.columns} == {str}
    assert found.sort_values("a", key=lambda cells: cells.astype(str))["b"].notna().any()
    assert found.sort_values(["b", "a"]).shape == found.shape
    assert len(found.groupby("a", dropna=False)["b"].sum()) == len(found)
    assert len(found.merge(pd.DataFrame({"a": ["x"], "z": [1]}), on="a")) == 1
    assert (found["b"] > 0).any()
    assert found["b"].mean() > 1
    assert expect.array(found["b"], kind="if", finite=False).dtype.kind in "if"
    assert pd.concat([found, found], ignore_index=True).shape[0] == 2 * len(found)
    assert found.assign(n=1)[["a", "n"]].set_index("a").index.name == "a"
    assert found.reindex(range(5)).shape[0] == 5
    assert sorted(found.columns)
    assert table.equals(table.copy())


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (["a", 1], "all of one kind"),
        ([b"\xff", b"a"], "text, numbers, booleans or dates"),
        ([[1], [2]], "text, numbers, booleans or dates"),
        ([10**400, 1], "a float can hold"),
        (["\ud800", "a"], "half a surrogate pair"),
        (pd.period_range("2026", periods=2, freq="Y"), "text, numbers, booleans or dates"),
    ],
)
def test_a_column_asked_for_must_be_of_one_plain_kind(cells, says):
    table = pd.DataFrame({"a": pd.Series(cells, dtype=object), "b": [1, 2]})
    assert expect.frame(table, ["b"])["b"].tolist() == [1, 2]
    with pytest.raises(Unexpected, match=f"in the column 'a': .*{says}"):
        expect.frame(table, ["a"])
    with pytest.raises(Unexpected, match=says):
        expect.series(table["a"])


def test_rows_keep_their_labels_where_a_check_asks_for_them():
    table = expect.frame(INDEXED, ["b"], index=True)
    assert table.loc["x", "b"] == 2
    assert table.index.name is None
    assert expect.series(INDEXED["b"], index=True)["y"] == 1
    for odd in (ODD["labels twice"], ODD["two levels named like columns"]):
        for take, value in ((expect.frame, odd), (expect.series, odd["b"])):
            with pytest.raises(Unexpected, match="one label a row, each once"):
                take(value, index=True)


MEMORY = """
import json, resource, sys
import numpy as np, pandas as pd
from tenfold.grading import expect
LONG = "x" * 20_000_000
VALUES = {
    "texts": lambda: expect.array([LONG] + [""] * 1_000_000, kind="U"),
    "texts of another kind": lambda: expect.array([LONG] + [""] * 1_000_000),
    "nested": lambda: expect.array([[LONG]] + [[""]] * 200_000, kind="U"),
    "numbers and text": lambda: expect.array([LONG] + [1.5] * 1_000_000, kind="fU"),
    "bytes": lambda: expect.array([LONG.encode()] + [b""] * 1_000_000, kind="S"),
    "scalars of numpy": lambda: expect.array([np.str_(LONG)] + [np.str_("")] * 100_000, kind="U"),
    "objects": lambda: expect.array(pd.Series([LONG] + [""] * 1_000_000, dtype=object), kind="U"),
    "categories": lambda: expect.array(pd.Categorical.from_codes(np.zeros(10**6, np.int8), [LONG]), kind="U"),
    "a column of categories": lambda: expect.frame(
        pd.DataFrame({"a": pd.Categorical.from_codes(np.zeros(10**6, np.int8), [LONG])}), ["a"]),
    "a series of categories": lambda: expect.series(
        pd.Series(pd.Categorical.from_codes(np.zeros(10**6, np.int8), [LONG]))),
    "one wide column": lambda: expect.array(pd.DataFrame(
        {0: np.ones(10**6, np.clongdouble), **{i: np.ones(10**6, np.int8) for i in range(1, 100)}}), kind="c"),
    "an object beside small numbers": lambda: expect.array(pd.DataFrame(
        {0: "t", **{i: np.ones(10**6, np.int8) for i in range(1, 100)}})),
    "one cell seen often": lambda: expect.array(np.broadcast_to(1.0, (10**6, 10**6))),
    "a long range": lambda: expect.array(range(10**12)),
}
resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))
said = {}
for name, call in VALUES.items():
    try:
        call()
        said[name] = "taken"
    except expect.Unexpected as error:
        said[name] = str(error)
    except BaseException as error:
        said[name] = "ERROR " + repr(error)
json.dump(said, sys.stdout)
"""


def test_what_would_be_large_is_refused_before_it_is_made():
    program = MEMORY.replace("LIMIT, LIMIT", "1_500_000_000, 1_500_000_000")
    run = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=True)
    for name, said in json.loads(run.stdout).items():
        assert said.startswith("expected") or said.startswith("in the column 'a': expected"), (name, said)


def test_large_arrays_are_taken_as_they_are():
    large = np.zeros((2_000, 10_000))
    assert expect.array(large) is large
    assert expect.array([large, large]).shape == (2, 2_000, 10_000)


def test_with_plain_pytest_a_handle_is_the_object_itself():
    class Model:
        rate = 3

        def predict(self):
            return 1

    model = Model()
    assert expect.handle(model, ["predict"]) is model
    for missing in ("fit", "rate"):
        with pytest.raises(Unexpected, match=f"expected {missing} to be a method"):
            expect.handle(model, [missing])
    for value in (None, 3, "text", [], np.zeros(2)):
        with pytest.raises(Unexpected, match="expected an object"):
            expect.handle(value)


def test_while_grading_only_a_handle_is_one(monkeypatch):
    monkeypatch.setitem(sys.modules, "learners_own", proxy.Module(None, "learners_own"))
    with pytest.raises(Unexpected, match="expected an object"):
        expect.handle(Fraction(1, 2))


def test_a_name_that_has_no_hash_is_no_name_of_a_column():
    table = pd.DataFrame([[1.0, 2.0]])
    table.columns = pd.Index([("a", [1]), "b"], dtype=object, tupleize_cols=False)
    with pytest.raises(Unexpected, match="one plain name a column"):
        expect.frame(table)


def test_what_is_unchanged_is_so_to_the_last_bit():
    kept = {"a": [np.arange(3.0), None, "x"], "b": pd.DataFrame({"n": [1, 2]}, index=[5, 4])}
    assert expect.unchanged(pickle.loads(pickle.dumps(kept)), kept)
    others = [
        {"b": kept["b"], "a": kept["a"]},
        {**kept, "c": 1},
        {**kept, "b": kept["b"].reset_index(drop=True)},
        {**kept, "b": kept["b"].astype("float")},
        {**kept, "a": [np.array([0.0, 1.0, np.nextafter(2, 3)]), None, "x"]},
        {**kept, "a": [np.array([-0.0, 1.0, 2.0]), None, "x"]},
        object(),
    ]
    for other in others:
        assert not expect.unchanged(other, kept)
    assert not expect.unchanged(object(), object())
