"""What the library ought to answer, from the rules of its README; written apart from its code."""

import itertools
import math
import re
from fractions import Fraction

SIZES = {
    True: [("B", 1), ("KiB", 1024), ("MiB", 1024**2), ("GiB", 1024**3), ("TiB", 1024**4), ("PiB", 1024**5)],
    False: [("B", 1), ("kB", 1000), ("MB", 1000**2), ("GB", 1000**3), ("TB", 1000**4), ("PB", 1000**5)],
}
DURATIONS = [("ms", 0.001), ("s", 1), ("min", 60), ("h", 3600), ("d", 86400)]
COUNTS = [("", 1), ("k", 1000), ("M", 1000**2), ("G", 1000**3), ("T", 1000**4)]
TIE = 1e-5  # of the last decimal: nearer to the middle between two texts than this, a number is not graded
MOST = 10**10  # last decimals in a number: no rounding error comes near to a tie


class Refused(Exception):
    """The library raises an error of the class that this one holds."""


def steps(units):
    """Return how many of each unit make the next; of the last, no number does."""
    return [*(round(larger / worth) for (_, worth), (_, larger) in itertools.pairwise(units)), math.inf]


def written(value, digits, units, whole=None, space=" ", mended=True):
    """Return a number with its unit: the first in which its text is below the next; `whole` has no decimals.

    Not `mended`, a unit is the first in which the number itself is.
    """
    for (name, worth), step in zip(units, steps(units), strict=True):
        share = abs(value) / worth
        text = format(share, f".{0 if name == whole else digits}f")
        if (float(text) if mended else share) < step:
            break
    return f"{'-' if value < 0 and float(text) else ''}{text}{space}{name}"


def checked(value, digits=0):
    """Refuse what is no finite number, and numbers of decimals other than 0 to 6."""
    if digits not in range(7):
        raise Refused(ValueError)
    if not isinstance(value, (int, float)):
        raise Refused(TypeError)
    if not math.isfinite(value):
        raise Refused(ValueError)
    return value


def size(value, digits=1, binary=True, mended=True):
    """Return the text of a size."""
    return written(checked(value, digits), digits, SIZES[binary], whole="B", mended=mended)


def duration(seconds, digits=1, mended=True):
    """Return the text of a duration."""
    return written(checked(seconds, digits), digits, DURATIONS, mended=mended)


def count(value, digits=1, mended=True):
    """Return the text of a count; that was mended before."""
    return written(checked(value, digits), digits, COUNTS, whole="", space="")


def clock(seconds, mended=True):
    """Return hours, minutes and seconds."""
    whole = round(abs(checked(seconds)))
    text = f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    return f"-{text}" if seconds < 0 and whole else text


def parse_size(text, mended=True):
    """Return bytes."""
    return _parsed(text, {**dict(SIZES[True] + SIZES[False]), "": 1})


def parse_duration(text, mended=True):
    """Return seconds."""
    return _parsed(text, {**dict(DURATIONS), "": 1})


def _parsed(text, units):
    if not isinstance(text, str):
        raise Refused(TypeError)
    number = text.strip().rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    unit = text.strip()[len(number) :]
    if unit not in units or not re.fullmatch(r"[-+]?[0-9]+(\.[0-9]+)?", number.rstrip()):
        raise Refused(ValueError)
    return float(number) * units[unit]


def left(done, total, seconds):
    """Return the seconds that a download still takes, None where the line does not tell them."""
    return seconds * (total - done) / done if 0 < done < total else None


def progress(done, total, seconds, mended=True):
    """Return the line of a download."""
    if not 0 <= done <= total or not total:
        raise Refused(ValueError)
    line = f"{size(done, mended=mended)} of {size(total, mended=mended)} ({100 * done // total:.0f} %)"
    time = left(done, total, seconds)
    return line if time is None else f"{line}, {duration(time, mended=mended)} left"


def rate(value, seconds, mended=True):
    """Return the text of a size a second: the function that main has got meanwhile."""
    return f"{size(value / seconds, mended=mended)}/s"


def answer(question, mended=True):
    """Return the answer to a question, or the class of the exception that it should raise."""
    _, function, arguments, keywords = question
    try:
        return globals()[function](*arguments, **keywords, mended=mended)
    except Refused as refused:
        return refused.args[0]


def changes(question):
    """Return whether the mended library gives another answer than the one before."""
    return answer(question) != answer(question, mended=False)


def settled(question):
    """Return whether no rounding error decides an answer: see the statement."""
    if isinstance(answer(question), type):
        return True
    _, function, arguments, keywords = question
    named = dict(zip(("value", "digits", "binary"), arguments, strict=False)) | keywords
    if function == "size":
        return _clear(named["value"], named.get("digits", 1), SIZES[named.get("binary", True)], whole="B")
    if function == "duration":
        return _clear(named["value"], named.get("digits", 1), DURATIONS)
    if function == "count":
        return _clear(named["value"], named.get("digits", 1), COUNTS, whole="")
    if function == "progress":
        time = left(*arguments)
        sizes = all(_clear(each, 1, SIZES[True], whole="B") for each in arguments[:2])
        return sizes and (time is None or _clear(time, 1, DURATIONS))
    return True


def _clear(value, digits, units, whole=None):
    """Return whether a number is far from the middle between two texts, or, by a division without rest, in it."""
    exact = Fraction(value)
    for (name, worth), step in zip(units, steps(units), strict=True):
        share = abs(exact) / (Fraction(1, 1000) if worth == 0.001 else worth)
        if share > 1.001 * step:
            continue
        lasts = share * 10 ** (0 if name == whole else digits)
        divides = units is SIZES[True] and float(value) == value
        off = abs(lasts % 1 - Fraction(1, 2))
        if not (off > TIE or (off == 0 and worth >= 1)) or (lasts > MOST and not divides):
            return False
        if share < Fraction(99, 100) * (step if step < math.inf else share + 1):
            break
    return True
