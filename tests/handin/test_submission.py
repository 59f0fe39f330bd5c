"""Only the listed files are taken, from wherever they are; what cannot be taken says why."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tenfold.errors import Unreadable
from tenfold.grading.grade import Request, grade
from tenfold.handin.submission import MOST_BYTES, collect


def notebook(path, *cells):
    body = [{"cell_type": kind, "source": source} for kind, source in cells]
    path.write_text(json.dumps({"cells": body, "nbformat": 4}))
    return path


def test_a_file_of_any_name_is_the_one_file(toy, tmp_path):
    (tmp_path / "my_try.py").write_text("mean = 1")
    assert collect(toy, tmp_path / "my_try.py").files == {"mean.py": b"mean = 1"}


def test_a_folder_gives_the_listed_files_and_nothing_else(toy, tmp_path):
    (tmp_path / "mean.py").write_text("x = 1")
    (tmp_path / "conftest.py").write_text("evil = 1")
    assert collect(toy, tmp_path).files == {"mean.py": b"x = 1"}


def test_the_default_is_the_exercises_own_folder(toy):
    assert collect(toy).files["mean.py"].startswith(b'"""A mean that survives')


def test_a_notebook_is_what_its_code_cells_define_and_its_places_are_theirs(toy, tmp_path):
    path = notebook(
        tmp_path / "n.ipynb",
        ("markdown", "# no"),
        ("code", ["%matplotlib inline\n", "x = 1"]),
        ("code", "!pip list\ny = 2\n1 / 0"),
        ("code", "def mean(values, weights=None):\n    return x"),
    )
    made = collect(toy, path)
    assert made.files["mean.py"].decode() == "x = 1\ndef mean(values, weights=None):\n    return x\n"
    assert [made.places.line("mean.py", i) for i in (1, 2, 3)] == ["cell 2, line 2", "cell 4, line 1", "cell 4, line 2"]


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
        (lambda p: os.mkfifo(p / "mean.py") or p, "it is not a plain file. Submit a plain file, not a link"),
        (lambda p: (p / "n.ipynb").write_text("{") and p / "n.ipynb", "not a notebook"),
        (lambda p: (p / "n.ipynb").write_text("[" * 100_000) and p / "n.ipynb", "not a notebook"),
    ],
    ids=["missing", "empty folder", "suffix", "large", "link", "folder", "pipe", "not json", "deep json"],
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


WORK = "def mean(values, weights=None):\n    return 'Größe'\n"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (WORK.encode("utf-16"), r"my\.py is in UTF-16, not in UTF-8\. Save it again as UTF-8"),
        (WORK.encode("utf-16-le"), r"my\.py is in UTF-16"),
        (WORK.encode("utf-32"), r"my\.py is in UTF-32"),
        (WORK.encode().replace(b"G", b"\0"), r"my\.py holds a NUL byte in line 2.*Save it again as UTF-8"),
        (WORK.encode("latin-1"), r"my\.py is not in UTF-8 \(line 2 holds the byte 0xF6, as in Latin-1.*Save it again"),
        (b"# coding: nothing\n" + WORK.encode(), r"my\.py names an encoding that Python does not know.*Save it again"),
        (b"PK\x03\x04" + b"x" * 30, r"my\.py is a zip archive, not text"),
        (
            b"def mean(v):\n<<<<<<< HEAD\n    return 1\n=======\n    return 2\n>>>>>>> theirs\n",
            r"my\.py holds Git's marks of a merge conflict \(<<<<<<<, line 2\)\. Choose",
        ),
    ],
    ids=["UTF-16", "UTF-16 without a mark", "UTF-32", "NUL", "Latin-1", "odd cookie", "zip", "conflict"],
)
def test_what_is_no_text_is_told_once_with_file_fault_and_cure(toy, tmp_path, content, says):
    (tmp_path / "my.py").write_bytes(content)
    assert re.match(says, collect(toy, tmp_path / "my.py").broken)
    result = grade(Request(toy, tmp_path / "my.py"))
    assert (result.status, result.score, result.blame) == ("not_yet", 0.0, "submission")
    assert re.match(says, result.message)
    assert {check.status for check in result.checks} == {"not_tried"}


