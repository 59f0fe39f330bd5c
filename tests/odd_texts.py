"""Odd texts: one literal, name or sign of a file that is no module is exchanged for one of them."""

from __future__ import annotations

import random
import re

TOKEN = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|[0-9][\w.]*|\w+|[^\w\s]")
ODD = [
    *("1e999", "-1e999", "-0", "-1", "0", "0x10", "1_0", "9" * 400, "9" * 5_000, "1e-400", "nan", "NaN", "inf", "NULL"),
    *("None", "true", "''", '""', "``", "x", "x" * 100_000, "'" + "y" * 100_000 + "'", "[]", "{}", "*", "%s"),
    *("${x}", "{{", "}}", "<<EOF", "$(id)", ";", ";;", "--", "/*", "*/", "#", "\\", "\\0", "../..", "/dev/zero", "~"),
    *("\0", "a\0b", "\x1b[31m", "\x7f", "\r", "\t", "\n\n", "\ufeff", "\u2028", "\u202e", "\u00e9", "\u0663", "\u0391"),
    *("\U0001f600", "\u0301", "\ufffd", "\ud800", "(" * 500, "[" * 5_000, "- " * 5_000, "!!python/object:os", "&a *a"),
]


def exchanged(text: str, rng: random.Random) -> bytes:
    """Return a text with one of its tokens exchanged; sometimes within its quotes."""
    found = rng.choice(list(TOKEN.finditer(text)))
    token = found.group()
    odd = rng.choice([odd for odd in ODD if odd != token])
    if token[0] in "\"'" and len(token) > 1 and rng.random() < 0.5:
        odd = token[0] + odd + token[0]
    changed = text[: found.start()] + odd + text[found.end() :]
    return changed.encode("utf-8", "surrogatepass")  # half a pair is no UTF-8, as a file may not be
