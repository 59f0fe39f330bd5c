"""What a piece of Python uses and does not define, found in other pieces of text; nothing is run."""

from __future__ import annotations

import ast
import builtins
import math
import re
import symtable
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

TOO_ODD = (SyntaxError, ValueError, RecursionError, MemoryError)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)
OWN = frozenset(dir(builtins))
CHANGING = re.compile("append|extend|add|update|insert|setdefault|sort|remove|discard|pop|clear|reverse")  # methods
LINE, LINES = re.compile(r"\r\n|\r|\n"), re.compile(rb"\r\n|\r|\n")  # where Python begins a new line
FIRST = -math.inf

Placed = tuple[float, str]
"""A cell's place in its notebook, and its text."""


@dataclass(frozen=True)
class Offer:
    """One statement at the top of a cell."""

    place: float
    """Of its cell in the notebook; imports come before all."""
    names: frozenset[str]
    """What it binds or changes."""
    text: str
    firm: bool
    """Whether it is a definition or an import: these may also take the place of a name of Python's own."""


def completed(pieces: Sequence[Placed], others: Sequence[Placed], starter: str = "") -> str:
    """Return a file with what it needs out of other cells of its notebook.

    A notebook's cells share their names; a graded file has only its own. What it uses as a global and does not bind is
    looked for among the statements at the top of the other cells, and so is what those use in turn. Nothing else of the
    other cells is taken. Where a function of the starter is not written yet, or gone, another cell's counts.

    Parameters
    ----------
    pieces
        The cells that make up the file: place in the notebook, and text.
    others
        The other cells.
    starter
        What the file was at first.
    """
    if any(_parsed(text) is None for _, text in pieces):  # split within a statement
        pieces = [(pieces[-1][0], "".join(text for _, text in pieces))]
    source = "".join(text for _, text in pieces)
    asked = unsolved(source, starter)
    offers = [offer for place, text in others for offer in _offers(place, text)]
    chosen = _chosen(source, asked, offers)
    late = [(offer.place if not offer.names & asked else math.inf, f"{offer.text}\n") for offer in chosen]
    head, rest = _split(pieces[0][1])
    placed = [(place, _ended(text) if chosen else text) for place, text in ((pieces[0][0], rest), *pieces[1:]) if text]
    return head + "".join(text for _, text in sorted([*late, *placed], key=lambda pair: pair[0]))


def _chosen(source: str, asked: frozenset[str], offers: Sequence[Offer]) -> list[Offer]:
    named: dict[str, list[int]] = {}
    for i, offer in enumerate(offers):
        for name in offer.names:
            named.setdefault(name, []).append(i)
    bound = _binds(source) - asked
    waiting, seen, taken = sorted((_uses(source) | asked) - bound), set(bound), set()
    lacking, shows = False, False
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        found = [i for i in named.get(name, ()) if i not in taken and (offers[i].firm or name not in OWN)]
        shows = shows or (name == "display" and name not in named)
        lacking = lacking or (name not in named and name not in OWN and name != "display")
        taken.update(found)
        for i in found:
            waiting += sorted(_uses(offers[i].text) - seen)
    if lacking:  # a star may have it
        taken |= {i for i, offer in enumerate(offers) if not offer.names}
    jupyters = [Offer(FIRST, frozenset({"display"}), "display = print", False)] if shows else []
    return [*jupyters, *(offers[i] for i in sorted(taken))]


def unsolved(source: str, starter: str) -> frozenset[str]:
    """Return the functions and classes of a starter that a source lacks, and those that it has not written yet."""
    mine, first = _definitions(source), _definitions(starter)
    dumps = {name: text for name, node in first.items() if "NotImplementedError" in (text := ast.dump(node))}
    same = {name for name, text in dumps.items() if name in mine and ast.dump(mine[name]) == text}
    stubs = {name for name, node in mine.items() if _is_stub(node)}
    return frozenset(stubs | same | (first.keys() - mine.keys()))


