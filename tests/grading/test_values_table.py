"""A check sees the same with plain pytest and from a box: every `expect`, on more than a hundred kinds of value."""

# ruff: noqa: E501 - a row of the table is a line

from __future__ import annotations

import math
import reprlib
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tenfold.box.proxy import Handle, Module
from tenfold.errors import SubmissionError
from tenfold.grading import expect

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore")

HEAD = """
import array, collections, dataclasses, datetime as dt, decimal, enum, fractions, io, itertools, math, os, pathlib
import sys, types, typing, uuid, zoneinfo
import dateutil.tz, numpy as np, pandas as pd, pyarrow as pa, scipy.sparse, scipy.stats, torch

Pair = collections.namedtuple("Pair", "first second")
class Typed(typing.NamedTuple):
    first: float
    second: float
    def total(self): return self.first + self.second
class Level(enum.IntEnum): LOW = 1
class Word(enum.StrEnum): HIGH = "high"
class Mixed(str, enum.Enum): LOW = "low"
class Colour(enum.Enum): RED = 1
class Text(str):
    def __str__(self): return "a lie"
    def __eq__(self, other): return True
    __hash__ = str.__hash__
class Whole(int):
    def __int__(self): return 9
    def __index__(self): return 9
class Real(float):
    def __float__(self): return 9.0
class Items(list):
    def __iter__(self): return iter([9])
    def __len__(self): return 1
class Twins(tuple):
    def __iter__(self): return iter([9])
    def __len__(self): return 1
class Dict(dict):
    def items(self): return [("a", 9)]
    def __iter__(self): return iter(["b"])
    def keys(self): return ["b"]
class Bytes(bytes):
    def __len__(self): return 1
class Day(dt.date):
    def isoformat(self): return "1999-01-01"
class Moment(dt.datetime): pass
class Zone(dt.tzinfo):
    def utcoffset(self, when): return dt.timedelta(minutes=7)
    def dst(self, when): return None
    def tzname(self, when): return "odd"
class Table(pd.DataFrame):
    @property
    def _constructor(self): return Table
class Line(pd.Series):
    @property
    def _constructor(self): return Line
class View(np.ndarray): pass
class Always:
    def __eq__(self, other): return True
    def __float__(self): return 1.0
    def __array__(self, *a, **k): return np.ones(2)
    __hash__ = None
@dataclasses.dataclass
class Point: x: float = 1.0
def circle(): found = []; found.append(found); return found
def ring(): found = {}; found["a"] = found; return found
def deep(n):
    found = 1.0
    for _ in range(n): found = [found]
    return found
def wide():
    found = [1.0]
    for _ in range(30): found = [found, found]
    return found
def numbers(): yield 1.0
def frame(cells, **named): return pd.DataFrame({"a": cells}, **named)
async def later(): return 1
"""

