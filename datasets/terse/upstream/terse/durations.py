"""Durations: 250.0 ms, 1.5 h, and 1:02:03 on a clock."""

from terse import checks

UNITS = {"d": 86400, "h": 3600, "min": 60, "s": 1, "ms": 0.001}  # in seconds, largest first


def duration(seconds, digits=1):
    """Return a duration with its unit, from ms to d.

    seconds: int or float. digits: decimals, 0 to 6.
    """
    checks.decimals(digits)
    length = abs(checks.number(seconds))
    unit = next((name for name, worth in UNITS.items() if length >= worth), "ms")
    text = f"{length / UNITS[unit]:.{digits}f}"
    return f"{checks.sign(seconds, text)}{text} {unit}"


def clock(seconds):
    """Return hours, minutes and whole seconds as on a clock, h:mm:ss.

    seconds: int or float, rounded to the nearest whole second.
    """
    whole = round(abs(checks.number(seconds)))  # first, so that no 59.7 shows as 60
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}:{minutes:02d}:{rest:02d}"
    return f"-{text}" if seconds < 0 and whole else text
