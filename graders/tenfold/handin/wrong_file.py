"""Whether what was named is another file than the one that is asked for: that is told, and not graded as nothing."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from ..errors import Unreadable
from ..exercise.exercise import Exercise
from .cell_dependencies import asked_for
from .cell_text import parsed
from .statements import names_of, statements

DYNAMIC = re.compile(r"\b(?:__getattr__|globals|exec|eval|vars|modules|setattr|__dict__|import_module|compile|__class__)\b")
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
            raise Unreadable(f"{path} belongs to {whose[0][3:]}-{whose[1]}, and this is {exercise.id}. {_cure(exercise)}")
        if place == tests or tree == "graders":
            raise Unreadable(f"{path.name} holds the checks, not your work. {_cure(exercise)}")


def refuse_strange(exercise: Exercise, files: dict[str, bytes], name: str) -> None:
    """Raise `Unreadable` where the one module defines other things than the starter does, or nothing but says hello.

    A file that Python cannot read, that ends by itself, or that may define what nobody sees, is graded.
    """
    file = exercise.files[0]
    starter = exercise.folder / file
    if len(exercise.files) > 1 or Path(file).stem not in exercise.modules or not starter.is_file():
        return
    asked = asked_for(starter.read_text(encoding="utf-8", errors="replace"))
    text = files[file].decode("utf-8", "replace")
    tree = parsed(text)
    if tree is None or DYNAMIC.search(text) or not asked or any(found.is_star for found in statements(text)):
        return
    own = {name for found in statements(text) if not found.is_import for name in found.binds}
    idle = name != file and bool(tree.body) and all(map(_is_idle, tree.body))
    if (own or idle) and asked.isdisjoint(names_of(text).binds):
        listed = ", ".join(sorted(asked)[:FEW]) + (", …" if len(asked) > FEW else "")
        raise Unreadable(f"{name} defines nothing of what {exercise.id} asks for ({listed}). {_cure(exercise)}")


def _is_idle(node: ast.stmt) -> bool:
    """Return whether a statement is an import, a text or a ``print``."""
    if isinstance(node, ast.Expr):
        value = node.value.func if isinstance(node.value, ast.Call) else node.value
        return isinstance(value, ast.Constant) or (isinstance(value, ast.Name) and value.id == "print")
    return isinstance(node, (ast.Import, ast.ImportFrom, ast.Pass))


def _cure(exercise: Exercise) -> str:
    return f"Name your {exercise.files[0]} with SUB=path."
