"""The checks of an exercise as they stand in its files: names, titles, points and needs; nothing is run."""

from __future__ import annotations

import ast
from pathlib import Path

from .exercise import Exercise


def check_names(exercise: Exercise) -> list[str]:
    """Return the names of all checks, visible ones first."""
    return [f.name for path in (exercise.visible_checks, exercise.hidden_checks) for f in check_functions(path)]


def hidden_names(exercise: Exercise) -> set[str]:
    """Return the names of the hidden checks."""
    return {function.name for function in check_functions(exercise.hidden_checks)}


def titles(exercise: Exercise) -> dict[str, str]:
    """Return the title of every check by its name."""
    functions = [f for path in (exercise.visible_checks, exercise.hidden_checks) for f in check_functions(path)]
    return {f.name: (ast.get_docstring(f) or "").partition("\n")[0].rstrip(".") for f in functions}


def check_functions(path: Path) -> list[ast.FunctionDef]:
    """Return the check functions of a file, as syntax; none where it is not there."""
    if not path.is_file():
        return []
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return [node for node in body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


def needed(exercise: Exercise, check: str) -> set[str]:
    """Return the names of all checks that a check builds on, near and far."""
    points, found = worth(exercise), set[str]()
    todo = {check}
    while todo:
        todo = set().union(*(points[name][1] for name in todo)) - found
        found |= todo
    return found


def worth(exercise: Exercise) -> dict[str, tuple[float, set[str]]]:
    """Return points and needs of every check, read from its markers."""
    found: dict[str, tuple[float, set[str]]] = {}
    for path in (exercise.visible_checks, exercise.hidden_checks):
        for function in check_functions(path):
            calls = [d for d in function.decorator_list if isinstance(d, ast.Call)]
            marks = [
                (ast.unparse(d.func), [ast.literal_eval(a) for a in d.args])
                for d in calls
                if "parametrize" not in ast.unparse(d)
            ]
            points = sum(arguments[0] for mark, arguments in marks if mark == "pytest.mark.points")
            needs = {name for mark, arguments in marks if mark == "pytest.mark.needs" for name in arguments}
            found[function.name] = (points, needs)
    return found
