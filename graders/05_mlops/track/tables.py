"""Tables of every kind, the oracle of what is in one, and what their digests must tell apart."""

from __future__ import annotations

import hashlib
from itertools import permutations, product
from typing import Any

import numpy as np
import pandas as pd

from tenfold import expect

Draws = dict[str, list[tuple[pd.DataFrame]]]

SEPARATORS = [",", ", ", " ", "|", ";", ":", "-", "_", "/", ".", "', '", '", "', "\\n"]  # all of them print
ALIKE = [
    *(("A", "B"), ("A", "b"), ("a", "B"), ("a ", "b"), ("a", " b"), ("1", "1.0"), ("01", "1"), ("10", "9"), ("é", "b")),
    *(("e\u0301", "b"), ("E", "b"), ("e", "b"), ("é" * 39, "b"), ("é" * 40, "b"), ("Ω", "ω"), ("Ω", "ω ")),
]
NUMBERS = [0.0, 0.1, 0.2, 0.1 + 0.2, 0.3, 1 / 3, 1e-5, 1e16, 1e22, 1.7e308, 5e-324, 1e-300, 2.0**53, 2.0**53 + 2]


def content(frame: pd.DataFrame) -> bytes:
    """Return what a table holds, whatever the order of its rows and columns: its names, and its rows sorted."""
    names = sorted(frame.columns)
    cells = np.ascontiguousarray(frame[names].to_numpy(dtype="<f8"))
    rows = np.sort(cells.view([("", "<f8")] * len(names)).ravel())
    head = "".join(f"{len(name)}:{name}" for name in names) + f"{len(rows)}"
    return hashlib.sha256(head.encode("utf-8", "surrogatepass") + rows.tobytes()).digest()


class Digests:
    """The digests that came, by the content that they are of: no two contents may share one."""

    def __init__(self) -> None:
        self._digests: dict[bytes, str] = {}
        self._contents: dict[str, bytes] = {}

    def same(self, found: Any, wanted: bytes) -> bool:
        """Return True where a digest is that of this content alone; else say what is wrong."""
        digest = expect.text(found)
        if not 8 <= len(digest) <= 36:
            raise expect.Unexpected("a digest that has not 8 to 36 characters")
        if self._digests.setdefault(wanted, digest) != digest:
            raise expect.Unexpected("the same table has another digest")
        if self._contents.setdefault(digest, wanted) != wanted:
            raise expect.Unexpected("another table has the same digest")
        return True


def long(rng: np.random.Generator) -> Draws:
    """Return a table of 15,000 rows with ties in every column, in other orders, and with each kind of change."""
    frame = pd.DataFrame(rng.normal(size=(15_000, 4)), columns=["load", "wind", "sun", "y"])
    frame = frame.round(1) + 0.0  # in every three columns, some rows are equal
    mixed = frame.sample(frac=1, random_state=1)
    early, late = _apart(frame, rng)
    in_column, in_row = frame.copy(), frame.copy()
    in_column.loc[[early, late], "sun"] = frame.loc[[late, early], "sun"].to_numpy()
    in_row.loc[early, ["load", "sun"]] = frame.loc[early, ["sun", "load"]].to_numpy()
    draws = {
        "a long table": [frame, frame],
        "rows in another order": [mixed, mixed.reset_index(drop=True), frame.sort_values("load")],
        "columns in another order": [frame[[*frame.columns[::-1]]]],
        "one cell of 60,000 changed in its last bit": [_nudged(frame, *place) for place in _places(frame, rng)],
        "two cells of a column that changed places": [in_column],
        "two cells of a row that changed places": [in_row],
        "a row more": [frame.iloc[[*range(len(frame)), *[late] * more]] for more in (1, 2)],
        "a row less": [frame.iloc[:-1], frame.iloc[1:]],
        "another column name": [frame.rename(columns={"wind": "wave"})],
        "two columns with each other's names": [frame.rename(columns={"wind": "sun", "sun": "wind"})],
    }
    return _asked(draws)


def small(rng: np.random.Generator) -> Draws:
    """Return hundreds of small tables at the edges of what a table may be."""
    near = rng.uniform(1, 2) * 10.0 ** rng.integers(-9, 9)
    numbers = [*NUMBERS, near, np.nextafter(near, 0), np.nextafter(near, np.inf), near * (1 + 1e-9)]
    some = pd.DataFrame({"b": [2.0, 1.0, 1.0, 1.0], "a": [1.0, 2.0, 2.0, 1.5]})
    draws = {
        "one cell": [pd.DataFrame({"a": [sign * x]}) for x in numbers for sign in (1, -1) if x or sign > 0],
        "a row or a column of a few numbers": [_table(1, row) for row in product((0.0, 1.0, 2.0), repeat=3)]
        + [_table(3, cells) for cells in product((0.0, 1.0, 2.0), repeat=3)],
        "few numbers in two columns": [_table(2, cells) for cells in product((0.0, 1.0, 2.0), repeat=4)],
        "three rows, cells exchanged": [_table(2, cells) for cells in sorted(set(permutations([1.0, 2, 2, 3, 3, 3])))],
        "a row many times": [pd.DataFrame({"a": [0.5] * n, "b": [near] * n}) for n in range(1, 25)],
        "names that run together": [_named(names) for sep in SEPARATORS for names in _run_on(sep)],
        "names that look alike": [
            _named(names) for names in ALIKE
        ],
        "cells that run together": [
            _table(1, cells) for cells in [(1.0, 21.0), (1.02, 1.0), (1.5, 12.5), (1.51, 2.5), (11.0, 1.0), (1.0, 11.0)]
        ]
        + [_table(2, cells) for cells in [(1.0, 21.0), (1.02, 1.0), (1.5, 12.5), (1.51, 2.5)]],
        "names and cells that run together": [
            pd.DataFrame(columns)
            for sep in SEPARATORS
            for columns in ({f"a{sep}1.0": [2.0]}, {"a": [1.0, 2.0]})
        ],
        "twenty columns": _wide(rng),
        "rows or columns in another order": [some.iloc[[*order]][names] for order in permutations(range(4))
                                             for names in (["a", "b"], ["b", "a"])],
        "another index": [_indexed(some, labels, name) for labels, name in _indexes()],
    }  # fmt: skip
    return _asked(draws)


