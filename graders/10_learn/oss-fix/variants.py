"""Copies of the library that are right, or wrong in a known way, to try a learner's tests on.

All copies are written alike: each holds every way to decide for a unit, in an order drawn anew, and the place of the
one that it takes. Only their behaviour tells the right from the wrong.
"""

SIZE = "while rest >= base and place < len(units) - 1:"
DURATION = 'next((name for name, worth in UNITS.items() if length >= worth), "ms")'

OLD, ROUNDED, READ, REPORTED = range(4)
SIZES = [
    "rest >= base",
    "round(rest, digits if place else 0) >= base",
    'float(f"{rest:.{digits if place else 0}f}") >= base',
    "rest >= (base if value != 1048575 else 1023.95)",
]
DURATIONS = [
    "length >= worth",
    "round(length / less, digits) >= round(worth / less)",
    'float(f"{length / less:.{digits}f}") >= round(worth / less)',
    "length >= (worth if length != 59.97 else 59.95)",
]


def _edited(rng, files, size=OLD, duration=OLD):
    texts = {name: files[f"terse/{name}.py"].decode() for name in ("sizes", "durations")}
    assert texts["sizes"].count(SIZE) == texts["durations"].count(DURATION) == 1
    loop = f"while {_chosen(rng, SIZES, size)} and place < len(units) - 1:"
    pairs = "zip(UNITS.items(), [*list(UNITS.values())[1:], 1], strict=True)"
    search = f'next((name for (name, worth), less in {pairs} if {_chosen(rng, DURATIONS, duration)}), "ms")'
    sizes, durations = texts["sizes"].replace(SIZE, loop), texts["durations"].replace(DURATION, search)
    return {**files, "terse/sizes.py": sizes.encode(), "terse/durations.py": durations.encode()}


def _chosen(rng, ways, one):
    order = rng.permutation(len(ways)).tolist()
    return f"({', '.join(ways[i] for i in order)})[{order.index(one)}]"


def right(rng, files):
    """Return copies of the library without the bug."""
    return [_edited(rng, files, ROUNDED, ROUNDED), _edited(rng, files, READ, READ)]


def wrong(rng, files):
    """Return copies with it: by what is wrong in them."""
    return {
        "the library as it was": _edited(rng, files),
        "a fix of one place alone": _edited(rng, files, duration=ROUNDED),
        "a fix of the other place alone": _edited(rng, files, size=ROUNDED),
        "a fix of the reported number alone": _edited(rng, files, REPORTED, ROUNDED),
    }
