"""Only the listed files are taken, from wherever they are; what cannot be taken says why."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tenfold.errors import Unreadable
from tenfold.handin.submission import MOST_BYTES, collect


def notebook(path, *cells):
    body = [{"cell_type": kind, "source": source} for kind, source in cells]
    path.write_text(json.dumps({"cells": body, "nbformat": 4}))
    return path


def test_a_file_of_any_name_is_the_one_file(toy, tmp_path):
    (tmp_path / "my_try.py").write_text("x = 1")
    assert collect(toy, tmp_path / "my_try.py").files == {"mean.py": b"x = 1"}


def test_a_folder_gives_the_listed_files_and_nothing_else(toy, tmp_path):
    (tmp_path / "mean.py").write_text("x = 1")
    (tmp_path / "conftest.py").write_text("evil = 1")
    assert collect(toy, tmp_path).files == {"mean.py": b"x = 1"}


def test_the_default_is_the_exercises_own_folder(toy):
    assert collect(toy).files["mean.py"].startswith(b'"""A mean that survives')


def test_a_notebook_is_its_code_cells_with_the_line_numbers_kept(toy, tmp_path):
    path = notebook(
        tmp_path / "n.ipynb",
        ("markdown", "# no"),
        ("code", ["%matplotlib inline\n", "x = 1"]),
        ("code", "!pip list\ny = 2"),
    )
    assert (
        collect(toy, path).files["mean.py"].decode() == "pass  # %matplotlib inline\nx = 1\npass  # !pip list\ny = 2\n"
    )


@pytest.mark.parametrize("marks", [["%%writefile", "%%writefile -a"], ["# file:", "# file:"]])
def test_marked_cells_of_a_notebook_are_taken_alone(toy, tmp_path, marks):
    texts = [f"{mark} mean.py\n{text}" for mark, text in zip(marks, ["x = 1", "y = 2"], strict=True)]
    path = notebook(tmp_path / "n.ipynb", ("code", "scratch = 1"), *[("code", text) for text in texts])
    assert collect(toy, path).files["mean.py"].decode() == "x = 1\ny = 2\n"


def test_the_digest_depends_on_names_and_contents(toy, tmp_path):
    from tenfold.handin.submission import Submission

    digests = {Submission(files).digest for files in ({"a": b"1"}, {"a": b"2"}, {"b": b"1"}, {"a": b"1", "b": b""}, {})}
    assert len(digests) == 5


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda p: p / "nothing.py", "is not there"),
        (lambda p: p, "mean.py is missing"),
        (lambda p: ((p / "a.txt").write_text("") and None) or p / "a.txt", r"not a \.py file"),
        (lambda p: (p / "big.py").write_bytes(b"#" * (MOST_BYTES + 1)) and p / "big.py", "larger than 2 MB"),
        (lambda p: (p / "mean.py").symlink_to("/etc/passwd") or p, "not a link"),
        (lambda p: (p / "mean.py").mkdir() or p, "cannot be read"),
        (lambda p: (p / "n.ipynb").write_text("{") and p / "n.ipynb", "not a notebook"),
        (lambda p: (p / "n.ipynb").write_text("[" * 100_000) and p / "n.ipynb", "not a notebook"),
    ],
    ids=["missing", "empty folder", "suffix", "large", "link", "folder", "not json", "deep json"],
)
def test_what_cannot_be_taken_says_why(toy, tmp_path, make, says):
    with pytest.raises(Unreadable, match=says):
        collect(toy, make(tmp_path))


def test_several_files_come_from_a_folder_or_a_marked_notebook(toy, tmp_path):
    pair = replace(toy, files=("mean.py", "more.py"))
    (tmp_path / "mean.py").write_text("x = 1")
    with pytest.raises(Unreadable, match="folder"):
        collect(pair, tmp_path / "mean.py")
    path = notebook(tmp_path / "n.ipynb", ("code", "# file: mean.py\nx = 1"))
    with pytest.raises(Unreadable, match=r"no cell for more\.py"):
        collect(pair, path)
