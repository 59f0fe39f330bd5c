"""A module of the kit's in a box: whose fault it is when it breaks off depends on what it was given."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn

from ..box.limits import Limits
from ..box.proxy import Bound
from ..box.replies import Owner
from ..box.session import Session
from ..errors import SubmissionError

SHORTEST = 16
"""Bytes: fewer are found by chance, as an empty file is."""
MOST_ITEMS = 64
"""Of a container that is looked into: more are data of the kit's."""


class Submitted:
    """What checks have in hands of a submission: its files, and what they read in its box.

    Parameters
    ----------
    contents
        The submitted files.
    """

    def __init__(self, contents: Iterable[bytes] = ()) -> None:
        self._known: set[tuple[int, bytes]] = set()
        for content in contents:
            self.note(content)

    def note(self, content: bytes) -> None:
        """Know a content again, as bytes and as text."""
        for form in (content, content.decode("utf-8", "replace").encode()):
            if len(form) >= SHORTEST:
                self._known.add((len(form), hashlib.sha256(form).digest()))

    def is_in(self, values: Iterable[Any], inside: bool = True) -> bool:
        """Return whether one of some arguments is such a content, or holds one."""
        return any(self._is(value) or (inside and self.is_in(_parts(value), inside=False)) for value in values)

    def _is(self, value: Any) -> bool:
        if isinstance(value, str):
            value = value.encode("utf-8", "replace") if any(len(value) <= size for size, _ in self._known) else b""
        if not isinstance(value, bytes) or all(len(value) != size for size, _ in self._known):
            return False
        return (len(value), hashlib.sha256(value).digest()) in self._known


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        value = list(value.values()) if len(value) <= MOST_ITEMS else ()
    return value if isinstance(value, (list, tuple)) and len(value) <= MOST_ITEMS else ()


class Given(dict[Any, Any]):
    """What the kit made of a submission, as a table: an entry that is not there is lacking in the submission."""

    def __missing__(self, key: object) -> NoReturn:
        raise SubmissionError("what you submitted lacks something that this check looks for", f"it looks for {key!r}")


def _given(value: Any) -> Any:
    if isinstance(value, dict):
        return Given({key: _given(item) for key, item in value.items()})
    return [_given(item) for item in value] if type(value) is list and len(value) <= MOST_ITEMS else value


class Reference:
    """A module of the kit's at work; called with what was submitted, it works on the submission's data.

    That work has boxes and a time of its own: what it uses up is not lacking in what the kit does for itself, and an
    object that came of it stays the submission's.

    Parameters
    ----------
    submitted
        What to know such a call by.
    """

    def __init__(
        self,
        files: Mapping[str, bytes],
        modules: Sequence[str],
        limits: Limits,
        level: str,
        libraries: Sequence[str],
        owner: Owner,
        submitted: Submitted,
    ) -> None:
        self._own = Session(files, modules, limits, level, libraries, owner)
        self._work = self._own
        if owner == "kit":
            self._work = Session(files, modules, limits, level, libraries, "given", beside=self._own)
        self._submitted = submitted

    @property
    def used(self) -> float:
        """Processor seconds that its boxes have had."""
        return sum(session.meter.all.used for session in {self._own, self._work})

    def queued(self) -> float:
        """Return for how many seconds its boxes have stood in the queue for a processor."""
        return sum(session.queued() for session in {self._own, self._work})

    def get(self, target: Any, name: str) -> Any:
        """Return an attribute: a value, a handle, or something to call."""
        found = self._own.get(target, name)
        return Bound(self, target, name) if isinstance(found, Bound) else found

    def call(self, target: Any, name: str | None, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a function."""
        if self._work is self._own or not self._submitted.is_in((*args, *kwargs.values())):
            return self._own.call(target, name, args, kwargs)
        return _given(self._work.call(target, name, args, kwargs))

    def each(
        self, target: Any, name: str | None, calls: Sequence[tuple[Sequence[Any], Mapping[str, Any]]]
    ) -> list[Any]:
        """Call a function many times, with nothing that was submitted."""
        return self._own.each(target, name, calls)

    def close(self) -> None:
        """End its boxes."""
        self._work.close()
        self._own.close()