VALUES = {
    # what every language has
    "None": "None",
    "True": "True",
    "int": "3",
    "a long int": "10**400",
    "an int of 5,000 digits": "10**5000",
    "float": "2.5",
    "nan": "math.nan",
    "inf": "math.inf",
    "minus zero": "-0.0",
    "complex": "1 + 2j",
    "empty text": "''",
    "text": "'héllo'",
    "text with NUL": "'a\\0'",
    "half a surrogate pair": "'a\\ud800'",
    "an astral letter": "'\\U0001f600'",
    "bytes": "b'ab'",
    "no bytes": "b''",
    "bytearray": "bytearray(b'ab')",
    "memoryview": "memoryview(b'ab')",
    "a strided memoryview": "memoryview(b'abcd')[::2]",
    "list": "[1.0, 2.0]",
    "empty list": "[]",
    "list of text": "['a', 'bc']",
    "list of NUL": "['a\\0', 'b']",
    "ragged list": "[[1], [1, 2]]",
    "list of None": "[1.0, None]",
    "list of huge ints": "[10**5000, 1]",
    "list of half a pair": "['\\ud800', 'b']",
    "list of one huge text": "['x' * 1_000_000] + [''] * 100_000",
    "list of arrays": "[np.arange(3), np.arange(3)]",
    "list of tensors": "[torch.ones(2), torch.ones(2, requires_grad=True)]",
    "tuple": "(1.0, 2.0)",
    "empty tuple": "()",
    "dict": "{'a': 1, 'b': 2}",
    "dict of numbers": "{0.5: 1, 2: 'b'}",
    "dict with tuple keys": "{('a', 1): 1}",
    "dict with an object as key": "{Colour.RED: 1, 'a': 2}",
    "dict of many floats": "{i + 0.5: i for i in range(30_000)}",
    "set": "{1, 2}",
    "frozenset": "frozenset({1, 2})",
    "set of many floats": "{i + 0.5 for i in range(30_000)}",
    "range": "range(3)",
    "a long range": "range(10**12)",
    "slice": "slice(1, 2)",
    "Ellipsis": "...",
    "decimal": "decimal.Decimal('1.50')",
    "decimal nan": "decimal.Decimal('NaN')",
    "signalling decimal": "decimal.Decimal('sNaN')",
    "a large decimal": "decimal.Decimal('1e9999')",
    "fraction": "fractions.Fraction(1, 3)",
    "a large fraction": "fractions.Fraction(10**5000, 3)",
    "date": "dt.date(2026, 1, 2)",
    "datetime": "dt.datetime(2026, 1, 2, 3, 4, 5, 6)",
    "datetime in a zone": "dt.datetime(2026, 1, 2, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin'))",
    "datetime in an odd zone": "dt.datetime(2026, 1, 2, tzinfo=Zone())",
    "time": "dt.time(3, 4)",
    "timedelta": "dt.timedelta(days=1, microseconds=5)",
    "a zone": "zoneinfo.ZoneInfo('Europe/Berlin')",
    # subclasses of these
    "namedtuple": "Pair(1.0, 2.0)",
    "NamedTuple": "Typed(1.0, 2.0)",
    "IntEnum": "Level.LOW",
    "StrEnum": "Word.HIGH",
    "an Enum of text": "Mixed.LOW",
    "Enum": "Colour.RED",
    "a lying text": "Text('a')",
    "a lying int": "Whole(3)",
    "a lying float": "Real(3.0)",
    "a lying list": "Items([1.0, 2.0])",
    "a lying tuple": "Twins((1.0, 2.0))",
    "a lying dict": "Dict(a=1)",
    "lying bytes": "Bytes(b'abc')",
    "a lying date": "Day(2026, 1, 2)",
    "a subclass of datetime": "Moment(2026, 1, 2)",
    "OrderedDict": "(lambda d: (d.move_to_end('a'), d)[1])(collections.OrderedDict(a=1, b=2))",
    "defaultdict": "collections.defaultdict(list, a=1)",
    "Counter": "collections.Counter('aab')",
    "UserDict": "collections.UserDict(a=1)",
    "UserList": "collections.UserList([1.0])",
    "ChainMap": "collections.ChainMap({'a': 1})",
    "mappingproxy": "types.MappingProxyType({'a': 1})",
    "deque": "collections.deque([1.0, 2.0])",
    "array.array": "array.array('d', [1.0])",
    "struct_time": "__import__('time').gmtime(0)",
    "an eig result": "np.linalg.eig(np.eye(2))",
    "a t-test": "scipy.stats.ttest_ind([1.0, 2.0], [2.0, 4.0])",
    "torch.max": "torch.max(torch.eye(2), dim=0)",
    "dict views": "{'a': 1}.keys()",
    "dict values": "{'a': 1}.values()",
    # what stays in the learner's process
    "object": "object()",
    "a class equal to all": "Always()",
    "dataclass": "Point()",
    "function": "frame",
    "lambda": "lambda: 1",
    "builtin": "len",
    "class": "Point",
    "module": "math",
    "generator": "numbers()",
    "iterator": "iter([1.0])",
    "map": "map(abs, [1.0])",
    "zip": "zip([1], [2])",
    "count": "itertools.count()",
    "an exception": "ValueError('odd')",
    "an exception's class": "ValueError",
    "a file": "sys.__stderr__",
    "StringIO": "io.StringIO('a')",
    "Path": "pathlib.Path('a')",
    "UUID": "uuid.UUID(int=5)",
    "SimpleNamespace": "types.SimpleNamespace(a=1)",
    "a circle": "circle()",
    "a ring of dicts": "ring()",
    "nested 39 deep": "deep(39)",
    "nested 60 deep": "deep(60)",
    "nested beyond recursion": "deep(20_000)",
    "a list that is 2**30 long": "wide()",
    "a list of 300,000 tuples": "[(i,) for i in range(300_000)]",
    "a list of 3,000,000 numbers": "[1.0] * 3_000_000",
    "a text of 40 MB": "'x' * 40_000_000",
    # numpy
    "array": "np.arange(3.0)",
    "0-d array": "np.array(2.0)",
    "0-d int": "np.array(2)",
    "0-d bool": "np.array(True)",
    "0-d text": "np.array('a')",
    "empty array": "np.zeros(0)",
    "no rows": "np.zeros((0, 3))",
    "no rows, very wide": "np.zeros((0, 10**12))",
    "int array": "np.arange(3)",
    "bool array": "np.array([True, False])",
    "big endian": "np.arange(3, dtype='>f8')",
    "float16": "np.arange(3, dtype='f2')",
    "longdouble": "np.arange(3, dtype=np.longdouble)",
    "complex array": "np.array([1j, 2])",
    "nan in an array": "np.array([1.0, np.nan])",
    "Fortran order": "np.asfortranarray(np.arange(6.0).reshape(2, 3))",
    "reversed": "np.arange(3.0)[::-1]",
    "a view of one cell": "np.broadcast_to(1.0, (10**6, 10**6))",
    "forty dimensions": "np.ones((1,) * 40)",
    "text array": "np.array(['a', 'bc'])",
    "array of empty text": "np.zeros(2, 'U0')",
    "array of half a pair": "np.array(['a\\ud800'])",
    "bytes array": "np.array([b'a', b'bc'])",
    "a wide text array": "np.array(['x' * 1_000_000])",
    "StringDType": "np.array(['a', 'bcd'], dtype=np.dtypes.StringDType())",
    "object array of text": "np.array(['a', 'bc'], dtype=object)",
    "object array of NUL": "np.array(['a\\0', 'bc'], dtype=object)",
    "object array of numbers": "np.array([1.5, 2], dtype=object)",
    "object array": "np.array([print, None], dtype=object)",
    "2-d object array": "np.array([['a', 1], ['b', None]], dtype=object)",
    "2-d object array of text": "np.array([['a', 'b'], ['c', 'd']], dtype=object)",
    "datetime array": "np.array(['2026-01-01', 'NaT'], dtype='M8[D]')",
    "a far date": "np.array(['20000-01-01'], dtype='M8[s]')",
    "timedelta array": "np.array([1, 2], dtype='m8[h]')",
    "structured array": "np.array([(1, 2.0)], dtype=[('a', 'i4'), ('b', 'f8')])",
    "record": "np.array([(1, 2.0)], dtype=[('a', 'i4'), ('b', 'f8')])[0]",
    "recarray": "np.rec.array([(1, 2.0)], names='a,b')",
    "matrix": "np.matrix([[1.0, 2.0]])",
    "masked array": "np.ma.masked_array([1.0, 2.0], [False, True])",
    "a subclass of array": "np.arange(3.0).view(View)",
    "np.float64": "np.float64(2.5)",
    "np.float32": "np.float32(2.5)",
    "np.int8": "np.int8(3)",
    "np.bool": "np.True_",
    "np.str": "np.str_('a')",
    "empty np.str": "np.array(['', 'a'])[0]",
    "half a pair in np.str": "np.str_('\\ud800')",
    "np.bytes": "np.bytes_(b'a')",
    "np.complex128": "np.complex128(1j)",
    "np.longdouble": "np.longdouble(2)",
    "np.datetime64": "np.datetime64('2026-01-01')",
    "np.timedelta64": "np.timedelta64(3, 's')",
    "np NaT": "np.datetime64('NaT')",
    "np.void": "np.void(b'ab')",
    "a generator of numpy's": "np.random.default_rng(0)",
    "a dtype": "np.dtype('f8')",
    "scipy sparse": "scipy.sparse.csr_matrix(np.eye(2))",
    # pandas
    "pd.NA": "pd.NA",
    "pd.NaT": "pd.NaT",
    "Timestamp": "pd.Timestamp('2026-01-02 03:04')",
    "Timestamp in a zone": "pd.Timestamp('2026-01-02', tz='Europe/Berlin')",
    "Timestamp EST5EDT": "pd.Timestamp('2026-07-02', tz='EST5EDT')",
    "Timestamp GB-Eire": "pd.Timestamp('2026-07-02', tz='GB-Eire')",
    "Timestamp of dateutil": "pd.Timestamp('2026-07-02', tz=dateutil.tz.gettz('Europe/Berlin'))",
    "Timestamp of tzlocal": "pd.Timestamp('2026-07-02', tz=dateutil.tz.tzlocal())",
    "Timestamp fixed": "pd.Timestamp('2026-07-02', tz=dt.timezone(dt.timedelta(hours=-5), 'EST'))",
    "Timestamp 90 s off": "pd.Timestamp('2026-07-02', tz=dt.timezone(dt.timedelta(seconds=90)))",
    "Timestamp of an odd zone": "pd.Timestamp('2026-07-02', tz=Zone())",
    "a far Timestamp": "pd.Timestamp('2500-01-01')",
    "a very far Timestamp": "pd.Timestamp(np.datetime64('12000-01-01', 's'))",
    "Timedelta": "pd.Timedelta('3h')",
    "a long Timedelta": "pd.Timedelta(np.timedelta64(10**12, 's'))",
    "Period": "pd.Period('2026-01', 'M')",
    "Interval": "pd.Interval(0, 1)",
    "DateOffset": "pd.DateOffset(months=1)",
    "Series": "pd.Series([1.0, 2.0])",
    "empty Series": "pd.Series([], dtype=float)",
    "Series of text": "pd.Series(['a', None])",
    "Series of objects": "pd.Series([1, 'a', None], dtype=object)",
    "Series of number objects": "pd.Series([1, 2.5, None], dtype=object)",
    "Series of bools and None": "pd.Series([True, None], dtype=object)",
    "Series of bytes": "pd.Series([b'\\xff', b'a'])",
    "Series of lists": "pd.Series([[1], [2]])",
    "Series of functions": "pd.Series([print, len])",
    "Series of decimals": "pd.Series([decimal.Decimal(1), decimal.Decimal(2)])",
    "Series of dates": "pd.Series([dt.date(2026, 1, 2)])",
    "Series of datetimes": "pd.Series([dt.datetime(2026, 1, 2), None], dtype=object)",
    "Series of two zones": "pd.Series([pd.Timestamp('2026', tz='UTC'), pd.Timestamp('2026', tz='EST5EDT')], dtype=object)",
    "Series of huge ints": "pd.Series([10**5000, 1], dtype=object)",
    "Series of half a pair": "pd.Series(['\\ud800', 'a'], dtype=object)",
    "Series Int64": "pd.Series([1, 2], dtype='Int64')",
    "Series Int64 with NA": "pd.Series([1, None], dtype='Int64')",
    "Series boolean with NA": "pd.Series([True, None], dtype='boolean')",
    "Series string": "pd.Series(['a', None], dtype='string')",
    "Series of Arrow ints": "pd.Series([1, 2], dtype='int64[pyarrow]')",
    "Series of Arrow ints with NA": "pd.Series([1, None], dtype='int64[pyarrow]')",
    "Series of Arrow text": "pd.Series(['a', None], dtype=pd.ArrowDtype(pa.string()))",
    "Series of Arrow dates": "pd.Series([dt.date(2026, 1, 2)], dtype=pd.ArrowDtype(pa.date32()))",
    "Series of Arrow lists": "pd.Series([[1]], dtype=pd.ArrowDtype(pa.list_(pa.int64())))",
    "Series sparse": "pd.Series(pd.arrays.SparseArray([0.0, 1.0]))",
    "Series of periods": "pd.Series(pd.period_range('2026-01', periods=2, freq='M'))",
    "Series of intervals": "pd.cut(pd.Series([1.0, 2.0]), 2)",
    "Series of categories": "pd.Series(['a', None, 'a'], dtype='category')",
    "Series of number categories": "pd.Series([2, 1, 2], dtype='category')",
    "Series of one huge category": "pd.Series(pd.Categorical.from_codes([0] * 10**5, ['x' * 10**6]))",
    "Series of dates with a zone": "pd.Series(pd.date_range('2026-01-01', periods=2, tz='Europe/Berlin'))",
    "Series in dateutil's zone": "pd.Series(pd.date_range('2026', periods=2, tz=dateutil.tz.gettz('Europe/Berlin')))",
    "Series in an odd zone": "pd.Series(pd.date_range('2026', periods=2, tz=Zone()))",
    "Series of timedeltas": "pd.Series(pd.to_timedelta([1, None], unit='h'))",
    "Series with a Period index": "pd.Series([1.0, 2.0], index=pd.period_range('2026-01', periods=2, freq='M'))",
    "Series with an Interval index": "pd.Series([1.0, 2.0], index=pd.interval_range(0, 2))",
    "Series with text labels": "pd.Series([1.0, 2.0], index=['x', 'y'])",
    "Series with labels twice": "pd.Series([1.0, 2.0], index=['x', 'x'])",
    "Series with mixed labels": "pd.Series([1.0, 2.0], index=['x', 1])",
    "Series with two levels": "pd.Series([1.0], index=pd.MultiIndex.from_tuples([('a', 1)]))",
    "Series with levels of periods": "pd.Series([1.0], index=pd.MultiIndex.from_arrays([pd.period_range('2026', periods=1, freq='Y'), ['a']]))",
    "Series with an odd name": "pd.Series([1.0], name=pd.Period('2026-01', 'M'))",
    "a subclass of Series": "Line([1.0, 2.0])",
    "Index": "pd.Index([1.0, 2.0])",
    "RangeIndex": "pd.RangeIndex(3)",
    "a long RangeIndex": "pd.RangeIndex(10**10)",
    "MultiIndex": "pd.MultiIndex.from_tuples([('a', 1)])",
    "DatetimeIndex": "pd.date_range('2026-01-01', periods=2)",
    "PeriodIndex": "pd.period_range('2026-01', periods=2, freq='M')",
    "CategoricalIndex": "pd.CategoricalIndex(['a', 'b'])",
    "pd.array": "pd.array([1, None])",
    "pd.array of text": "pd.array(['a', 'b'])",
    "pd.array of floats": "pd.array(np.array([1.0, 2.0]), dtype='float64')",
    "pd.array of dates": "pd.array(pd.date_range('2026', periods=2))",
    "pd.array of periods": "pd.array(pd.period_range('2026', periods=2, freq='Y'))",
    "Categorical": "pd.Categorical(['a', 'b', None])",
    "Categorical of numbers": "pd.Categorical([1, 2])",
    "DataFrame": "pd.DataFrame({'a': [1.0, 2.0], 'b': ['x', None]})",
    "empty DataFrame": "pd.DataFrame()",
    "DataFrame of rows without columns": "pd.DataFrame(index=range(3))",
    "DataFrame indexed like its column": "frame(['y', 'x']).set_index('a', drop=False)",
    "DataFrame with two levels": "pd.DataFrame({'a': [1], 'b': [2]}).set_index(['a', 'b'], drop=False)",
    "DataFrame with numbered columns": "pd.DataFrame(np.eye(2))",
    "DataFrame with mixed columns": "pd.DataFrame([[1, 2]], columns=['a', 0])",
    "DataFrame with columns twice": "pd.DataFrame([[1, 2]], columns=['a', 'a'])",
    "DataFrame with columns alike": "pd.DataFrame([[1, 2]], columns=['0', 0])",
    "DataFrame with column levels": "pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([('a', 'b')]))",
    "DataFrame with category columns": "frame([1.0]).rename(columns=str).pipe(lambda f: f.set_axis(pd.CategoricalIndex(f.columns), axis=1))",
    "DataFrame with period columns": "pd.DataFrame(np.eye(2), columns=pd.period_range('2026', periods=2, freq='Y'))",
    "DataFrame of objects": "frame([1, 'a'], dtype=object)",
    "DataFrame of bytes": "frame([b'\\xff'])",
    "DataFrame of periods": "frame(pd.period_range('2026-01', periods=2, freq='M')).assign(b=1.0)",
    "DataFrame with a Period index": "frame([1.0, 2.0], index=pd.period_range('2026-01', periods=2, freq='M'))",
    "DataFrame of one odd cell": "frame([1.0, print])",
    "DataFrame of categories": "frame(pd.Categorical(['x', 'y']))",
    "DataFrame of Int64": "frame(pd.array([1, None]))",
    "DataFrame of a sparse column": "frame(pd.arrays.SparseArray([0.0, 1.0]))",
    "DataFrame of a few wide cells": "pd.DataFrame({'a': np.ones(10**6, np.int8), **{str(i): np.ones(10**6, np.int8) for i in range(60)}}).assign(z='t')",
    "a subclass of DataFrame": "Table({'a': [1.0]})",
    "groupby": "frame([1.0]).groupby('a')",
    # torch
    "tensor": "torch.ones(2, 2)",
    "0-d tensor": "torch.tensor(2.0)",
    "int tensor": "torch.arange(3)",
    "bool tensor": "torch.tensor([True])",
    "tensor with a gradient": "torch.ones(2, requires_grad=True)",
    "tensor of a graph": "torch.ones(2, requires_grad=True) * 2",
    "Parameter": "torch.nn.Parameter(torch.ones(2))",
    "bfloat16": "torch.ones(2, dtype=torch.bfloat16)",
    "float16 tensor": "torch.ones(2, dtype=torch.float16)",
    "float8": "torch.ones(2).to(torch.float8_e5m2)",
    "complex tensor": "torch.ones(2, dtype=torch.complex64)",
    "conjugated tensor": "torch.tensor([1j]).conj()",
    "negated tensor": "torch.tensor([1j]).conj().imag",
    "a transposed tensor": "torch.arange(6.0).reshape(2, 3).T",
    "sparse tensor": "torch.eye(2).to_sparse()",
    "sparse rows": "torch.eye(2).to_sparse_csr()",
    "meta tensor": "torch.ones(2, device='meta')",
    "quantized tensor": "torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)",
    "nested tensor": "torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])",
    "empty tensor": "torch.zeros(0)",
    "an expanded tensor": "torch.ones(1).expand(10**5, 10**5)",
    "torch module": "torch.nn.Linear(2, 1)",
    "torch dtype": "torch.float32",
    "torch Size": "torch.ones(2, 3).shape",
}

