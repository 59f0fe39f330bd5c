"""Calls of the library, at the edges of all that it promises, by the kind of call."""

import itertools
import math
from dataclasses import dataclass

DIGITS = range(7)
ROUNDS_UP = ((1e-4, 0.02), (0.02, 0.2), (0.2, 0.4), (0.4, 0.4999))  # below the next unit, of the last decimal
ROUNDS_DOWN = ((0.5001, 0.51), (0.51, 1), (1, 8))
MIDDLE = ((2e-5, 4e-4), (1e-3, 5e-3), (0.01, 0.2))  # from the middle between two texts, of the last decimal
MOST = 3000  # of the largest unit, in most calls
HUGE = (2**70, 3 << 80, 1e20, 1e22, 1e100, 1.7e308)
MODULES = {"size": "sizes", "duration": "durations", "clock": "durations", "count": "counts", "progress": "progress"}
MODULES |= {"parse_size": "parsing", "parse_duration": "parsing"}


@dataclass(frozen=True)
class Ladder:
    """The units of a function, from the smallest."""

    function: str
    keywords: dict
    names: list
    worths: list
    whole: bool
    """Whether the smallest has no decimals."""

    def shown(self, place, digits):
        """Return the decimals of a text in some unit."""
        return 0 if self.whole and place == 0 else digits

    def steps(self, place):
        """Return how many of some unit make the next, or None."""
        return round(self.worths[place + 1] / self.worths[place]) if place + 1 < len(self.worths) else None


BINARY = Ladder("size", {"binary": True}, ["B", "KiB", "MiB", "GiB", "TiB", "PiB"], [1024**i for i in range(6)], True)
DECIMAL = Ladder("size", {"binary": False}, ["B", "kB", "MB", "GB", "TB", "PB"], [1000**i for i in range(6)], True)
DURATION = Ladder("duration", {}, ["ms", "s", "min", "h", "d"], [0.001, 1, 60, 3600, 86400], False)
COUNT = Ladder("count", {}, ["ones", "k", "M", "G", "T"], [1000**i for i in range(5)], True)


@dataclass(frozen=True)
class Calls:
    """Calls, each a list [module, function, arguments, keywords], by their kind."""

    sizes: dict
    durations: dict
    counts: dict
    others: dict
    again: list
    """Calls that differ in one thing alone: what is kept of one of them is wrong for another."""


def draw(rng):
    """Return calls of every kind."""
    sizes = {**_climbed(rng, BINARY, "size of 1024"), **_climbed(rng, DECIMAL, "size of 1000")}
    sizes["size of 1024: very large"] = [*_asked("size", HUGE, (0, 1, 6)), *_asked("size", [-x for x in HUGE], (2,))]
    plain = [share * 10.0**power for share in (1.26, -3.07, 7.94, 99.96) for power in range(-4, 17)]
    others = {
        "nothing but a number": [["terse", name, [x], {}] for name in ("size", "duration", "count") for x in plain],
        "clock": _clocks(rng),
        "parse_size": _parsed("parse_size", [*BINARY.names, *DECIMAL.names[1:], ""]),
        "parse_duration": _parsed("parse_duration", [*DURATION.names, ""]),
        "texts that no one can parse": _garbled(),
        "progress": _progress(rng),
        "arguments that are refused": _refused(),
    }
    return Calls(sizes, _climbed(rng, DURATION, "duration"), _climbed(rng, COUNT, "count"), _both(others), _again(rng))


def _climbed(rng, ladder, name):
    """Return calls for numbers on all of a ladder."""
    kinds = {}
    for place, unit in enumerate(ladder.names):
        asked = [[value, digits] for digits in DIGITS for value in _inside(rng, ladder, place, digits)]
        worth = ladder.worths[place]
        for value in (worth, math.nextafter(worth, 0), math.nextafter(worth, math.inf), worth - 1, 7 * worth):
            asked += [[value, digits] for digits in DIGITS]
        kinds[f"{name}: in {unit}"] = asked
    small = ladder.worths[0] * (1 if ladder.whole else 10.0**-6)
    nothing = [0, 0.0, -0.0, 5e-324, 1e-300, -1e-300, 0.49 * small, 0.2 * small, 0.51 * small]
    kinds[f"{name}: nearly nothing"] = [[value, digits] for value in nothing for digits in DIGITS]
    large = [share * ladder.worths[-1] for share in (MOST + 7, 10**5 + 1, 123456789)]
    kinds[f"{name}: many of the largest unit"] = [[value, digits] for value in large for digits in DIGITS]
    signs = itertools.cycle((1, 1, -1))
    return _both({kind: [_call(rng, ladder, next(signs) * x, n) for x, n in some] for kind, some in kinds.items()})


def _inside(rng, ladder, place, digits):
    """Return numbers of some unit: just below the next one, near the middle between two texts, and anywhere."""
    shown = ladder.shown(place, digits)
    worth, steps, last = ladder.worths[place], ladder.steps(place), 10.0**-shown
    top = steps or MOST
    shares = [steps - rng.uniform(*band) * last for band in (*ROUNDS_UP, *ROUNDS_DOWN) if steps]
    shares += [steps - 0.5] if steps and not shown else []
    shares += [rng.uniform(1.02, 0.9 * top), int(rng.integers(3, top - 1))]
    for band, side in itertools.product(MIDDLE, (-1, 1)):
        text = int(rng.integers(1, top - 2)) + int(rng.integers(10**shown)) * last
        shares.append(text + (0.5 + side * rng.uniform(*band)) * last)
    shares += [int(rng.integers(1, top - 1)) + odd / 2 ** (shown + 1) for odd in (1, 2 ** (shown + 1) - 1)]
    return [share * worth for share in shares]