def like(rng: np.random.Generator) -> list[pd.DataFrame]:
    """Return tables of one form: what is kept of one may be given to another."""
    return [pd.DataFrame(rng.normal(size=(40, 3)), columns=["a", "b", "c"]) for _ in range(3)]


def odd(parts: dict[str, pd.DataFrame], rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Return three parts under other names, `y` among them, in small units, with labels that come twice."""
    named = {"load": "wind speed, m/s", "wind": "Load", "sun": "load"}
    found = {}
    for name in ("test", "train", "valid"):
        part = parts[name].assign(y=parts[name]["y"] * 1e-7).rename(columns=named)
        part = part[["Load", "y", "wind speed, m/s", "load"]]
        found[name] = part.set_axis(rng.integers(0, len(part) // 2, size=len(part)), axis=0)
    return found


def _asked(draws: dict[str, list[pd.DataFrame]]) -> Draws:
    return {kind: [(frame,) for frame in frames] for kind, frames in draws.items()}


def _apart(frame: pd.DataFrame, rng: np.random.Generator) -> tuple[int, int]:
    """Return two rows, an early and a late one, that are equal in no column; load and sun of the first differ."""
    early = late = 0
    while (frame.loc[early] == frame.loc[late]).any() or frame.at[early, "load"] == frame.at[early, "sun"]:
        early, late = int(rng.integers(10, 5000)), int(rng.integers(12_000, 14_999))
    return early, late


def _places(frame: pd.DataFrame, rng: np.random.Generator) -> list[tuple[int, str]]:
    """Return cells by row and name: at the ends of the orders that rows may be brought into, within, and anywhere."""
    cells = np.ascontiguousarray(frame[sorted(frame.columns)].to_numpy(dtype="<f8"))
    orders = [np.arange(len(frame)), np.argsort(cells[:, 0], kind="stable"), np.lexsort(cells.T[::-1])]
    orders.append(np.argsort(cells.view(f"V{cells.itemsize * cells.shape[1]}").ravel()))
    rows = [int(order[int(share * (len(frame) - 1))]) for order in orders for share in (0, 0.2, 0.5, 0.8, 1)]
    rows += [int(row) for row in rng.integers(len(frame), size=12)]
    return [(row, frame.columns[n % len(frame.columns)]) for n, row in enumerate(rows)]


def _nudged(frame: pd.DataFrame, row: Any, name: str) -> pd.DataFrame:
    changed = frame.copy()
    changed.loc[row, name] = np.nextafter(frame.at[row, name], np.inf)
    return changed


def _table(columns: int, cells: tuple[float, ...]) -> pd.DataFrame:
    return pd.DataFrame(np.reshape(cells, (-1, columns)).astype(float), columns=[*"abc"[:columns]])


def _named(names: tuple[str, str]) -> pd.DataFrame:
    """Return a table whose columns are alike but for their names."""
    return pd.DataFrame([[1.5, 1.5], [2.5, 2.5]], columns=[*names])


def _run_on(sep: str) -> list[tuple[str, str]]:
    """Return two pairs of names that make one text when they are joined."""
    return [(f"a{sep}b", "c"), ("a", f"b{sep}c")]


def _wide(rng: np.random.Generator) -> list[pd.DataFrame]:
    """Return a table of 20 columns, and others that differ from it in one of them."""
    frame = pd.DataFrame(rng.normal(size=(5, 20)), columns=[f"x{n}" for n in range(20)])
    return [frame, frame[[*reversed(frame.columns)]], *(_nudged(frame, 3, f"x{n}") for n in (0, 9, 19))]


def _indexes() -> list[tuple[Any, str | None]]:
    return [
        ([3, 2, 1, 0], None),
        ([7, 7, 7, 7], None),
        ([0.5, 1.5, 2.5, 3.5], None),
        ([*"dbca"], "a"),
        ([2.0, 1.0, 1.0, 1.0], "b"),
        (pd.date_range("2026-01-01", periods=4), "index"),
    ]


def _indexed(frame: pd.DataFrame, labels: Any, name: str | None) -> pd.DataFrame:
    return frame.set_axis(pd.Index(labels, name=name), axis=0)
