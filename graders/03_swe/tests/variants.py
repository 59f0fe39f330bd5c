"""Hidden versions of `feature_window`: correct ones with other insides, and the same with one bug each, in disguise.

Which versions there are is not drawn, so no verdict hangs on a draw; their names and the order in which they come are.
"""

import ast
import re
from pathlib import Path

from tenfold.datasets import module

HERE = Path(__file__).parent
BASES = {path.stem: path.read_text(encoding="utf-8") for path in sorted((HERE / "bases").glob("*.py"))}
GROUPS = {path.stem: module(path).BUGS for path in sorted((HERE / "bugs").glob("*.py"))}
PRIVATE = re.compile(r"(?<!\w)_[a-z]\w*")


def correct(rng, names=tuple(BASES)):
    """Return the sources of correct versions."""
    return [disguised(BASES[name], rng) for name in names]


def buggy(rng, group):
    """Return the source of each version of a group, all bugs being different."""
    return [disguised(with_bug(*bug), rng) for bug in GROUPS[group].values()]


def with_bug(base, *edits):
    """Return the source of a version with a bug: edits of a correct one."""
    source = BASES[base]
    for old, new in edits:
        if source.count(old) != 1:
            raise ValueError(f"{base}: {old!r} is there {source.count(old)} times")
        source = source.replace(old, new)
    return source


def disguised(source, rng):
    """Return a source with drawn private names and idle lines: neither names nor code are those of an earlier grade."""
    tree = ast.parse(source)
    for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
        for _ in range(rng.integers(1, 4)):
            idle = ast.parse(f"_idle = {rng.integers(1 << 30)}").body
            place = rng.integers(len(function.body))
            function.body[place:place] = idle
    source = ast.unparse(tree)
    names = sorted(set(PRIVATE.findall(source)))
    letters = ["".join(rng.choice(list("abcdefghijklmnopqrstuvwxyz"), size=9)) for _ in names]
    drawn = {name: f"_{word}" for name, word in zip(names, letters, strict=True)}
    return PRIVATE.sub(lambda found: drawn[found[0]], source)
