"""The statements at the top of a piece of Python: what each binds, changes and uses. Nothing is run."""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .cell_text import TOO_ODD, parsed

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
IMPORTS = (ast.Import, ast.ImportFrom)
COMPREHENSIONS = frozenset({"listcomp", "setcomp", "dictcomp", "genexpr"})
CHANGING = re.compile(
    "append|appendleft|extend|add|update|insert|setdefault|sort|remove|discard|pop|popitem|clear|reverse|register"
    "|[a-z]\\w*[a-z0-9]_"  # as torch's zero_
)
"""Methods that change what they are called on."""
FILLING = re.compile(
    "heapify|heappush|heappop|heapreplace|heappushpop|shuffle|insort|insort_left|insort_right|setattr|delattr|setitem"
    "|delitem|fill_diagonal|put|place|putmask|copyto|update_wrapper|at|register"
)
"""Functions that change their first argument."""
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


def _root(node: ast.AST) -> str:
    """Return the name that an expression such as ``a.b[0]().c`` begins with."""
    while isinstance(node, (ast.Subscript, ast.Attribute, ast.Call, ast.Starred)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _last(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _changes(node: ast.AST, modules: frozenset[str] = NOTHING) -> Iterator[str]:
    """Yield the names whose items or attributes a statement sets, or which it changes by a call.

    A method such as ``sort`` of a module changes nothing in it.
    """
    for inner in ast.walk(node):
        if isinstance(inner, (ast.Subscript, ast.Attribute)) and not isinstance(inner.ctx, ast.Load):
            yield _root(inner)
        elif isinstance(inner, ast.Call):
            root = _root(inner.func)
            if isinstance(inner.func, ast.Attribute) and CHANGING.fullmatch(inner.func.attr) and root not in modules:
                yield root
            if inner.args and FILLING.fullmatch(_last(inner.func)):
                yield _root(inner.args[0])
            for word in inner.keywords:
                if word.arg == "inplace":
                    yield root
                elif word.arg == "out":
                    yield _root(word.value)


def _setting(node: ast.stmt) -> str:
    """Return the name that a library goes by, in which a statement sets something by constants."""
    call = node.value if isinstance(node, ast.Expr) else None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
        given = [*call.args, *(word.value for word in call.keywords)]
        update = call.func.attr in ("update", "setdefault") and isinstance(call.func.value, ast.Attribute)
        if (SETTING.fullmatch(call.func.attr) or update) and all(map(_is_plain, given)):
            return _root(call.func)
    targets = node.targets if isinstance(node, ast.Assign) else ()
    if len(targets) == 1 and isinstance(targets[0], (ast.Attribute, ast.Subscript)) and _is_plain(node.value):  # type: ignore[attr-defined]
        return _root(targets[0])
    return ""


def _is_plain(node: ast.expr) -> bool:
    """Return whether an expression is made of constants and of attributes of modules, and calls nothing."""
    odd = (ast.Call, ast.Await, ast.Subscript, ast.Lambda, ast.ListComp, ast.GeneratorExp, ast.Div, ast.Mod)
    return not any(isinstance(inner, odd) for inner in ast.walk(node))


def with_effects(found: Iterable[Statement]) -> list[Statement]:
    """Return statements with what they change, be it through functions and classes of the same notebook."""
    every = list(found)
    modules = frozenset(name for s in every for name in _modules(s.node))
    effects = _effects(every, modules)
    made = []
    for s in every:
        if isinstance(s.node, DEFINITIONS):
            changes = _put_into(s.node) | _below(s.node, effects)
        else:
            changes = set(_changes(s.node, modules)).union(*_through(s.node, effects))
        made.append(replace(s, changes=frozenset(changes - {""})))
    return made


@dataclass
class Effect:
    """What a function changes when it is called, or a class when one is made below it."""

    names: set[str] = field(default_factory=set)
    places: set[int] = field(default_factory=set)
    """Of those arguments that it changes."""


def _effects(every: Iterable[Statement], modules: frozenset[str]) -> dict[str, Effect]:
    found: dict[str, Effect] = {}
    functions = [s for s in every if isinstance(s.node, FUNCTIONS)]
    for s in every:
        if isinstance(s.node, ast.ClassDef):
            hook = any(isinstance(n, FUNCTIONS) and n.name == "__init_subclass__" for n in s.node.body)
            if hook or any(word.arg == "metaclass" for word in s.node.keywords):
                found[s.node.name] = Effect({s.node.name, *(set(_changes(s.node, modules)) & s.later)})
    for _ in range(3):  # a function may call another one
        for s in functions:
            node: Any = s.node
            given = [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
            names, roots = _through(node, found)
            changed = set(_changes(node, modules)) | roots
            own = (changed & s.later) - {*given} | _declared(node) | names
            if own or not changed.isdisjoint(given):
                found[node.name] = Effect(own, {i for i, name in enumerate(given) if name in changed})
    return found


def _modules(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement imports, be it in a ``try`` or an ``if``."""
    for inner in [] if isinstance(node, DEFINITIONS) else ast.walk(node):
        if isinstance(inner, IMPORTS):
            yield from (a.asname or a.name.partition(".")[0] for a in inner.names)


def _declared(node: ast.AST) -> set[str]:
    return {name for inner in ast.walk(node) if isinstance(inner, ast.Global) for name in inner.names}


def _through(node: ast.AST, effects: Mapping[str, Effect]) -> tuple[set[str], set[str]]:
    """Return what code changes through the functions that it calls: globals of theirs, and what it gives to them."""
    names, roots = set[str](), set[str]()
    for inner in ast.walk(node) if effects else ():
        effect = effects.get(_last(inner.func)) if isinstance(inner, ast.Call) else None
        if isinstance(inner, ast.Call) and effect is not None:
            names |= effect.names
            roots |= {_root(inner.args[i]) for i in effect.places if i < len(inner.args)}
    return names, roots


def _put_into(node: Any) -> set[str]:
    """Return what a definition is put into, such as ``area`` below ``@area.register``."""
    called = [d.func if isinstance(d, ast.Call) else d for d in node.decorator_list]
    return {_root(d) for d in called if isinstance(d, ast.Attribute)}


def _below(node: Any, effects: Mapping[str, Effect]) -> set[str]:
    """Return what changes when a definition is decorated, or derived from a class that keeps a list."""
    above = [d.func if isinstance(d, ast.Call) else d for d in node.decorator_list]
    above += node.bases if isinstance(node, ast.ClassDef) else []
    return {name for d in above if (effect := effects.get(_last(d))) is not None for name in effect.names}
