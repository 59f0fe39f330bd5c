"""The learner's files and nothing else of what they have: from a folder, a file or a notebook."""

from __future__ import annotations

import errno
import hashlib
import itertools
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import Unreadable
from ..exercise.exercise import Exercise
from ..files import open_plain
from . import exported_script, notebook_cells
from .cell_dependencies import defines_something
from .cell_text import MOST_CODE, parsed, plain
from .places import Line, Places, Segment, segments, text_of
from .source_text import checked
from .wrong_file import asked_by_checks, defines_asked, refuse_known, refuse_strange

MOST_BYTES = 2 << 20
NOTEBOOK_BYTES = 50 << 20
MOST_LOOKED_AT = 1000
"""Files of a folder, when the one that is asked for is not in it."""


@dataclass(frozen=True)
class Submission:
    """What was submitted: contents by path."""

    files: dict[str, bytes]
    places: Places = field(default=Places(), compare=False)
    """Where their lines stand in what was handed in."""
    broken: str = ""
    """Why it cannot be run, with the cure, where that is known: it is no text."""

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
        A file is missing, too large, not text, not a plain file or another one than is asked for; the text says which
        and what to do.
    """
    if path is None:
        return _from_folder(exercise, exercise.folder)
    if not _is_there(path) and "\\" in str(path):  # as Windows writes it
        path = Path(str(path).replace("\\", "/"))
    if not _is_there(path):
        raise Unreadable(f"{path} is not there. Name a file, a folder or a notebook that holds {_listed(exercise)}.")
    refuse_known(exercise, path)
    if path.is_dir():
        return _from_folder(exercise, path)
    if path.suffix == ".ipynb":
        content = _read(path.resolve(), path.name, NOTEBOOK_BYTES)
        as_python = _is_python(content) and len(exercise.files) == 1 and exercise.files[0].endswith(".py")
        return _from_file(exercise, content, path.name) if as_python else _from_notebook(exercise, content, path.name)
    if len(exercise.files) > 1:
        raise Unreadable(f"{exercise.id} is made of {_listed(exercise)}: name the folder that holds them.")
    (name,) = exercise.files
    if path.suffix != Path(name).suffix:
        raise Unreadable(f"{path.name} is not a {Path(name).suffix} file; {exercise.id} is made of {name}.")
    content = _read(path.resolve(), path.name)
    if name.endswith(".py") and content.lstrip()[:1] == b"{" and b'"cells"' in content:
        return _from_notebook(exercise, content, path.name)
    return _from_file(exercise, content, path.name)


def _is_there(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:
        raise Unreadable(f"{path} cannot be reached: {_reason(error)}.") from None
    return True


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else "it is no name of a file") or "nobody knows why"


def _listed(exercise: Exercise) -> str:
    return ", ".join(exercise.files)


def _read(path: Path, name: str, most: int = MOST_BYTES) -> bytes:
    try:
        with open_plain(path) as file:
            content = file.read(most + 1)
    except FileNotFoundError:
        raise Unreadable(f"{name} is missing from {path.parent}. {_instead(path)}") from None
    except PermissionError:
        which = f"the folder {path.parent}" if not os.access(path.parent, os.X_OK) else path
        raise Unreadable(f"{name} cannot be read: you have no right to open {which}. Change that: chmod u+rX") from None
    except OSError as error:
        odd = error.errno in (errno.ELOOP, errno.EINVAL)
        cure = "Submit a plain file, not a link." if odd else "Name another one with SUB=path."
        raise Unreadable(f"{name} cannot be read: {error.strerror}. {cure}") from None
    advice = "Clear its outputs and save it again." if name.endswith(".ipynb") else "Submit code, not data or weights."
    if len(content) > most:
        raise Unreadable(f"{name} is larger than {most >> 20} MB. {advice}")
    return content


def _instead(path: Path) -> str:
    """Say what to do about a file that is not in its folder, which may hold a notebook, or the file by another name."""
    put = "Put it there, or name it with SUB=path."
    try:
        others = sorted(p for p in itertools.islice(path.parent.iterdir(), MOST_LOOKED_AT) if p.is_file())
    except OSError:
        return put
    suffixes = (".ipynb", path.suffix)
    found = [p for p in others if p.suffix in suffixes and not p.name.startswith(("test_", "conftest", "."))]
    found.sort(key=lambda p: p.suffix != ".ipynb")
    if not found:
        return put
    kind = "a notebook" if found[0].suffix == ".ipynb" else "another file"
    return f"There is {kind} there: if it is your work, name it with SUB={found[0]}"


def read_cells(path: Path) -> list[notebook_cells.Cell]:
    """Return the cells of a notebook that lies at `path`, or raise `Unreadable`."""
    return notebook_cells.read(_read(path.resolve(), path.name, NOTEBOOK_BYTES), path.name)


def _from_folder(exercise: Exercise, folder: Path) -> Submission:
    try:
        os.scandir(folder).close()
    except OSError as error:
        raise Unreadable(f"the folder {folder} cannot be read: {_reason(error)}. Change that: chmod u+rX") from None
    return of_files(exercise, {name: _read(folder / name, name) for name in exercise.files})


def _from_file(exercise: Exercise, content: bytes, name: str) -> Submission:
    (file,) = exercise.files
    made = of_files(exercise, {file: content}, name)
    refuse_strange(exercise, made.files, name)
    return made


def of_files(exercise: Exercise, contents: Mapping[str, bytes], name: str = "") -> Submission:
    """Return a submission of files by name, as UTF-8; a notebook that was exported as Python is one again.

    Parameters
    ----------
    exercise
        What is handed in.
    contents
        What the files hold.
    name
        What the one file is called by the learner, where that is another name.
    """
    files, broken = dict(contents), ""
    places: dict[str, tuple[Segment, ...]] = {}
    for file, content in contents.items():
        said = name or file
        try:
            files[file] = checked(content, said, Path(file).suffix)
        except Unreadable as error:
            broken = broken or str(error)
            continue
        if said != file:
            places[file] = ((1, said, 1),)
        lines = _exported(exercise, file, files[file], said) if file.endswith(".py") else None
        if lines is not None:
            files[file], places[file] = text_of(lines).encode(), segments(lines)
    return Submission(files, Places(places), broken)


def _exported(exercise: Exercise, file: str, content: bytes, name: str) -> list[Line] | None:
    """Return the lines of a Python file that comes from a notebook, None where it is one like any other."""
    text = content.decode("utf-8", "replace")
    if len(text) > MOST_CODE:
        return None
    if (cells := exported_script.cells(text, name)) is not None:
        found = notebook_cells.parts(cells, (file,))
    elif (cells := exported_script.loose(text, name)) is not None:
        found = notebook_cells.one(file, cells)
    else:
        return None
    return notebook_lines(exercise, found).get(file)


def _is_python(content: bytes) -> bool:
    """Return whether what is called a notebook is a Python file."""
    text = content[:MOST_BYTES].decode("utf-8", "replace")
    text = plain(text) if text.lstrip()[:1] not in ("{", "[", "<", "") else ""
    return parsed(text) is not None and bool(text) and defines_something(text)


def _from_notebook(exercise: Exercise, content: bytes, name: str) -> Submission:
    cells = notebook_cells.read(content, name)
    found = notebook_cells.parts(cells, exercise.files)
    lines = notebook_lines(exercise, found)
    made = {file: text_of(each).encode() for file, each in lines.items()}
    if not made or (found.whole and not defines_asked(exercise, made)):
        language = notebook_cells.language(content)
        if language and any(file.endswith(".py") for file in exercise.files):
            raise Unreadable(f"{name} is a notebook for {language}; {exercise.id} asks for Python. Choose its kernel.")
    missing = [file for file in exercise.files if file not in made]
    if missing:
        line = notebook_cells.marked(missing[0], "").strip()
        none = "" if any(cell.kind == "code" for cell in cells) else " It has no code at all."
        raise Unreadable(f"{name} has no cell for {missing[0]}.{none} Begin its cell with the line: {line}")
    for file, text in made.items():
        if len(text) > MOST_BYTES:
            raise Unreadable(f"{file} in {name} is larger than {MOST_BYTES >> 20} MB. Submit code, not data.")
    if found.whole:
        refuse_strange(exercise, made, name)
    places = Places({file: segments(each) for file, each in lines.items() if file.endswith(".py")})
    odd = [(file, text.partition(b"\0")[0].count(b"\n") + 1) for file, text in made.items() if b"\0" in text]
    nuls = [places.line(*each) for each in odd]
    broken = f"{name} holds a NUL byte ({nuls[0]}), so it is no text. Take it out." if nuls else ""
    return Submission(made, places, broken)


def notebook_lines(exercise: Exercise, found: notebook_cells.Parts) -> dict[str, list[Line]]:
    """Return the lines of those files of an exercise that the cells of a notebook hold."""
    paths = {name: exercise.folder / name for name in exercise.files if name.endswith(".py")}
    starters = {name: path.read_text("utf-8", "replace") for name, path in paths.items() if path.is_file()}
    return notebook_cells.submitted(found, starters, asked_by_checks(exercise), exercise.libraries)


def notebook_files(exercise: Exercise, given: Sequence[notebook_cells.Cell]) -> dict[str, str]:
    """Return the text of those files of an exercise that cells hold."""
    found = notebook_lines(exercise, notebook_cells.parts(given, exercise.files))
    return {name: text_of(lines) for name, lines in found.items()}
