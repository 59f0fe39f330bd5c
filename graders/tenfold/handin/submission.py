"""The learner's files and nothing else of what they have: from a folder, a file or a notebook."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import Unreadable
from ..exercise.exercise import Exercise
from ..files import open_plain
from . import notebook_cells

MOST_BYTES = 2 << 20
NOTEBOOK_BYTES = 50 << 20


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
    advice = "Clear its outputs and save it again." if name.endswith(".ipynb") else "Submit code, not data or weights."
    if len(content) > most:
        raise Unreadable(f"{name} is larger than {most >> 20} MB. {advice}")
    return content


def read_cells(path: Path) -> list[notebook_cells.Cell]:
    """Return the cells of a notebook that lies at `path`, or raise `Unreadable`."""
    return notebook_cells.read(_read(path.resolve(), path.name, NOTEBOOK_BYTES), path.name)


def _from_notebook(exercise: Exercise, path: Path) -> dict[str, bytes]:
    texts = notebook_files(exercise, read_cells(path))
    missing = [name for name in exercise.files if name not in texts]
    if missing:
        line = notebook_cells.marked(missing[0], "").strip()
        raise Unreadable(f"{path.name} has no cell for {missing[0]}. Begin its cell with the line: {line}")
    files = {name: text.encode() for name, text in texts.items()}
    for name, content in files.items():
        if len(content) > MOST_BYTES:
            raise Unreadable(f"{name} in {path.name} is larger than {MOST_BYTES >> 20} MB. Submit code, not data.")
    return files


def notebook_files(exercise: Exercise, given: Sequence[notebook_cells.Cell]) -> dict[str, str]:
    """Return the text of those files of an exercise that cells hold."""
    paths = {name: exercise.folder / name for name in exercise.files if name.endswith(".py")}
    starters = {name: path.read_text(errors="replace") for name, path in paths.items() if path.is_file()}
    return notebook_cells.submitted(notebook_cells.parts(given, exercise.files), starters)
