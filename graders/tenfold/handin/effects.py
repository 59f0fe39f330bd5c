"""What the statements of a notebook change, be it through its functions and classes; nothing is run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .statements import DEFINITIONS, FUNCTIONS, IMPORTS, NOTHING, Statement, last, root

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


def _changes(node: ast.AST, modules: frozenset[str] = NOTHING) -> Iterator[str]:
    """Yield the names whose items or attributes a statement sets, or which it changes by a call.

    A method such as ``sort`` of a module changes nothing in it.
    """
    for inner in ast.walk(node):
        if isinstance(inner, (ast.Subscript, ast.Attribute)) and not isinstance(inner.ctx, ast.Load):
            yield root(inner)
        elif isinstance(inner, ast.Call):
            begin = root(inner.func)
            if isinstance(inner.func, ast.Attribute) and CHANGING.fullmatch(inner.func.attr) and begin not in modules:
                yield begin
            if inner.args and FILLING.fullmatch(last(inner.func)):
                yield root(inner.args[0])
            for word in inner.keywords:
                if word.arg == "inplace":
                    yield begin
                elif word.arg == "out":
                    yield root(word.value)


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
        effect = effects.get(last(inner.func)) if isinstance(inner, ast.Call) else None
        if isinstance(inner, ast.Call) and effect is not None:
            names |= effect.names
            roots |= {root(inner.args[i]) for i in effect.places if i < len(inner.args)}
    return names, roots


def _put_into(node: Any) -> set[str]:
    """Return what a definition is put into, such as ``area`` below ``@area.register``."""
    called = [d.func if isinstance(d, ast.Call) else d for d in node.decorator_list]
    return {root(d) for d in called if isinstance(d, ast.Attribute)}


def _below(node: Any, effects: Mapping[str, Effect]) -> set[str]:
    """Return what changes when a definition is decorated, or derived from a class that keeps a list."""
    above = [d.func if isinstance(d, ast.Call) else d for d in node.decorator_list]
    above += node.bases if isinstance(node, ast.ClassDef) else []
    return {name for d in above if (effect := effects.get(last(d))) is not None for name in effect.names}
