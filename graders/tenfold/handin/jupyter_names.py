"""What Jupyter alone has, and what stands in for it where a notebook's Python is graded as a module."""

from __future__ import annotations
import __future__

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any, TypeGuard

from .cell_text import TOO_ODD, parsed
from .places import Line, text_of
from .statements import LINES, names_of, text_of_node

NAMES = {
    "display": "_jupyter",
    "displayHTML": "_jupyter",
    "get_ipython": "_jupyter",
    "dbutils": "_jupyter",
    **dict.fromkeys(["In", "Out", "_ih", "_oh", "_dh"], "_jupyter"),
    **dict.fromkeys(["_i", "_ii", "_iii"], "''"),
    **dict.fromkeys(["_", "__", "___"], "None"),
}
"""Names that are there in a cell, and what stands in for each."""
AT_TOP = {
    **dict.fromkeys(["exit", "quit"], "_jupyter"),
    **dict.fromkeys(["ls", "pwd", "who", "whos", "cls", "clear", "hist", "history", "lsmagic", "tb", "debug"], "None"),
}
"""Words that a cell takes as a line of its own; within a function they mean what they mean in Python."""
NUMBERED = re.compile(r"_(i?)\d+")
"""Jupyter's memory of a cell: ``_3``, ``_i3``."""
SHOWN = dict.fromkeys(["HTML", "Markdown", "Image", "Audio", "Video", "SVG", "Math", "Latex", "JSON"], "_jupyter")
SHOWN |= dict.fromkeys(["clear_output", "Javascript", "interact", "widgets"], "_jupyter")
"""What a star import of a module of Jupyter's may have brought."""
MODULES = ("IPython", "ipywidgets", "google.colab", "nest_asyncio", "ipykernel", "jupyter_client", "itables", "qgrid")
"""Modules of Jupyter's own: what is imported from them is stood in for, too."""
PLAINER = {"tqdm.notebook": "tqdm", "tqdm.autonotebook": "tqdm"}
"""Modules that want a notebook to draw in, and those that do the same without."""
JUPYTER = '''\
class _Jupyter:
    """Stands in for what Jupyter alone has: whatever is asked of it, it does nothing."""
    def __call__(self, *given, **named):
        return given[0] if len(given) == 1 and not named and callable(given[0]) else self
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self
    def __getitem__(self, key):
        return self
    def __setitem__(self, key, value):
        pass
    def __iter__(self):
        return iter(())
    def __len__(self):
        return 0
    def __bool__(self):
        return True
    def __enter__(self):
        return self
    def __exit__(self, *error):
        return False
_jupyter = _Jupyter()'''
AWAITED = f'''\
def _awaited(text, line):
    """Run a statement that awaits at the top of a cell, as Jupyter does."""
    import asyncio, atexit, inspect
    if "_runner" not in globals():
        globals()["_runner"] = asyncio.Runner()
        atexit.register(_runner.close)
    made = eval(compile("\\n" * (line - 1) + text, __file__, "exec", {ast.PyCF_ALLOW_TOP_LEVEL_AWAIT}), globals())
    if inspect.iscoroutine(made):
        _runner.run(made)'''


WORDS = re.compile(
    r"get_ipython|display|dbutils|IPython|ipywidgets|google|nest_asyncio|ipykernel|jupyter_|itables|qgrid|tqdm"
)
"""Without one of these, a file asks for nothing of Jupyter's."""


def is_jupyters(name: str) -> bool:
    """Return whether a name is one that Jupyter has in every cell."""
    return name in NAMES or name in AT_TOP or NUMBERED.fullmatch(name) is not None


def as_module(lines: Sequence[Line], futures: frozenset[str] = frozenset()) -> list[Line]:
    """Return lines of cells as those of a module, which does what they do one by one.

    Imports from ``__future__`` go to the top. What awaits outside a function is run. For what Jupyter alone has,
    something stands in. What is a module already, or cannot be looked into, stays as it is.

    Parameters
    ----------
    lines
        Of the cells.
    futures
        What other cells import from ``__future__``.
    """
    lines = list(lines)
    try:
        return _as_module(lines, futures)
    except TOO_ODD:
        return lines


def asks_for_jupyter(text: str) -> bool:
    """Return whether a text uses what is there in Jupyter alone."""
    tree = parsed(text) if WORDS.search(text) else None
    if tree is None:
        return False
    names = names_of(text)
    free = names.uses - names.binds
    asked = free & {"get_ipython", "display", "displayHTML", "dbutils"}
    return bool(asked) or any(_is_jupyters_import(node) for node in ast.walk(tree))


def _as_module(lines: list[Line], others: frozenset[str]) -> list[Line]:
    tree = parsed(text_of(lines))
    if tree is None:
        return lines
    misplaced = list(_misplaced(tree))
    futures = [node for node in tree.body if is_future(node)]
    imports = [node for node in ast.walk(tree) if _is_jupyters_import(node)]
    edits = [(node, "pass") for node in futures] + [(node, _instead(node)) for node in imports]
    first = _after_docstring(tree)
    starred = any(isinstance(n, ast.ImportFrom) and n.names[0].name == "*" for n in imports)
    text = text_of(lines)
    head = [*_stand_ins(text, starred, any("_jupyter" in instead for _, instead in edits))]
    awaiting = any(_awaits(node) for node in tree.body)
    names = {a.name for node in futures for a in node.names}
    if not (misplaced or imports or head or awaiting or others - names):
        return lines
    lines = _edited(lines, edits)
    top = [f"from __future__ import {', '.join(sorted(names | others))}"] if names | others else []
    head = [*top, *head, *(AWAITED.split("\n") if awaiting else [])]
    _, label, number = lines[min(first, len(lines) - 1)]
    lines[first:first] = [(line, label, number) for line in head]
    return _with_awaited(lines) if awaiting else lines