CALLS = {
    "number": expect.number,
    "number, or nan": lambda v: expect.number(v, finite=False),
    "integer": expect.integer,
    "flag": expect.flag,
    "text": expect.text,
    "blob": expect.blob,
    "array": expect.array,
    "any array": lambda v: expect.array(v, kind="biufcSU", finite=False),
    "frame": expect.frame,
    "frame of a": lambda v: expect.frame(v, ["a"]),
    "frame and index": lambda v: expect.frame(v, index=True),
    "series": expect.series,
    "series and index": lambda v: expect.series(v, index=True),
    "mapping": lambda v: expect.mapping(v, ["a"]),
    "any mapping": expect.mapping,
    "sequence": expect.sequence,
    "handle": expect.handle,
}

LARGE = "one frame holds 250,000 lists, 2,000,000 values and 32 MB of text; send an array"
ARRAYS = ("array", "any array")
FRAMES, SERIES = ("frame", "frame and index"), ("series", "series and index")
ASKED = "a column that nobody asked for is not made plain, and one that cannot cross is a column of handles"
ZONES = "the same instants and offsets, in a zone named as zoneinfo has it, or by its distance from UTC"
PART = "a part that cannot cross is a handle in its place"
DIFFERENT: dict[str, dict[str, str]] = {
    "an int of 5,000 digits": {"number, or nan": "it stays an object; no float holds it"},
    "dict of many floats": {"any mapping": "hashes of numbers can be chosen: 20,000 of them may be keys"},
    "a large decimal": {"number, or nan": "it has an exponent beyond 5,000"},
    "a large fraction": {"number, or nan": "it has more than 4,000 digits"},
    "nested 60 deep": dict.fromkeys((*ARRAYS, "sequence"), "40 deep is the most that crosses"),
    "nested beyond recursion": {"sequence": "40 deep is the most that crosses"},
    "list of huge ints": {"sequence": PART},
    "list of half a pair": {"sequence": PART},
    "a circle": {"sequence": PART},
    "a ring of dicts": dict.fromkeys(("mapping", "any mapping"), PART),
    "a list that is 2**30 long": {"sequence": "one frame holds 250,000 lists: the rest is a handle in its place"},
    "a list of 300,000 tuples": dict.fromkeys((*ARRAYS, "sequence"), LARGE),
    "a list of 3,000,000 numbers": dict.fromkeys((*ARRAYS, "sequence"), LARGE),
    "half a surrogate pair": {"handle": "what cannot cross is an object of the learner's process"},
    "a text of 40 MB": {"text": LARGE},
    "no rows, very wide": dict.fromkeys(ARRAYS, "what is promised and not sent is at most 1,000,000 items"),
    "forty dimensions": dict.fromkeys(ARRAYS, "32 is the most that crosses"),
    "a wide text array": {"any array": "texts of an array have at most 999,999 characters"},
    "Series in dateutil's zone": dict.fromkeys(SERIES, ZONES),
    "Series in an odd zone": dict.fromkeys(SERIES, ZONES),
    "DataFrame of periods": dict.fromkeys(FRAMES, ASKED),
    "DataFrame of one odd cell": dict.fromkeys(FRAMES, ASKED),
}
"""Where a check sees another thing in a box, and why it must be so."""

