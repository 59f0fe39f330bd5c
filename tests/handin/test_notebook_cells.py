"""Which text of a notebook is the submission: files from cells, helpers from others, nothing for Jupyter alone."""

from __future__ import annotations

import ast
import contextlib
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import DAY

from tenfold.errors import Unreadable
from tenfold.handin import cell_dependencies, notebook_cells, submission
from tenfold.handin.notebook_cells import Cell, parts, plain
from tenfold.handin.places import lines_of, text_of
from tenfold.handin.units import Piece


def code(text, *names):
    return Cell("code", text, frozenset(names))


def submitted(found, starters=None):
    return {name: text_of(lines) for name, lines in notebook_cells.submitted(found, starters).items()}


def files(*given, wanted=("drift.py",)):
    return submitted(parts(given, wanted))


def completed(pieces, others):
    made = [[Piece(place, lines_of(text, f"cell {place}")) for place, text in each] for each in (pieces, others)]
    return text_of(cell_dependencies.completed(*made))


def test_a_cell_is_known_by_its_first_line_or_by_its_name_whatever_its_type():
    named = Cell("markdown", "def b():\n    pass", frozenset({"drift_py"}))
    assert files(code("c = 3"), code("# file: drift.py\na = 1"), named) == {"drift.py": f"a = 1\n{named.source}\n"}


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
    before = [
        "import os\nimport numpy as np\n%matplotlib inline",
        "def deep(x):\n    return x\n\n\n@cached\ndef helper(x):\n    return deep(x)\nwhile True:\n    pass",
        "not Python at all",
    ]
    after = ["from functools import cache as cached\nSCALE = 3; print(1 / 0)\nunused = open('/etc/passwd')"]
    found = files(*map(code, before), code(f"# file: drift.py\n{work}"), *map(code, after))["drift.py"]
    assert [line for line in found.splitlines() if not line.startswith(" ")] == [
        "import numpy as np",
        "from functools import cache as cached",
        "def deep(x):",
        "@cached",
        "def helper(x):",
        "def f(x):",
        "SCALE = 3",
    ]


@pytest.mark.parametrize(
    ("work", "others", "name", "value"),
    [
        ("from __future__ import annotations\ndef f():\n    return math.floor(2.5)", ["import math"], "f", 2),
        ('"""Doc."""\ndef f():\n    return K', ["K = 1\nK += 2\nK += 2"], "f", 5),
        ("def f():\n    return T", ["T = {}\nfor i in range(3):\n    T[i] = i * i"], "f", {0: 0, 1: 1, 2: 4}),
        ("def f():\n    return floor(2.5)", ["from math import *"], "f", 2),
        ("def f():\n    return max([1, 2])", ["max = 3"], "f", 2),
        ("def f():\n    return max(1, 2)", ["def max(*a):\n    return 'mine'"], "f", "mine"),
        ("def f():\n    return K", ["try:\n    import nothing\nexcept ImportError:\n    K = 4"], "f", 4),
        ("def f():\n    return K", ["K = 1", "if __name__ == '__main__':\n    K = 9"], "f", 1),
        ("def g():\n    return 1", ["def f():\n    return g() + 1"], "g", 1),
        ("def f():\n    return T", ["T = []\nfor i in range(3):\n    T.append(i)"], "f", [0, 1, 2]),
        ('"""A \u2028 doc."""\ndef f():\n    return K', ["K = 3"], "f", 3),
        ("def f():\n    display(3)\n    return 3", [], "f", 3),
        (
            "def f(x=1):\n    if x:\n        return x\n    raise NotImplementedError(x)",
            ["def f():\n    return 9"],
            "f",
            1,
        ),
    ],
)
def test_what_is_completed_does_what_the_notebook_does(work, others, name, value):
    space = {"__name__": "drift"}
    exec(completed([(9, work)], list(enumerate(others))), space)
    assert space[name]() == value


