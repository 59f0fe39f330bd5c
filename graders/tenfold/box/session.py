"""A submission at work: one box at a time, asked one thing at a time, every answer looked at."""

from __future__ import annotations

import contextlib
import secrets
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NoReturn

from . import replies
from .box import Box, Ran
from .callback import Callback
from .forkserver import Ended, ForkServer, lent, warm
from .inside import landlock
from .inside.values import Kept
from .inside.wire import WireError
from .limits import Limits
from .proxy import Bound, Handle
from .replies import Owner


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

    def at_rest(self) -> contextlib.AbstractContextManager[None]:
        """Let nothing of the submission run meanwhile: who is timed beside it has the machine to themselves."""
        return self._box.at_rest() if self._box else contextlib.nullcontext()

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
        """Return what forks the boxes: lent, or shared with other submissions, but at *strong* else this one's own."""
        loopback = self._limits.network == "loopback"
        if server := lent(self._libraries, self._level, loopback):
            return server
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
        if not isinstance(reply, dict) or set(reply) not in ({"callable"}, {"value"}):
            self._fail(self.box, "it sent something that is not an answer (no value)")
        return Bound(self, target, name) if "callable" in reply else reply["value"]

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
                answer = self._run(**reply)
                outside += time.monotonic() - before
                self._reply(box, answer, start + outside + allowed)
        except TimeoutError:
            self._fail(box, f"no answer within {allowed:.3g} s")
        except (EOFError, ConnectionError):
            self._fail(box, *self._ending(box.ended()))
        except WireError as error:
            self._fail(box, f"it sent something that is not an answer ({error})")
        finally:
            self.spent += time.monotonic() - start - outside
            self._callbacks.clear()
        try:
            raised = replies.raised(reply, number)
        except WireError as error:
            self._fail(box, f"it sent something that is not an answer ({error})")
        if raised is not None:
            raise raised.exception(body.get("name"), self._limits, self._owner)
        return reply["ok"]

    def _loaded(self) -> str:
        if self._loading < self._limits.total / 2:
            return ""
        return f", {self._loading:.0f} s of them to load your file: each check loads it, so work inside functions"

    def _fail(self, box: Box, why: str, detail: str = "") -> NoReturn:
        if box is self._box:
            self._box = None
        box.close()
        raise replies.stopped(why, self._owner, detail) from None

    def _ending(self, ended: Ended) -> tuple[str, str]:
        """Say what an end of the worker means, and what of that the worker chose."""
        if ended.why:
            return ended.why, ""
        if ended.code == -signal.SIGXCPU:
            return f"it used more than {self._limits.total + 5:g} s of processor time", ""
        if ended.code == -signal.SIGSEGV:
            return "the program crashed (SIGSEGV)", ""
        if ended.code is not None and ended.code < 0:
            names = {number.value: number.name for number in signal.Signals}
            return "the program was ended by a signal", names.get(-ended.code, f"signal {-ended.code}")
        return "the program ended by itself", f"exit code {ended.code}"

    def _run(self, callback: Any, args: Any, kwargs: Any) -> dict[str, Any]:
        """Run a function of the grader's for the learner's code."""
        if type(callback) is not int or callback not in self._callbacks or type(args) is not list:
            raise WireError("no such function")
        if type(kwargs) is not dict or not all(type(name) is str for name in kwargs):
            raise WireError("no arguments")
        try:
            return {"ok": self._callbacks[callback](*args, **kwargs)}
        except Exception as error:  # the learner's arguments made it fail: it is raised on their side
            kind, said = type(error).__name__, ""
            with contextlib.suppress(Exception):  # a number too long to be said
                said = str(error)[:500]
            return {"error": kind if kind in replies.REBUILT else "RuntimeError", "message": said}

    def _reply(self, box: Box, answer: dict[str, Any], deadline: float) -> None:
        """Send what a function of the grader's gave; that it cannot cross is raised on the learner's side."""
        try:
            box.channel.send(answer, self._refer, deadline)
        except (TypeError, ValueError) as error:
            said = f"what the function returns for these arguments cannot be handed over: {error}"
            box.channel.send({"error": "TypeError", "message": said[:500]}, self._refer, deadline)

    def _refer(self, value: Any) -> dict[str, Any]:
        if isinstance(value, Kept):  # what it stands for, where that is still there; else what it holds
            return {"t": "handle", "v": value.origin.number(self.box)} if value.origin.is_in(self.box) else {}
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
            return Handle(self, box, tag["v"], str(tag["n"])[:100])

        return resolve