@pytest.mark.parametrize("suffix", [".sql", ".tf", ".patch"])
def test_utf_16_is_told_of_any_file_and_a_mark_in_front_is_taken_off(toy, tmp_path, suffix):
    other = replace(toy, files=(f"a{suffix}",))
    path = tmp_path / f"a{suffix}"
    path.write_bytes("select 1\n".encode("utf-16"))
    assert collect(other, path).broken.startswith(f"a{suffix} is in UTF-16")
    path.write_bytes(b"\xef\xbb\xbfselect 1\r\n")
    assert collect(other, path).files == {f"a{suffix}": b"select 1\r\n"}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"\xef\xbb\xbf" + WORK.encode(), WORK),
        (b"# -*- coding: latin-1 -*-\n" + WORK.encode("latin-1"), f"#\n{WORK}"),
        (WORK.replace("\n", "\r\n").encode(), WORK.replace("\n", "\r\n")),
    ],
    ids=["mark in front", "cookie", "line ends of Windows"],
)
def test_what_python_reads_is_taken(toy, tmp_path, content, text):
    (tmp_path / "mean.py").write_bytes(content)
    made = collect(toy, tmp_path / "mean.py")
    assert (made.files, made.broken) == ({"mean.py": text.encode()}, "")


def test_a_folder_with_only_a_notebook_in_it_names_the_notebook(toy, tmp_path):
    notebook(tmp_path / "my work.ipynb", ("code", WORK))
    (tmp_path / "helper.py").write_text(WORK)
    with pytest.raises(Unreadable, match=rf"mean\.py is missing .* SUB={tmp_path}/my work\.ipynb"):
        collect(toy, tmp_path)
    (tmp_path / "my work.ipynb").unlink()
    with pytest.raises(Unreadable, match=rf"mean\.py is missing .* SUB={tmp_path}/helper\.py"):
        collect(toy, tmp_path)


def test_a_folder_that_may_not_be_read_is_no_link(toy, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "mean.py").write_text(WORK)
    for module, name, path in (("os", "scandir", tmp_path), ("os", "open", tmp_path / "mean.py"), ("os", "stat", None)):
        with monkeypatch.context() as patch:
            patch.setattr(f"{module}.{name}", refuse)
            with pytest.raises(Unreadable, match="cannot be re") as told:
                collect(toy, path or tmp_path / "mean.py")
        assert "link" not in str(told.value)
        assert "ight" in str(told.value) or "Permission denied" in str(told.value)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("exercises/01_toy/mean/test_mean.py", r"test_mean\.py holds the checks, not your work"),
        ("graders/01_toy/mean/test_hidden.py", r"test_hidden\.py holds the checks, not your work"),
        ("exercises/01_toy/store/store.py", "belongs to toy-store, and this is toy-mean"),
        ("exercises/01_toy/store", "belongs to toy-store, and this is toy-mean"),
        ("solutions/01_toy/store/store.py", "belongs to toy-store, and this is toy-mean"),
        ("my/test_copy.py", r"test_copy\.py defines nothing of what toy-mean asks for \(mean\)\. Name your mean\.py"),
        ("my/roi.py", r"roi\.py defines nothing of what toy-mean asks for"),
        ("my/hello.py", r"hello\.py defines nothing of what toy-mean asks for"),
        ("my/other.ipynb", r"other\.ipynb defines nothing of what toy-mean asks for"),
    ],
)
def test_the_wrong_file_is_told_and_is_no_zero(toy, path, says):
    mine = toy.course / "my"
    mine.mkdir()
    (mine / "test_copy.py").write_bytes(toy.visible_checks.read_bytes().replace(b"from mean import mean", b""))
    (mine / "roi.py").write_text("import os\nRATE = 0.1\ndef npv(flows):\n    return 3\n")
    (mine / "hello.py").write_text('"""My first."""\nimport os\nprint("hello")\n')
    notebook(mine / "other.ipynb", ("code", "def npv(flows):\n    return 3"), ("code", "npv([])"))
    result = grade(Request(toy, toy.course / path))
    assert result.status == "could_not_grade"
    assert re.search(says, result.message)
    assert "SUB=" in result.message


