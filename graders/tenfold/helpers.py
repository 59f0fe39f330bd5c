"""What a piece of Python uses and does not define, found in other pieces of text; nothing is run."""

from __future__ import annotations

import ast
import builtins
import re
import symtable
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

TOO_ODD = (SyntaxError, ValueError, RecursionError, MemoryError)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)
OWN = frozenset(dir(builtins))


@dataclass(frozen=True)
class Offer:
    """One statement at the top of a cell."""

    names: frozenset[str]
    """What it binds or changes."""
    text: str
    firm: bool
    """Whether it is a definition or an import: these may also take the place of a name of Python's own."""
    first: bool
    """Whether it goes before the work."""


def completed(source: str, before: Sequence[str], after: Sequence[str], asked: frozenset[str] = frozenset()) -> str:
    """Return `source` with what it needs out of other cells of its notebook.

    A notebook's cells share their names; a graded file has only its own. What it uses as a global and does not bind is
    looked for among the statements at the top of the other cells, and so is what those use in turn. Nothing else of the
    other cells is taken.

    Parameters
    ----------
    source
        The work.
    before, after
        The cells that stand before its last piece, and after.
    asked
        Names that other cells may define anew, because the work has not got to them.
    """
    offers = [*_offers(before, True), *_offers(after, False)]
    named: dict[str, list[int]] = {}
    for i, offer in enumerate(offers):
        for name in offer.names:
            named.setdefault(name, []).append(i)
    bound = _binds(source) - asked
    waiting, seen, taken = sorted((_uses(source) | asked) - bound), set(bound), set()
    lacking = False
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        found = [i for i in named.get(name, ()) if i not in taken and (offers[i].firm or name not in OWN)]
        lacking = lacking or (not found and name not in named and name not in OWN)
        taken.update(found)
        for i in found:
            waiting += sorted(_uses(offers[i].text) - seen)
    if lacking:  # one of these may have it
        taken |= {i for i, offer in enumerate(offers) if not offer.names}
    chosen = [offers[i] for i in sorted(taken)]
    head, rest = _split(source)
    late = [o.text for o in chosen if not o.first or o.names & asked]
    early = [o.text for o in chosen if o.first and not o.names & asked]
    pieces = [head, *(f"{text}\n" for text in early), rest if not late or rest.endswith("\n") else f"{rest}\n"]
    return "".join([*pieces, *(f"{text}\n" for text in late)])


def unsolved(source: str, starter: str) -> frozenset[str]:
    """Return the functions and classes of a starter that `source` lacks, and those that it has not written yet."""
    mine = _definitions(source)
    stubs = {name for name, node in mine.items() if any(map(_is_stub, ast.walk(node)))}
    return frozenset(stubs | (_definitions(starter).keys() - mine.keys()))


def _is_stub(node: ast.AST) -> bool:
    last = node.body[-1] if isinstance(node, DEFINITIONS) else None
    return isinstance(last, ast.Raise) and last.exc is not None and "NotImplementedError" in ast.unparse(last.exc)


def binds_something(source: str) -> bool:
    """Return whether a text binds a name at its top, or cannot be read as Python on its own."""
    return _table(source) is None or bool(_binds(source))


def _definitions(text: str) -> dict[str, ast.AST]:
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
    lines = source.splitlines(keepends=True)
    return "".join(lines[:last]), "".join(lines[last:])


def _offers(cells: Sequence[str], first: bool) -> Iterator[Offer]:
    for text in cells:
        tree, lines = _parsed(text), re.split(rb"\r\n|\r|\n", text.encode())
        for node in tree.body if tree else ():
            own = _of(lines, node)
            starred = isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
            names = frozenset() if starred else frozenset(_binds(own) | _changes(node))
            if starred or (names and not _is_main(node)):
                firm = isinstance(node, (*DEFINITIONS, *IMPORTS))
                yield Offer(names, own, firm, first or isinstance(node, IMPORTS))


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
    """Return the names whose items or attributes a statement sets."""
    if isinstance(node, DEFINITIONS):
        return set()
    found = set()
    for inner in ast.walk(node):
        if isinstance(inner, (ast.Subscript, ast.Attribute)) and isinstance(inner.ctx, ast.Store):
            root: ast.expr = inner
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
    top = table.get_type() == "module"
    yield from (s.get_name() for s in table.get_symbols() if s.is_referenced() and (top or s.is_global()))
    for child in table.get_children():
        yield from _read(child)
