"""The untrusted side: load the submitted modules when asked, answer calls with plain values.

It runs in a fork of the zygote that has been confined. It holds no labels, no expected values and no verdict.
"""

from __future__ import annotations

import builtins
import importlib
import inspect
import linecache
import operator
import os
import random
import socket
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import numpy.random  # here, as it is else loaded in every fork

from . import held
from .values import Whole
from .wire import Channel

HERE = Path(__file__).resolve().parent


class Server:
    """Answers one request after the other.

    Objects that cannot cross stay here, in `objects`, and cross as the number of their place.
    """

    def __init__(self, channel: Channel, folder: Path, modules: list[str]) -> None:
        self.channel, self.folder, self.modules = channel, folder, modules
        self.objects: list[Any] = []

    def serve(self) -> None:
        """Answer until the grader closes the stream."""
        while True:
            try:
                request = self.channel.receive(self.resolve)
            except EOFError:
                return
            for one in _single(request):
                self.reply(one, self.answer(one))

    def reply(self, request: dict[str, Any], body: dict[str, Any]) -> None:
        """Send one answer; what has too many parts that cannot cross stays here as a whole."""
        try:
            self.channel.send({"id": request["id"], **body}, self.refer)
        except (TypeError, ValueError):
            whole: Any = {"value": Whole(body["ok"]["value"])} if request["op"] == "get" else Whole(body["ok"])
            self.channel.send({"id": request["id"], "ok": whole}, self.refer)

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run one request and return the body of its reply."""
        try:
            return {"ok": getattr(self, f"do_{request['op']}")(**request["with"])}
        except BaseException as error:  # the learner's code may raise anything, SystemExit included
            return {"error": self.describe(error, request)}

    def do_load(self) -> None:
        """Import every submitted module."""
        for name in self.modules:
            importlib.import_module(name)

    def do_get(self, target: Any, name: str) -> Any:
        """Return an attribute; what can be called is named, not sent."""
        value = operator.attrgetter(name)(self.find(target))
        return {"callable": True} if callable(value) else {"value": value}

    def do_call(self, target: Any, name: str | None, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """Call an object, or an attribute of it."""
        return self.function(target, name)(*args, **kwargs)

    def do_after(self, calls: list[Any], again: bool) -> list[dict[str, Any]]:
        """Make calls, and return what their caller sees of each."""
        return held.after([(self.function(target, name), args, kwargs) for target, name, args, kwargs in calls], again)

    def do_moved(self, target: Any, name: str | None, given: list[Any], others: list[Any]) -> list[Any]:
        """Return what a call gives for other arguments, in new places and in those of a call before."""
        return held.moved(self.function(target, name), given, others)

    def function(self, target: Any, name: str | None) -> Any:
        """Return an object, or an attribute of it (dots allowed)."""
        return self.find(target) if name is None else operator.attrgetter(name)(self.find(target))

    def find(self, target: Any) -> Any:
        """Return the module or object that a request names."""
        return importlib.import_module(target) if isinstance(target, str) else self.objects[target]

    def refer(self, value: Any) -> dict[str, Any]:
        """Keep an object that cannot cross, and name it."""
        self.objects.append(value)
        return {"t": "handle", "v": len(self.objects) - 1, "n": _name(type(value))[:60]}

    def resolve(self, tag: dict[str, Any]) -> Any:
        """Turn a name from the grader back into an object, or a callback into a function."""
        if tag["t"] == "handle":
            return self.objects[tag["v"]]
        return self.callback(tag["v"])

    def callback(self, number: int) -> Callable[..., Any]:
        """Return a function that runs in the grader."""

        def call(*args: Any, **kwargs: Any) -> Any:
            self.channel.send({"callback": number, "args": list(args), "kwargs": kwargs}, self.refer)
            reply = self.channel.receive(self.resolve)
            if "error" in reply:
                raise getattr(builtins, reply["error"])(reply["message"])
            return reply["ok"]

        return call

    def describe(self, error: BaseException, request: dict[str, Any]) -> dict[str, Any]:
        """Say what was raised and where in the learner's own files."""
        steps = [(Path(f.f_code.co_filename), line) for f, line in traceback.walk_tb(error.__traceback__)]
        frames = [f"{path.name}, line {line}" for path, line in steps if path.parent == self.folder]  # no file is read
        where = frames[-1] if frames else ""
        if isinstance(error, SyntaxError) and error.filename and Path(error.filename).parent == self.folder:
            where = f"{Path(error.filename).name}, line {error.lineno}"
        said: dict[str, Any] = {
            "kind": _name(type(error))[:80],
            "type": _mro(error),
            "message": _text(error),
            "where": _printable(where),
        }
        if isinstance(error, OSError) and type(error.errno) is int:
            said["errno"] = error.errno
        if isinstance(error, SyntaxError):
            line = (error.text or "").rstrip("\n")
            said["message"] = _printable(f"{error.msg}\n    {line}\n    {' ' * ((error.offset or 1) - 1)}^")
        if isinstance(error, AttributeError) and not frames:
            said["missing"] = True
        if isinstance(error, TypeError) and request["op"] == "call" and not frames:
            said["signature"] = self.signature(request["with"])
        return said

    def signature(self, call: dict[str, Any]) -> str | None:
        """Return the signature when the arguments do not fit it."""
        try:
            function = self.function(call["target"], call["name"])
            found = inspect.signature(function)
        except Exception:
            return None
        try:
            found.bind(*call["args"], **call["kwargs"])
        except TypeError:
            return _printable(f"{getattr(function, '__name__', 'it')}{found}"[:300])
        return None


def _single(request: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the requests that one message makes, each with an answer of its own."""
    if request["op"] != "each":
        return [request]
    body = request["with"]
    made = [{"target": body["target"], "name": body["name"], "args": a, "kwargs": k} for a, k in body["calls"]]
    return [{"id": request["id"], "op": "call", "with": call} for call in made]


def _printable(text: str) -> str:
    """Return a text without halves of surrogate pairs, which a name of a file may hold."""
    return text.encode("utf-8", "replace").decode()


def _text(error: BaseException) -> str:
    """Return what an error says; its class may fail to, and so does Python for a very long number."""
    try:
        return _printable(str.__str__(str(error))[:2000])
    except Exception:
        return ""


def _name(kind: type[Any]) -> str:
    return _printable(type.__dict__["__name__"].__get__(kind))


def _mro(error: BaseException) -> list[str]:
    return [_name(kind) for kind in type(error).__mro__ if kind.__module__ == "builtins"] or ["Exception"]


def serve(sock: socket.socket, folder: Path, modules: list[str]) -> NoReturn:
    """Say that the walls stand, then answer until the grader closes the stream."""
    channel = Channel(sock)
    sys.path[:] = [str(folder), *(p for p in sys.path if Path(p).resolve() != HERE.parents[1])]
    sys.meta_path[:] = [finder for finder in sys.meta_path if "editable" not in repr(finder)]
    sys.argv[:] = [""]
    random.seed(0)
    numpy.random.seed(0)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(0)
    linecache.clearcache()
    server = Server(channel, folder, modules)
    channel.send({"ready": True}, server.refer)
    server.serve()
    os._exit(0)  # no atexit of the learner's
