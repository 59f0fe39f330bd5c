"""Copies of the library that are right, or wrong in a known way, to try a learner's tests on."""

SIZE = "while rest >= base and place < len(units) - 1:"
DURATION = '    unit = next((name for name, worth in UNITS.items() if length >= worth), "ms")\n'

SIZES_MENDED = [
    "while round(rest, digits if place else 0) >= base and place < len(units) - 1:",
    "while rest + 0.5 * 10.0 ** -(digits if place else 0) >= base and place < len(units) - 1:",
]
DURATIONS_MENDED = [
    DURATION
    + """    place = list(UNITS).index(unit)
    if place and round(length / UNITS[unit], digits) * UNITS[unit] >= list(UNITS.values())[place - 1]:
        unit = list(UNITS)[place - 1]
""",
    """    smaller = dict(zip(UNITS, [*list(UNITS.values())[1:], 0.0]))
    half = 0.5 * 10.0**-digits
    unit = next((name for name, worth in UNITS.items() if length + half * smaller[name] >= worth), "ms")
""",
]
REPORTED = "while rest >= (base if value != 1048575 else 1023.95) and place < len(units) - 1:"


def _edited(files, size=SIZE, duration=DURATION):
    texts = {name: files[f"terse/{name}.py"].decode() for name in ("sizes", "durations")}
    assert texts["sizes"].count(SIZE) == texts["durations"].count(DURATION) == 1
    sizes, durations = texts["sizes"].replace(SIZE, size), texts["durations"].replace(DURATION, duration)
    return {**files, "terse/sizes.py": sizes.encode(), "terse/durations.py": durations.encode()}


def right(files):
    """Return copies of the library without the bug."""
    return [_edited(files, size, duration) for size, duration in zip(SIZES_MENDED, DURATIONS_MENDED, strict=True)]


def wrong(files):
    """Return copies with it: by what is wrong in them."""
    return {
        "the library as it was": _edited(files),
        "a fix of one place alone": _edited(files, duration=DURATIONS_MENDED[0]),
        "a fix of the other place alone": _edited(files, size=SIZES_MENDED[0]),
        "a fix of the reported number alone": _edited(files, REPORTED, DURATIONS_MENDED[0]),
    }