@pytest.mark.parametrize("later", ["def g(x, k=K):\n    return k", "class B(A):\n    pass\ndef g(x):\n    return 2"])
def test_a_later_cell_may_build_on_the_work(later):
    space = {}
    exec(completed([(0, "K = 2\nclass A: pass\ndef f():\n    return g(1)")], [(1, later)]), space)
    assert space["f"]() == 2


STARTER = "def f():\n    raise NotImplementedError('first')\n\n\ndef g():\n    raise NotImplementedError('then')\n"


def test_a_function_that_is_written_in_another_cell_counts():
    kept = code(f"# file: drift.py\n{STARTER}")
    space = {}
    exec(files(kept, code("def f():\n    return 1"), code("def g():\n    return f()"))["drift.py"], space)
    assert (space["f"](), space["g"]()) == (1, 1)
    moved = [code("# file: drift.py\ndef f():\n    return 1"), code("def g():\n    return 2\ndef h():\n    return 3")]
    found = submitted(parts(moved, ("drift.py",)), {"drift.py": STARTER})["drift.py"]
    assert "def g" in found
    assert "def h" not in found
    solved = code("# file: drift.py\ndef f():\n    return 1\ndef g():\n    return 2")
    assert files(solved, code("def g():\n    return 'an older try'"))["drift.py"].count("def g") == 1


def test_a_helper_between_two_pieces_stays_between_them():
    given = [code("# file: drift.py\nclass A: pass"), code("class B(A): pass"), code("# file: drift.py\nb = B()")]
    exec(files(*given)["drift.py"], {})


def test_what_cannot_be_looked_into_is_graded_as_it_stands():
    deep = "f = " + "lambda: " * 1200 + "1"
    long = "def f():\n    raise NotImplementedError(" + "1 + " * 1500 + "1)"
    for text in (deep, long, f"raise ValueError(0x{'f' * 5000})"):
        assert files(code(f"# file: drift.py\n{text}"), code("x = 1"))["drift.py"] == f"{text}\n"


def test_what_the_work_binds_itself_is_not_looked_for():
    work = "import numpy as np\ndef f(a, b=1):\n    c = a\n    return np.abs(c) + b"
    assert completed([(1, work)], [(0, "np = a = b = c = 1")]) == f"{work}\n"
    assert completed([(1, "f = 1 +")], [(0, "x = 1")]) == "f = 1 +\n"


def test_a_long_chain_of_helpers_takes_no_time():
    chain = "\n".join(f"def f{i}(): return f{i + 1}()" for i in range(3000))
    uses = "def f():\n    return f0() + " + " + ".join(f"name{i}" for i in range(1000))
    start = time.process_time()
    assert completed([(1, uses)], [(0, chain)]).count("def") == 3001
    assert time.process_time() - start < 5


def test_more_code_than_anybody_writes_is_refused_before_it_is_parsed():
    cell = {"cell_type": "code", "source": "x\n" * 300_000}
    marked = {"cell_type": "markdown", "source": "# file: drift.py\n" + "x\n" * 300_000}
    for each in (cell, marked):
        with pytest.raises(Unreadable, match="more than 200,000 characters of code"):
            parts(notebook_cells.read(json.dumps({"cells": [each]}).encode(), "a.ipynb"), ("drift.py",))
    parts(
        notebook_cells.read(json.dumps({"cells": [{**cell, "cell_type": "markdown"}]}).encode(), "a.ipynb"),
        ("drift.py",),
    )


ABOVE = ["#%%\n# file: a.sql", "#@title My work\n\n# my file\n# file: a.sql", "%python\n# file: a.sql"]
FIRST = ["#file:a.sql", "# file : a.sql", "%%file a.sql", "%%writefile ./a.sql", '%%writefile "a.sql"']


