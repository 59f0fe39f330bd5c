"""The libraries that Python files import, read from their text: what a fork server has loaded for them.

The kit's own text is parsed, and whatever it names is loaded. A submission's is not: what it holds may be made to cost
its reader dear, and what a fork server loads runs outside the walls of a box. A name out of it chooses from a list.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping

KNOWN = frozenset({"lightgbm", "numpy", "pandas", "scipy", "sklearn", "torch", "transformers", "xgboost"})
"""The libraries that are loaded beforehand for a submission's own sake."""
PARTS = frozenset(
    {
        *("numpy.lib.stride_tricks", "torch.nn", "torch.nn.functional"),
        *(f"scipy.{name}" for name in ("linalg", "optimize", "signal", "sparse", "special", "stats")),
        *(f"sklearn.{name}" for name in ("base", "calibration", "cluster", "compose", "decomposition", "dummy")),
        *(f"sklearn.{name}" for name in ("ensemble", "feature_selection", "impute", "inspection", "linear_model")),
        *(f"sklearn.{name}" for name in ("metrics", "model_selection", "naive_bayes", "neighbors", "pipeline")),
        *(f"sklearn.{name}" for name in ("preprocessing", "svm", "tree", "utils")),
    }
)
"""Those modules of them that many use, and that do nothing when they are loaded but define what they hold."""

_LINE = re.compile(rb"^(?:import[ \t]+([^\r\n;#]{1,500})|from[ \t]+([\w.]{1,200})[ \t]+import\b)", re.MULTILINE)


def imported(sources: Iterable[bytes]) -> tuple[str, ...]:
    """Return the modules outside the standard library that the kit's sources import at their top, with numpy, sorted.

    A module that is not installed does no harm: it is left out later.
    """
    found = {name for source in sources for name in at_top(source)}
    return tuple(sorted({"numpy", *(name for name in found if name.partition(".")[0] not in sys.stdlib_module_names)}))


def besides(libraries: Iterable[str], files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return libraries, with those of the well-known ones that submitted Python files ask for, sorted."""
    asked = {name for path, content in files.items() if path.endswith(".py") for name in _asked(content)}
    return tuple(sorted({"numpy", *libraries, *filter(None, map(_well_known, asked))}))


def _asked(source: bytes) -> Iterator[str]:
    """Yield what the lines of a submitted source that look like imports name; it is not parsed."""
    for several, one in _LINE.findall(source):
        for words in several.split(b",") if several else [one]:
            yield words.strip().partition(b" ")[0].decode("ascii", "replace")


def _well_known(name: str) -> str | None:
    """Return the module of the lists that holds a name, the innermost one; None for a name of another library."""
    while name and name not in KNOWN and name not in PARTS:
        name = name.rpartition(".")[0]
    return name or None


def at_top(source: bytes) -> Iterator[str]:
    """Yield the modules that a source of the kit's imports at its top; none where it is not Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last two: it is nested too deep
        return
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
