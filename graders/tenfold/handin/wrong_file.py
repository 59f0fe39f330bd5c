"""Whether what was named is another file than the one that is asked for: that is told, and not graded as nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path

from ..errors import Unreadable
from ..exercise.exercise import Exercise
from .cell_text import parsed
from .statements import DEFINITIONS

DYNAMIC = re.compile(r"\b(?:__getattr__|__class__|__dict__|globals|vars|exec|eval|compile|modules|setattr)\b")
"""What may define names that nobody sees."""
FEW = 4


def refuse_known(exercise: Exercise, path: Path) -> None:
    """Raise `Unreadable` where a path is one of the course's own and holds no work on this exercise."""
    place, tests = path.resolve(), exercise.visible_checks.resolve()
    for tree in ("exercises", "graders", "solutions"):
        within = (exercise.course / tree).resolve()
        if not place.is_relative_to(within):
            continue
        whose = place.relative_to(within).parts[:2]
        if len(whose) == 2 and whose != (exercise.skill, exercise.name):
            other = f"{whose[0][3:]}-{whose[1]}"
            raise Unreadable(f"{path} belongs to {other}, and this is {exercise.id}. {_cure(exercise)}")
        if place == tests or tree == "graders":
            raise Unreadable(f"{path.name} holds the checks, not your work. {_cure(exercise)}")


def refuse_strange(exercise: Exercise, files: Mapping[str, bytes], name: str) -> None:
    """Raise `Unreadable` where the one module defines other things than the checks import, or nothing but says hello.

    A file that Python cannot read, that ends by itself, or that may define what nobody sees, is graded.
    """
    file = exercise.files[0]
    if len(exercise.files) > 1 or Path(file).stem not in exercise.modules:
        return
    text = files[file].decode("utf-8", "replace")
    tree = parsed(text)
    if tree is None or DYNAMIC.search(text):
        return
    bound = _bound(tree)
    idle = name != file and bool(tree.body) and all(map(_is_idle, tree.body))
    asked = asked_by_checks(exercise)
    if asked and (any(bound.values()) or idle) and "*" not in bound and asked.isdisjoint(bound):
        listed = ", ".join(sorted(asked)[:FEW]) + (", …" if len(asked) > FEW else "")
        raise Unreadable(f"{name} defines nothing of what {exercise.id} asks for ({listed}). {_cure(exercise)}")


def defines_asked(exercise: Exercise, files: Mapping[str, bytes]) -> bool:
    """Return whether the first file defines something that the checks import, or anything where they import no name.

    What may define names that nobody sees, does.
    """
    text = files.get(exercise.files[0], b"").decode("utf-8", "replace")
    tree = parsed(text)
    if tree is None:
        return False
    bound, asked = _bound(tree), asked_by_checks(exercise)
    if "*" in bound or DYNAMIC.search(text):
        return True
    return not asked.isdisjoint(bound) if asked else any(bound.values())


def asked_by_checks(exercise: Exercise) -> frozenset[str]:
    """Return the names that the checks import from what is handed in; the file in the exercise's folder is no measure.

    It is the learner's own, and may hold anything or be gone.
    """
    modules = {Path(name).stem for name in exercise.files if name.endswith(".py")}
    paths = [path for path in (exercise.visible_checks, exercise.hidden_checks) if path.is_file()]
    trees = [parsed(path.read_text("utf-8", "replace")) for path in paths]
    nodes = [node for tree in trees if tree for node in tree.body if isinstance(node, ast.ImportFrom)]
    return frozenset(a.name for node in nodes if node.module in modules for a in node.names if a.name != "*")


def _bound(tree: ast.Module) -> dict[str, bool]:
    """Return the names that a module binds outside its functions, and of each whether it is its own and no import."""
    found: dict[str, bool] = {}
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                found.setdefault(alias.asname or alias.name.partition(".")[0], False)
        elif isinstance(node, DEFINITIONS):
            found[node.name] = True
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found[node.id] = True
        elif not isinstance(node, ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return found


def _is_idle(node: ast.stmt) -> bool:
    """Return whether a statement is an import, a text or a ``print``."""
    if isinstance(node, ast.Expr):
        value = node.value.func if isinstance(node.value, ast.Call) else node.value
        return isinstance(value, ast.Constant) or (isinstance(value, ast.Name) and value.id == "print")
    return isinstance(node, (ast.Import, ast.ImportFrom, ast.Pass))


def _cure(exercise: Exercise) -> str:
    return f"Name your {exercise.files[0]} with SUB=path."