@pytest.mark.parametrize("own", ["RATE = 0.1\ndef npv(flows):\n    return 3\n", "", None])
def test_what_is_asked_for_does_not_depend_on_what_lies_in_the_exercises_folder(toy, tmp_path, own):
    (toy.folder / "mean.py").write_text(own) if own is not None else (toy.folder / "mean.py").unlink()
    (tmp_path / "my_try.py").write_text(WORK)
    assert collect(toy, tmp_path / "my_try.py").files == {"mean.py": WORK.encode()}
    (tmp_path / "roi.py").write_text("RATE = 0.1\ndef npv(flows):\n    return 3\n")
    with pytest.raises(Unreadable, match=r"roi\.py defines nothing of what toy-mean asks for \(mean\)"):
        collect(toy, tmp_path / "roi.py")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "raise SystemExit",
        "def __getattr__(name):\n    return len",
        "exec('mean = 3')",
        "globals()['mean'] = 3",
        "from os.path import *",
        "def mean(:",
        "mean = len",
        "if True:\n    def mean(values):\n        return 1",
    ],
)
def test_what_may_be_the_work_is_graded(toy, tmp_path, text):
    (tmp_path / "mean.py").write_text(text)
    assert collect(toy, tmp_path / "mean.py").files == {"mean.py": text.encode()}


def test_a_path_as_windows_writes_it_is_found(toy, tmp_path, monkeypatch):
    (tmp_path / "my").mkdir()
    notebook(tmp_path / "my" / "work.ipynb", ("code", WORK))
    monkeypatch.chdir(tmp_path)
    assert collect(toy, Path("my\\work.ipynb")).files == {"mean.py": WORK.encode()}


R = {"kernelspec": {"name": "ir", "language": "R", "display_name": "R"}, "language_info": {"name": "R"}}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", r"n\.ipynb is not a notebook that can be read: the file is empty\. Save it again"),
        ("{}", r"n\.ipynb is not a notebook that can be read: it is broken off or no notebook"),
        ('{"cells": [', "broken off"),
        ("hello there", "it is no JSON"),
        ("<!DOCTYPE html><html>", "it is a web page"),
        ('{\n<<<<<<< HEAD\n"cells": []\n=======\n>>>>>>> b\n}', r"merge conflict are in it \(line 2\)\. Take one side"),
        ('{"cells": [], "nbformat": 4}', r"n\.ipynb has no cell for mean\.py\. It has no code at all"),
        ('{"cells": [{"cell_type": "markdown", "source": "hi"}]}', "It has no code at all"),
        (
            json.dumps({"metadata": R, "cells": [{"cell_type": "code", "source": "f <- function(x) 3"}]}),
            "notebook for R;",
        ),
        (json.dumps({"metadata": R, "cells": []}), "notebook for R; toy-mean asks for Python"),
        ('{"cells": [{"cell_type": "code", "source": "# file: mean.py\\nx = 1\\u0000"}]}', None),
    ],
)
def test_a_notebook_that_is_none_says_why_and_what_to_do(toy, tmp_path, content, says):
    (tmp_path / "n.ipynb").write_text(content)
    if says is None:
        assert collect(toy, tmp_path / "n.ipynb").broken == (
            "n.ipynb holds a NUL byte (cell 1, line 2), so it is no text. Take it out."
        )
        return
    with pytest.raises(Unreadable, match=says) as told:
        collect(toy, tmp_path / "n.ipynb")
    assert "\n" not in str(told.value)


def test_what_is_called_a_notebook_and_is_python_is_taken_and_the_other_way_round(toy, tmp_path):
    (tmp_path / "n.ipynb").write_text(WORK)
    assert collect(toy, tmp_path / "n.ipynb").files == {"mean.py": WORK.encode()}
    notebook(tmp_path / "mean.py", ("code", WORK))
    assert collect(toy, tmp_path / "mean.py").files == {"mean.py": WORK.encode()}


