"""The libraries that Python files import, read from their text: what a fork server has loaded for them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping

KNOWN = frozenset({"lightgbm", "numpy", "pandas", "scipy", "sklearn", "torch", "transformers", "xgboost"})
"""What is loaded beforehand for a submission's own sake: a name out of its text chooses among these alone."""


def imported(sources: Iterable[bytes]) -> tuple[str, ...]:
    """Return the modules outside the standard library that sources import at their top, with numpy, sorted.

    A module that is not installed does no harm: it is left out later.
    """
    found = {name for source in sources for name in at_top(source)}
    return tuple(sorted({"numpy", *(name for name in found if name.partition(".")[0] not in sys.stdlib_module_names)}))


def besides(libraries: Iterable[str], files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return libraries, with those of the well-known ones that submitted Python files import, sorted."""
    own = imported(content for name, content in files.items() if name.endswith(".py"))
    return tuple(sorted({*libraries, *(name for name in own if name.partition(".")[0] in KNOWN)}))


def at_top(source: bytes) -> Iterator[str]:
    """Yield the modules that a source imports at its top; none where it is not Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
