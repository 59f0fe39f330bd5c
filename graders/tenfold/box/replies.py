"""What a worker answers, looked at before it is used: an answer to this request, or the error that it tells of."""

from __future__ import annotations

import builtins
import errno
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from ..errors import AuthoringError, FromSubmission, OutOfTime, SubmissionError
from .inside.wire import WireError
from .limits import Limits

Owner = Literal["submission", "kit", "artefact", "given"]
"""Whose code runs: a learner's, the kit's, or the kit's at work on what a program made, or on what was submitted."""

NEED_MORE = (UnicodeDecodeError, UnicodeEncodeError, UnicodeTranslateError, BaseExceptionGroup)
REBUILT = {
    name
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, NEED_MORE)
}
"""Built-in errors that a message alone makes; any other crosses as the nearest of its bases among them."""
ENDS = {
    "SystemExit": "it called exit(); return a value instead",
    "KeyboardInterrupt": "it raised KeyboardInterrupt",
}
STOPPED: dict[Owner, str] = {
    "submission": "your program",
    "artefact": "the opening of what your program made",
    "given": "the work on what you submitted",
}
NO_THREAD = "can't start new thread"
OUT_OF_REACH = "files outside its folder, other processes and the network are out of reach"


def nearest(names: Iterable[str]) -> str:
    """Return the first of an error's class and its bases that the other side can make."""
    return next((name for name in names if name in REBUILT), "Exception")


@dataclass(frozen=True)
class Raised:
    """An error in a worker, in its own words, which may be lies but have these types."""

    type: tuple[str, ...]
    """Built-in classes, the nearest first."""
    kind: str = ""
    message: str = ""
    where: str = ""
    errno: int = 0
    missing: bool = False
    """Whether a name was asked for that is not there."""
    signature: str = ""
    """Of a function that was called with arguments that do not fit."""

    def exception(self, asked: str | None, limits: Limits, owner: Owner) -> Exception:
        """Return what to raise; the worker's words go where only a visible check shows them.

        Parameters
        ----------
        asked
            The name that was asked for.
        limits
            What the box may use.
        owner
            Whose code ran, and so whose fault it is.
        """
        name = nearest(self.type)
        if name == "StopIteration" and asked != "__next__":
            name = "RuntimeError"  # in a check it would end a loop, or look like the check's own mistake
        if name == "MemoryError":
            return stopped(f"it asked for more than {limits.memory_mb} MB of memory", owner)
        if self.type[0] in ENDS:
            return stopped(ENDS[self.type[0]], owner)
        if owner == "kit":
            return AuthoringError(f"code of the grader's own raised {name}: {self.message} ({self.where})")
        if owner == "artefact":
            return SubmissionError(f"what your program made cannot be opened ({name})", self.message)
        if owner == "given":
            return SubmissionError(f"what you submitted cannot be worked on ({name})", self.message)
        if self.missing:
            text = f"{asked or 'a name'} is not there: the statement's Interface section says what to define"
            error = SubmissionError(text, self.message)
            error.missing = True
            return error
        if self.signature:
            text = f"{asked or 'it'} does not take the arguments that the statement's Interface section names"
            return SubmissionError(text, f"its signature is {self.signature}: {self.message}")
        fields = {"where": self.where, "kind": self.kind or name, "limit": _limit(self._number(), limits)}
        rebuilt: Exception = type(name, (FromSubmission, getattr(builtins, name)), fields)(self.message)
        return rebuilt

    def _number(self) -> int:
        """Return the error number behind it; a thread that cannot be started has none of its own."""
        return errno.EAGAIN if not self.errno and NO_THREAD in self.message else self.errno


LONGEST = {"kind": 80, "message": 2000, "where": 200, "signature": 300}


def raised(reply: Any, number: str) -> Raised | None:
    """Return the error that a reply tells of, None where it tells of none.

    Raises
    ------
    WireError
        It is no answer to the request of this number.
    """
    if not isinstance(reply, dict) or set(reply) not in ({"id", "ok"}, {"id", "error"}):
        raise WireError("no reply")
    if type(reply["id"]) is not str or reply["id"] != number:
        raise WireError("out of turn")
    if "ok" in reply:
        return None
    said = reply["error"]
    if not isinstance(said, dict) or not all(type(key) is str and _fits(key, value) for key, value in said.items()):
        raise WireError("no error")
    if not said.get("type"):
        raise WireError("an error of no kind")
    given = {key: value for key, value in said.items() if value is not None}
    cut = {key: given[key][:most] for key, most in LONGEST.items() if key in given}
    return Raised(**{**given, **cut, "type": tuple(said["type"])})


def _fits(key: str, value: Any) -> bool:
    """Return whether a field of an error has its type; None stands for nothing to say."""
    if key == "type":
        return type(value) is list and all(type(name) is str for name in value)
    kinds = {**dict.fromkeys(LONGEST, str), "errno": int, "missing": bool}
    return key in kinds and (value is None or type(value) is kinds[key])


def stopped(why: str, owner: Owner, detail: str = "", late: bool = False) -> Exception:
    """Return what to raise for a box that was stopped; `detail`: what the worker says; `late`: by a limit of time."""
    if owner == "kit":
        return AuthoringError(f"code of the grader's own was stopped: {why}")
    return (OutOfTime if late else SubmissionError)(f"{STOPPED[owner]} was stopped: {why}", detail)


def _limit(number: int, limits: Limits) -> str:
    """Return what a box refuses with an error number."""
    return {
        errno.EFBIG: f"a file may have at most {limits.file_mb} MB",
        errno.EMFILE: f"a process may open at most {limits.open_files} files",
        errno.EAGAIN: f"at most {limits.processes} processes and threads may run",
        errno.EPERM: OUT_OF_REACH,
        errno.EROFS: OUT_OF_REACH,
        errno.EACCES: OUT_OF_REACH,
    }.get(number, "")
