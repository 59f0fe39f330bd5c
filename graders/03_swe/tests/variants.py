"""Hidden versions of `feature_window`: correct ones with other insides, and the same with one bug each, all drawn."""

import ast
import re
from pathlib import Path

from tenfold.datasets import module

HERE = Path(__file__).parent
GROUPS = module(HERE / "bugs.py").GROUPS
BASES = {path.stem: path.read_text(encoding="utf-8") for path in sorted((HERE / "bases").glob("*.py"))}
PRIVATE = re.compile(r"(?<!\w)_[a-z]\w*")


def correct(rng, count):
    """Return the sources of `count` different correct versions, in a drawn order."""
    names = rng.permutation(sorted(BASES))[:count]
    return [disguised(BASES[name], rng) for name in names]


def buggy(rng, group, count):
    """Return the sources of `count` versions with a bug each, all bugs being different."""
    names = rng.permutation(sorted(GROUPS[group]))[:count]
    return [disguised(_with_bug(GROUPS[group][name], rng), rng) for name in names]


def _with_bug(hosts, rng):
    base = str(rng.choice(sorted(hosts)))
    source, drawn = BASES[base], str(rng.integers(7, 13))
    for old, new in hosts[base]:
        if source.count(old) != 1:
            raise ValueError(f"{base}: {old!r} is there {source.count(old)} times")
        source = source.replace(old, new.replace("DRAWN", drawn))
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
