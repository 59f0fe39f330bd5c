"""Sizes of files and memory: 512 B, 1.5 KiB, 20.0 MB."""

from terse import checks

BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
DECIMAL = ("B", "kB", "MB", "GB", "TB", "PB")


def size(value, digits=1, binary=True):
    """Return a number of bytes with its unit; bytes have no decimals.

    value: int or float, in bytes. digits: decimals, 0 to 6. binary: units of 1024, else of 1000.
    """
    checks.decimals(digits)
    units, base = (BINARY, 1024) if binary else (DECIMAL, 1000)
    rest = abs(checks.number(value))
    place = 0
    while rest >= base and place < len(units) - 1:
        rest /= base
        place += 1
    text = f"{rest:.{digits if place else 0}f}"
    return f"{checks.sign(value, text)}{text} {units[place]}"