@pytest.mark.parametrize("first", [*FIRST, "%%time\n# file: a.sql", "# File: a.sql", *ABOVE])
def test_the_first_line_may_be_written_in_many_ways(first):
    assert files(code(f"{first}\nselect 1"), wanted=("a.sql",)) == {"a.sql": "select 1\n"}


def test_another_magic_on_top_is_no_part_of_the_file():
    assert files(code("%%sql\nselect 1", "a_sql"), wanted=("a.sql",)) == {"a.sql": "select 1\n"}


def test_a_copy_of_the_cell_to_try_things_in_is_not_the_work():
    given = [code("# file: drift.py\na = 1", "drift_py"), code("print(a)\n1 / 0", "drift_py")]
    assert files(*given) == {"drift.py": "a = 1\n"}


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


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("x = (7\n     % 4)\n%magic", "x = (7\n     % 4)\npass  # %magic"),
        ('"""\n%d\nWhy?\n"""\n!pip', '"""\n%d\nWhy?\n"""\npass  # !pip'),
        ("!pip install a \\\n    b\nx = 1", "pass  # !pip install a \npass  # b\nx = 1"),
        ("%time T = [1]", "T = [1]"),
        ("x = %time f()", "x = f()"),
        ("pip install a\nimport b", "pass  # pip install a\nimport b"),
        ("    a = 1\n    b = 2", "a = 1\nb = 2"),
        ("f(1)?", "pass  # f(1)?"),
        ("def f(:\n%x", "def f(:\n%x"),
    ],
)
def test_only_the_lines_that_are_no_python_are_void(source, told):
    assert plain(source) == told


@pytest.mark.parametrize(
    "source", ["x = 1\n" + " " * 90_000 + "$", "%" * 90_000, "# file:" * 13_000, "\n" * 90_000, "#\n" * 45_000]
)
def test_odd_text_takes_no_time(source):
    start = time.process_time()
    files(code(source), *[Cell("markdown", f"# file: drift.py\n{i}") for i in range(5_000)])
    assert time.process_time() - start < 5


def test_many_magics_take_no_time():
    source = "x = 1\n" * 30_000 + "%a\n" * 2_000
    start = time.process_time()
    assert plain(source).count("pass  # %a") == 2_000
    assert time.process_time() - start < 20


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"cells": 3}', '{"cells": [3]}', '{"cells": [{}]}', "\udc80"])
def test_what_is_no_notebook_is_told(content):
    with pytest.raises(Unreadable, match="not a notebook that can be read"):
        notebook_cells.read(content.encode("utf-8", "surrogatepass"), "a.ipynb")


JSON = st.recursive(st.none() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x))


@given(st.lists(st.fixed_dictionaries({"cell_type": JSON, "source": JSON}, optional={"metadata": JSON, "id": JSON})))
def test_any_cells_are_read_and_sorted(given):
    found = parts(notebook_cells.read(json.dumps({"cells": given}).encode(), "a.ipynb"), ("drift.py",))
    assert all(text.encode() for text in submitted(found).values())


def starter(*names):
    return "\n".join(f"def {name}():\n    raise NotImplementedError('{name}')" for name in names)


def gathered(*texts, asked=("f",)):
    return submitted(parts([*map(code, texts)], ("drift.py",)), {"drift.py": starter(*asked)})["drift.py"]


def answer(text, name="f"):
    space = {"__name__": "drift", "__file__": "drift.py"}
    exec(text, space)
    return space[name]()


SUBCLASSED = "class Base:\n    kinds = []\n    def __init_subclass__(cls):\n        Base.kinds.append(cls.__name__)"


