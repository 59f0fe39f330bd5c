"""The tests that were there before: their names, and whether a commit has kept them as they were."""

import ast
import re
from collections import Counter

BINDING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
ELSEWHERE = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)  # their names are their own


def names(files):
    """Return the names of all tests, each with its file."""
    found = {name: re.findall(r"^def (test_\w+)", content.decode(), re.MULTILINE) for name, content in files.items()}
    return [f"{name}::{test}" for name, tests in found.items() for test in tests if name.startswith("tests/")]


def disturbed(before, after):
    """Return what has become of the tests of a file, where they are no more as they were; else an empty text."""
    try:
        old, new = (_File(content.decode()) for content in (before, after))
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return "a file of tests is no Python any more"
    if new.lines[: len(old.lines)] != old.lines:
        return "a line of the tests of before has changed, or something was put above it"
    if any(new.imports.get(name) != origins for name, origins in old.imports.items()):
        return "a name that the tests of before use is imported from elsewhere, or not at all"
    if any(new.bound[name] != old.bound[name] for name in {*old.bound, *old.imports}):
        return "a test of before, or a name that it uses, is redefined or deleted"
    return ""


class _File:
    """A file of tests: its lines but for imports and blank ones, and the names that it binds.

    Attributes
    ----------
    imports : dict
        Each name that is imported, and from where.
    bound : Counter
        How often each other name is bound or deleted.
    """

    def __init__(self, text):
        tree = ast.parse(text)
        alone, others = set(), set()
        for node in tree.body:
            (alone if isinstance(node, (ast.Import, ast.ImportFrom)) else others).update(_places(node))
        lines = enumerate(text.splitlines(), start=1)
        self.lines = [line.rstrip() for place, line in lines if line.strip() and place not in alone - others]
        self.imports, self.bound = {}, Counter()
        for node in _statements(tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                for alias in node.names:
                    name = alias.asname or alias.name.partition(".")[0]
                    self.imports.setdefault(name, set()).add((getattr(node, "module", ""), alias.name))
            else:
                self.bound[node.name if hasattr(node, "name") else node.id] += 1


def _places(node):
    first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
    return range(first, node.end_lineno + 1)


def _statements(node):
    """Yield what binds or deletes a name of the module: imports, functions, classes, and names."""
    for child in ast.iter_child_nodes(node):
        named = isinstance(child, ast.Name) and not isinstance(child.ctx, ast.Load)
        if named or isinstance(child, BINDING):
            yield child
        elif not isinstance(child, ELSEWHERE):
            yield from _statements(child)
