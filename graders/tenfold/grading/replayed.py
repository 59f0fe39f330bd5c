"""Calls made again: alone in a new process, in another order, and after one that differs in one argument alone.

What a call gives must be the same each time, to a tolerance. A difference is told by function, never by data.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..box.crossing import frozen, is_tensor, thawed
from ..box.session import Session
from ..errors import FromSubmission, SubmissionError
from . import held
from .alike import alike
from .call_log import Call
from .expect import Unexpected

SHARE = 0.1
"""Of the seconds that a submission had so far, for all that is made again."""
LEAST = 0.5  # seconds, so that something is tried after a short grade
FREE = 0.02  # seconds of a call that are not counted: on a busy machine a short one takes so long
MOST_CALLS, MOST_ALONE, MOST_CHANGED, FEWEST_CHANGED = 6, 3, 24, 8
"""Of one function; so few are tried whatever they take, unless a call is slow."""
SLOW = 0.25  # seconds
OTHER_ORDER = 1
"""The hash seed beside 0."""


class Depends(AssertionError):
    """What a call gives depends on more than its arguments."""


@dataclass(frozen=True)
class Changed:
    """A call with one argument exchanged, and the call that it comes after."""

    call: Call
    after: Call
    where: str


class Replay:
    """Makes the calls of some functions again.

    Parameters
    ----------
    session
        The submission.
    rel, tiny
        How far two answers may differ (`alike`).
    """

    def __init__(self, session: Session, rel: float, tiny: float) -> None:
        self._session, self._rel, self._tiny = session, rel, tiny
        self._answers: dict[int, Call] = {}
        self.used = 0.0
        """Processor seconds of the submission's that it took."""

    def run(self, functions: dict[str, list[Call]], changed: bool) -> None:
        """Make the calls of each function again, by its name; raise `Depends` at the first difference."""
        room = max(LEAST, SHARE * self._session.meter.all.used) / max(1, len(functions))
        for name, calls in functions.items():
            if all(call.raised for call in calls):
                raise SubmissionError(f"{name} has answered no check so far: mend what it is asked there first")
        chosen = {name: _within(room / 4, calls) for name, calls in functions.items()}
        plain = {name: [call for call in calls if not call.steps] for name, calls in chosen.items()}
        others = {
            name: list(_changes(calls, functions[name], room / 4)) if changed else [] for name, calls in plain.items()
        }
        slowest = max((call.seconds for calls in chosen.values() for call in calls), default=0.0)
        alone = self._session.again(5 + 20 * slowest)
        together = self._session.again(5 + 20 * slowest, OTHER_ORDER)
        try:
            self._alone(alone, plain, others)
            self._together(together, alone, plain, others)
            for calls in functions.values():
                some = [call for call in held.quick(calls) if call.seconds < held.SLOW][: held.FEW]
                if some:
                    held.answers_stay(together, some, self._same)
                    held.places_do_not_count(together, some, self._same)
            for name, calls in chosen.items():
                self._objects(alone, name, [call for call in calls if call.steps and call.whole])
        finally:
            together.close()
            alone.close()
            self.used = alone.meter.all.used + together.meter.all.used

    def _alone(self, session: Session, plain: dict[str, list[Call]], others: dict[str, list[Changed]]) -> None:
        """Make some calls in a process that made none of that function before, and the changed ones one by one."""
        for place in range(min(MOST_ALONE, max((len(calls) for calls in plain.values()), default=0))):
            session.restart()
            for name, calls in plain.items():
                if place < len(calls) and not self._same(_made(session, calls[place]), calls[place]):
                    raise Depends(f"{name} gave another answer when it was called again in a new process: {held.KEPT}")
        session.restart()
        for changes in others.values():
            for change in changes:
                self._answers[id(change)] = _made(session, change.call)

    def _together(
        self, session: Session, alone: Session, plain: dict[str, list[Call]], others: dict[str, list[Changed]]
    ) -> None:
        """Make all calls in one process, in another order and some twice, where sets of texts are ordered otherwise."""
        for name, calls in plain.items():
            for change in others[name]:
                _made(session, change.after)
                if not self._same(_made(session, change.call), wanted := self._answers[id(change)]):
                    alone.restart()
                    fresh = self._same(_made(alone, change.call), wanted)
                    self._tell(session, name, change.call, wanted if fresh else None, change.where)
            for call in [*reversed(calls), *calls]:
                if not self._same(_made(session, call), call):
                    self._tell(session, name, call, call, "")

    def _tell(self, session: Session, name: str, call: Call, wanted: Call | None, where: str) -> None:
        """Raise `Depends`, saying on what; `wanted` is what a new process gives, None where that is not known."""
        session.restart()
        if wanted is not None and not self._same(_made(session, call), wanted):
            raise Depends(f"{name} gives another answer where Python orders a set of texts otherwise (PYTHONHASHSEED)")
        if where:
            raise Depends(f"{name} gave another answer after a call that differs in {where} alone: {held.KEPT}")
        raise Depends(f"{name} gave another answer after other calls: {held.KEPT}")

    def _objects(self, session: Session, name: str, calls: list[Call]) -> None:
        """Ask new objects for the same, one alone and then two by turns."""
        for call, other in zip(calls, [*calls[1:], *calls[:1]], strict=True):
            session.restart()
            first, second = _object(session, call), _object(session, other)
            if first is None or second is None:
                raise Depends(f"{name} gave no object when it was called again in a new process: {held.KEPT}")
            for place, step in enumerate(call.steps):
                if place < len(other.steps):
                    _made(session, other.steps[place], second)
                if not self._same(_made(session, step, first), step):
                    said = "another answer on a new object, beside a second one"
                    raise Depends(f"{name}: {step.name} gave {said}: what an object answers may depend on it alone")

    def _same(self, found: Call, wanted: Call) -> bool:
        if found.raised or wanted.raised:
            return found.raised == wanted.raised
        if found.answer is None or wanted.answer is None or found.answer == wanted.answer:
            return True  # an object, or the same to the last bit
        try:
            return alike(thawed(found.answer), thawed(wanted.answer), self._rel, self._tiny)
        except Unexpected:
            return False


