"""The learner's modules as a check sees them: every use is a message to the worker, every result a plain value."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any, NoReturn, Protocol

from ..errors import OutOfTime, SubmissionError
from .box import Box

TELLING = {
    *("ndarray", "DataFrame", "Series", "Index", "Tensor", "generator", "function", "method", "module", "coroutine"),
    *("map", "filter", "zip", "range", "dict_keys", "dict_values", "dict_items", "Pipeline", "Booster", "mappingproxy"),
    *("str", "int", "list", "tuple", "dict", "set", "frozenset", "bytes", "deque", "Decimal", "Timestamp", "datetime"),
    *("Period", "PeriodArray", "PeriodIndex", "Interval", "IntervalArray", "IntervalIndex", "SparseArray"),
    *("ArrowExtensionArray", "ArrowStringArray", "MultiIndex", "CategoricalIndex", "DatetimeIndex", "DatetimeArray"),
    *("Categorical", "NumpyExtensionArray", "PosixPath", "UUID", "UserDict", "csr_matrix", "csr_array"),
    *("csc_matrix", "csc_array", "coo_matrix", "coo_array", "SimpleNamespace", "ZoneInfo", "DateOffset"),
}
"""Types whose name may be told: a name that the learner's code chose could carry hidden data out."""

REASONS = {
    "too large": "too large to be handed over",
    "nested too deep": "nested too deep to be handed over",
    "contains itself": "it contains itself",
    "half a surrogate pair": "its text holds half a surrogate pair",
}
"""Why a value that could be handed over was not, as `inside.encode` names it and as a learner reads it."""


class Asked(Protocol):
    """What answers: a `session.Session`."""

    def get(self, target: Any, name: str) -> Any:
        """Return an attribute: a value, a handle, or something to call."""

    def call(self, target: Any, name: str | None, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call an object and return what it returned."""

    def each(
        self, target: Any, name: str | None, calls: Sequence[tuple[Sequence[Any], Mapping[str, Any]]]
    ) -> list[Any]:
        """Call an object many times and return what each call returned or raised."""


class NoLength(SubmissionError, TypeError):
    """An object without a length; `list` asks for one and takes a `TypeError` for no."""


class _Remote:
    """What both kinds of remote object refuse: to be compared or to stand for a plain value."""

    _described = "something"

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise SubmissionError(f"{self._described} was returned where a plain value is expected")

    __bool__ = __float__ = __int__ = __index__ = __array__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __eq__ = __ne__ = _refuse  # an object that is equal to everything must not be equal here
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"<{self._described}>"


class Handle(_Remote):
    """An object that lives in the worker: read its attributes, call its methods, iterate over it, pass it back."""

    def __init__(self, session: Asked, box: Box, number: int, kind: str) -> None:
        self._session, self._box, self._number = session, box, number
        name, _, why = kind.partition(": ")
        self._described = f"an object of type {name}" if name in TELLING else "an object of another class"
        if why in REASONS:
            self._described += f" ({REASONS[why]})"

    @property
    def _place(self) -> tuple[Box, int]:
        """What tells it from every other object: its box, and its number there."""
        return self._box, self._number

    def is_in(self, box: Box) -> bool:
        """Return whether it still lives in the worker of this box."""
        return box is self._box

    def number(self, box: Box) -> int:
        """Return its place in the worker."""
        if box is not self._box:
            raise SubmissionError(f"{self._described} was lost when your program was started anew")
        return self._number

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # pytest looks for such names in everything
            raise AttributeError(name)
        return self._session.get(self, name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._session.call(self, None, args, kwargs)

    def __len__(self) -> int:
        try:
            size = self._session.call(self, "__len__", (), {})
        except OutOfTime:
            raise
        except SubmissionError as error:
            raise NoLength(str(error)) from None
        if type(size) is not int or size < 0:
            self._refuse()
        return size

    def __getitem__(self, key: Any) -> Any:
        return self._session.call(self, "__getitem__", (key,), {})

    def __iter__(self) -> Iterator[Any]:
        items = self._session.call(self, "__iter__", (), {})
        while True:
            try:
                item = self._session.call(items, "__next__", (), {})
            except StopIteration:
                return
            yield item


class Bound(_Remote):
    """A name of a module or object in the worker: to be called, or to be looked into."""

    def __init__(self, session: Asked, target: Any, name: str) -> None:
        self._session, self._target, self._name = session, target, name
        self._described = f"the function {name}"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._session.call(self._target, self._name, args, kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # pytest looks for such names in everything
            raise AttributeError(name)
        return self._session.get(self._target, f"{self._name}.{name}")


class Module(ModuleType):
    """Stands for one module of a submission in `sys.modules`.

    ``from drift import psi`` gives a name that is looked up when it is used, so that a missing function fails the
    check that calls it and no other; ``import drift; drift.SIZE`` inside a check gives the value.
    """

    def __init__(self, session: Asked, name: str) -> None:
        super().__init__(name)
        self.__dict__["_session"] = session
        self.__dict__["_collecting"] = True

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # pytest looks for such names in everything
            raise AttributeError(name)
        session, own = self.__dict__["_session"], self.__name__
        return Bound(session, own, name) if self.__dict__["_collecting"] else session.get(own, name)


def each(function: Any, calls: Sequence[tuple[Sequence[Any], Mapping[str, Any]]]) -> list[Any]:
    """Call a function once for each pair of arguments, in one message where it is a submission's or the kit's in a box.

    Returns what each call returned, or the exception that it raised; fewer where one ended the box.
    """
    if isinstance(function, Bound):
        return function._session.each(function._target, function._name, calls)
    found = list[Any]()
    for args, kwargs in calls:
        try:
            found.append(function(*args, **kwargs))
        except Exception as error:
            found.append(error)
    return found


def install(session: Asked, names: list[str]) -> list[Module]:
    """Put a module for each name into `sys.modules`."""
    modules = [Module(session, name) for name in names]
    sys.modules.update({module.__name__: module for module in modules})
    return modules


def installed() -> bool:
    """Return whether a submission is being graded here; with plain pytest its modules are real ones."""
    return any(isinstance(module, Module) for module in list(sys.modules.values()))
