"""What crosses comes out as it went in; what may not cross does not."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tests.conftest import named

from tenfold.box.inside.decode import Decoder
from tenfold.box.inside.encode import Encoder
from tenfold.box.inside.values import MAX_TEXT, WireError, is_text

KEYS = st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.binary(), st.tuples(st.integers(), st.text()))
LEAVES = st.one_of(
    KEYS,
    st.floats(allow_nan=False),
    st.complex_numbers(allow_nan=False),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.decimals(allow_nan=False),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.tuples(inner, inner), st.dictionaries(KEYS, inner, max_size=4), st.sets(KEYS)
    ),
    max_leaves=12,
)


def refuse(value: object) -> dict[str, object]:
    raise TypeError(f"a {type(value).__name__} may not cross")


def cross(value: object) -> object:
    """Send a value through the text that is on the wire."""
    encoder = Encoder(refuse)
    header = json.loads(json.dumps(encoder.value(value)))
    return Decoder(refuse, [bytearray(b) for b in encoder.buffers]).value(header)


@given(VALUES)
@settings(max_examples=200, deadline=None)
def test_plain_values_come_out_as_they_went_in(value):
    assert cross(value) == value
    assert type(cross(value)) is type(value)


@given(hnp.arrays(st.one_of(hnp.scalar_dtypes().filter(lambda d: d.kind in "biufcmM"), hnp.unicode_string_dtypes()),
                  hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)))  # fmt: skip
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_arrays_keep_dtype_shape_and_every_byte(array):
    assume(array.dtype.kind != "U" or is_text(array))
    back = cross(array)
    assert back.dtype == array.dtype
    assert back.shape == array.shape
    assert back.tobytes() == array.tobytes()
    if back.size:
        back.flat[0] = back.flat[0]  # it can be written to


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([1.5, np.nan]),
        pd.Series([1, 2], dtype="Int32"),
        pd.Series([1, None], dtype="Int64"),
        pd.Series([True, None], dtype="boolean"),
        pd.Series(["a", None, "b"], dtype="string"),
        pd.Series(["a", "b"]),
        pd.Series(["a", 1, None, 2.5], dtype=object),
        pd.Series(["all", "text"], dtype=object, name="o"),
        pd.Series(["x", "y", "x"], dtype="category"),
        pd.Series(pd.Categorical([2, 1, None], categories=[2, 1], ordered=True)),
        pd.Series(pd.to_datetime(["2024-03-01", None])),
        pd.Series(pd.to_datetime(["2024-03-01"]).tz_localize("Europe/Berlin")),
        pd.Series(pd.to_timedelta([1, 2], unit="h")),
    ],
    ids=lambda s: str(s.dtype),
)
def test_series_and_frames_keep_their_dtypes(column):
    pd.testing.assert_series_equal(cross(column), column)
    frame = pd.DataFrame({"a": column, "b": range(len(column))})
    pd.testing.assert_frame_equal(cross(frame), frame)


@pytest.mark.parametrize(
    "index",
    [
        pd.RangeIndex(3, name="n"),
        pd.Index([3, 1, 2]),
        pd.Index(["a", "b", "c"], name="key"),
        pd.MultiIndex.from_product([["a"], [1, 2, 3]], names=["x", None]),
        pd.date_range("2024-01-01", periods=3),
    ],
    ids=lambda i: type(i).__name__,
)
def test_indexes_cross_on_both_sides_of_a_frame(index):
    frame = pd.DataFrame(np.eye(3), index=index, columns=index)
    pd.testing.assert_frame_equal(cross(frame), frame, check_freq=False)


@pytest.mark.parametrize(
    "value", [pd.NA, pd.NaT, pd.Timestamp("2024-05-01 12:00", tz="UTC"), pd.Timedelta("3h")], ids=str
)
def test_scalars_of_pandas_cross(value):
    back = cross(value)
    assert type(back) is type(value)
    assert back is value or back == value


def test_tensors_keep_their_dtype():
    torch = pytest.importorskip("torch")
    for dtype in (torch.float32, torch.bfloat16, torch.int8, torch.bool):
        tensor = torch.tensor([[0, 1], [1, 0]]).to(dtype)
        back = cross(tensor)
        assert back.dtype == dtype
        assert torch.equal(back, tensor)
    assert cross(torch.ones(2, requires_grad=True)).requires_grad is False


def test_nan_and_infinity_cross_as_themselves():
    assert math.isnan(cross(float("nan")))
    assert cross([float("inf"), -float("inf")]) == [float("inf"), -float("inf")]


def test_a_subclass_crosses_as_the_plain_value_inside():
    class Liar(float):
        def __eq__(self, other):
            return True

        __hash__ = float.__hash__

    back = cross(Liar(2.0))
    assert type(back) is float
    assert back != 3.0


@pytest.mark.parametrize(
    "value", [object(), lambda: 1, np.array([object()]), pd.DataFrame({"a": [object()]}), open], ids=named
)
def test_what_is_not_on_the_list_does_not_cross(value):
    with pytest.raises(TypeError):
        cross(value)


def test_too_deep_does_not_cross():
    value: list[object] = []
    for _ in range(100):
        value = [value]
    with pytest.raises(TypeError, match="deep"):
        cross(value)


@pytest.mark.parametrize(
    "header",
    [
        {"t": "nothing"},
        {"t": "__init__"},
        {"t": ["array"]},
        {"t": "array", "d": "|O", "s": [1], "b": 0},
        {"t": "array", "d": "<f8", "s": [2], "b": 0},
        {"t": "array", "d": "<f8", "s": [-1, -1], "b": 0},
        {"t": "array", "d": "<f8", "s": [1], "b": 7},
        {"t": "array", "d": "<f8", "s": [True], "b": 0},
        {"t": "array", "d": "<U2", "s": [1], "b": 1},
        {"t": "tensor", "d": "torch.float16", "v": {"t": "array", "d": "<f8", "s": [1], "b": 0}},
        {"t": "dict", "v": [[{"t": "tuple", "v": [i]}, 0] for i in range(20_001)]},
        {"t": "Timestamp", "v": 0, "u": "ns", "z": "dateutil//etc/passwd"},
        {
            "t": "frame",
            "c": {"t": "range", "v": [0, 2, 1], "n": [None]},
            "i": {"t": "range", "v": [0, 1, 1], "n": [None]},
            "v": [],
        },
    ],
    ids=lambda h: str(h)[:60],
)
def test_a_forged_header_is_refused(header):
    buffers = [bytearray(np.float64(1).tobytes()), bytearray(b"\xff" * 8)]
    with pytest.raises((WireError, KeyError, ValueError, TypeError, IndexError)):
        Decoder(refuse, buffers).value(header)


def test_a_byte_that_is_neither_true_nor_false_counts_once():
    header = {"t": "array", "d": "|b1", "s": [2], "b": 0}
    assert Decoder(refuse, [bytearray(b"\xff\x00")]).value(header).sum() == 1


def test_ten_thousand_scalars_cross_as_such():
    back = cross([np.float64(i) for i in range(10_000)] + [np.str_("é"), np.bool_(True), np.datetime64("2024-01-01")])
    assert {type(x) for x in back[:10_000]} == {np.float64}
    assert back[9_999:] == [9_999.0, "é", True, np.datetime64("2024-01-01")]


def test_a_frozenset_may_be_a_key():
    assert cross({frozenset({1, 2}): 0.5}) == {frozenset({1, 2}): 0.5}


def test_large_dicts_cross_where_their_keys_are_text_or_count_up():
    for value in (
        {str(i): i for i in range(100_000)},
        dict.fromkeys(range(7, 100_000), 0),
        {i * 7: 0 for i in range(9_999)},
    ):
        assert cross(value) == value


def test_an_object_in_a_column_is_put_there_unasked():
    class Shy:
        def asked(self, *_):
            raise AssertionError

        __array__ = __len__ = __iter__ = __eq__ = __bool__ = __call__ = asked
        __hash__ = object.__hash__

    shy = Shy()
    encoder = Encoder(lambda _: {"t": "handle", "v": 0, "n": "Shy"})
    header = encoder.value(pd.DataFrame({"a": pd.Series([open, len], dtype=object)}))
    back = Decoder(lambda _: shy, [bytearray(b) for b in encoder.buffers]).value(header)
    assert all(x is shy for x in back["a"])


@pytest.mark.parametrize("value", [np.str_("\ud800"), np.array(["a\ud800"])], ids=["scalar", "array"])
def test_half_a_surrogate_pair_does_not_cross(value):
    with pytest.raises(TypeError, match="surrogate"):
        cross(value)


def test_decimals_and_dates_keep_their_types():
    for value in (decimal.Decimal("1.10"), dt.datetime(2024, 1, 1, tzinfo=dt.UTC)):
        assert repr(cross(value)) == repr(value)


def test_a_text_that_no_header_holds_is_handed_over_by_a_handle_and_not_written_out():
    assert Encoder(lambda value: {"t": "handle", "n": "str"}).value("x" * (MAX_TEXT + 1))["n"] == "str: too large"
