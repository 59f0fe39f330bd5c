"""What a piece of Python uses and does not define, found in other pieces of text; nothing is run."""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Iterator, Sequence

TOO_ODD = (SyntaxError, ValueError, RecursionError, MemoryError)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def needed(source: str, others: Sequence[str]) -> str:
    """Return the definitions and imports that `source` needs out of `others`, in the order in which they stand there.

    A notebook's cells share their names; a graded file has only its own. What it uses as a global, and nothing in it
    binds, is looked for among the functions, classes, imports and assignments at the top of the other cells, and so is
    what those use in turn. Nothing else of the other cells is taken.
    """
    offers = [offer for text in others for offer in _offers(text)]
    taken: set[int] = set()
    wanted, bound = _uses(source), _binds(source)
    while found := [i for i, (names, _) in enumerate(offers) if i not in taken and names & (wanted - bound)]:
        taken.update(found)
        for i in found:
            wanted |= _uses(offers[i][1])
    return "".join(f"{offers[i][1]}\n" for i in sorted(taken))


def _offers(text: str) -> Iterator[tuple[set[str], str]]:
    """Yield what a cell binds at its top, a statement at a time: names and text."""
    try:
        body = ast.parse(text).body
    except TOO_ODD:
        return
    lines = text.split("\n")
    for node in body:
        if isinstance(node, (*DEFINITIONS, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)):
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
            statement = "\n".join(lines[first - 1 : node.end_lineno])
            if names := _binds(statement):
                yield names, statement


def _table(text: str) -> symtable.SymbolTable | None:
    try:
        return symtable.symtable(text, "cell", "exec")
    except TOO_ODD:
        return None


def _binds(text: str) -> set[str]:
    table = _table(text)
    return {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()} if table else set()


def _uses(text: str) -> set[str]:
    """Return the globals that are read anywhere in a text, but for Python's own."""
    table = _table(text)
    return set(_read(table)) - set(dir(builtins)) if table else set()


def _read(table: symtable.SymbolTable) -> Iterator[str]:
    top = table.get_type() == "module"
    yield from (s.get_name() for s in table.get_symbols() if s.is_referenced() and (top or s.is_global()))
    for child in table.get_children():
        yield from _read(child)
