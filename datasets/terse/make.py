"""Calls of the library: numbers that round up to the next unit, and numbers that do not."""

from dataclasses import dataclass

BINARY = [1024.0**place for place in range(6)]
DECIMAL = [1000.0**place for place in range(6)]
DURATION = [0.001, 1.0, 60.0, 3600.0, 86400.0]
TIE = 1e-3  # of the last decimal: nearer to half of it than this, a number is not drawn


@dataclass(frozen=True)
class Calls:
    """Calls, each a list [module, function, arguments, keywords]."""

    sizes: list
    """Of `size`: rounded, the number is as large as the next unit."""
    durations: list
    """Of `duration`: the same."""
    plain: list
    """Of every function: no number rounds up to the next unit."""


def draw(rng, cases=40):
    """Return calls, `cases` of each kind."""
    sizes = [_size(rng, *_near(rng, _worths(rng), (0.05, 0.45))) for _ in range(cases)]
    durations = [_duration(rng, *_near(rng, DURATION, (0.05, 0.45))) for _ in range(cases)]
    makers = [_plain_size, _plain_duration, _below_size, _below_duration, _count, _clock, _parse, _progress, _nothing]
    plain = [makers[i % len(makers)](rng) for i in range(cases)]
    return Calls(sizes, durations, plain)


def _worths(rng):
    return BINARY if rng.random() < 0.5 else DECIMAL


def _near(rng, worths, below):
    """Return a number a little below some unit, by so many of the last decimal of the smaller one; digits; worths."""
    place = int(rng.integers(1, len(worths)))
    digits = int(rng.integers(0, 5))
    shown = digits
    if worths[place - 1] == 1.0 and len(worths) == 6:  # bytes have no decimals
        shown, digits = 0, min(digits, 3)  # with 4 the next unit shows 0.9997: the rules leave room for 1.0000
    steps = worths[place] / worths[place - 1]
    return (steps - rng.uniform(*below) * 10.0**-shown) * worths[place - 1], digits, worths


def _size(rng, value, digits, worths):
    value = value if rng.random() < 0.7 else -value
    if rng.random() < 0.5:
        return ["terse", "size", [value], {"digits": digits, "binary": worths is BINARY}]
    return ["terse", "size", [value, digits, worths is BINARY], {}]


def _duration(rng, value, digits, _):
    value = value if rng.random() < 0.7 else -value
    return ["terse", "duration", [value], {"digits": digits}]


def _below_size(rng):
    return _size(rng, *_near(rng, _worths(rng), (0.55, 8.0)))


def _below_duration(rng):
    return _duration(rng, *_near(rng, DURATION, (0.55, 8.0)))


def _inside(rng, worths):
    """Return a number well inside some unit, from 1.02 of it to a tenth below the next, that is no tie; and digits."""
    while True:
        place = int(rng.integers(0, len(worths)))
        steps = worths[place + 1] / worths[place] if place + 1 < len(worths) else 3000.0
        share, digits = rng.uniform(1.02, 0.9 * steps), int(rng.integers(0, 5))
        if all(abs(share * 10.0**shown % 1 - 0.5) > TIE for shown in (0, 1, digits)):
            return share * worths[place], digits


def _plain_size(rng):
    worths = _worths(rng)
    return _size(rng, *_inside(rng, worths), worths)


def _plain_duration(rng):
    return _duration(rng, *_inside(rng, DURATION), DURATION)


def _count(rng):
    value, digits = _inside(rng, DECIMAL[:5])
    return ["terse", "count", [value], {"digits": digits}]


def _clock(rng):
    return ["terse", "clock", [int(rng.integers(-9, 10**6)) + rng.uniform(-0.49, 0.49)], {}]


def _parse(rng):
    if rng.random() < 0.5:
        return ["terse", "parse_size", [f"{rng.integers(1, 999)}.5 {rng.choice(['KiB', 'kB', 'MiB', 'GB', 'B'])}"], {}]
    return ["terse", "parse_duration", [f"{rng.integers(1, 99)} {rng.choice(['min', 'h', 's', 'd'])}"], {}]


def _progress(rng):
    total = int(rng.integers(2, 900)) << 20
    return ["terse", "progress", [total // 2, total, _inside(rng, DURATION[:4])[0]], {}]


def _nothing(rng):
    """Return a number so near to zero, above or below, that its text is one of zero."""
    share, digits = rng.uniform(-0.45, 0.45), int(rng.integers(0, 5))
    name, value = [("size", share), ("count", share), ("duration", share * 10.0 ** -(3 + digits))][rng.integers(3)]
    return ["terse", name, [value], {"digits": digits}]