@pytest.mark.parametrize("work", [WORK, f"exec({WORK!r})\n"])
def test_a_notebook_for_r_that_holds_the_work_in_python_is_taken(toy, tmp_path, work):
    cells = [{"cell_type": "code", "source": work}]
    (tmp_path / "n.ipynb").write_text(json.dumps({"cells": cells, "metadata": R}))
    assert collect(toy, tmp_path / "n.ipynb").files == {"mean.py": work.encode()}


@pytest.mark.parametrize(
    ("cells", "place", "message"),
    [
        (
            ["import numpy as np", "# scratch", "def mean(values, weights=None:\n    return 3"],
            "cell 3, line 1",
            "SyntaxError",
        ),
        (["# file: mean.py\nx = 1", "# file: mean.py\n\ndef mean(:"], "cell 2, line 3", "SyntaxError"),
        (["# file: mean.py\nx = 1\n", "print(1)", "# file: mean.py\n1 / 0"], "cell 3, line 2", "ZeroDivisionError"),
        (["X = 1 / 0", "def mean(values, weights=None):\n    return X"], "cell 1, line 1", "ZeroDivisionError"),
        (
            ["%%time\nX = [\n  1,\n  1 / 0]", "def mean(v, w=None):\n    return X"],
            "cell 1, line 4",
            "ZeroDivisionError",
        ),
        (
            ["# file: mean.py\ndef mean(values, weights=None):\n    x = [1,\n    return (3]"],
            "cell 1, line 4",
            "opening parenthesis '('",
        ),
        (
            ["# file: mean.py\nimport os", "# file: mean.py\ndef mean(v, w=None):\n    x = (\n    [3)"],
            "cell 2, line 4",
            "does not match opening parenthesis '['",
        ),
    ],
)
def test_where_work_cannot_be_loaded_is_a_cell_and_its_line(toy, tmp_path, cells, place, message):
    path = notebook(tmp_path / "n.ipynb", *(("code", text) for text in cells))
    result = grade(Request(toy, path))
    assert result.message.startswith(f"{place}: ")
    assert message in result.message
    assert "mean.py" not in result.message


@pytest.mark.parametrize("first", ["", "# file: mean.py\n"], ids=["unmarked", "marked"])
def test_where_code_raises_is_a_cell_and_its_line(toy, tmp_path, first):
    cells = ["import numpy as np", f"{first}def mean(values, weights=None):\n    return help_me(values)"]
    cells += ["from __future__ import annotations\ndef help_me(values):\n\n    display(3)\n    raise ValueError('no')"]
    path = notebook(tmp_path / "n.ipynb", *(("code", text) for text in cells))
    (told,) = [c.feedback for c in grade(Request(toy, path)).checks if c.id == "test_mean_of_three"]
    assert told.startswith("ValueError: no (cell 3, line 5)")


def test_where_a_file_of_another_name_raises_is_a_line_of_that_file(toy, tmp_path):
    (tmp_path / "my_try.py").write_text("x = 1\ndef mean(values, weights=None):\n    return 1 / 0")
    (told,) = [c.feedback for c in grade(Request(toy, tmp_path / "my_try.py")).checks if c.id == "test_mean_of_three"]
    assert "(my_try.py, line 3)" in told


EXPORTS = {
    "nbconvert": """\
#!/usr/bin/env python
# coding: utf-8

# In[1]:


get_ipython().run_line_magic('matplotlib', 'inline')


# In[2]:


get_ipython().run_cell_magic('time', '', 'def mean(v, w=None):\\n    return 1 / 0\\n')

# In[ ]:


1 / 0
""",
    "percent": """\
# %% [markdown]
# Notes
# %%
x = await nothing()
# %%
def mean(v, w=None):
    return 1 / 0
# %%
1 / 0
""",
    "light": """\
# ---
# jupyter:
# ---

# +
1 / 0
# -

def mean(v, w=None):
    return 1 / 0
""",
    "databricks": """\
# Databricks notebook source
# MAGIC %md
# MAGIC hi

# COMMAND ----------

dbutils.fs.ls('/')

# COMMAND ----------

def mean(v, w=None):
    return 1 / 0

# COMMAND ----------

# MAGIC %sql
# MAGIC select 1
""",
    "colab": """\
!pip install numpy
from google.colab import drive
drive.mount('/content')
%matplotlib inline
def mean(v, w=None):
    display(v)
    return 1 / 0
""",
}


