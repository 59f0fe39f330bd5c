"""The learner's files and nothing else of what they have: from a folder, a file or a notebook."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .catalog import Exercise
from .errors import Unreadable
from .files import open_plain

MOST_BYTES = 2 << 20
NOTEBOOK_BYTES = 20 << 20


@dataclass(frozen=True)
class Submission:
    """What was submitted: contents by path."""

    files: dict[str, bytes]

    @property
    def digest(self) -> str:
        """SHA-256 over names and contents, hex."""
        total = hashlib.sha256()
        for name, content in sorted(self.files.items()):
            total.update(f"{name} {hashlib.sha256(content).hexdigest()}\n".encode())
        return total.hexdigest()


def collect(exercise: Exercise, path: Path | None = None) -> Submission:
    """Take the files of an exercise from `path`, by default from the exercise's own folder.

    Raises
    ------
    Unreadable
        A file is missing, too large, not text or not a plain file; the text says which and what to do.
    """
    path = exercise.folder if path is None else path
    if path.suffix == ".ipynb" and path.is_file():
        return Submission(_from_notebook(exercise, path))
    if path.is_dir():
        return Submission({name: _read(path / name, name) for name in exercise.files})
    if not path.exists():
        raise Unreadable(f"{path} is not there. Name a file, a folder or a notebook that holds {_listed(exercise)}.")
    if len(exercise.files) > 1:
        raise Unreadable(f"{exercise.id} is made of {_listed(exercise)}: name the folder that holds them.")
    (name,) = exercise.files
    if path.suffix != Path(name).suffix:
        raise Unreadable(f"{path.name} is not a {Path(name).suffix} file; {exercise.id} is made of {name}.")
    return Submission({name: _read(path.resolve(), name)})


def _listed(exercise: Exercise) -> str:
    return ", ".join(exercise.files)


def _read(path: Path, name: str, most: int = MOST_BYTES) -> bytes:
    try:
        with open_plain(path) as file:
            content = file.read(most + 1)
    except FileNotFoundError:
        raise Unreadable(f"{name} is missing from {path.parent}. Put it there, or name it with SUB=path.") from None
    except OSError as error:
        raise Unreadable(f"{name} cannot be read: {error.strerror}. Submit a plain file, not a link.") from None
    if len(content) > most:
        raise Unreadable(f"{name} is larger than {most >> 20} MB. Submit code, not data or weights.")
    return content


def _from_notebook(exercise: Exercise, path: Path) -> dict[str, bytes]:
    """Take each listed file from the cells that begin with ``%%writefile NAME`` or ``# file: NAME``.

    Where no cell is marked and the exercise is one Python file, it is all code cells in their order. Lines for
    Jupyter alone (magics, shell) become comments, so that line numbers stay.
    """
    try:
        cells = json.loads(_read(path.resolve(), path.name, NOTEBOOK_BYTES))["cells"]
        sources = [_source(cell) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Unreadable(f"{path.name} is not a notebook that can be read. Save it again in Jupyter.") from None
    found: dict[str, str] = {}
    for source in sources:
        first, _, rest = source.partition("\n")
        name = first.removeprefix("%%writefile ").removeprefix("# file: ").strip()
        if name != first.strip() and name in exercise.files:
            found[name] = found.get(name, "") + rest + "\n"
    if not found and len(exercise.files) == 1 and exercise.files[0].endswith(".py"):
        found[exercise.files[0]] = "\n".join(sources) + "\n"
    missing = [name for name in exercise.files if name not in found]
    if missing:
        raise Unreadable(
            f"{path.name} has no cell for {missing[0]}. Begin its cell with the line: # file: {missing[0]}"
        )
    return {name: _plain_python(source).encode("utf-8", "surrogatepass") for name, source in found.items()}


def _source(cell: dict[str, Any]) -> str:
    source = cell["source"]
    return "".join(source) if isinstance(source, list) else str(source)


def _plain_python(source: str) -> str:
    lines = source.split("\n")
    return "\n".join(f"# {line}" if line.lstrip().startswith(("%", "!")) else line for line in lines)
