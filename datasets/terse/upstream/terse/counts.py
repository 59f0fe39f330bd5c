"""Counts: 999, 12.3k, 4.0M."""

from terse import checks

SUFFIXES = ("", "k", "M", "G", "T")


def count(value, digits=1):
    """Return a count with a suffix for its thousands; below a thousand it has no decimals.

    value: int or float. digits: decimals, 0 to 6.
    """
    checks.decimals(digits)
    rest = abs(checks.number(value))
    for suffix in SUFFIXES:
        text = f"{rest:.{digits if suffix else 0}f}"
        if float(text) < 1000 or suffix == SUFFIXES[-1]:
            break
        rest /= 1000
    return f"{checks.sign(value, text)}{text}{suffix}"
