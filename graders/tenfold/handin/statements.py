"""The statements at the top of a piece of Python: what each binds, changes and uses. Nothing is run."""

from __future__ import annotations

import ast
import re
import symtable
from dataclasses import dataclass

from .cell_text import TOO_ODD, parsed

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
IMPORTS = (ast.Import, ast.ImportFrom)
COMPREHENSIONS = frozenset({"listcomp", "setcomp", "dictcomp", "genexpr"})
SETTING = re.compile(
    "set[a-z_]\\w*|seed|manual_seed\\w*|use|use_\\w+|filterwarnings|simplefilter|basicConfig|seterr\\w*"
)
"""Functions of a library that set something in it."""
LINES = re.compile(rb"\r\n|\r|\n")  # where Python begins a new line
LONG = 10_000  # characters
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Statement:
    """One statement at the top of a cell."""

    line: int
    """Of its cell, on which it begins."""
    text: str
    node: ast.stmt
    binds: frozenset[str]
    """What it binds, anew."""
    changes: frozenset[str]
    """What it changes: items, attributes, by a method or through a function that does."""
    now: frozenset[str]
    """The globals that it reads when it runs."""
    later: frozenset[str]
    """Those that are read once a function in it is called."""
    sets: str = ""
    """The module in which it sets something, with nothing but constants."""

    @property
    def names(self) -> frozenset[str]:
        """What it is good for."""
        return self.binds | self.changes

    @property
    def uses(self) -> frozenset[str]:
        """All globals that it reads, sooner or later."""
        return self.now | self.later

    @property
    def is_import(self) -> bool:
        """Whether it is an import, or a try of one."""
        return isinstance(self.node, IMPORTS)

    @property
    def is_star(self) -> bool:
        """Whether it may bind any name."""
        if isinstance(self.node, ast.ImportFrom):
            return self.node.names[0].name == "*"
        return bool(self.now & {"exec", "globals", "vars"}) or "sys.modules[__name__]" in self.text

    @property
    def within(self) -> frozenset[str]:
        """The globals that it reads, and those that code in its texts does, as they are given to ``exec``."""
        texts = [n.value for n in ast.walk(self.node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        return self.uses.union(*(names_of(text).uses for text in texts))

    @property
    def firm(self) -> bool:
        """Whether it is a definition or an import: these may also take the place of a name of Python's own."""
        return isinstance(self.node, (*DEFINITIONS, *IMPORTS))


@dataclass(frozen=True)
class Names:
    """What a text binds and reads at its top."""

    binds: frozenset[str] = NOTHING
    now: frozenset[str] = NOTHING
    later: frozenset[str] = NOTHING
    top: frozenset[str] = NOTHING
    """What is read by its own statements, not within a function or class."""

    @property
    def uses(self) -> frozenset[str]:
        """All globals that it reads, sooner or later."""
        return self.now | self.later


def names_of(text: str) -> Names:
    """Return what a text binds and which globals it reads; nothing where it cannot be looked into."""
    if len(text) < LONG:
        return _names_of(text)
    tree, lines = parsed(text), LINES.split(text.encode())  # symtable takes the square of what is in one text
    each = [_names_of(text_of_node(lines, node)) for node in (tree.body if tree else ())]
    return Names(*(frozenset().union(*(getattr(n, part) for n in each)) for part in ("binds", "now", "later", "top")))


def _names_of(text: str) -> Names:
    try:
        table = symtable.symtable(text, "cell", "exec")
    except TOO_ODD:
        return Names()
    symbols = table.get_symbols()
    binds = {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}
    top = {s.get_name() for s in symbols if s.is_referenced()}
    now, later = set(top), set[str]()
    waiting = [(child, False) for child in table.get_children()]
    while waiting:
        inner, delayed = waiting.pop()
        delayed = delayed or (inner.get_type() == "function" and inner.get_name() not in COMPREHENSIONS)
        for symbol in inner.get_symbols():
            if symbol.is_global() and symbol.is_referenced():
                (later if delayed else now).add(symbol.get_name())
            if symbol.is_declared_global() and symbol.is_assigned() and not delayed:
                binds.add(symbol.get_name())
        waiting += [(child, delayed) for child in inner.get_children()]
    return Names(frozenset(binds), frozenset(now), frozenset(later), frozenset(top))


def statements(text: str) -> list[Statement]:
    """Return those statements of a text that bind or change something; none where it is no Python."""
    tree, lines = parsed(text), LINES.split(text.encode())
    return [found for node in (tree.body if tree else ()) if (found := _statement(lines, node)) is not None]


def _statement(lines: list[bytes], node: ast.stmt) -> Statement | None:
    if isinstance(node, (ast.Assert, ast.Pass)) or _is_main(node):
        return None
    if isinstance(node, ast.Delete) and any(isinstance(target, ast.Name) for target in node.targets):
        return None
    if isinstance(node, ast.ImportFrom) and node.module == "__future__":
        return None
    if isinstance(node, ast.Expr) and not any(isinstance(n, (ast.Call, ast.NamedExpr)) for n in ast.walk(node)):
        return None
    own = text_of_node(lines, node)
    names = names_of(own)
    now = names.now - (_bound_first(node) & names.binds)
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
    return Statement(first, own, node, names.binds, NOTHING, now, names.later, _setting(node))


def text_of_node(lines: list[bytes], node: ast.stmt) -> str:
    """Return the text of a statement, out of the lines of its cell."""
    last = node.end_lineno or node.lineno
    found = lines[node.lineno - 1 : last]
    found[-1] = found[-1][: node.end_col_offset]
    found[0] = found[0][node.col_offset :]
    above = [d.lineno for d in getattr(node, "decorator_list", ())]
    if above:
        found = [*lines[min(above) - 1 : node.lineno - 1], *found]
    return b"\n".join(found).decode()


def _is_main(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "__name__" in {n.id for n in ast.walk(node.test) if isinstance(n, ast.Name)}


def _bound_first(node: ast.stmt) -> frozenset[str]:
    """Return the names that a statement binds before it reads them, such as the variable of a loop."""
    events = dict[str, bool]()
    waiting: list[ast.AST] = [] if isinstance(node, DEFINITIONS) else [node]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, ast.Name):
            events.setdefault(inner.id, not isinstance(inner.ctx, ast.Load))
        elif isinstance(inner, ast.AugAssign):
            waiting += [inner.value, ast.Name(getattr(inner.target, "id", ""), ast.Load())]
        elif isinstance(inner, (ast.For, ast.AsyncFor)):  # the last is looked at first
            waiting += [*reversed(inner.orelse), *reversed(inner.body), inner.target, inner.iter]
        elif isinstance(inner, ast.Assign):
            waiting += [*reversed(inner.targets), inner.value]
        elif isinstance(inner, (ast.NamedExpr, ast.AnnAssign)):
            waiting += [inner.target, *([inner.value] if inner.value else [])]
        elif not isinstance(inner, ast.Lambda):
            waiting += reversed([*ast.iter_child_nodes(inner)])
    return frozenset(name for name, bound in events.items() if bound)


def root(node: ast.AST) -> str:
    """Return the name that an expression such as ``a.b[0].c`` begins with; what a call makes is another thing.

    What ``getcontext()`` and its like return is not.
    """
    while isinstance(node, (ast.Subscript, ast.Attribute, ast.Call, ast.Starred)):
        if isinstance(node, ast.Call) and not last(node.func).startswith("get"):
            return ""
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def last(node: ast.AST) -> str:
    """Return the name that an expression such as ``a.b`` ends with."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _setting(node: ast.stmt) -> str:
    """Return the name that a library goes by, in which a statement sets something by constants."""
    call = node.value if isinstance(node, ast.Expr) else None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
        given = [*call.args, *(word.value for word in call.keywords)]
        update = call.func.attr in ("update", "setdefault") and isinstance(call.func.value, ast.Attribute)
        if (SETTING.fullmatch(call.func.attr) or update) and all(map(_is_plain, given)):
            return root(call.func)
    targets = node.targets if isinstance(node, ast.Assign) else ()
    if len(targets) == 1 and isinstance(targets[0], (ast.Attribute, ast.Subscript)) and _is_plain(node.value):  # type: ignore[attr-defined]
        return root(targets[0])
    return ""


def _is_plain(node: ast.expr) -> bool:
    """Return whether an expression is made of constants and of attributes of modules, and calls nothing."""
    odd = (ast.Call, ast.Await, ast.Subscript, ast.Lambda, ast.ListComp, ast.GeneratorExp, ast.Div, ast.Mod)
    return not any(isinstance(inner, odd) for inner in ast.walk(node))
