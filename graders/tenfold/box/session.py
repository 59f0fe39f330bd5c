"""A submission at work: one box at a time, asked one thing at a time, every answer looked at."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from ..errors import FromSubmission, MachineError, SubmissionError
from . import replies
from .box import Box, Ran
from .callback import Callback
from .forkserver import Ended, ForkServer, lent, warm
from .inside import landlock
from .inside.encode import TooMuch
from .inside.values import Kept
from .inside.wire import WireError
from .launchers.paths import where_to
from .limits import Limits
from .meter import Late, Meter, Watch
from .proxy import Bound, Handle
from .replies import Owner

PROBE = b"""
def first(paths):
    for place, path in enumerate(paths):
        try:
            open(path, "rb").close()
        except OSError:
            continue
        return place
    return -1
"""
MOST_WORDS = 60_000  # bytes as JSON: a request has room for some more
_looked: set[tuple[object, ...]] = set()


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
    hidden
        Files that no box of it may be able to read, where its level hides any.
    beside
        A session of the same level and libraries, open meanwhile, whose server is to fork these boxes too.
    hash_seed
        By what its boxes order sets of texts.
    """

    def __init__(
        self,
        files: Mapping[str, bytes],
        modules: Sequence[str],
        limits: Limits,
        level: str,
        libraries: Sequence[str] = ("numpy",),
        owner: Owner = "submission",
        hidden: Sequence[Path] = (),
        beside: Session | None = None,
        hash_seed: int = 0,
    ) -> None:
        self._files, self._modules, self._limits, self._level = files, modules, limits, level
        self._libraries, self._owner, self._hidden, self._beside = libraries, owner, hidden, beside
        self._hash_seed = hash_seed
        self._box: Box | None = None
        self._own: ForkServer | None = None
        self._callbacks: dict[int, Callback] = {}
        self._used = self._answering = False
        self.meter = Meter(limits)
        """What the boxes have had of the time of a grade."""

    @property
    def box(self) -> Box:
        """The running box; it has loaded every module of the submission."""
        self._used = True
        return self.start()

    def start(self) -> Box:
        """Start a box where there is none."""
        if self._box is None:
            self._look()
            limits = replace(self._limits, total=self.meter.left())
            self._box = Box(self._files, self._modules, limits, self._server())
            self._ask(self._box, "load", {})
        return self._box

    def _look(self) -> None:
        """Let a box of its own, whose memory ends with it, try to read what is hidden."""
        key = (self._level, self._limits.network, *self._hidden)
        if self._level == "weak" or not self._hidden or key in _looked:
            return
        probe = Session({"probe.py": PROBE}, ["probe"], self._limits, self._level, self._libraries, beside=self)
        try:
            found = probe.call("probe", "first", ([os.fsencode(path) for path in self._hidden],), {})
        except (SubmissionError, FromSubmission) as error:
            raise MachineError(f"no box could be made: {error}") from None
        finally:
            probe.close()
        if found >= 0:
            raise MachineError(f"{self._hidden[found]} can be read from every box. {where_to(self._hidden[found])}")
        _looked.add(key)

    def again(self, seconds: float, hash_seed: int = 0) -> Session:
        """Return another session of the same files, with boxes and a time of its own, to be closed before this one."""
        limits = replace(self._limits, seconds=min(seconds, self._limits.seconds))
        beside = self if hash_seed == self._hash_seed else None
        own = (self._files, self._modules, limits, self._level, self._libraries, self._owner)
        return Session(*own, beside=beside, hash_seed=hash_seed)

    def fresh(self) -> None:
        """See to it that nothing of what was asked before is known to the box."""
        if self._used:
            self.restart()
            self._used = False

    def queued(self) -> float:
        """Return for how many seconds the processes of the running box have stood in the queue for a processor."""
        if self._box is None or not self._box.kept.ask():
            return 0.0
        used, active = self._box.kept.times
        return max(0.0, active - used)

    def at_rest(self) -> contextlib.AbstractContextManager[None]:
        """Let nothing of the submission run meanwhile: who is timed beside it has the machine to themselves."""
        return self._box.at_rest() if self._box else contextlib.nullcontext()

    def restart(self) -> None:
        """End the box; the next use starts another, with a new folder."""
        if self._box is not None:
            box, self._box = self._box, None
            self._end(box)

    def _end(self, box: Box) -> None:
        try:
            box.close()
        finally:
            self.meter.close(box.kept)

    def close(self) -> None:
        """End the box for good."""
        self.restart()
        self._leave()

    def _server(self) -> ForkServer:
        """Return what forks the boxes: lent, or shared with other submissions, but at *strong* else this one's own."""
        loopback = self._limits.network == "loopback"
        if self._beside is not None and landlock.abi() >= landlock.LEAST_ABI:  # else only its walls separate two boxes
            return self._beside._server()
        if server := lent(self._libraries, self._level, loopback, self._hash_seed):
            return server
        if self._level != "strong":
            return warm(self._libraries, self._level, loopback, self._hash_seed)
        if landlock.abi() < landlock.LEAST_ABI:
            self._leave()  # nothing but the walls around the server would separate two boxes
        if self._own is None:
            self._own = ForkServer(self._libraries, self._level, loopback, self._hash_seed)
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

    def each(
        self, target: Any, name: str | None, calls: Sequence[tuple[Sequence[Any], Mapping[str, Any]]]
    ) -> list[Any]:
        """Call an object once for each pair of arguments, all of them sent in one message.

        Returns what each call returned, or the exception that it raised, in their order. Where a call ends the box, its
        exception is the last one: nothing is known of those after it.
        """
        box, found = self.box, list[Any]()
        body = {"target": self._here(target), "name": name, "calls": [[list(a), dict(k)] for a, k in calls]}
        number = secrets.token_hex(8)
        while len(found) < len(calls) and box is self._box:
            try:
                found.append(self._exchanged(box, number, "" if found else "each", body))
            except (FromSubmission, SubmissionError) as error:
                found.append(error)
        self._callbacks.clear()
        return found

    def after(self, calls: Sequence[tuple[str, str | None, Sequence[Any], Mapping[str, Any]]], again: bool) -> Any:
        """Make calls one after the other; return what their caller sees of each (`inside.held.after`)."""
        made = [[target, name, list(args), dict(kwargs)] for target, name, args, kwargs in calls]
        return self._ask(self.box, "after", {"calls": made, "again": again})

    def moved(self, target: str, name: str | None, given: Sequence[Any], others: Sequence[Any]) -> Any:
        """Call a function with other arguments, new ones and those of a call before (`inside.held.moved`)."""
        call = {"target": target, "name": name, "given": list(given), "others": list(others)}
        return self._ask(self.box, "moved", call)

    def run(self, argv: Sequence[str], seconds: float | None = None) -> Ran:
        """Run a program in the box; its time counts like that of a call."""
        what, late = Path(argv[0]).name, None
        if not _can_be_given(argv):
            raise SubmissionError(f"{what} would be started with words that are too long, or hold what no word may")
        program = self.box.program(argv)
        try:
            watch = self.meter.watch(program, what, seconds)
            while program.runs(watch()):
                pass
            watch.close()
        except Late as error:
            late = error
        finally:
            ended = program.end()
            self.meter.close(program)
        if late is not None:
            raise self._stopped(late)
        if ended.why or ended.code is None:
            raise replies.stopped(f"{what}: {ended.why}", self._owner, late=ended.late)
        return Ran(ended.code, ended.output)

    def _here(self, target: Any) -> Any:
        return target if isinstance(target, str) else target.number(self.box)

    def _ask(self, box: Box, op: str, body: dict[str, Any]) -> Any:
        return self._exchanged(box, secrets.token_hex(8), op, body)

    def _exchanged(self, box: Box, number: str, op: str, body: dict[str, Any]) -> Any:
        """Send a request, but for an empty `op` which is sent already, and return the next answer to its number."""
        if self._answering:
            raise SubmissionError("an object was given to a function of the checks where a plain value is expected")
        watch = None
        try:
            watch = self.meter.watch(box.kept, _named(op, body))
            if op:
                self._send(box, {"id": number, "op": op, "with": body}, watch)
            reply = self._answered(box, watch)
        except Late as late:
            self._lose(box, self._stopped(late))
        except (EOFError, ConnectionError):
            self._lose(box, self._ending(box.ended(), _named(op, body)))
        except WireError as error:
            self._fail(box, f"it sent something that is not an answer ({error})")
        finally:
            if watch is not None:
                self.meter.loading += watch.close() * (op == "load")
            if op not in ("each", ""):
                self._callbacks.clear()
        try:
            raised = replies.raised(reply, number)
        except WireError as error:
            self._fail(box, f"it sent something that is not an answer ({error})")
        if raised is not None:
            raise raised.exception(body.get("name"), self._limits, self._owner)
        return reply["ok"]

    def _send(self, box: Box, request: dict[str, Any], watch: Watch) -> None:
        """Send a request; what is too much of it was answered before, as what a check brings is tried by the gate."""
        try:
            box.channel.send(request, self._refer, watch)
        except (TooMuch, ValueError) as error:
            raise SubmissionError(f"an answer of your program's cannot be given to it again: {error}") from None

    def _answered(self, box: Box, watch: Watch) -> Any:
        """Return the reply to a request, after running what the learner's code calls here."""
        while True:
            start = time.process_time()
            reply = box.channel.receive(self._resolve(box), watch)
            if not (isinstance(reply, dict) and set(reply) == {"callback", "args", "kwargs"}):
                return reply
            with watch.interrupted():
                answer = self._run(**reply)
            self._reply(box, answer, watch)
            watch.exchanged(time.process_time() - start)

    def _fail(self, box: Box, why: str) -> NoReturn:
        self._lose(box, replies.stopped(why, self._owner))

    def _lose(self, box: Box, error: Exception) -> NoReturn:
        """End a box that broke."""
        if box is self._box:
            self._box = None
        self._end(box)
        raise error from None

    def _stopped(self, late: Late) -> Exception:
        return MachineError(str(late)) if late.starved else replies.stopped(str(late), self._owner, late=True)

    def _ending(self, ended: Ended, during: str) -> Exception:
        """Say what an end of the worker means, and what of that the worker chose; `during`: the call that met it."""
        if ended.why:
            why = f"{ended.why}, in {during}" if ended.late else ended.why
            return replies.stopped(why, self._owner, late=ended.late)
        if ended.code == -signal.SIGXCPU:
            why = f"one process used more than what was left of {self._limits.total:g} s of processor time, in {during}"
            return replies.stopped(why, self._owner, late=True)
        if ended.code == -signal.SIGSEGV:
            return replies.stopped("the program crashed (SIGSEGV)", self._owner)
        if ended.code is not None and ended.code < 0:
            names = {number.value: number.name for number in signal.Signals}
            name = names.get(-ended.code, f"signal {-ended.code}")
            return replies.stopped("the program was ended by a signal", self._owner, name)
        return replies.stopped("the program ended by itself", self._owner, f"exit code {ended.code}")

    def _run(self, callback: Any, args: Any, kwargs: Any) -> dict[str, Any]:
        """Run a function of the grader's for the learner's code."""
        if type(callback) is not int or callback not in self._callbacks or type(args) is not list:
            raise WireError("no such function")
        if type(kwargs) is not dict or not all(type(name) is str for name in kwargs):
            raise WireError("no arguments")
        self._answering = True
        try:
            return {"ok": self._callbacks[callback](*args, **kwargs)}
        except Exception as error:  # the learner's arguments made it fail: it is raised on their side
            names = ["RuntimeError" if base is SubmissionError else base.__name__ for base in type(error).__mro__]
            said = ""
            with contextlib.suppress(Exception):  # a number too long to be said
                said = str(error)[:500]
            return {"error": replies.nearest(names), "message": said}
        finally:
            self._answering = False

    def _reply(self, box: Box, answer: dict[str, Any], watch: Watch) -> None:
        """Send what a function of the grader's gave; that it cannot cross is raised on the learner's side."""
        try:
            box.channel.send(answer, self._refer, watch)
        except (TypeError, ValueError) as error:
            said = f"what the function returns for these arguments cannot be handed over: {error}"
            box.channel.send({"error": "TypeError", "message": said[:500]}, self._refer, watch)

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


def _can_be_given(argv: Sequence[str]) -> bool:
    """Return whether a program can be started with some words; a check may have taken them from a submission."""
    try:
        words = [os.fsencode(word) for word in argv]
    except UnicodeEncodeError:
        return False
    return len(json.dumps(list(argv))) <= MOST_WORDS and not any(b"\0" in word for word in words)


def _named(op: str, body: dict[str, Any]) -> str:
    """Return what a request is called in what is said of it."""
    name = body.get("name")
    if op == "load":
        return "loading your file"
    if op == "after":
        return "calls made again"
    return f"{name or 'the object'}()" if op in ("call", "each", "moved", "") else str(name)
