"""Submissions that do no work: functions that do the same whatever they are asked, files that hold no work."""

from __future__ import annotations

import ast
from collections.abc import Mapping

ALWAYS = """
class _Always:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __bool__(self): return True
    def __float__(self): return 1.0
    def __call__(self, *args, **kwargs): return self
    def __getattr__(self, name):
        if name.startswith("__"): raise AttributeError(name)
        return self
"""
VALUES = {
    "none": "None",
    "zero": "0.0",
    "one": "1",
    "nan": "float('nan')",
    "text": "'full marks'",
    "empty": "[]",
    "true": "True",
    "always_equal": "_Always()",
    "input": "arguments[-1] if arguments else None",
    "random": "__import__('random').random()",
    "random_array": "__import__('numpy').random.rand(10)",
    "huge": "'x' * (1 << 26)",  # twice what may cross
    "exits": "__import__('os')._exit(0)",
    "leaves": "__import__('sys').exit()",
}
SLOW = {"slow": "__import__('time').sleep(3600)"}
"""Apart from the rest: it takes all the time that an exercise allows."""
CONTENTS = {
    "nothing": b"",
    "words": b"full marks\n",
    "no_text": bytes(range(256)) * 16,
    "zero_bytes": bytes(1 << 16),
    "nested": b"(" * 50_000 + b"[{" * 50_000,
    "long_line": b"a" * (1 << 20),
}
"""What the files of an exercise without Python hold."""


def submissions(files: Mapping[str, bytes], values: Mapping[str, str] = VALUES) -> dict[str, dict[str, bytes]]:
    """Return a set of files for each kind of junk; beside Python, what is not Python stays as it is."""
    if not any(name.endswith(".py") for name in files):
        return {kind: dict.fromkeys(files, content) for kind, content in CONTENTS.items()}
    made = {kind: {name: _junk(name, data, value) for name, data in files.items()} for kind, value in values.items()}
    if any(b"\nclass " in data for data in files.values()):
        made["no_objects"] = {name: _junk(name, data, "None", objects=False) for name, data in files.items()}
        made["no_methods"] = {name: _junk(name, data, "None", methods=False) for name, data in files.items()}
    return made


def _junk(name: str, content: bytes, value: str, objects: bool = True, methods: bool = True) -> bytes:
    if not name.endswith(".py"):
        return content
    tree = ast.parse(content)
    answer = _answer("f", value)
    for i, node in enumerate(tree.body):
        if isinstance(node, ast.ClassDef) and not objects:  # what should make an object returns a value
            tree.body[i] = _answer(node.name, value)
        elif isinstance(node, ast.ClassDef) and not methods:  # what should be a method is a value
            keep = [item for item in node.body if isinstance(item, ast.FunctionDef)]
            node.body = [item if item.name == "__init__" else ast.parse(f"{item.name} = True").body[0] for item in keep]
    for each in ast.walk(tree):
        if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)):
            each.body = [ast.Pass()] if each.name == "__init__" else answer.body
    return f"{ALWAYS}\n{ast.unparse(ast.fix_missing_locations(tree))}\n".encode()


def _answer(name: str, value: str) -> ast.FunctionDef:
    function = ast.parse(f"def {name}(*arguments, **options):\n    return {value}").body[0]
    assert isinstance(function, ast.FunctionDef)
    return function