def _made(session: Session, call: Call, target: Any = None) -> Call:
    """Make a call again; return it with what it gave this time."""
    args, kwargs = call.unpacked()
    try:
        answer = session.call(call.target if target is None else target, call.name, tuple(args), kwargs)
    except FromSubmission as error:
        return replace(call, answer=None, raised=type(error).__name__)
    except SubmissionError:
        return replace(call, answer=None, raised="")  # stopped: nothing can be said
    return replace(call, answer=frozen(answer), raised="")


def _object(session: Session, call: Call) -> Any:
    args, kwargs = call.unpacked()
    try:
        return session.call(call.target, call.name, tuple(args), kwargs)
    except (FromSubmission, SubmissionError):
        return None


def _within(seconds: float, calls: Sequence[Call]) -> list[Call]:
    """Return the first calls, the later ones and of both as many as there is time for, but one at least."""
    found = list[Call]()
    for call in [c for pair in zip(calls, reversed(calls), strict=True) for c in pair]:
        if any(call is kept for kept in found) or len(found) == MOST_CALLS:
            continue
        if found and sum(map(_cost, found)) + _cost(call) > seconds:
            break
        found.append(call)
    return found


def _cost(call: Call) -> float:
    return max(0.0, call.seconds - FREE)


def _changes(calls: Sequence[Call], known: Sequence[Call], seconds: float) -> Iterator[Changed]:
    """Yield calls with one argument of another call's, or moved by one place; for each argument that there is."""
    left, seen = seconds, set[bytes]()
    for base in _bases(calls):
        args, kwargs = base.unpacked()
        values = [other.unpacked() for other in known if other is not base]
        for path in _paths(args, kwargs):
            for new in _donated(_at(path, args, kwargs), [_at(path, *other) for other in values]):
                changed = _put(path, new, *base.unpacked())
                arguments = frozen([changed[0], changed[1]])
                if arguments is None or arguments in seen or arguments == base.arguments:
                    continue
                left -= 2 * _cost(base)
                enough = len(seen) >= FEWEST_CHANGED or base.seconds > SLOW
                if (left < 0 and enough) or len(seen) >= MOST_CHANGED:
                    return
                seen.add(arguments)
                yield Changed(replace(base, arguments=arguments, answer=None, raised=""), base, _named(path))
                break


def _bases(calls: Sequence[Call]) -> list[Call]:
    """Return calls to exchange an argument of: of each form one, those with the most arguments first."""
    forms: dict[Any, Call] = {}
    for call in calls:
        args, kwargs = call.unpacked()
        forms.setdefault((len(args), *sorted(kwargs)), call)
    return [forms[form] for form in sorted(forms, key=lambda form: -form[0] - len(form))]


Path = tuple[Any, ...]
"""Where a value stands: the place of an argument or its name, and for one of a dict's the key."""


def _paths(args: list[Any], kwargs: dict[str, Any]) -> Iterator[Path]:
    for place, value in [*enumerate(args), *kwargs.items()]:
        yield (place,)
        if isinstance(value, dict):
            yield from ((place, key) for key in value if isinstance(key, str))


def _at(path: Path, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Return what stands there; Ellipsis where nothing does."""
    place, *rest = path
    value = args[place] if isinstance(place, int) and place < len(args) else kwargs.get(place, ...)
    for key in rest:
        value = value.get(key, ...) if isinstance(value, dict) else ...
    return value


def _put(path: Path, new: Any, args: list[Any], kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    place, *rest = path
    holder: Any = args if isinstance(place, int) else kwargs
    for key in rest:
        holder, place = holder[place], key
    holder[place] = new
    return args, kwargs


def _donated(own: Any, others: list[Any]) -> list[Any]:
    """Return values to put in a value's place: of the same form first, then its own parts moved, then any other."""
    there = [other for other in others if other is not ... and frozen(other) not in (None, frozen(own))]
    fit = [other for other in there if _form(other) == _form(own)]
    return [*fit[:1], *_moved(own), *there[:1]]


def _moved(own: Any) -> list[Any]:
    if isinstance(own, np.ndarray) and own.ndim and len(own) > 1:
        return [np.roll(own, 1, axis=0)]
    if is_tensor(own) and own.ndim and len(own) > 1:
        return [own.roll(1, 0)]
    if isinstance(own, list) and len(own) > 1:
        return [[*copy.copy(own)[1:], own[0]]]
    return []


def _form(value: Any) -> tuple[Any, ...]:
    if isinstance(value, dict):
        return dict, *sorted(map(repr, value))
    shape = getattr(value, "shape", None)
    return type(value), shape if shape is not None else len(value) if isinstance(value, (list, tuple)) else None


def _named(path: Path) -> str:
    place, *rest = path
    whole = f"its argument {place}" if isinstance(place, str) else f"its {_ordinal(place + 1)} argument"
    return f"{rest[0]!r} of {whole}" if rest else whole


def _ordinal(number: int) -> str:
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number, 'th') }"
