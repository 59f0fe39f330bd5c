"""What the library ought to answer, from the rules of its README; written apart from its code."""

import itertools
import math

SIZES = {
    True: [("B", 1), ("KiB", 1024), ("MiB", 1024**2), ("GiB", 1024**3), ("TiB", 1024**4), ("PiB", 1024**5)],
    False: [("B", 1), ("kB", 1000), ("MB", 1000**2), ("GB", 1000**3), ("TB", 1000**4), ("PB", 1000**5)],
}
DURATIONS = [("ms", 0.001), ("s", 1), ("min", 60), ("h", 3600), ("d", 86400)]
COUNTS = [("", 1), ("k", 1000), ("M", 1000**2), ("G", 1000**3), ("T", 1000**4)]


def written(value, digits, units, whole=None, space=" "):
    """Return a number with the first unit in which its text is below the next unit; `whole` has no decimals."""
    if digits not in range(7) or not math.isfinite(value):
        return ValueError
    steps = [round(larger / worth) for (_, worth), (_, larger) in itertools.pairwise(units)]
    for (name, worth), step in zip(units, [*steps, math.inf], strict=True):
        text = format(abs(value) / worth, f".{0 if name == whole else digits}f")
        if float(text) < step:
            break
    return f"{'-' if value < 0 and float(text) else ''}{text}{space}{name}"


def size(value, digits=1, binary=True):
    """Return the text of a size."""
    return written(value, digits, SIZES[binary], whole="B")


def duration(seconds, digits=1):
    """Return the text of a duration."""
    return written(seconds, digits, DURATIONS)


def count(value, digits=1):
    """Return the text of a count."""
    return written(value, digits, COUNTS, whole="", space="")


def clock(seconds):
    """Return hours, minutes and seconds."""
    whole = round(abs(seconds))
    text = f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
    return f"-{text}" if seconds < 0 and whole else text


def parse_size(text):
    """Return bytes."""
    number, unit = text.split()
    return float(number) * dict(SIZES[True] + SIZES[False])[unit]


def parse_duration(text):
    """Return seconds."""
    number, unit = text.split()
    return float(number) * dict(DURATIONS)[unit]


def progress(done, total, seconds):
    """Return the line of a download that is under way."""
    left = duration(seconds * (total - done) / done)
    return f"{size(done)} of {size(total)} ({100 * done // total} %), {left} left"


def rate(value, seconds):
    """Return the text of a size a second: the function that main has got meanwhile."""
    return f"{size(value / seconds)}/s"


def answer(question):
    """Return the answer to a question, or the class of the exception that it should raise."""
    _, function, arguments, keywords = question
    return globals()[function](*arguments, **keywords)