SOURCE = (
    HEAD
    + "VALUES = {\n"
    + "".join(f"    {name!r}: lambda: {value},\n" for name, value in VALUES.items())
    + """}
def make(name): return VALUES[name]()
def beside(name): return {"a": 1.0, "more": make(name), "list": [1.0, make(name)], "pair": (2.0, make(name))}
def again(value, name): return type(value) is type(make(name))
"""
)


@pytest.fixture(scope="module")
def here() -> Iterator[ModuleType]:
    module = ModuleType("values_here")
    sys.modules["values_here"] = module
    exec(compile(SOURCE, "values_here.py", "exec"), module.__dict__)
    yield module
    del sys.modules["values_here"]


@pytest.fixture(scope="module")
def boxed():
    from tests.conftest import PATIENCE

    from tenfold.box import levels
    from tenfold.box.limits import Limits
    from tenfold.box.session import Session

    limits = Limits(seconds=PATIENCE, total=100 * PATIENCE, memory_mb=6000)
    session = Session({"work.py": SOURCE.encode()}, ["work"], limits, levels.best(), ("numpy", "pandas", "torch"))
    module = Module(session, "work")
    module.__dict__["_collecting"] = False
    yield module
    session.close()


def outcome(call: Any, value: Any) -> tuple[str, Any]:
    """Return whether a check would go on, and with what; an error of its own would be "could not grade"."""
    try:
        return "passes", call(value)
    except (expect.Unexpected, SubmissionError) as error:
        return "fails", str(error)


