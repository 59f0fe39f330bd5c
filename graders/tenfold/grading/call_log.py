"""The calls of a grade that are kept, so that they can be made again: a few of each function, with what they gave."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..box.crossing import frozen, thawed
from ..box.proxy import Handle
from ..box.session import Session
from ..errors import FromSubmission

MOST_KEPT = 12
"""Calls of one function."""
MOST_BYTES = 4 << 20
"""Of one call's arguments."""
MOST_STEPS = 6
"""Calls of one object's methods."""


@dataclass
class Call:
    """One call of a function, or of a method of what one returned."""

    target: str
    name: str | None
    arguments: bytes
    """Positional and named ones, frozen."""
    seconds: float = 0.0
    answer: bytes | None = None
    """What it returned, frozen; None where an object came or an error."""
    raised: str = ""
    """The built-in class of the error that it raised."""
    steps: list[Call] = field(default_factory=list)
    """What was asked of the object that it returned, from the first."""
    whole: bool = True
    """Whether nothing else was asked of that object before the last step."""

    def unpacked(self) -> tuple[list[Any], dict[str, Any]]:
        """Return its arguments, made anew."""
        args, kwargs = thawed(self.arguments)
        return list(args), dict(kwargs)


class CallLog:
    """Keeps a sample of the calls of each function: of the first ones, and of those that come later, as many."""

    def __init__(self) -> None:
        self._calls: dict[tuple[str, str], list[Call]] = defaultdict(list)
        self._seen: dict[tuple[str, str], int] = defaultdict(int)
        self._makers: dict[Any, Call] = {}
        self._rng = random.Random(0)

    def of(self, target: str, name: str) -> list[Call]:
        """Return the calls of a function that were kept, in their order."""
        return list(self._calls[target, name])

    def made(
        self, target: Any, name: str | None, args: Sequence[Any], kwargs: Mapping[str, Any], act: Callable[[], Any]
    ) -> Any:
        """Make a call, and keep it or not; return what it returned."""
        keep = self._place(target, name)
        arguments = (
            frozen([list(args), dict(kwargs)]) if keep is not None and _size(args, kwargs) <= MOST_BYTES else None
        )
        if keep is None or arguments is None:
            self._lost(target)
            return act()
        call, start = Call(target if isinstance(target, str) else "", name, arguments), time.monotonic()
        try:
            answer = act()
        except FromSubmission as error:
            call.raised = type(error).__name__
            keep(call)
            raise
        finally:
            call.seconds = time.monotonic() - start
        if isinstance(answer, Handle):
            self._makers[answer._place] = call
        else:
            call.answer = frozen(answer)
        keep(call)
        return answer

    def _place(self, target: Any, name: str | None) -> Callable[[Call], None] | None:
        """Return what puts a call where it is kept; None where it is not."""
        if isinstance(target, Handle):
            maker = self._makers.get(target._place)
            kept = (
                maker is not None and maker.whole and len(maker.steps) < MOST_STEPS and not (name or "").startswith("_")
            )
            return maker.steps.append if maker is not None and kept else None
        if not isinstance(target, str) or name is None:
            return None
        key = (target, name)
        self._seen[key] += 1
        calls = self._calls[key]
        if len(calls) < MOST_KEPT:
            return calls.append
        place = self._rng.randrange(self._seen[key])
        half = MOST_KEPT // 2
        return (lambda call: calls.__setitem__(half + place % half, call)) if place < half else None

    def _lost(self, target: Any) -> None:
        """Note that something was asked of an object which is not kept: what comes after it cannot be asked again."""
        if isinstance(target, Handle) and (maker := self._makers.get(target._place)) is not None:
            maker.whole = False


def _size(args: Sequence[Any], kwargs: Mapping[str, Any]) -> int:
    """Return about how many bytes the large arguments have."""
    return sum(int(getattr(value, "nbytes", 0)) for value in (*args, *kwargs.values()) if not hasattr(value, "columns"))


class LoggedSession(Session):
    """A submission at work whose calls are kept once somebody wants them."""

    log: CallLog | None = None

    def call(self, target: Any, name: str | None, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call an object of the learner's and return what it returned."""
        if self.log is None:
            return super().call(target, name, args, kwargs)
        self.start()  # it is no part of what the call takes
        return self.log.made(
            target, name, args, kwargs, lambda: super(LoggedSession, self).call(target, name, args, kwargs)
        )
