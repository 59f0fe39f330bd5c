"""A submission that is not a Python module, in four verbs: in its box while grading, in a plain folder without."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..box.box import Ran
from ..box.session import Session

MOST_OUTPUT = 64 << 10
CALL = """
import importlib, json, sys
sys.path.insert(0, "")
module, function, args = sys.argv[1:]
answer = getattr(importlib.import_module(module), function)(*json.loads(args))
print("\\n" + json.dumps(answer))
"""


class Work:
    """The box of a submission.

    Parameters
    ----------
    session
        The submission at work.
    note
        Is told what was read.
    """

    def __init__(self, session: Session, note: Callable[[bytes], object] = len) -> None:
        self._session, self._note = session, note

    def read(self, path: str, most_mb: int = 64) -> bytes:
        """Return a file of the box."""
        content = self._session.box.files.read(path, most_mb)
        self._note(content)
        return content

    def write(self, path: str, data: bytes) -> None:
        """Put a file into the box."""
        self._session.box.files.write(path, data)

    def run(self, argv: Sequence[str], seconds: float | None = None) -> Ran:
        """Run a program in the box and return its exit code and output."""
        return self._session.run(argv, seconds)

    def call(self, module: str, function: str, *args: Any) -> Any:
        """Call a function of a module that was written into the box; what it returns is an answer like any other."""
        self._session.call("importlib", "invalidate_caches", (), {})  # the file may be younger than its folder's list
        return self._session.call(module, function, args, {})


class PlainWork:
    """A learner's own files, copied, on their own machine: what visible checks use with plain pytest.

    Parameters
    ----------
    files
        Where the submitted files lie, by name.
    folder
        An empty folder.
    """

    def __init__(self, files: dict[str, Path], folder: Path) -> None:
        self._folder = folder
        for name, path in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / name)

    def read(self, path: str, most_mb: int = 64) -> bytes:
        """Return a file."""
        return (self._folder / path).read_bytes()

    def write(self, path: str, data: bytes) -> None:
        """Put a file beside the submission."""
        (self._folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self._folder / path).write_bytes(data)

    def run(self, argv: Sequence[str], seconds: float | None = None) -> Ran:
        """Run a program and return its exit code and output."""
        done = subprocess.run(
            argv, cwd=self._folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds or 60, check=False
        )
        return Ran(done.returncode, done.stdout[:MOST_OUTPUT].decode("utf-8", "replace"))

    def call(self, module: str, function: str, *args: Any) -> Any:
        """Call a function of a module beside the submission, in a process of its own: plain JSON goes in and out."""
        ran = self.run([sys.executable, "-c", CALL, module, function, json.dumps(args)])
        if ran.code != 0:
            raise RuntimeError(ran.output)
        return json.loads(ran.output.splitlines()[-1])