def same(a: Any, b: Any) -> bool:
    """Return whether two values are of one type and equal, down to a nan, all their parts too.

    What is handed over equals its handle.
    """
    if isinstance(b, Handle):
        return not isinstance(a, (int, float, str, bytes, list, dict))
    if isinstance(a, (pd.DataFrame, pd.Series)):
        try:
            (pd.testing.assert_frame_equal if isinstance(a, pd.DataFrame) else pd.testing.assert_series_equal)(a, b)
        except (AssertionError, SubmissionError):
            return False
        return True
    if isinstance(a, np.ndarray):
        nan = {"equal_nan": True} if a.dtype.kind in "fc" else {}
        return a.dtype == b.dtype and a.shape == b.shape and np.array_equal(a, b, **nan)
    if isinstance(a, torch.Tensor):
        return isinstance(b, torch.Tensor) and a.dtype == b.dtype and torch.equal(a.detach(), b)
    if type(a) is dict:
        return len(a) == len(b) and all(map(same, a, b)) and all(map(same, a.values(), b.values()))
    if type(a) is list or isinstance(a, tuple):
        return isinstance(b, list if type(a) is list else tuple) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float):
        return type(b) in (float, type(a)) and (a == b or (math.isnan(a) and math.isnan(b)))
    return (type(a) is type(b) or isinstance(b, tuple)) and a == b