def _stand_ins(text: str, starred: bool, imports: bool) -> Iterator[str]:
    """Yield the lines that define what a text uses of Jupyter's, and does not bind."""
    names = names_of(text)
    known = NAMES | (SHOWN if starred else {})
    free = names.uses - names.binds
    found = {name: known[name] for name in free & known.keys()}
    found |= {name: "''" if m[1] else "None" for name in free if (m := NUMBERED.fullmatch(name))}
    found |= {name: AT_TOP[name] for name in (names.top - names.binds) & AT_TOP.keys()}
    if imports or "_jupyter" in found.values():
        yield from JUPYTER.split("\n")
    yield from (f"{name} = {value}" for name, value in sorted(found.items()))


def _after_docstring(tree: ast.Module) -> int:
    """Return the number of lines after which imports from ``__future__`` may stand."""
    first = tree.body[0] if tree.body else None
    text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    return (first.end_lineno or 0) if first is not None and text else 0


def is_future(node: ast.AST) -> TypeGuard[ast.ImportFrom]:
    """Return whether a statement imports from ``__future__`` what is there."""
    known = __future__.all_feature_names
    return isinstance(node, ast.ImportFrom) and node.module == "__future__" and all(a.name in known for a in node.names)


def _misplaced(tree: ast.Module) -> Iterator[ast.stmt]:
    """Yield the imports from ``__future__`` that stand where Python takes none."""
    begun = False
    for i, node in enumerate(tree.body):
        if is_future(node):
            if begun:
                yield node
        elif not (i == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            begun = True


def _is_jupyters_import(node: ast.AST) -> TypeGuard[ast.Import | ast.ImportFrom]:
    return isinstance(node, (ast.Import, ast.ImportFrom)) and any(_stood_in(name) for name in _imported(node))


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    """Return the modules that an import may be about."""
    if isinstance(node, ast.Import):
        return [a.name for a in node.names]
    return [] if node.level or not node.module else [node.module, *(f"{node.module}.{a.name}" for a in node.names)]


def _stood_in(name: str) -> bool:
    return name in PLAINER or any(name == module or name.startswith(f"{module}.") for module in MODULES)


def _instead(node: ast.Import | ast.ImportFrom) -> str:
    """Return what stands for an import of something of Jupyter's."""
    return "; ".join(_instead_of(node, alias) for alias in node.names)


def _instead_of(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    bound = alias.asname or alias.name
    renamed = f" as {alias.asname}" if alias.asname else ""
    if isinstance(node, ast.Import):
        if _stood_in(alias.name) and alias.name not in PLAINER:
            return f"{bound if alias.asname else bound.partition('.')[0]} = _jupyter"
        return f"import {PLAINER.get(alias.name, alias.name) if alias.asname else alias.name}{renamed}"
    module = str(node.module)
    if module in PLAINER or not (_stood_in(module) or _stood_in(f"{module}.{alias.name}")):
        return f"from {PLAINER.get(module, module)} import {alias.name}{renamed}"
    return "pass" if alias.name == "*" else f"{bound} = _jupyter"


def _edited(lines: list[Line], edits: Collection[tuple[Any, str]]) -> list[Line]:
    """Return lines with other text in the place of nodes; every line keeps its number."""
    texts = [text.encode() for text, _, _ in lines]
    for node, text in sorted(edits, key=lambda edit: (edit[0].lineno, edit[0].col_offset), reverse=True):
        first, last = node.lineno - 1, node.end_lineno - 1
        begin, end = node.col_offset, node.end_col_offset
        rest = texts[last][end:]
        goes_on = [b""] * (last - first)
        if goes_on:  # in brackets, so that what follows on the last line still belongs to it
            text, goes_on[-1] = f"{text}; (", b")" + rest
            texts[first : last + 1] = [texts[first][:begin] + text.encode(), *goes_on]
        else:
            texts[first] = texts[first][:begin] + text.encode() + rest
    return [(text.decode(), *line[1:]) for text, line in zip(texts, lines, strict=True)]


def _with_awaited(lines: list[Line]) -> list[Line]:
    text = text_of(lines)
    tree, split = parsed(text), LINES.split(text.encode())
    nodes = [node for node in (tree.body if tree else ()) if _awaits(node)]
    return _edited(lines, [(node, f"_awaited({text_of_node(split, node)!r}, {node.lineno})") for node in nodes])


def _awaits(node: ast.AST) -> bool:
    """Return whether a statement awaits something, other than in a function of its own."""
    waiting = [node]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            waiting += [*getattr(inner, "decorator_list", ()), *inner.args.defaults]
            continue
        if isinstance(inner, (ast.Await, ast.AsyncFor, ast.AsyncWith)) or getattr(inner, "is_async", False):
            return True
        waiting += ast.iter_child_nodes(inner)
    return False
