"""What a learner reads of a check: title and hint, and what happened when it failed."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from ..errors import FromSubmission, SubmissionError
from ..handin.places import AS_IT_IS, Places
from ..result import clean
from .expect import FallsShort, Unexpected


def described(function: Callable[..., Any]) -> tuple[str, str]:
    """Return title and hint of a check: the first line of its docstring, and the rest."""
    title, _, hint = (inspect.getdoc(function) or function.__name__).partition("\n")
    return title.strip().rstrip("."), " ".join(hint.split())


def told(error: BaseException, hidden: bool, places: Places = AS_IT_IS) -> str:
    """Say what happened: for a hidden check without its data and without the learner's own message."""
    if isinstance(error, FallsShort):
        return ""
    if isinstance(error, Unexpected):
        return clean(_first(error.form if hidden else str(error), 3))
    if isinstance(error, SubmissionError):
        detail = "" if hidden else getattr(error, "detail", "")
        return clean("\n".join(part for part in (_first(str(error), 3), _first(detail, 4)) if part))
    if isinstance(error, FromSubmission):
        where, said = places.of(error)
        where = f" ({where})" if where else ""
        limit = f": {error.limit}" if error.limit else ""
        if isinstance(error, NotImplementedError):
            return "not written yet" if hidden else clean(f"Not written yet{where}: {_first(said, 4)}")
        if hidden:
            return f"your code raised {type(error).__name__}{limit}"
        return clean(f"{error.kind}: {_first(said, 4)}{where}{limit}")
    first = _first(str(error), 1)  # the author's own words, where there are any; else pytest's, which hold the data
    if hidden:
        return "" if first.startswith("assert ") else clean(first)
    return clean(_first(str(error), 4))


def _first(text: str, lines: int) -> str:
    return "\n".join([line for line in text.splitlines() if line.strip()][:lines])
