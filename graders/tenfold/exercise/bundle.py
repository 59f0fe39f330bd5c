"""A tree that `tenfold release` wrote: a learner's bundle or a course template, with the visible checks only.

It is known by one file at its root. A kit that merely lost its hidden checks has no such file, and cannot grade.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..errors import AuthoringError, UsageError

FILE = "tenfold-bundle.json"
SCHEMA = "tenfold/bundle/1"
STARTERS = "starters"
"""Folder of the starters, for `reset`: a bundle has neither a proof nor the kit's history."""

NOT_HERE = "This is a bundle: it holds no hidden checks, solutions, proofs or tests."

Kind = Literal["learner", "course"]


@dataclass(frozen=True)
class Bundle:
    """What release noted in the tree that it wrote."""

    kind: Kind
    version: str
    """The engine's version."""
    commit: str
    """The kit's commit that it was made from."""
    modules: dict[str, list[str]]
    """By exercise: the submitted modules that its checks import, hidden ones included."""

    def text(self) -> str:
        """Return the file's content."""
        fields = {"kind": self.kind, "version": self.version, "commit": self.commit, "modules": self.modules}
        return json.dumps({"schema": SCHEMA, **fields}, indent=1, sort_keys=True) + "\n"


def read(course: Path) -> Bundle | None:
    """Return what release noted in a course; None where the course is the kit itself.

    Raises
    ------
    AuthoringError
        The file is there and broken.
    """
    path = course / FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found["schema"] != SCHEMA:
            raise ValueError(f"its schema is {found['schema']}")
        modules = {str(name): [str(module) for module in listed] for name, listed in found["modules"].items()}
        return Bundle(found["kind"], found["version"], found["commit"], modules)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise AuthoringError(f"{path} is broken ({error}): take it from the bundle again") from None


def refuse(course: Path, what: str) -> None:
    """Raise `UsageError` in a bundle: `what` needs what only the kit has."""
    if read(course) is not None:
        raise UsageError(f"{what} needs the whole kit: run it there. {NOT_HERE}")