@pytest.mark.parametrize(("form", "line"), [*zip(EXPORTS, [13, 7, 10, 12, 7], strict=True)])
def test_an_exported_notebook_is_one_and_its_places_are_lines_of_the_export(toy, tmp_path, form, line):
    (tmp_path / "export.py").write_text(EXPORTS[form])
    made = collect(toy, tmp_path / "export.py")
    result = grade(Request(toy, tmp_path / "export.py"))
    (told,) = [c.feedback for c in result.checks if c.id == "test_mean_of_three"]
    assert told.startswith(f"ZeroDivisionError: division by zero (export.py, line {line})"), made.files[
        "mean.py"
    ].decode()


@pytest.mark.parametrize("text", ["# -\nx = 1\n", "# + more\nmean = 1", "def mean(v):\n    return v % 2  # %%\n"])
def test_a_python_file_like_any_other_is_taken_as_it_stands(toy, tmp_path, text):
    (tmp_path / "mean.py").write_text(f"{text}\nmean = print\n1 / 0\n")
    assert collect(toy, tmp_path / "mean.py").files["mean.py"].decode() == f"{text}\nmean = print\n1 / 0\n"


BULK = """
import re, sys
from pathlib import Path
from tenfold.errors import Unreadable
from tenfold.exercise import catalog
from tenfold.handin.submission import collect
toy, paths = catalog.find(Path(sys.argv[1]), "toy-mean"), map(Path, sys.argv[2:])
for path in paths:
    try:
        made = collect(toy, path)
        print(made.broken or len(made.files["mean.py"]))
    except Unreadable as error:
        print(error)
    peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())  # not that of who started it
    print(int(peak[1]) >> 10)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells it in kilobytes")
def test_two_megabytes_of_code_or_fifty_of_values_take_little_memory(toy, tmp_path):
    """A parser takes a kilobyte for a character of these, and a hundred bytes for a value."""
    code, values = "a;" * 1_000_000, '{"":0},' * 7_000_000
    made = {
        "plain.py": code,
        "marks.py": f"text = '''\n<<<<<<< a\n=======\n>>>>>>> b\n'''\n{code[:-50]}",
        "shown.py": f"display(3)\n{code[:-50]}",
        "python.ipynb": code,
        "cell.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": code}], "nbformat": 4}),
        "values.ipynb": f'{{"cells": [], "metadata": [{values} 0]}}',
    }
    for name, text in made.items():
        (tmp_path / name).write_text(text)
    argv = [sys.executable, "-c", BULK, str(toy.course), *(str(tmp_path / name) for name in made)]
    done = subprocess.run(argv, capture_output=True, text=True)
    said, taken = done.stdout.splitlines()[::2], [*map(int, done.stdout.splitlines()[1::2])]
    assert (done.returncode, len(said)) == (0, len(made)), done.stderr
    assert max(taken) < 600, dict(zip(made, taken, strict=True))  # MB
    assert said[0] == str(len(code))
    assert said[1].startswith("marks.py holds Git's marks of a merge conflict")
    assert said[2] == str(len(made["shown.py"]))
    assert said[3].startswith("python.ipynb is not a notebook that can be read: it is no JSON")
    assert said[4].startswith("there are more than 200,000 characters of code")
    assert said[5] == "values.ipynb holds more than 3,000,000 values. Clear its outputs and save it again."


@pytest.mark.parametrize("line", ["x = 1", "f()", "def f{i}(): return display", "class A{i}: pass", "import a{i}"])
def test_two_megabytes_of_python_take_little_time(toy, tmp_path, line):
    path, most = tmp_path / "mean.py", MOST_BYTES // (len(line) + 6)
    path.write_text("\n".join(line.replace("{i}", str(i)) for i in range(most)))
    start = time.process_time()
    with contextlib.suppress(Unreadable):
        collect(toy, path)
    assert time.process_time() - start < 60