@pytest.mark.parametrize(
    ("cells", "value"),
    [
        (
            ["T = {}", "for i in range(3):\n    T[i] = i", "def f(): return T", "for i in [1 / 0]: pass"],
            {0: 0, 1: 1, 2: 2},
        ),
        (["def f():\n    return N", "N = 3", "for x in [N]:\n    print(x.unknown)"], 3),
        (["class A:\n    pass", "A.k = 4", "class A(A):\n    m = 5", "def f():\n    return A.k + A.m"], 9),
        (
            ["S = []\ndef add(x):\n    S.append(x)", "add(1)", "def two():\n    add(2)", "two()", "def f(): return S"],
            [1, 2],
        ),
        ([SUBCLASSED, "class B(Base):\n    pass", "def f():\n    return Base.kinds"], ["B"]),
        (["import drift\nfrom drift import f", "def f():\n    return 1", "from drift import f\nf()"], 1),
        (["def f(x=K):\n    return x", "K = 1"], 1),
        (["def f():\n    return g()", "def g():\n    return 1", "def g():\n    return 2"], 2),
        (["def f():\n    return 1", "old = f", "def f():\n    return old() + 1"], 2),
        (["import numpy as np", "x = np.sum(unknown)", "np.append(x, 1 / 0)", "def f():\n    return int(np.pi)"], 3),
        (["from nowhere_at_all import *", "from math import *", "def f():\n    return floor(2.5)"], 2),
        (["def f():\n    return [x for x in files]", "files = !ls\n%load x"], []),
        (["def f():\n    _, a = 1, 2\n    return a", "_ = 1 / 0"], 2),
        (["from tqdm.notebook import tqdm as bar", "def f():\n    return 3"], 3),
        (["from IPython.display import *", "def f():\n    display(HTML('x'))\n    return clear_output() and 3"], 3),
        (["import IPython, ipywidgets as w", "@w.interact(x=3)\ndef f(x=3):\n    return x"], 3),
        (
            [
                "def f():\n    return 1",
                "f().sort()",
                "f()[0].append(1 / 0)",
                "f().x = 3",
                "shuffle(f())",
                "g(f()).pop(9)",
            ],
            1,
        ),
        (
            ["import decimal", "decimal.getcontext().prec = 3", "def f():\n    return str(decimal.Decimal(1) / 3)"],
            "0.333",
        ),
        (["N = 1\nassert N == 2", "def f():\n    return N"], 1),
        (["N = 1", "del N", "def f():\n    return N"], 1),
        (["def f() -> Nothing:\n    return 1", "from __future__ import annotations"], 1),
        (["async def g():\n    return 4", "N = await g()", "def f():\n    return N"], 4),
        (["async def g():\n    yield 4", "N = [x async for x in g()]", "def f():\n    return N"], [4]),
        (["def f():\n    return 1", "x = " + "-" * 3000 + "1", "f = (" * 300, "f() " * 9], 1),
    ],
)
def test_of_a_notebook_without_marks_only_what_is_asked_for_and_what_that_uses_is_kept(cells, value):
    text = gathered(*cells)
    assert answer(text) == value
    assert not any(word in text for word in ("1 / 0", "unknown", "sort", "shuffle"))


@pytest.mark.parametrize("mark", ["", "# file: drift.py\n"], ids=["unmarked", "marked"])
@pytest.mark.parametrize(
    "line",
    [
        "display(f)",
        "get_ipython().system('pip install x')",
        "In[1], Out, _, __, ___, _3, _i3, _ih, _oh",
        "exit()",
        "quit",
        "ls",
        "x = !ls\nlen(x), list(x), x[0], x.fields",
        "from IPython.display import HTML, display as d; d(HTML('x'))",
        "import IPython.display as ipd\nipd.Audio([1], rate=3)",
        "if True:\n    from ipywidgets import (\n        interact,\n    ); interact(f)",
        "from google.colab import files\nfiles.upload()",
        "import nest_asyncio\nnest_asyncio.apply()",
        "import asyncio\nawait asyncio.sleep(0); N = 3",
        "async def g():\n    yield 1\nasync for i in g():\n    '''a\n b'''",
        "from __future__ import (\n    annotations,\n)\nx: Nothing = 1",
        "%matplotlib inline\n%config InlineBackend.figure_format = 'retina'\n!pip install x\nf?",
    ],
)
def test_what_is_legal_in_a_cell_is_legal_handed_in(mark, line):
    cells = [f"{mark}x = 1", f"{mark}def f():\n    return x", f"{mark}{line}"]
    assert answer(gathered(*cells)) is not None