@pytest.mark.parametrize("name", VALUES)
def test_plain_pytest_and_a_box_agree(name, here, boxed, monkeypatch):
    plain = here.make(name)
    crossed = boxed.make(name)
    differ = {}
    for call, take in CALLS.items():
        mine = outcome(take, plain)
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, "learners_own", boxed)
            theirs = outcome(take, crossed)
        equal = mine[0] == theirs[0] and (mine[0] == "fails" or call == "handle" or same(mine[1], theirs[1]))
        if not equal:
            differ[call] = (mine, theirs)
    assert set(differ) == set(DIFFERENT.get(name, {})), reprlib.repr(differ)


@pytest.mark.parametrize("name", VALUES)
def test_what_a_check_does_not_look_at_costs_nothing(name, boxed):
    found = expect.mapping(boxed.beside(name), ["a"])
    assert found["a"] == 1.0
    assert found["list"][0] == 1.0
    assert found["pair"][0] == 2.0


@pytest.mark.parametrize(
    ("one", "other"), [({"a": 1}, {"a": 2}), ({"a": 1}, {"b": 1}), ([1, [2.0]], [1, [3.0]]), ([1], [1.0]), ((1,), (2,))]
)
def test_what_differs_in_a_part_is_not_the_same(one, other):
    assert same(one, one)
    assert not same(one, other)


def test_the_table_is_long_and_its_differences_are_of_it():
    assert len(VALUES) > 100
    assert all(DIFFERENT[name].keys() <= CALLS.keys() for name in DIFFERENT)
    assert DIFFERENT.keys() <= VALUES.keys()
