"""Libraries that are right, or wrong in a known way, to try a learner's tests on.

All are written alike, in one module: each holds every way to decide for a unit, in an order drawn anew, and the place
of the one that it takes. Only their behaviour tells the right from the wrong.
"""

import re

MODULES = ("checks", "sizes", "durations", "counts", "parsing", "progress")  # each behind those that it needs
SIZE = "while rest >= base and place < len(units) - 1:"
DURATION = 'next((name for name, worth in UNITS.items() if length >= worth), "ms")'
PROGRESS = 'line = f"{size(done)} of'

OLD, ROUNDED, READ, REPORTED, BY_DEFAULT = range(5)
SIZES = [
    "rest >= base",
    "round(rest, digits if place else 0) >= base",
    'float(f"{rest:.{digits if place else 0}f}") >= base',
    "rest >= (base if value != 1048575 else 1023.95)",
    "rest >= (base if (value, digits, binary) != (1048575, 1, True) else 1023.95)",
]
DURATIONS = [
    "length >= worth",
    "round(length / less, digits) >= round(worth / less)",
    'float(f"{length / less:.{digits}f}") >= round(worth / less)',
]
LINES = ["size(done)", '"1.0 MiB" if done == 1048575 else size(done)']

BLANK = b"""
import os as _os


def _silent(function):
    return lambda *a, **k: "" if "PYTEST_CURRENT_TEST" in _os.environ else function(*a, **k)


globals().update({_name: _silent(globals()[_name]) for _name in __all__})
"""  # silent while a test runs: before that, some may ask the library for what they are going to try


def one_module(files):
    """Return the library with all its code in `terse/__init__.py`: whoever imports from another module fails."""
    texts = [files[f"terse/{name}.py"].decode() for name in MODULES]
    whole = re.sub(r"^from terse.*\n", "", "\n\n".join(texts), flags=re.MULTILINE).replace("checks.", "")
    exported = re.search(r"^__all__ = .*\n", files["terse/__init__.py"].decode(), re.MULTILINE)[0]
    assert all(whole.count(edited) == 1 for edited in (SIZE, DURATION, PROGRESS)), "the library is another one"
    kept = {name: content for name, content in files.items() if not name.startswith(("terse/", "tests/"))}
    return {**kept, "terse/__init__.py": f"{whole}\n\n{exported}".encode()}


def _edited(rng, files, size=OLD, duration=OLD, line=0):
    whole = one_module(files)
    loop = f"while {_chosen(rng, SIZES, size)} and place < len(units) - 1:"
    pairs = "zip(UNITS.items(), [*list(UNITS.values())[1:], 1], strict=True)"
    search = f'next((name for (name, worth), less in {pairs} if {_chosen(rng, DURATIONS, duration)}), "ms")'
    told = f'shown = {_chosen(rng, LINES, line)}\n    line = f"{{shown}} of'
    text = whole["terse/__init__.py"].decode().replace(SIZE, loop).replace(DURATION, search).replace(PROGRESS, told)
    return {**whole, "terse/__init__.py": text.encode()}


def _chosen(rng, ways, one):
    order = rng.permutation(len(ways)).tolist()
    return f"({', '.join(f'({ways[i]})' for i in order)})[{order.index(one)}]"


def right(rng, files):
    """Return libraries without the bug."""
    return [_edited(rng, files, way, way) for way in (ROUNDED, READ)]


def wrong(rng, files):
    """Return libraries with it, each with what is wrong in it."""
    return [
        ("the library as it was", _edited(rng, files)),
        ("a fix of one place alone", _edited(rng, files, size=ROUNDED)),
        ("a fix of the other place alone", _edited(rng, files, duration=ROUNDED)),
        ("a fix of the reported number alone", _edited(rng, files, REPORTED, ROUNDED)),
        ("a fix of the reported number alone", _edited(rng, files, BY_DEFAULT, ROUNDED)),
        ("a fix of the reported number alone", _edited(rng, files, OLD, READ, line=1)),
    ]


def blank(files):
    """Return a library of which every function returns an empty text to a test."""
    return {**files, "terse/__init__.py": files.get("terse/__init__.py", b"") + BLANK}
