"""The bytes of a file that was handed in, as text: what cannot be is told with its cure."""

from __future__ import annotations

import codecs
import io
import re
import tokenize

from ..errors import Unreadable
from .cell_text import parsed

CURE = "Save it again as UTF-8"
PATCHES = (".patch", ".diff")
WIDE = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
BEGINS = {b"PK\x03\x04": "a zip archive", b"\x1f\x8b": "a gzip archive", b"%PDF": "a PDF", b"\x7fELF": "a program"}
COOKIE = re.compile(r"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.ASCII)
CONFLICT = re.compile(r"^(<<<<<<< |=======\s*$|>>>>>>> )", re.MULTILINE)


def checked(content: bytes, name: str, suffix: str) -> bytes:
    """Return what a file of a submission holds, as UTF-8 without a mark in front; a file that needs no change as it is.

    Parameters
    ----------
    content
        What it holds.
    name
        What the learner calls it.
    suffix
        Of the name that it is asked for by.

    Raises
    ------
    Unreadable
        It is in another encoding, holds NUL bytes or the marks of a merge, or is no text at all.
    """
    for begin, kind in BEGINS.items():
        if content.startswith(begin):
            raise Unreadable(f"{name} is {kind}, not text. Hand in the file itself.")
    if encoding := _wide(content):
        raise Unreadable(f"{name} is in {encoding}, not in UTF-8. {CURE} (in PowerShell: Set-Content -Encoding utf8).")
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise Unreadable(f"{name} holds a NUL byte in line {line}, so it is no text. {CURE}, or take the byte out.")
    plain = content.removeprefix(codecs.BOM_UTF8)
    text = _decoded(plain, name, suffix)
    marks = {found[1].strip() for found in CONFLICT.finditer(text)}
    if len(marks) == 3 and not (suffix == ".py" and parsed(text)) and suffix not in PATCHES:
        line = text[: CONFLICT.search(text).start()].count("\n") + 1  # type: ignore[union-attr]
        raise Unreadable(
            f"{name} holds Git's marks of a merge conflict (<<<<<<<, line {line}). Choose what stays, and save it."
        )
    try:
        plain.decode()
    except UnicodeDecodeError:
        return _without_cookie(text).encode()
    return plain


def _wide(content: bytes) -> str:
    """Return the name of an encoding of two or four bytes a character, with its mark in front or without."""
    for mark, encoding in WIDE.items():
        if content.startswith(mark):
            return encoding
    start = content[:2000]
    zeros = [start[i::2].count(0) * 2 for i in (0, 1)]
    return "UTF-16" if len(start) > 3 and max(zeros) > 0.7 * len(start) > 0 and min(zeros) < 0.1 * len(start) else ""


def _decoded(content: bytes, name: str, suffix: str) -> str:
    try:
        if suffix == ".py":
            encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
            return content.decode(encoding)
        return content.decode()
    except (UnicodeDecodeError, SyntaxError, LookupError) as error:
        if suffix in PATCHES:
            return content.decode(errors="replace")
        at = error.start if isinstance(error, UnicodeDecodeError) else _first_odd(content)
        if at is None:
            raise Unreadable(f"{name} names an encoding that Python does not know. {CURE}.") from None
        line, byte = content[:at].count(b"\n") + 1, content[at]
        raise Unreadable(
            f"{name} is not in UTF-8 (line {line} holds the byte 0x{byte:02X}, as in Latin-1 or Windows-1252). {CURE}."
        ) from None


def _first_odd(content: bytes) -> int | None:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return error.start
    return None


def _without_cookie(text: str) -> str:
    """Return a Python text without the comment that names its encoding; every line keeps its number."""
    lines = text.split("\n", 2)
    return "\n".join("#" if i < 2 and COOKIE.match(line) else line for i, line in enumerate(lines))
