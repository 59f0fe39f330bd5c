"""Which statements of a notebook a file is made of: what is asked for, and what that uses, wherever it stands."""

from __future__ import annotations

import ast
import builtins
import math
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from ..errors import Unreadable
from .cell_text import TOO_ODD, parsed
from .effects import with_effects
from .jupyter_names import as_module, is_future, is_jupyters
from .places import Line
from .statements import DEFINITIONS, FUNCTIONS, Names, Statement, names_of, statements
from .units import Piece, Unit, in_order, replaced

OWN = frozenset(dir(builtins))
FIRST = -math.inf
MOST_ROUNDS, MOST_STATEMENTS = 5, 20_000


def completed(
    pieces: Sequence[Piece],
    others: Sequence[Piece],
    starter: str = "",
    libraries: Collection[str] = (),
    module: str = "",
) -> list[Line]:
    """Return a file with what it needs out of other cells of its notebook.

    A notebook's cells share their names; a graded file has only its own. What it uses as a global and does not bind is
    looked for among the statements at the top of the other cells, and so is what those use in turn. Nothing else of the
    other cells is taken. Where a function of the starter is not written yet, or gone, another cell's counts.

    Parameters
    ----------
    pieces
        The cells that make up the file.
    others
        The other cells.
    starter
        What the file was at first.
    libraries
        What the exercise imports: settings in them are kept, as they are in Python's own.
    module
        The name of the file as a module: what another cell imports from it is here.
    """
    if any(parsed(piece.text) is None for piece in pieces):  # split within a statement
        pieces = [Piece(pieces[-1].place, [line for piece in pieces for line in piece.lines])]
    source = "".join(piece.text for piece in pieces)
    asked = unsolved(source, starter)
    units = [Unit(piece.place, piece.lines, names_of(piece.text)) for piece in pieces]
    binds = frozenset(name for unit in units for name in unit.names.binds)
    offers = _offers(others, module)
    wanted = frozenset(name for unit in units for name in unit.names.uses) | asked
    taken = _chosen(offers, wanted, binds - asked, libraries)
    for i in sorted(taken):
        place = FIRST if _said(offers[i]).is_import else offers[i].place
        late = _said(offers[i]).names & asked
        units.append(Unit(math.inf if late else place, _guarded(offers[i], libraries), offers[i].names))
    return as_module([line for unit in in_order(units) for line in unit.lines], _futures(others))


def gathered(
    cells: Sequence[Piece],
    starter: str,
    wanted: Collection[str],
    libraries: Collection[str] = (),
    module: str = "",
) -> list[Line]:
    """Return the file that a notebook without any mark holds: what is asked for, and what that uses, in its order.

    Parameters
    ----------
    cells
        The code cells.
    starter
        What the file was at first: what it defines is asked for; in a file of tests, every definition is.
    wanted
        What else is asked for.
    libraries, module
        As for `completed`.
    """
    offers = _offers(cells, module)
    roots = {*asked_for(starter), *wanted}
    if any(name.startswith("test_") for name in roots):
        roots |= {name for offer in offers if isinstance(_said(offer).node, DEFINITIONS) for name in offer.names.binds}
    roots |= {"__getattr__", "pytestmark"} & {name for offer in offers for name in offer.names.binds}
    broken = _broken(cells, roots - {name for offer in offers for name in offer.names.binds})
    named = {name for offer in offers for name in _said(offer).names}
    if not (broken or roots & named or any(_said(offer).is_star for offer in offers)):
        return as_module([line for cell in cells for line in cell.lines])
    dropped = set(_stubs(offers, starter))
    units: list[Unit] = []
    for _ in range(MOST_ROUNDS):
        kept = [offer for i, offer in enumerate(offers) if i not in dropped]
        units = [kept[i] for i in sorted(_chosen(kept, frozenset(roots), frozenset(), libraries))]
        dead = {id(unit) for unit in replaced(units)}
        dropped |= {i for i, offer in enumerate(offers) if id(offer) in dead}
        if not dead:
            break
    return as_module(
        [line for unit in in_order([*units, *broken]) for line in _guarded(unit, libraries)], _futures(cells)
    )


def _futures(cells: Sequence[Piece]) -> frozenset[str]:
    """Return what cells import from ``__future__``: in Jupyter it holds for every cell from then on."""
    trees = [parsed(cell.text) for cell in cells if "__future__" in cell.text]
    return frozenset(a.name for tree in trees if tree for node in tree.body if is_future(node) for a in node.names)


def asked_for(starter: str) -> frozenset[str]:
    """Return what a starter defines, functions, classes and values."""
    return frozenset(name for found in statements(starter) if not found.is_import for name in found.binds)


def unsolved(source: str, starter: str) -> frozenset[str]:
    """Return the functions and classes of a starter that a source lacks, and those that it has not written yet."""
    mine, first = _definitions(source), _definitions(starter)
    unwritten = _unwritten(starter)
    stubs = {name for name, node in mine.items() if _is_stub(node, unwritten.get(name))}
    return frozenset(stubs | (first.keys() - mine.keys()))


def defines_something(source: str) -> bool:
    """Return whether a text defines a function or a class at its top, or cannot be read as Python on its own."""
    return parsed(source) is None or bool(_definitions(source))


def _definitions(text: str) -> dict[str, ast.stmt]:
    tree = parsed(text)
    return {node.name: node for node in tree.body if isinstance(node, DEFINITIONS)} if tree else {}


