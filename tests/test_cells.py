"""Which text of a notebook is the submission: files from cells, helpers from others, nothing for Jupyter alone."""

from __future__ import annotations

import ast
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenfold import cells
from tenfold.cells import Cell, parts, plain, submitted
from tenfold.errors import Unreadable
from tenfold.helpers import needed


def code(text, *names):
    return Cell("code", text, frozenset(names))


def files(*given, wanted=("drift.py",)):
    return {name: content.decode() for name, content in submitted(parts(given, wanted)).items()}


def test_a_cell_is_known_by_its_first_line_or_by_its_name_whatever_its_type():
    marked, named = code("# file: drift.py\na = 1"), Cell("markdown", "b = 2", frozenset({"drift_py"}))
    assert files(code("c = 3"), marked, named) == {"drift.py": "a = 1\nb = 2\n"}


def test_a_doubled_cell_counts_once_and_a_split_one_whole():
    head, tail = (
        code("# file: drift.py\ndef f():\n    return 1", "drift_py"),
        code("def g():\n    return 2", "drift_py"),
    )
    assert files(head, tail, head, tail) == {"drift.py": "def f():\n    return 1\ndef g():\n    return 2\n"}


def test_writefile_begins_a_file_anew_and_with_a_goes_on():
    given = [code("%%writefile a.sql\nold"), code("%%writefile a.sql\nselect 1"), code("%%writefile -a a.sql\nfrom t")]
    assert files(*given, wanted=("a.sql",)) == {"a.sql": "select 1\nfrom t\n"}


def test_a_file_that_is_not_python_is_taken_as_it_stands():
    text = "%\n!x\na = %b\n"
    assert files(code(f"%%writefile a.sql\n{text}"), wanted=("a.sql",)) == {"a.sql": text}


def test_without_any_mark_all_code_cells_are_the_one_file():
    given = [code("%load_ext tenfold.notebook\n%tenfold x"), code("a = 1"), Cell("markdown", "no"), code("%%check\nno")]
    assert files(*given, code("%%time\nb = 2")) == {"drift.py": "a = 1\npass  # %%time\nb = 2\n"}
    assert parts(given[:1], ("drift.py",)).files == {}
    assert parts(given, ("a.py", "b.py")).files == {}


def test_helpers_of_other_cells_are_found_by_what_is_used():
    work = "def f(x):\n    return helper(x) + np.sum(SCALE)\n"
    others = [
        "import os\nimport numpy as np\n%matplotlib inline",
        "def deep(x):\n    return x\n\n\n@cached\ndef helper(x):\n    return deep(x)\nwhile True:\n    pass",
        "from functools import cache as cached\nSCALE = 3\nunused = open('/etc/passwd')",
        "not Python at all",
    ]
    found = files(code(f"# file: drift.py\n{work}"), *map(code, others))["drift.py"]
    assert found.endswith(work)
    assert [line for line in found.splitlines() if not line.startswith(" ")][:-1] == [
        "import numpy as np",
        "def deep(x):",
        "@cached",
        "def helper(x):",
        "from functools import cache as cached",
        "SCALE = 3",
    ]


def test_what_the_work_binds_itself_is_not_looked_for():
    assert (
        needed("import numpy as np\ndef f(a, b=1):\n    c = a\n    return np.abs(c) + b", ["np = a = b = c = 1"]) == ""
    )
    assert needed("f = 1 +", ["x = 1"]) == ""


@pytest.mark.parametrize(
    ("line", "voided"),
    [
        ("%matplotlib inline", True),
        ("    !pip install x", True),
        ("files = !ls", True),
        ("t = %timeit -o f()", True),
        ("f?", True),
        ("?f", True),
        ("f.x??", True),
        ("a = 7", False),
        ("x = a % b", False),
        ("y = 'what?'", False),
    ],
)
def test_lines_for_jupyter_alone_are_void(line, voided):
    source = f"if True:\n    pass\n    a = b = 1\n{line}\nz = 1\n%magic"
    source = source.replace("    a = b", "a = b") if not line.startswith(" ") else source
    told = plain(source)
    ast.parse(told)
    assert len(told.splitlines()) == len(source.splitlines())
    assert (f"pass  # {line.strip()}" in told) is voided


def test_python_that_looks_like_a_magic_is_left_alone():
    source = 'x = (7\n     % 4)\ntext = """\n%d\n!\n"""\n'
    assert plain(source) == source


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"cells": 3}', '{"cells": [3]}', '{"cells": [{}]}', "\udc80"])
def test_what_is_no_notebook_is_told(content):
    with pytest.raises(Unreadable, match="not a notebook that can be read"):
        cells.read(content.encode("utf-8", "surrogatepass"), "a.ipynb")


JSON = st.recursive(st.none() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x))


@given(st.lists(st.fixed_dictionaries({"cell_type": JSON, "source": JSON}, optional={"metadata": JSON, "id": JSON})))
def test_any_cells_are_read_and_sorted(given):
    found = parts(cells.read(json.dumps({"cells": given}).encode(), "a.ipynb"), ("drift.py",))
    assert all(isinstance(content, bytes) for content in submitted(found).values())