def _call(rng, ladder, value, digits):
    if rng.random() < 0.5:
        return ["terse", ladder.function, [value], {"digits": digits, **ladder.keywords}]
    return ["terse", ladder.function, [value, digits, *ladder.keywords.values()], {}]


def _both(kinds):
    """Return calls of the package, every second one of the module that a function is made in."""
    places = itertools.cycle((lambda _: "terse", lambda function: f"terse.{MODULES[function]}"))
    return {
        kind: [[place(call[1]), *call[1:]] for call, place in zip(some, places, strict=False)]
        for kind, some in kinds.items()
    }


def _asked(function, values, digits):
    return [["terse", function, [value, each], {}] for value in values for each in digits]


def _clocks(rng):
    halves = [whole + 0.5 for whole in (0, 1, 2, 58, 59, 60, 61, 3598, 3599, 86399)]
    seconds = [0, -0.0, 0.4, -0.4, 0.6, -0.6, *halves, *(-half for half in halves)]
    seconds += [59, 60, 3599, 3600, 86400, 10**9, 1e15, 1e300]
    seconds += [int(rng.integers(-9, 10**6)) + rng.uniform(-0.49, 0.49) for _ in range(30)]
    return [["terse", "clock", [each], {}] for each in seconds]


def _parsed(function, units):
    forms = ("7 {}", "1.5{}", "-3 {}", "+0.25  {}", " 12 {} ", "0{}", "\t1000000 {}\n", "007 {}", "123456.789 {}")
    return [["terse", function, [form.format(unit)], {}] for unit in units for form in forms]


def _garbled():
    texts = ["", " ", "KiB", "h", "1,5 KiB", "3 furlongs", "1.5 h 3 s", "1 kib", "1 KB", "1 K", "1 mib", "1 b", "1 H"]
    texts += ["1 MS", "1e3 B", "1e3 s", ".5 B", "5. B", ".5 s", "5. s", "inf B", "nan s", "1_000 B", "- 3 B", "--3 s"]
    texts += ["1:30", "1 B/s", "1 k B", "0x10 B", "1 min.", "1 minute", "2 days"]
    return [["terse", function, [text], {}] for text in texts for function in ("parse_size", "parse_duration")]


def _progress(rng):
    cases = [[0, 1000, 0], [0, 5e9, 3], [2048, 2048, 5], [7, 7, 0], [1, 2**50, 1], [524288, 2097152, 3], [1, 3, 0]]
    for total in (5, 1000, 1024, 10**6, 2**30 - 1, 2**31, 10**12, 2**45 + 1):
        seconds = rng.uniform(0.01, 500, 4)
        cases += [[total - 1, total, seconds[0]], [total // 2, total, seconds[1]], [total // 3, total, int(seconds[2])]]
        cases.append([total * rng.uniform(0.02, 0.98), float(total), seconds[3]])
    totals = 9 * [99, 10**4, 10**8]
    cases += [[int(rng.integers(1, total)), total, rng.uniform(0.1, 99)] for total in totals]
    cases += [[1048575, 4194304, 10], [4194304, 1073741823, 7], [1048570, 1048575, 3]]
    cases += [[400, 1000, 59.97], [5, 10, 3599.99]]
    cases += [[5, 4, 1], [0, 0, 1], [-1, 4, 1], [1, -4, 1], [math.nan, 4, 1]]
    once = {(done, total): [done, total, seconds] for done, total, seconds in cases}
    return [["terse", "progress", case, {}] for case in once.values()]


def _refused():
    values, digits = (math.nan, math.inf, -math.inf, "5", None, [1]), (-1, 7, 100, 1.5, "1", None)
    functions = ("size", "duration", "count")
    calls = [["terse", function, [value], {}] for function in (*functions, "clock") for value in values]
    pairs = list(itertools.product((1, 9e9), digits))
    calls += [["terse", function, [value], {"digits": each}] for function in functions for value, each in pairs]
    calls += [["terse", function, [5], {}] for function in ("parse_size", "parse_duration")]
    return [*calls, ["terse", "progress", [1, math.inf, 1], {}], ["terse", "progress", [1, 2, math.nan], {}]]


def _again(rng):
    values = [59.2, 59.97, 60, 999.3, 999.7, 1000.0, 1023.3, 1023.7, 1024, 3599.97, 86399.99, 0.0, -1, -2, -1.0, -2.0]
    values += [1048524.2, 1048575, 999949.2, 999999, -59.97, -1048575, -999999, rng.uniform(2, 9), 1e13 + 1, 2**50 - 1]
    calls = [call for name in ("size", "duration", "count") for call in _asked(name, values, DIGITS)]
    calls += [["terse", "size", [value, digits, False], {}] for value in values for digits in DIGITS]
    calls += [["terse", "size", [value], {"binary": binary}] for value in values for binary in (False, True)]
    calls += [["terse", "clock", [value], {}] for value in values]
    calls += [["terse", name, [text], {}] for text in ("7", "7.5", "-7") for name in ("parse_size", "parse_duration")]
    loads = itertools.product((500000, 1048575), (2000000, 4194304), (10, 20, 59.97))
    return [*calls, *(["terse", "progress", list(load), {}] for load in loads)]
