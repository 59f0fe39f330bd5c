"""Texts that run into each other, look alike or hash alike: as keys, as ids, and in the id of a row."""

import itertools
from pathlib import Path

from tenfold.datasets import module

cases = module(Path(__file__).resolve().parent / "cases.py")
W = cases.W

HASHED_ALIKE = [
    ("plumless", "buckeroo"),
    ("e939", "e16556602"),
    ("e120", "e201"),
    ("e11363", "e91516"),
    ("e19783", "e88988"),
    ("e75688", "e88373"),
    ("e33712", "e58828"),
    ("e10732", "e52101"),
    ("e71459", "e78490"),
    ("e43260", "e78350"),
    ("e100051", "e102286"),
    ("e8114", "e101618"),
    ("e91615", "e182885"),
    ("e99304", "e112062"),
    ("e66630", "e90652"),
    ("e26151", "e73069"),
    ("e30975", "e51003"),
    ("e1645", "e5585"),
    ("e2744", "e3943"),
]
"""Ids of which two have the same CRC-32 or Adler-32, or the same first or last bytes of a digest of hashlib's."""

ODD = ("", " ", "a,b", "a", "b", '"', "'", "\\", "\n", "\t", "\0", "|", ";", "a:b", "None", "null", "[]", "{}", "0")
ALIKE = ("Pump", "pump", "PUMP", " pump", "pump ", "pump\n", "p\u00fcmp", "pu\u0308mp", "p\u00f6mp", "\uff50ump")
NUMBERS = ("1", "01", "1.0", "+1", "1e0", " 1", "\u0661", "10", "0x1", "True", "-1", "1_0")
SCRIPTS = (  # pump, in others
    "\u043d\u0430\u0441\u043e\u0441",
    "\u043d\u0430\u0441\u043e\u0449",
    "\u6cf5\u7ad9",
    "\u6cf5\u623f",
    "\U0001f6b0",
    "\U0001f525",
)
LONG = ("x" * 200, "x" * 201, "x" * 1000, *(a * 400 + b + a * 400 for a in ("x", "\u00fc") for b in ("1", "2")))
TEXTS = {
    "odd": ODD,
    "alike but for a letter, its case or a blank": ALIKE,
    "of digits": NUMBERS,
    "of other scripts": SCRIPTS,
    "long": LONG,
}
RUN_ON = {
    "keys that end as a start begins": (
        20.0,
        [("pump-1", 240), ("pump-12", 40), ("pump-", -60), ("pump--6", 0), ("pump", 0)],
    ),
    "keys that begin as a start ends": (1 / 16, [("x", 0.5625), ("625x", 0.5), ("0x", 6.0), ("x", 60.0), ("", 1.0)]),
    "keys with the signs that may stand between": (
        1.0,
        [(f"a{sign}", 2.0) for sign in "-_:|/,;@# "] + [("a", -2.0), ("a", 2.0), ("a-", -2.0)],
    ),
}
"""Keys and starts, in windows of that many seconds, of which the texts run into each other."""


def run_on():
    """Return cases by kind: keys and starts whose texts run into each other."""
    found = {}
    for kind, (window, pairs) in RUN_ON.items():
        tick = window / W
        rows = sorted({(start // window * window / tick, key) for key, start in pairs})
        events = [(f"e{i}", key, time, 1 << i) for i, (time, key) in enumerate(rows)]
        found[kind] = cases.one(events, 8, 4, scale=(window, 0))
    return found


def texts():
    """Return cases by kind: keys and ids of any text, some of them twice, some late."""
    found = {}
    for kind, some in TEXTS.items():
        keys = [(f"k{i}", key, 5.0, 1 << i) for i, key in enumerate(some)]
        ids = [(name, "pump", 9.0, 1 << i) for i, name in enumerate(some)]
        aside = [(name, "pump", 9.0, 1 << i) for i, name in enumerate(some)]
        found[f"keys {kind}"] = cases.one(keys, 2 * W, 5)
        found[f"ids {kind}"] = cases.one([*ids, *reversed(ids)], 2 * W, len(ids))
        found[f"late ids {kind}"] = cases.one([("far", "valve", 9.0 * W, 1), *aside, *aside[:2]], 2 * W, 6)
    return found


KEYS = {
    "with a number behind": [f"pump-{i}" for i in range(600)],
    "with a number before": [f"{i}.ventil.s\u00fcd" for i in range(600)],
    "of digits": [f"{i:06d}" for i in range(600)],
    "of one letter before a long end": [f"{chr(0x4E00 + i)}{'-line' * 40}" for i in range(600)],
    "of another script": ["".join(chr(0x430 + i // 24**k % 24) for k in range(3)) for i in range(600)],
    "of the same letters": ["".join(p) for p in itertools.islice(itertools.permutations("aelmnopst"), 0, 600 * 97, 97)],
    "that differ in the middle": [f"{'hall-' * 30}{i}{'/pump' * 30}" for i in range(600)],
    "with blanks behind": [" " * (i // 25) + "x" + " " * (i % 25) for i in range(600)],
}
"""600 keys of each kind."""


def hashed():
    """Return a case, by its kind: ids of which two have the same checksum, or a part of a digest."""
    events = [(name, f"pair-{i}", 5.0, 2 + j) for i, pair in enumerate(HASHED_ALIKE) for j, name in enumerate(pair)]
    return {"ids that hash alike": cases.one([*events, *events], 9 * W, 11)}