def _is_stub(node: ast.stmt) -> bool:
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    body = [n for n in node.body if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))]
    raised = body[0].exc if len(body) == 1 and isinstance(body[0], ast.Raise) else None
    kind = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(kind, ast.Name) and kind.id == "NotImplementedError"


def defines_something(source: str) -> bool:
    """Return whether a text defines a function or a class at its top, or cannot be read as Python on its own."""
    return _parsed(source) is None or bool(_definitions(source))


def _definitions(text: str) -> dict[str, ast.stmt]:
    tree = _parsed(text)
    return {node.name: node for node in tree.body if isinstance(node, DEFINITIONS)} if tree else {}


def _split(source: str) -> tuple[str, str]:
    """Split off what must stand first: a docstring and the imports from ``__future__``."""
    tree, last = _parsed(source), 0
    for i, node in enumerate(tree.body if tree else ()):
        text = i == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not text and not (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
            break
        last = node.end_lineno or 0
    ends = [0, *(found.end() for found in LINE.finditer(source))]
    cut = ends[last] if last < len(ends) else len(source)
    return source[:cut], source[cut:]


def _ended(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"


def _offers(place: float, text: str) -> Iterator[Offer]:
    tree, lines = _parsed(text), LINES.split(text.encode())
    for node in tree.body if tree else ():
        own = _of(lines, node)
        starred = isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
        names = frozenset() if starred else frozenset(_binds(own) | _changes(node))
        if starred or (names and not _is_main(node)):
            firm = isinstance(node, (*DEFINITIONS, *IMPORTS))
            yield Offer(FIRST if isinstance(node, IMPORTS) else place, names, own, firm)


def _of(lines: list[bytes], node: ast.stmt) -> str:
    """Return the text of a statement, out of the lines of its cell."""
    last = node.end_lineno or node.lineno
    found = lines[node.lineno - 1 : last]
    found[-1] = found[-1][: node.end_col_offset]
    found[0] = found[0][node.col_offset :]
    above = [d.lineno for d in getattr(node, "decorator_list", ())]
    if above:
        found = [*lines[min(above) - 1 : node.lineno - 1], *found]
    return b"\n".join(found).decode()


def _changes(node: ast.stmt) -> set[str]:
    """Return the names whose items or attributes a statement sets, or which it changes by a method."""
    if isinstance(node, DEFINITIONS):
        return set()
    found = set()
    for inner in ast.walk(node):
        root: ast.AST
        if (
            isinstance(inner, ast.Call)
            and isinstance(inner.func, ast.Attribute)
            and CHANGING.fullmatch(inner.func.attr)
        ):
            root = inner.func
        elif not (isinstance(inner, (ast.Subscript, ast.Attribute)) and isinstance(inner.ctx, ast.Store)):
            continue
        else:
            root = inner
        while isinstance(root, (ast.Subscript, ast.Attribute)):
            root = root.value
        if isinstance(root, ast.Name):
            found.add(root.id)
    return found


def _is_main(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "__name__" in {n.id for n in ast.walk(node.test) if isinstance(n, ast.Name)}


def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except TOO_ODD:
        return None


def _table(text: str) -> symtable.SymbolTable | None:
    try:
        return symtable.symtable(text, "cell", "exec")
    except TOO_ODD:
        return None


def _binds(text: str) -> set[str]:
    table = _table(text)
    return {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()} if table else set()


def _uses(text: str) -> set[str]:
    """Return the globals that are read anywhere in a text."""
    table = _table(text)
    return set(_read(table)) if table else set()


def _read(table: symtable.SymbolTable) -> Iterator[str]:
    waiting = [table]
    while waiting:
        table = waiting.pop()
        top = table.get_type() == "module"
        yield from (s.get_name() for s in table.get_symbols() if s.is_referenced() and (top or s.is_global()))
        waiting += table.get_children()
