"""What calls do to values that their caller still holds: found out in the box (`inside.held`), judged here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..box.crossing import frozen, is_tensor
from ..box.session import Session
from ..errors import FromSubmission, SubmissionError
from . import expect
from .call_log import Call

FEW = 3
"""Calls of one function whose answers are looked at together, none of them slow: they share the time of one call."""
QUICK, SLOW = 0.05, 0.25
"""Seconds of a call."""
KEPT = "what a call gives may depend on its arguments alone"
Same = Callable[[Call, Call], bool]
"""Whether two calls gave the same."""


def quick(calls: Sequence[Call]) -> list[Call]:
    """Return the calls of a function that gave an answer soon; where none did, the first that gave one."""
    answered = [call for call in calls if not call.raised]
    kinds = [[call for call in answered if call.seconds < most] for most in (QUICK, SLOW)]
    return kinds[0] if len(kinds[0]) > 1 else kinds[1][:2] or answered[:1]


def arguments_stay(session: Session, calls: Sequence[Call]) -> None:
    """Raise `AssertionError` where a call leaves other arguments behind than it was given."""
    for call in calls:  # one by one: each may take as long as any call
        (seen,) = _seen(session, [call], ["given", "left"])
        if not expect.unchanged(seen["left"], seen["given"]):
            raise AssertionError(f"{call.name} changed what it was given")


def answers_stay(session: Session, calls: Sequence[Call], same: Same) -> None:
    """Raise `AssertionError` where an answer is changed by the next calls, or changes them once it was overwritten."""
    for call, seen in zip(calls, _seen(session, calls, ["answer", "later", "again"]), strict=True):
        answer, later, again = (_gave(call, seen[when]) for when in ("answer", "later", "again"))
        if later.answer != answer.answer:
            raise AssertionError(f"what {call.name} had returned was changed by a later call")
        if not same(again, answer):
            raise AssertionError(f"{call.name} gave another answer once what it had returned was overwritten: {KEPT}")


def places_do_not_count(session: Session, calls: Sequence[Call], same: Same) -> None:
    """Raise `AssertionError` where an answer goes by what holds the values, and not by the values."""
    for call, others in [(made, others) for made in calls for others in _others(made, calls)]:
        try:
            found = expect.sequence(session.moved(call.target, call.name, call.unpacked(), others), length=2)
        except (FromSubmission, SubmissionError):
            continue  # these arguments do not fit together
        if not same(*(_gave(call, answer) for answer in found)):
            kinds = "for an array, list or dict that held other values before"
            raise AssertionError(f"{call.name} gave another answer {kinds}: {KEPT}")


def _others(call: Call, calls: Sequence[Call]) -> Iterator[Any]:
    """Yield arguments of the same form: its own turned around, and those of another call of the function."""
    mine = call.unpacked()
    yield turned(mine)
    known = [other.unpacked() for other in calls if other is not call]
    yield from [other for other in known if fits(mine, other)][:1]


def turned(value: Any) -> Any:
    """Return a value with the rows of every array, tensor and table in it turned around."""
    if isinstance(value, np.ndarray) and value.ndim:
        return value[::-1].copy()
    if is_tensor(value):
        return value.flip(0) if value.ndim else value
    if isinstance(value, dict):
        return {key: turned(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)([turned(part) for part in value])
    return value.iloc[::-1] if hasattr(value, "iloc") else value


def fits(value: Any, other: Any) -> bool:
    """Return whether the contents of the other value can take the place of those of the first one."""
    if type(value) is not type(other):
        return False
    if isinstance(value, np.ndarray) or is_tensor(value):
        return bool(value.shape == other.shape and value.dtype == other.dtype)
    if isinstance(value, dict):
        return value.keys() == other.keys() and all(fits(value[key], other[key]) for key in value)
    if isinstance(value, (list, tuple)):
        return len(value) == len(other) and all(map(fits, value, other))
    return not hasattr(value, "iloc") or bool(value.shape == other.shape and value.axes[-1].equals(other.axes[-1]))


def _seen(session: Session, calls: Sequence[Call], parts: list[str]) -> list[dict[str, Any]]:
    told = session.after([(call.target, call.name, *call.unpacked()) for call in calls], "again" in parts)
    return [expect.mapping(seen, parts) for seen in expect.sequence(told, length=len(calls))]


def _gave(call: Call, answer: Any) -> Call:
    return replace(call, answer=frozen(answer), raised="")