def test_one_list_stands_in_for_jupyters_names_on_every_way():
    cells = [code("# file: drift.py\ndef f():\n    display(3)\n    return get_ipython().nothing() is not None")]
    unmarked = [code(cells[0].source.partition("\n")[2])]
    ways = [submitted(parts(each, ("drift.py",)), {"drift.py": starter("f")})["drift.py"] for each in (cells, unmarked)]
    exported = notebook_cells.submitted(notebook_cells.one("drift.py", unmarked))["drift.py"]
    assert len({*ways, text_of(exported)}) == 1
    assert answer(ways[0]) is True


def test_a_cell_that_does_not_parse_counts_only_where_it_was_to_define_what_is_asked_for():
    assert "def f(:" not in gathered("def f(:\n    1", "def f():\n    return 1")
    assert "def g(:" not in gathered("def g(:\n    1", "def f():\n    return g()")
    assert "def f(:" in gathered("def f(:\n    1", "x = 1")


@pytest.mark.parametrize(
    "path", ["./a.sql", ".\\a.sql", "exercises/06_data/sql/a.sql", "C:\\Users\\me\\a.sql", '"/content/my drive/a.sql"']
)
def test_work_written_by_its_path_is_the_file(path):
    assert files(code(f"%%writefile {path}\nselect 1"), wanted=("a.sql",)) == {"a.sql": "select 1\n"}


NAMES = [f"a{i}" for i in range(3_000)]
HOSTILE = {
    "a chain": "\n".join(f"def f{i}(): return f{i + 1}()" for i in range(3_000)) + "\nf = f0",
    "a chain of calls": "f = f0()\n" + "\n".join(f"def f{i}(): return f{i + 1}()\nx{i} = f0()" for i in range(1_500)),
    "many names twice": "".join(f"{name} = f\n" for name in NAMES) * 2 + f"f = [{', '.join(NAMES)}]",
    "effects": "\n".join(f"def f{i}(a): f{i + 1}(a); a.append(1)" for i in range(2_000)) + "\nf = f0([])",
    "spaces": "def f(:\n" + " " * 90_000 + "\n" * 90_000 + "get_ipython",
    "attributes": "f" + ".a" * 95_000 + " = 1",
    "minuses": "f = " + "-" * 3_000 + "1",
    "brackets": "f = " + "(" * 190_000,
    "awaits": "f = await f\n" * 5_000,
}


@pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, marks=[] if (i + DAY) % 3 == 0 else [pytest.mark.long]) for i, kind in enumerate(HOSTILE)],
)
def test_hostile_text_takes_little_time_in_every_form(kind, tmp_path, toy):
    text = HOSTILE[kind].replace("f = ", "mean = ", 1)
    start = time.process_time()
    for name, content in {
        "a.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": text}]}),
        "b.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": f"# file: mean.py\n{text}"}]}),
        "c.py": f"# %%\n{text}\n# In[3]:\ndisplay(1)",
        "d.py": f"{text}\ndisplay(1)",
    }.items():
        (tmp_path / name).write_text(content)
        with contextlib.suppress(Unreadable):
            submission.collect(toy, tmp_path / name)
    assert time.process_time() - start < 60


def test_more_cells_or_statements_than_anybody_writes_are_refused():
    cells = [{"cell_type": "code", "source": ""}] * 20_001
    with pytest.raises(Unreadable, match="more than 20,000 cells"):
        notebook_cells.read(json.dumps({"cells": cells}).encode(), "a.ipynb")
    with pytest.raises(Unreadable, match="more than 20,000 statements"):
        gathered("def f():\n    return 1", "x = 1\n" * 20_001)
