"""What stands or falls together in a file that is made of cells, and in which order it runs."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .places import Line, text_of
from .statements import DEFINITIONS, Names, Statement

MOST_STEPS = 1_000_000
"""Spent on what runs before what; in a notebook of more than anybody writes, the cells stay in their order."""


@dataclass(frozen=True)
class Piece:
    """A cell, or a part of one: its place in the notebook, and its lines."""

    place: float
    lines: Sequence[Line]

    @property
    def text(self) -> str:
        """What it says."""
        return text_of(self.lines)


@dataclass(frozen=True)
class Unit:
    """What stands or falls together in a made file: one statement, or a piece as it is."""

    place: float
    lines: Sequence[Line]
    names: Names | Statement

    @property
    def changes(self) -> frozenset[str]:
        """What it changes, where that is known."""
        return self.names.changes if isinstance(self.names, Statement) else frozenset()

    @property
    def is_plain(self) -> bool:
        """Whether it binds something anew and does nothing else."""
        node = self.names.node if isinstance(self.names, Statement) and not self.names.changes else None
        return isinstance(node, DEFINITIONS) or (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name))


class Reach:
    """What may be read when a unit runs: what it reads itself, and what the functions read that it may call."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self._units, self.left = units, MOST_STEPS
        self.binders: dict[str, list[int]] = {}
        for i, unit in enumerate(units):
            for name in unit.names.binds:
                self.binders.setdefault(name, []).append(i)

    def names(self, i: int) -> set[str] | None:
        """Return names, or None after too much work."""
        found, waiting = set[str](), sorted(self._units[i].names.now)
        while waiting and self.left > 0:
            self.left -= 1
            name = waiting.pop()
            if name not in found:
                found.add(name)
                for j in self.binders.get(name, ()):
                    later = self._units[j].names.later - found
                    self.left -= 1 + len(later)
                    waiting += sorted(later)
        return found if self.left > 0 else None


def replaced(units: Sequence[Unit]) -> Iterator[Unit]:
    """Yield what is bound anew before anything can read it: an older try at a function, say."""
    reach = Reach(units)
    for name, found in reach.binders.items():
        for i, j in itertools.pairwise(found):
            reach.left -= j - i
            if reach.left < 0:
                return
            if units[i].is_plain and units[j].is_plain and len(units[i].names.binds) == 1:
                between = units[i + 1 : j + 1]
                changed = any(name in unit.changes for unit in between)
                read = (reach.names(k) for k in range(i + 1, j + 1) if units[k].names.now)
                if not changed and not any(names is None or name in names for names in read):
                    yield units[i]


def in_order(units: Sequence[Unit]) -> list[Unit]:
    """Return units in the notebook's order; what is read before it is bound comes earlier, as if run so."""
    units = sorted(units, key=lambda unit: unit.place)
    reach = Reach(units)
    done: dict[int, None] = {}
    for start in range(len(units)):
        stack, opened = [start], set[int]()
        while stack:
            i = stack[-1]
            if i in done or i in opened:
                done.setdefault(i)
                stack.pop()
                continue
            opened.add(i)
            bound = [reach.binders.get(name, ()) for name in reach.names(i) or ()]
            stack += sorted({b[0] for b in bound if b and done.keys().isdisjoint(b)} - opened, reverse=True)
    return [units[i] for i in done]
