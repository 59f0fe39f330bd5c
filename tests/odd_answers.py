"""Odd answers, as source text: appended to a solution, it exchanges what its functions and methods return.

It runs in the box of the submission and uses nothing of the tests.
"""

from __future__ import annotations

import collections
import contextlib
import datetime
import decimal
import fractions
import functools
import inspect
import pathlib
import random
import sys
import types
import uuid
from typing import Any

import numpy as np
import pandas as pd


class Hostile:
    """Fails whatever is asked of it."""

    def _fail(self, *_: object, **__: object) -> Any:
        raise RuntimeError("asked too much")

    __eq__ = __lt__ = __len__ = __iter__ = __bool__ = __float__ = __int__ = __index__ = __array__ = _fail  # type: ignore[assignment]
    __repr__ = __str__ = __getitem__ = __add__ = __sub__ = __abs__ = __contains__ = __call__ = _fail  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]


class Equal:
    """Is equal to everything, and of any length."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0

    def __len__(self) -> int:
        return 3

    def __float__(self) -> float:
        return 1.0

    def __getattr__(self, name: str) -> Any:
        return self


class Text(str):
    """A text that lies about its length."""

    def __len__(self) -> int:
        return 10**9


class Number(float):
    """A number that lies."""

    def __float__(self) -> float:
        return 7.0

    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = lambda *_: True  # type: ignore[assignment]
    __hash__ = float.__hash__


Pair = collections.namedtuple("Pair", "left right")


def _deep() -> list[Any]:
    found: list[Any] = []
    for _ in range(900):
        found = [found]
    return found


def _round() -> list[Any]:
    found: list[Any] = [1]
    found.append(found)
    return found


def _frame(index: Any = None, columns: Any = ("a", "b")) -> pd.DataFrame:
    return pd.DataFrame(np.arange(6.0).reshape(3, 2), index=index, columns=columns)


def _torch(make: str) -> Any:
    import torch

    return {
        "meta": lambda: torch.ones(3, device="meta"),
        "sparse": lambda: torch.eye(3).to_sparse(),
        "grad": lambda: torch.ones(3, requires_grad=True),
        "half": lambda: torch.ones(3, dtype=torch.bfloat16),
        "quantized": lambda: torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8),
    }[make]()


ODD = {
    "nan": lambda: float("nan"),
    "inf": lambda: float("inf"),
    "-inf": lambda: -float("inf"),
    "negative zero": lambda: -0.0,
    "tiny": lambda: 5e-324,
    "None": lambda: None,
    "True": lambda: True,
    "empty text": lambda: "",
    "text": lambda: "nan",
    "half a character": lambda: "\ud800",
    "zero byte": lambda: "a\0b",
    "lying text": lambda: Text("x"),
    "lying number": lambda: Number(1.0),
    "huge int": lambda: 10**400,
    "digits": lambda: 10**5000,
    "2**63": lambda: 2**63,
    "-1": lambda: -1,
    "complex": lambda: 1j,
    "Decimal": lambda: decimal.Decimal("0.1"),
    "Decimal nan": lambda: decimal.Decimal("sNaN"),
    "Fraction": lambda: fractions.Fraction(1, 3),
    "UUID": lambda: uuid.UUID(int=1),
    "date": lambda: datetime.date(1, 1, 1),
    "datetime": lambda: datetime.datetime(9999, 12, 31, tzinfo=datetime.UTC),
    "timedelta": lambda: datetime.timedelta.max,
    "bytes": lambda: b"\xff",
    "bytearray": lambda: bytearray(b"ab"),
    "memoryview": lambda: memoryview(b"ab"),
    "set": lambda: {1, 2},
    "frozenset": lambda: frozenset(),
    "generator": lambda: (i for i in range(3)),
    "endless generator": lambda: iter(int, 1),
    "range": lambda: range(3),
    "zip": lambda: zip([1], [2], strict=True),
    "dict keys": lambda: {"a": 1}.keys(),
    "empty list": list,
    "empty tuple": tuple,
    "empty dict": dict,
    "deep": _deep,
    "round": _round,
    "named tuple": lambda: Pair(1.0, 2.0),
    "deque": lambda: collections.deque([1, 2]),
    "Counter": lambda: collections.Counter("aab"),
    "OrderedDict": lambda: collections.OrderedDict(a=1),
    "odd keys": lambda: {float("nan"): 1, None: 2, (1, 2): 3, b"": 4},
    "namespace": lambda: types.SimpleNamespace(a=1),
    "proxy": lambda: types.MappingProxyType({"a": 1}),
    "function": lambda: len,
    "class": lambda: int,
    "module": lambda: types,
    "Ellipsis": lambda: ...,
    "NotImplemented": lambda: NotImplemented,
    "exception": lambda: ValueError("of mine"),
    "hostile": Hostile,
    "equal": Equal,
    "0-d": lambda: np.array(1.0),
    "0-d nan": lambda: np.array(np.nan),
    "0-d text": lambda: np.array("a"),
    "empty array": lambda: np.array([]),
    "no rows": lambda: np.zeros((0, 3)),
    "1 x 1": lambda: np.ones((1, 1)),
    "4-d": lambda: np.ones((1, 2, 1, 2)),
    "nan array": lambda: np.full(3, np.nan),
    "object array": lambda: np.array([1, None, "a"], dtype=object),
    "text array": lambda: np.array(["a", "b"]),
    "bytes array": lambda: np.array([b"a"]),
    "bool array": lambda: np.array([True, False]),
    "complex array": lambda: np.array([1j]),
    "uint64": lambda: np.array([2**64 - 1], dtype=np.uint64),
    "float16": lambda: np.array([1e4], dtype=np.float16),
    "longdouble": lambda: np.longdouble(1) / 3,
    "big end": lambda: np.arange(3.0).astype(">f8"),
    "backwards": lambda: np.arange(3.0)[::-1],
    "structured": lambda: np.zeros(2, dtype=[("a", "f8"), ("b", "U3")]),
    "datetime64": lambda: np.array(["NaT", "2020-01-01"], dtype="datetime64[D]"),
    "timedelta64": lambda: np.timedelta64("NaT"),
    "masked": lambda: np.ma.masked_array([1.0, 2.0], mask=[True, False]),
    "masked alone": lambda: np.ma.masked,
    "matrix": lambda: np.asmatrix(np.ones((2, 2))),
    "numpy bool": lambda: np.bool_(True),
    "numpy text": lambda: np.str_("a"),
    "NA": lambda: pd.NA,
    "NaT": lambda: pd.NaT,
    "Timestamp": lambda: pd.Timestamp("2020-01-01", tz="Asia/Kathmandu"),
    "Period": lambda: pd.Period("2020-01"),
    "Interval": lambda: pd.Interval(0, 1),
    "Period series": lambda: pd.Series([1.0, 2.0], index=pd.period_range("2020-01", periods=2, freq="M")),
    "categories": lambda: pd.Categorical(["a", None]),
    "category series": lambda: pd.Series(["a", "b"], dtype="category"),
    "nullable series": lambda: pd.Series([1, None], dtype="Int64"),
    "object series": lambda: pd.Series([1, "a", None, {}]),
    "sparse series": lambda: pd.Series(pd.arrays.SparseArray([0.0, 1.0])),
    "empty series": lambda: pd.Series(dtype=float),
    "empty frame": pd.DataFrame,
    "frame": _frame,
    "frame, index named like a column": lambda: _frame(pd.Index([1, 2, 3], name="a")),
    "frame, doubled columns": lambda: _frame(columns=["a", "a"]),
    "frame, doubled index": lambda: _frame([1, 1, 1]),
    "frame, odd columns": lambda: _frame(columns=[None, float("nan")]),
    "frame, columns of numbers": lambda: _frame(columns=[0, 1]),
    "frame, levels": lambda: _frame(pd.MultiIndex.from_tuples([(1, 2), (1, 3), (2, 2)], names=["a", "a"])),
    "frame, levels of columns": lambda: _frame(columns=pd.MultiIndex.from_tuples([("a", "b"), ("a", "c")])),
    "index": lambda: pd.Index([1, 2]),
    "meta tensor": lambda: _torch("meta"),
    "sparse tensor": lambda: _torch("sparse"),
    "tensor with a gradient": lambda: _torch("grad"),
    "half tensor": lambda: _torch("half"),
    "quantized tensor": lambda: _torch("quantized"),
}


def part_exchanged(answer: Any, odd: Any, rng: random.Random) -> Any:
    """Return an answer with one part of it exchanged, whatever of it can be."""
    try:
        if isinstance(answer, pd.DataFrame) and answer.size:
            changed, column = answer.copy(), rng.randrange(answer.shape[1])
            if rng.random() < 0.3:
                return changed.set_axis([odd, *changed.columns[1:]], axis=1)
            values = changed.iloc[:, column].astype(object).tolist()
            values[rng.randrange(len(values))] = odd
            changed[changed.columns[column]] = pd.Series(values, index=changed.index, dtype=object)
            return changed
        if isinstance(answer, pd.Series) and len(answer):
            values = answer.astype(object).tolist()
            values[rng.randrange(len(values))] = odd
            return pd.Series(values, index=answer.index, name=answer.name)
        if isinstance(answer, np.ndarray) and answer.size:
            changed = answer.copy()
            try:
                changed.flat[rng.randrange(answer.size)] = odd
            except (TypeError, ValueError, OverflowError, RuntimeError):
                changed = answer.astype(object)
                changed.flat[rng.randrange(answer.size)] = odd
            return changed
        if isinstance(answer, dict) and answer:
            key = rng.choice(list(answer))
            how = rng.randrange(4)
            if how == 0:
                return {k: v for k, v in answer.items() if k is not key}
            if how == 1:
                return {**answer, rng.choice(["more", None, 3]): odd}
            return {**answer, key: odd if how == 2 else part_exchanged(answer[key], odd, rng)}
        if isinstance(answer, (list, tuple)) and answer:
            values = list(answer)
            place = rng.randrange(len(values))
            how = rng.randrange(4)
            if how == 0:
                del values[place]
            elif how == 1:
                values.insert(place, odd)
            else:
                values[place] = odd if how == 2 else part_exchanged(values[place], odd, rng)
            return tuple(values) if isinstance(answer, tuple) else values
        if hasattr(answer, "__dict__") and vars(answer):
            name = rng.choice(sorted(vars(answer)))
            object.__setattr__(answer, name, odd)
            return answer
    except (TypeError, ValueError, AttributeError, OverflowError, RuntimeError):
        pass
    return odd


def damage(folder: pathlib.Path, rng: random.Random) -> None:
    """Exchange a piece of one of the files below a folder."""
    found = sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".py" and p.stat().st_size)
    if not found:
        return
    path = rng.choice(found)
    content, odd = path.read_bytes(), rng.choice([b"", b"\0", b"\xff\xfe", b"9" * 400, b"'", b"1e999", b"{" * 3000])
    start = rng.choice([0, rng.randrange(len(content)), len(content) - 1])
    with contextlib.suppress(OSError):
        path.write_bytes(content[:start] + odd + content[start + rng.choice([1, 16, 4096]) :])


def install(module_name: str, name: str, whole: bool, first: int, often: bool, seed: int, what: str = "answer") -> None:
    """Wrap what a module's callers may call: at the call of a number something is exchanged, or from there on always.

    `what` is it: the ``answer``, what a function is ``given`` that came as an argument, or a piece of a ``file``.
    """
    module, rng = sys.modules[module_name], random.Random(seed)
    state = {"depth": 0, "calls": 0}

    def due() -> bool:
        state["calls"] += 1
        return state["calls"] == first or (often and state["calls"] > first)

    def asked(function: Any) -> Any:
        def ask(*args: Any, **kwargs: Any) -> Any:
            if args and due():
                place, odd = rng.randrange(len(args)), ODD[name]()
                args = *args[:place], odd if whole else part_exchanged(args[place], odd, rng), *args[place + 1 :]
            return function(*args, **kwargs)

        return ask if what == "given" and isinstance(function, types.FunctionType) else function

    def wrapped(function: Any) -> Any:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            state["depth"] += 1
            try:
                answer = function(*map(asked, args), **{key: asked(value) for key, value in kwargs.items()})
            finally:
                state["depth"] -= 1
            if state["depth"] or what == "given" or not due():
                return answer
            if what == "file":
                damage(pathlib.Path(), rng)
                return answer
            odd = ODD[name]()
            return odd if whole else part_exchanged(answer, odd, rng)

        return call

    for public, thing in list(vars(module).items()):
        if public.startswith("_") or getattr(thing, "__module__", None) != module_name:
            continue
        if inspect.isfunction(thing):
            setattr(module, public, wrapped(thing))
        elif inspect.isclass(thing):
            for method, function in list(vars(thing).items()):
                if inspect.isfunction(function) and (not method.startswith("_") or method == "__call__"):
                    setattr(thing, method, wrapped(function))