def _unwritten(starter: str) -> dict[str, str]:
    """Return what a starter has not written, as its tree says it."""
    dumps = {name: _dumped(node) for name, node in _definitions(starter).items()}
    return {name: text for name, text in dumps.items() if "NotImplementedError" in text}


def _dumped(node: ast.AST) -> str:
    try:
        return ast.dump(node)
    except TOO_ODD:
        return ""


def _is_stub(node: ast.stmt, unwritten: str | None) -> bool:
    """Return whether a definition raises NotImplementedError and does no more, or is still the starter's."""
    if unwritten is not None and _dumped(node) == unwritten:
        return True
    if not isinstance(node, FUNCTIONS):
        return False
    body = [n for n in node.body if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))]
    raised = body[0].exc if len(body) == 1 and isinstance(body[0], ast.Raise) else None
    kind = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(kind, ast.Name) and kind.id == "NotImplementedError"


def _stubs(offers: Sequence[Unit], starter: str) -> Iterator[int]:
    """Yield the places of stubs whose function is written in another cell."""
    first = _unwritten(starter)
    named: dict[str, list[tuple[int, bool]]] = {}
    for i, offer in enumerate(offers):
        node: Any = _said(offer).node
        if isinstance(node, DEFINITIONS):
            named.setdefault(node.name, []).append((i, _is_stub(node, first.get(node.name))))
    for found in named.values():
        if not all(stub for _, stub in found):
            yield from (i for i, stub in found if stub)


def _said(unit: Unit) -> Statement:
    assert isinstance(unit.names, Statement)
    return unit.names


def _offers(cells: Sequence[Piece], module: str) -> list[Unit]:
    found = [(cell, statement) for cell in cells for statement in statements(cell.text)]
    if len(found) > MOST_STATEMENTS:
        raise Unreadable(f"there are more than {MOST_STATEMENTS:,} statements in it. Take out what is not your work.")
    made = []
    for (cell, _), said in zip(found, with_effects([s for _, s in found]), strict=True):
        own = isinstance(said.node, ast.ImportFrom) and said.node.module == module
        if (said.names or said.sets or said.is_star) and not own:
            stand = cell.lines[said.line - 1 :]
            lines = [(text, *at[1:]) for text, at in zip(said.text.split("\n"), stand, strict=False)]
            made.append(Unit(cell.place, lines, said))
    return made


def _broken(cells: Sequence[Piece], missing: Collection[str]) -> list[Unit]:
    """Return the cells that are no Python and were to define what is asked for, that their mistake be told."""
    if not missing:
        return []
    words = "|".join(map(re.escape, sorted(missing)))
    begins = re.compile(rf"(?m)^[ \t]*+(?:(?:async\s+)?(?:def|class)\s+(?:{words})\b|(?:{words})\s*=)")
    odd = [cell for cell in cells if begins.search(cell.text) and parsed(cell.text) is None]
    return [Unit(cell.place, cell.lines, Names()) for cell in odd]


def _chosen(
    offers: Sequence[Unit], wanted: frozenset[str], bound: frozenset[str], libraries: Collection[str]
) -> set[int]:
    """Return the places of the offers that are needed for what is wanted and not bound."""
    named: dict[str, list[int]] = {}
    for i, offer in enumerate(offers):
        for name in _said(offer).names:
            named.setdefault(name, []).append(i)
    seen, taken = set(bound), set[int]()
    lacking = _take(wanted, offers, named, seen, taken)
    if lacking:  # a star may have it
        stars = [i for i, offer in enumerate(offers) if _said(offer).is_star]
        taken |= {*stars}
        _take((name for i in stars for name in _said(offers[i]).within), offers, named, seen, taken)
    modules = {n: s.node for s in map(_said, offers) if s.is_import for n in s.binds}
    for i, offer in enumerate(offers):
        name = _said(offer).sets
        if name and (name in seen or (name in modules and _is_known(modules[name], libraries))):
            taken.add(i)
            _take(offer.names.uses, offers, named, seen, taken)
    return taken


def _take(
    wanted: Iterable[str], offers: Sequence[Unit], named: dict[str, list[int]], seen: set[str], taken: set[int]
) -> bool:
    """Take what is wanted, and what that uses in turn; return whether something is nowhere."""
    waiting, lacking = sorted(set(wanted) - seen), False
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        found = [i for i in named.get(name, ()) if i not in taken and (_said(offers[i]).firm or name not in OWN)]
        lacking = lacking or not (name in named or name in OWN or is_jupyters(name))
        taken.update(found)
        for i in found:
            waiting += sorted(offers[i].names.uses - seen)
    return lacking


def _guarded(unit: Unit, libraries: Collection[str]) -> Sequence[Line]:
    """Return the lines of a unit; a star of what may not be installed is only tried, as it may not be needed."""
    said, lines = unit.names, unit.lines
    if not (isinstance(said, Statement) and said.is_import and said.is_star) or _is_known(said.node, libraries):
        return lines
    begin, end = lines[0][1:], lines[-1][1:]
    within = [(f"    {text}", *at) for text, *at in lines]
    return [("try:", *begin), *within, ("except ImportError:", *end), ("    pass", *end)]  # type: ignore[list-item]


def _is_known(node: ast.stmt, libraries: Collection[str]) -> bool:
    """Return whether an import is of Python's own library or of one that the exercise uses."""
    names = [a.name for a in node.names] if isinstance(node, ast.Import) else [getattr(node, "module", None) or ""]
    first = {name.partition(".")[0] for name in names}
    return first <= {*sys.stdlib_module_names, *(name.partition(".")[0] for name in libraries)}
