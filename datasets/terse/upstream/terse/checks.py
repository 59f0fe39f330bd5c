"""What every function asks of its arguments."""

import math

MOST_DIGITS = 6


def number(value):
    """Return a finite number, or raise ValueError."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a finite number")
    return value


def decimals(digits):
    """Return a number of decimals, or raise ValueError."""
    if digits not in range(MOST_DIGITS + 1):
        raise ValueError(f"digits must be 0 to {MOST_DIGITS}, not {digits}")
    return digits


def sign(value, text):
    """Return a minus sign for a number below zero, unless its text is one of zero."""
    return "-" if value < 0 and text.strip("0.") else ""
