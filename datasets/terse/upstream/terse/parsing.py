"""The way back: texts with units to numbers."""

import re

from terse.durations import UNITS
from terse.sizes import BINARY, DECIMAL

FORM = re.compile(r"\s*([-+]?\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*")
BYTES = {name: base**place for base, names in ((1000, DECIMAL), (1024, BINARY)) for place, name in enumerate(names)}


def parse_size(text):
    """Return a number of bytes (float) from a text such as "1.5 KiB"; a number without a unit is in bytes."""
    return _parse(text, BYTES, "B")


def parse_duration(text):
    """Return a number of seconds (float) from a text such as "1.5 h"; a number without a unit is in seconds."""
    return _parse(text, UNITS, "s")


def _parse(text, units, default):
    found = FORM.fullmatch(text)
    if found is None or (found[2] or default) not in units:
        raise ValueError(f"{text!r} is not a number with one of the units {', '.join(units)}")
    return float(found[1]) * units[found[2] or default]
