"""The learner's modules as a check sees them: every use is a message to the worker, every result a plain value."""

from __future__ import annotations

import builtins
import errno
import secrets
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any, Literal, NoReturn

from .errors import AuthoringError, FromSubmission, SubmissionError
from .forkserver import Ended, ForkServer, warm
from .inside import landlock
from .inside.wire import WireError
from .sandbox import Box, Limits, Ran

Owner = Literal["submission", "kit", "artefact"]

DEFAULT_CALLS = 10_000
REBUILT = [
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "BufferError",
    "EOFError",
    "FileNotFoundError",
    "FloatingPointError",
    "ImportError",
    "IndexError",
    "KeyError",
    "LookupError",
    "MemoryError",
    "ModuleNotFoundError",
    "NameError",
    "NotImplementedError",
    "OSError",
    "OverflowError",
    "PermissionError",
    "RecursionError",
    "RuntimeError",
    "StopIteration",
    "SyntaxError",
    "TimeoutError",
    "TypeError",
    "ValueError",
    "ZeroDivisionError",
    "Exception",
]
ENDS = {
    "SystemExit": "it called exit(); return a value instead",
    "KeyboardInterrupt": "it raised KeyboardInterrupt",
}
OUT_OF_REACH = "files outside its folder, other processes and the network are out of reach"
TELLING = {
    *("ndarray", "DataFrame", "Series", "Index", "Tensor", "generator", "function", "method", "module", "coroutine"),
    *("map", "filter", "zip", "range", "dict_keys", "dict_values", "dict_items", "Pipeline", "Booster", "mappingproxy"),
}
"""Types whose name may be told: a name that the learner's code chose could carry hidden data out."""


class Callback:
    """A function of the grader that the learner's code may call.

    Parameters
    ----------
    function
        Takes and returns values that may cross.
    calls
        How often it may be called; after that the learner's code gets a `RuntimeError`.
    """

    def __init__(self, function: Callable[..., Any], calls: int = DEFAULT_CALLS) -> None:
        self._function, self._budget = function, calls
        self.calls = 0
        """How often it has been called."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.calls >= self._budget:
            raise RuntimeError(f"the budget of {self._budget} calls is used up")
        self.calls += 1
        return self._function(*args, **kwargs)


class Session:
    """A submission at work: one box at a time, started when first needed, started anew after it broke.

    Parameters
    ----------
    files
        The submitted files.
    modules
        Those of them that are loaded, by module name.
    limits
        What the boxes may use; `limits.total` is shared by all of them.
    level
        What isolates them, one of `levels.LEVELS`.
    libraries
        What to have loaded before a box is forked.
    owner
        Whose code it is, and so whose fault an error: the submission's, the kit's, or the kit's at work on an
        artefact of the submission's.
    """

    def __init__(
        self,
        files: Mapping[str, bytes],
        modules: Sequence[str],
        limits: Limits,
        level: str,
        libraries: Sequence[str] = ("numpy",),
        owner: Owner = "submission",
    ) -> None:
        self._files, self._modules, self._limits, self._level = files, modules, limits, level
        self._libraries, self._owner = libraries, owner
        self._box: Box | None = None
        self._own: ForkServer | None = None
        self._callbacks: dict[int, Callback] = {}
        self._used = False
        self.spent = 0.0
        """Seconds that the submission has taken, measured here."""
        self._loading = 0.0

    @property
    def box(self) -> Box:
        """The running box; it has loaded every module of the submission."""
        self._used = True
        return self.start()

    def start(self) -> Box:
        """Start a box where there is none."""
        if self._box is None:
            limits = replace(self._limits, total=max(1.0, self._limits.total - self.spent))
            self._box = Box(self._files, self._modules, limits, self._server())
            before = self.spent
            try:
                self._ask(self._box, "load", {})
            finally:
                self._loading += self.spent - before
        return self._box

    def fresh(self) -> None:
        """See to it that nothing of what was asked before is known to the box."""
        if self._used:
            self.restart()
            self._used = False

    def restart(self) -> None:
        """End the box; the next use starts another, with a new folder."""
        if self._box is not None:
            self._box.close()
            self._box = None

    def close(self) -> None:
        """End the box for good."""
        self.restart()
        self._leave()

    def _server(self) -> ForkServer:
        """Return what forks the boxes: shared with other submissions, but at *strong* this one's own."""
        loopback = self._limits.network == "loopback"
        if self._level != "strong":
            return warm(self._libraries, self._level, loopback)
        if landlock.abi() < landlock.LEAST_ABI:
            self._leave()  # nothing but the walls around the server would separate two boxes
        if self._own is None:
            self._own = ForkServer(self._libraries, self._level, loopback)
        return self._own

    def _leave(self) -> None:
        if self._own is not None:
            self._own.close()
            self._own = None

    def get(self, target: Any, name: str) -> Any:
        """Return an attribute: a value, a `Handle`, or something to call."""
        reply = self._ask(self.box, "get", {"target": self._here(target), "name": name})
        return Bound(self, target, name) if reply.get("callable") is True else reply.get("value")

    def call(self, target: Any, name: str | None, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call an object of the learner's and return what it returned."""
        call = {"target": self._here(target), "name": name, "args": list(args), "kwargs": kwargs}
        return self._ask(self.box, "call", call)

    def run(self, argv: Sequence[str], seconds: float | None = None) -> Ran:
        """Run a program in the box; its time counts like that of a call."""
        allowed = min(seconds or self._limits.seconds, max(1.0, self._limits.total - self.spent))
        start = time.monotonic()
        try:
            return self.box.run(argv, allowed)
        finally:
            self.spent += time.monotonic() - start

    def _here(self, target: Any) -> Any:
        return target if isinstance(target, str) else target.number(self.box)

    def _ask(self, box: Box, op: str, body: dict[str, Any]) -> Any:
        left = self._limits.total - self.spent
        if left <= 0:
            self._fail(box, f"the {self._limits.total:g} s for the whole exercise are used up{self._loaded()}")
        allowed = min(self._limits.seconds, left)
        number = secrets.token_hex(8)
        start, outside = time.monotonic(), 0.0
        try:
            box.channel.send({"id": number, "op": op, "with": body}, self._refer, start + allowed)
            while True:
                reply = box.channel.receive(self._resolve(box), start + outside + allowed)
                if not (isinstance(reply, dict) and set(reply) == {"callback", "args", "kwargs"}):
                    break
                before = time.monotonic()
                box.channel.send(self._run(reply), self._refer, before + allowed)
                outside += time.monotonic() - before
        except TimeoutError:
            self._fail(box, f"no answer within {allowed:.3g} s")
        except (EOFError, ConnectionError):
            self._fail(box, self._ending(box.ended()))
        except WireError as error:
            self._fail(box, f"it sent something that is not an answer ({error})")
        finally:
            self.spent += time.monotonic() - start - outside
            self._callbacks.clear()
        if not isinstance(reply, dict) or reply.get("id") != number or not ({"ok", "error"} & reply.keys()):
            self._fail(box, "it sent something that is not an answer (out of turn)")
        if "error" in reply:
            self._raise(reply["error"], body.get("name"))
        return reply["ok"]

    def _loaded(self) -> str:
        if self._loading < self._limits.total / 2:
            return ""
        return f", {self._loading:.0f} s of them to load your file: each check loads it, so work inside functions"

    def _fail(self, box: Box, why: str) -> NoReturn:
        if box is self._box:
            self._box = None
        box.close()
        raise self._stopped(why) from None

    def _stopped(self, why: str) -> Exception:
        if self._owner == "kit":
            return AuthoringError(f"code of the grader's own was stopped: {why}")
        what = "your program" if self._owner == "submission" else "the opening of what your program made"
        return SubmissionError(f"{what} was stopped: {why}")

    def _ending(self, ended: Ended) -> str:
        """Say what an end of the worker means."""
        if ended.why:
            return ended.why
        if ended.code == -signal.SIGXCPU:
            return f"it used more than {self._limits.total + 5:g} s of processor time"
        if ended.code is not None and ended.code < 0:
            return f"the program was ended by {signal.Signals(-ended.code).name}"
        return f"the program ended by itself (exit code {ended.code})"

    def _run(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"ok": self._callbacks[request["callback"]](*request["args"], **request["kwargs"])}
        except Exception as error:  # the learner's arguments made it fail: it is raised on their side
            kind = type(error).__name__
            return {"error": kind if kind in REBUILT else "RuntimeError", "message": str(error)[:500]}

    def _refer(self, value: Any) -> dict[str, Any]:
        if isinstance(value, Handle):
            return {"t": "handle", "v": value.number(self.box)}
        if isinstance(value, Bound) or not callable(value):
            raise TypeError(f"a {type(value).__name__} cannot be sent to the submission")
        self._callbacks[len(self._callbacks)] = value if isinstance(value, Callback) else Callback(value)
        return {"t": "callback", "v": len(self._callbacks) - 1}

    def _resolve(self, box: Box) -> Callable[[dict[str, Any]], Any]:
        def resolve(tag: dict[str, Any]) -> Handle:
            if tag["t"] != "handle" or type(tag["v"]) is not int:
                raise WireError("unknown tag")
            return Handle(self, box, tag["v"], str(tag["n"])[:80])

        return resolve

    def _raise(self, said: Any, asked: Any) -> NoReturn:
        """Raise what a reply says; its own words go where only a visible check shows them."""
        if not isinstance(said, dict):
            raise SubmissionError("your program failed")
        names = said.get("type")
        names = [str(n) for n in names] if isinstance(names, list) else [str(names)]
        message, where = str(said.get("message", ""))[:2000], str(said.get("where", ""))[:200]
        name = next((n for n in names if n in REBUILT), "Exception")
        if name == "MemoryError":
            raise self._stopped(f"it asked for more than {self._limits.memory_mb} MB of memory")
        if names[0] in ENDS:
            raise self._stopped(ENDS[names[0]])
        if self._owner == "kit":
            raise AuthoringError(f"code of the grader's own raised {name}: {message} ({where})")
        if self._owner == "artefact":
            raise SubmissionError(f"what your program made cannot be opened ({name})", message)
        if said.get("missing") is True:
            raise SubmissionError(
                f"{asked or 'a name'} is not there: the statement's Interface section says what to define", message
            )
        if said.get("signature"):
            text = f"{asked or 'it'} does not take the arguments that the statement's Interface section names"
            raise SubmissionError(text, f"its signature is {str(said['signature'])[:300]}: {message}")
        fields = {"where": where, "kind": str(said.get("kind", name))[:80], "limit": self._limit(said.get("errno"))}
        raise type(name, (FromSubmission, getattr(builtins, name)), fields)(message)

    def _limit(self, number: object) -> str:
        """Return what a box refuses with an error number."""
        limits = self._limits
        return {
            errno.EFBIG: f"a file may have at most {limits.file_mb} MB",
            errno.EMFILE: f"a process may open at most {limits.open_files} files",
            errno.EAGAIN: f"at most {limits.processes} processes and threads may run",
            errno.EPERM: OUT_OF_REACH,
            errno.EACCES: OUT_OF_REACH,
        }.get(number if type(number) is int else 0, "")


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

    def __init__(self, session: Session, box: Box, number: int, kind: str) -> None:
        self._session, self._box, self._number = session, box, number
        self._described = f"an object of type {kind}" if kind in TELLING else "an object of another class"

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
                yield self._session.call(items, "__next__", (), {})
            except StopIteration:
                return


class Bound(_Remote):
    """A name of a module or object in the worker: to be called, or to be looked into."""

    def __init__(self, session: Session, target: Any, name: str) -> None:
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

    def __init__(self, session: Session, name: str) -> None:
        super().__init__(name)
        self.__dict__["_session"] = session
        self.__dict__["_collecting"] = True

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # pytest looks for such names in everything
            raise AttributeError(name)
        session, own = self.__dict__["_session"], self.__name__
        return Bound(session, own, name) if self.__dict__["_collecting"] else session.get(own, name)


def install(session: Session, names: list[str]) -> list[Module]:
    """Put a module for each name into `sys.modules`."""
    modules = [Module(session, name) for name in names]
    sys.modules.update({module.__name__: module for module in modules})
    return modules
