"""What people do in notebooks, drawn by a seed around work that is known to be right.

`drawn` gives a file that somebody may hand in: cells of the work in their order, scratch between them, lines and words
of Jupyter's, in one of the forms that editors and services save.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass

MEAN = """\
    if len(values) == 0:
        raise ValueError("no values")
    values = np.asarray(values, dtype=float)
    weights = np.ones_like(values) if weights is None else np.asarray(weights, dtype=float)
    offset = values[0]
    return float(offset + ((values - offset) * weights).sum() / weights.sum())"""
PART = "((values - offset) * weights).sum()"
SUM = f"{PART} / weights.sum()"
DEF = "def mean(values, weights=None):"

WORKS = {
    "plain": ["import numpy as np", f"{DEF}\n{MEAN}"],
    "one cell": [f'"""A mean."""\n\nimport numpy as np\n\n\n{DEF}\n{MEAN}'],
    "future": [
        "import numpy as np",
        f"from __future__ import annotations\ndef mean(values: Any, weights=None):\n{MEAN}",
    ],
    "constant": ["import numpy as np", "NONE = 0", f"{DEF}\n{MEAN.replace('== 0', '== NONE')}"],
    "table": [
        "import numpy as np",
        "WORDS = {}",
        "for code, word in enumerate(['no', 'values']):\n    WORDS[code] = word",
        f"{DEF}\n{MEAN.replace(repr('no values').replace(chr(39), chr(34)), 'WORDS[0] + WORDS[1]')}",
    ],
    "filled": [
        "import numpy as np\nimport heapq",
        "QUEUE = [3, 0, 2]\nheapq.heapify(QUEUE)",
        "def fill(where):\n    where.append(0)",
        "fill(QUEUE)",
        f"{DEF}\n    assert QUEUE[0] == 0 and len(QUEUE) == 4\n{MEAN}",
    ],
    "decorated": [
        "import functools\nimport numpy as np",
        "CALLED = []\ndef counted(f):\n    CALLED.append(f.__name__)\n    return f",
        f"@counted\n{DEF}\n    assert CALLED == ['mean']\n{MEAN}",
    ],
    "class": [
        "import numpy as np\nfrom dataclasses import dataclass",
        "@dataclass\nclass Sums:\n    whole: float\n    part: float = 0.0",
        "Sums.ratio = lambda self: self.part / self.whole",
        f"{DEF}\n{MEAN.replace(SUM, f'Sums(weights.sum(), {PART}).ratio()')}",
    ],
    "dispatch": [
        "from functools import singledispatch\nimport numpy as np",
        "@singledispatch\ndef size(values):\n    return None",
        "@size.register\ndef _(values: np.ndarray):\n    return len(values)\n\n\n"
        "@size.register\ndef _(values: list):\n    return len(values)",
        f"{DEF}\n{MEAN.replace('len(values)', 'size(values)')}",
    ],
    "optional": [
        "try:\n    import nowhere_at_all as np\nexcept ImportError:\n    import numpy as np",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from numpy import ndarray",
        f"def mean(values: 'ndarray', weights=None):\n{MEAN}",
    ],
    "global": [
        "import numpy as np",
        "LIMIT = None\ndef start():\n    global LIMIT\n    LIMIT = 0",
        "start()",
        f"{DEF}\n{MEAN.replace('== 0', '== LIMIT')}",
    ],
    "awaited": [
        "import asyncio\nimport numpy as np",
        "async def least():\n    await asyncio.sleep(0)\n    return 0",
        "NONE = await least()",
        f"{DEF}\n{MEAN.replace('== 0', '== NONE')}",
    ],
    "awaited in blocks": [
        "import contextlib\nimport numpy as np",
        "@contextlib.asynccontextmanager\nasync def opened():\n    yield [0]",
        "async def counts():\n    for i in range(3):\n        yield i",
        "SEEN = []\nasync with opened() as first:\n    async for i in counts():\n        SEEN.append(first[0] * i)",
        f"{DEF}\n    assert SEEN == [0, 0, 0]\n{MEAN.replace('== 0', '== SEEN[2]')}",
    ],
    "out of order": [
        f"{DEF}\n{MEAN.replace('== 0', '== NONE')}",
        "NONE = none()",
        "def none():\n    return ZERO",
        "ZERO = 0",
        "import numpy as np",
    ],
    "an older try": ["import numpy as np", "def mean(values, weights=missing):\n    return 3", f"{DEF}\n{MEAN}"],
    "the starter first": ["import numpy as np", f"{DEF}\n    raise NotImplementedError('later')", f"{DEF}\n{MEAN}"],
    "the starter again": ["import numpy as np", f"{DEF}\n{MEAN}", f"{DEF}\n    raise NotImplementedError('later')"],
    "wrapped later": [
        "import numpy as np\nimport functools",
        f"{DEF}\n{MEAN}",
        "mean = functools.wraps(mean)(lambda v, w=None, f=mean: f(v, w))",
    ],
    "star": ["from numpy import *", f"{DEF}\n{MEAN.replace('np.', '')}"],
    "with": [
        "import contextlib\nimport numpy as np",
        "with contextlib.suppress(OSError):\n    NONE = 0",
        f"{DEF}\n{MEAN.replace('== 0', '== NONE')}",
    ],
    "settings": [
        "import numpy as np\nimport sys",
        "sys.setrecursionlimit(4000)\nnp.seterr(all='ignore')",
        f"{DEF}\n    assert sys.getrecursionlimit() == 4000\n{MEAN}",
    ],
    "jupyter's": [
        "%matplotlib inline\nimport numpy as np\nfrom IPython.display import display, HTML",
        f"{DEF}\n    display(HTML('<b>mean</b>'))\n{MEAN}",
    ],
    "pylab": ["%pylab inline", f"{DEF}\n{MEAN}"],
    "timed": ["%%time\nimport numpy as np", f"%%capture out\n{DEF}\n{MEAN}"],
    "timed line": ["import numpy as np\n%time NONE = 0", f"{DEF}\n{MEAN.replace('== 0', '== NONE')}"],
    "progress": ["from tqdm.notebook import tqdm\nimport numpy as np", f"{DEF}\n{MEAN}"],
    "exec": ["import numpy as np", f"exec('''{DEF}\n{MEAN}''')"],
    "conditional": [
        "import numpy as np",
        "if True:\n    NONE = 0\nelse:\n    NONE = 1 / 0",
        f"{DEF}\n{MEAN.replace('== 0', '== NONE')}",
    ],
    "windows": ["import numpy as np\r\n", f"{DEF}\n{MEAN}\n".replace("\n", "\r\n")],
    "unicode": [
        "import numpy as np",
        f"Größe = 0\n{DEF}\n    'Der Mittelwert \u2028 Ω'\n{MEAN.replace('== 0', '== Größe')}",
    ],
}
"""By habit: the cells that make up the work, in their order."""

NOT_MARKED = {"an older try", "the starter again"}
"""What is no work, and is not marked as such."""

SCRATCH = [
    "print(mean([]))",
    "raise SystemExit",
    "exit()",
    "quit()",
    "1 / 0",
    "assert mean([1]) == 7",
    "this is no Python (",
    "def broken(:\n    pass",
    "x = input('how many? ')",
    "df = pd.read_csv('missing.csv')\ndf.head()",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()",
    "import seaborn_that_nobody_has as sns\nsns.set_theme()",
    "!pip install numpy",
    "files = !ls *.csv\nfiles",
    "%timeit mean(np.arange(9.0))",
    "mean?",
    "??mean",
    "%%bash\necho hello\nexit 3",
    "%%html\n<b>hello</b>",
    "%%writefile notes.txt\nnot Python",
    "%%R\nx <- c(1, 2)",
    "%%sql\nselect 1",
    "display(mean([1, 2]))",
    "get_ipython().run_line_magic('matplotlib', 'inline')",
    "_",
    "_3 + __",
    "In[3], Out",
    "from IPython.display import Image\nImage('x.png')",
    "result = await asyncio.sleep(0, 3)",
    "for i in range(3):\n    print(i, mean([i]))",
    "values = np.append(values, 3)\nvalues.sort()",
    "while True:\n    break",
    "mean([3, 1]).sort()",
    "random.shuffle(mean([1]))",
    "mean([1])['x'] = 3",
    "with open('missing.txt') as f:\n    text = f.read()",
    "@interact(x=3)\ndef plot(x):\n    return x",
    "class Later(Missing):\n    pass",
    "del values",
    "from google.colab import drive\ndrive.mount('/content/drive')",
    "import os\nfor place, _, names in os.walk('/kaggle/input'):\n    for name in names:\n        print(place, name)",
    "#@title Settings { display-mode: 'form' }\nrate = 0.5 #@param {type:'slider'}",
    "x = " + "-" * 3000 + "1",
    "path = 'C:\\Users\\me\\data.csv'",
    "",
    "# only a comment",
    "%load_ext autoreload\n%autoreload 2",
    "<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> theirs",
    "yield 3",
    "return mean",
    "from nowhere import *",
    "from __future__ import annotations",
    "mean([1, 2]) ; x: int = 'a'",
    "#| hide\nfrom nbdev.showdoc import *",
    "dbutils.fs.ls('/')",
]

SCRATCH_IN_SCRIPT = [text for text in SCRATCH if not text.startswith(("%%", "<<<", "'''"))]


@dataclass(frozen=True)
class HandedIn:
    """One file, and what was drawn for it."""

    name: str
    content: bytes
    said: str


def code(text: str) -> dict:
    return {
        "cell_type": "code",
        "source": text.splitlines(True),
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }


def notebook(cells: list[dict], rng: random.Random, **metadata: object) -> bytes:
    kernel = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    return json.dumps({"cells": cells, "metadata": {**kernel, **metadata}, "nbformat": 4, "nbformat_minor": 5}).encode()


def jupyters(cells: list[str], rng: random.Random) -> tuple[str, bytes]:
    made = [code(text) for text in cells]
    made.insert(rng.randrange(len(made) + 1), {"cell_type": "markdown", "source": "# My notes", "metadata": {}})
    return "work.ipynb", notebook(made, rng)


def colabs(cells: list[str], rng: random.Random) -> tuple[str, bytes]:
    made = [
        {**code(text), "id": f"{rng.getrandbits(40):x}", "metadata": {"id": "x", "outputId": "y"}} for text in cells
    ]
    made[0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["spam\n"] * 20_000}]
    return "work.ipynb", notebook(made, rng, colab={"provenance": []})


def old(cells: list[str], rng: random.Random) -> tuple[str, bytes]:
    """Save as IPython did before Jupyter: formats 1 to 3."""
    form = rng.choice([1, 2, 3])
    if form == 1:
        first = [{"cell_type": "code", "code": text, "prompt_number": i} for i, text in enumerate(cells)]
        first.insert(0, {"cell_type": "text", "text": "Notes"})
        return "work.ipynb", json.dumps({"cells": first, "nbformat": 1}).encode()
    made = [
        {"cell_type": "code", "input": text.splitlines(True) if form == 3 else text, "language": "python"}
        | {"collapsed": False, "outputs": [], "prompt_number": i}
        for i, text in enumerate(cells)
    ]
    heading = {"cell_type": "heading", "level": 1} if form == 3 else {"cell_type": "markdown"}
    made.insert(0, {**heading, "source": ["Notes"]})
    saved = {"worksheets": [{"cells": made}], "metadata": {"name": ""}, "nbformat": form, "nbformat_minor": 0}
    return "work.ipynb", json.dumps(saved).encode()


def nbdevs(cells: list[str], rng: random.Random) -> tuple[str, bytes]:
    """Mark every cell with a word of nbdev's, which knows the exported ones; here all are looked at."""
    words = rng.choice([["#| export", "#|export", "#| exporti"], ["#export", "# export", "#exporti"]])
    scratch = ["#| hide", "#| eval: false", "#hide", "#| echo: true\n#| output: asis"]
    made = [
        text if text.startswith("%%") else f"{rng.choice(scratch if text in SCRATCH else words)}\n{text}"
        for text in cells
    ]
    made = ["#| default_exp mean", "#| hide\nfrom nbdev.showdoc import *", *made]
    made.append("#| hide\nimport nbdev; nbdev.nbdev_export()")
    return jupyters(made, rng)


def for_r(cells: list[str], rng: random.Random) -> tuple[str, bytes]:
    """Keep the kernel of R in the notebook, and some R in cells of their own."""
    made = [code(text) for text in cells]
    for text in ["%load_ext rpy2.ipython", "%%R -i values\nsummary(values)\nx <- function(v) mean(v)"]:
        made.insert(rng.randrange(len(made) + 1), code(text))
    kernel = {"name": "ir", "language": "R", "display_name": "R"}
    return "work.ipynb", notebook(made, rng, kernelspec=kernel, language_info={"name": "R", "version": "4.3.1"})


def marked(cells: list[str], rng: random.Random) -> tuple[str, bytes]:
    """Mark every cell that the work is made of, by one of the ways to say so."""
    mark = rng.choice(
        ["# file: mean.py", "#file:mean.py", "# File: ./mean.py", "# file: 'exercises/01_toy/mean/mean.py'"]
    )
    made = []
    for text in cells:
        magics = [line for line in text.split("\n")[:1] if line.startswith("%%")]
        rest = "\n".join(text.split("\n")[len(magics) :])
        made.append("\n".join([*magics, mark, rest]))
    return jupyters(made, rng)


def percent(cells: list[str], rng: random.Random) -> tuple[str, bytes]:
    mark = rng.choice(["# %%", "#%%", "# %% a title", '# %% {"trusted": true}', "# %% [code]"])
    return "work.py", "".join(f"{mark}\n{commented(text)}\n\n" for text in ["", *cells]).encode()


def jupytexts(cells: list[str], rng: random.Random) -> tuple[str, bytes]:
    head = "# ---\n# jupyter:\n#   jupytext:\n#     text_representation:\n#       format_name: light\n# ---\n\n"
    simple = [text for text in cells if rng.random() < 0.5 and "\n\n" not in text]  # these stand between blank lines
    made = [commented(text) if text in simple else f"# +\n{commented(text)}\n# -" for text in cells]
    return "work.py", (head + "\n\n".join(made)).encode()


def commented(text: str) -> str:
    """Return a cell as jupytext writes it: what is for Jupyter alone is a comment."""
    lines = text.split("\n")
    if lines[0].startswith(("%%bash", "%%html", "%%writefile", "%%R", "%%sql")):
        return "\n".join(f"# {line}" for line in lines)
    return "\n".join(f"# {line}" if line.startswith(("%", "!")) else line for line in lines)


def nbconverts(cells: list[str], rng: random.Random) -> tuple[str, bytes]:
    parts = ["#!/usr/bin/env python\n# coding: utf-8\n"]
    for i, text in enumerate(cells):
        first, _, rest = text.partition("\n")
        if first.startswith("%%"):
            word, _, line = first[2:].partition(" ")
            text = f"get_ipython().run_cell_magic({word!r}, {line!r}, {rest + chr(10)!r})"
        else:
            text = "\n".join(map(called, text.split("\n")))
        parts.append(f"# ## A heading\n\n# In[{i + 1}]:\n\n\n{text}\n\n")
    return "work.py", "\n".join(parts).encode()


def called(line: str) -> str:
    """Return a line as nbconvert writes it."""
    if line.startswith("%"):
        word, _, rest = line[1:].partition(" ")
        return f"get_ipython().run_line_magic({word!r}, {rest!r})"
    if line.startswith("!"):
        return f"get_ipython().system({line[1:]!r})"
    if " = !" in line:
        name, _, rest = line.partition(" = !")
        return f"{name} = get_ipython().getoutput({rest!r})"
    if line.endswith("?") or line.startswith("?"):
        return f"get_ipython().run_line_magic('pinfo', {line.strip('?')!r})"
    return line


def databricks(cells: list[str], rng: random.Random) -> tuple[str, bytes]:
    def cell(text: str) -> str:
        lines = text.split("\n")
        return "\n".join(f"# MAGIC {line}" for line in lines) if lines[0].startswith(("%", "!")) else text

    parts = ["# MAGIC %md\n# MAGIC # Notes", "# MAGIC %sql\n# MAGIC select 1", *map(cell, cells)]
    return "work.py", ("# Databricks notebook source\n" + "\n\n# COMMAND ----------\n\n".join(parts)).encode()


Form = Callable[[list[str], random.Random], tuple[str, bytes]]
NOTEBOOKS: list[Form] = [jupyters, colabs, old, nbdevs, for_r]
FORMS: list[Form] = [jupyters, *NOTEBOOKS, old, marked, percent, jupytexts, nbconverts, databricks]


def around(work: list[str], seed: int) -> HandedIn:
    """Return a notebook of this work, one cell a text, with scratch between."""
    rng = random.Random(seed)
    cells = [*work]
    for text in rng.sample(SCRATCH, 12):
        cells.insert(rng.randrange(len(cells) + 1), text)
    return HandedIn(*rng.choice(NOTEBOOKS)(cells, rng), f"{seed}")


def of_several(files: dict[str, str], seed: int) -> HandedIn:
    """Return a notebook that holds several files that are no Python, in one of the ways to say which is which."""
    rng = random.Random(seed)
    cells: list[dict] = []
    for name, text in rng.sample(sorted(files.items()), len(files)):
        cells += rng.choice([written, appended, mentioned, named, tried_before])(name, text, rng)
    for text in rng.sample(SCRATCH, 8):
        i = rng.randrange(len(cells) + 1)
        cells.insert(i, code(text))
    if rng.random() < 0.5:
        return HandedIn("work.ipynb", notebook(cells, rng), f"{seed}")
    return HandedIn("work.ipynb", notebook(cells, rng, kernelspec={"name": "sql", "language": "sql"}), f"{seed}: SQL")


def written(name: str, text: str, rng: random.Random) -> list[dict]:
    first = rng.choice(["%%writefile {}", "%%file {}", "%%writefile ./{}", "%%writefile 'work/{}'"])
    return [code(f"{first.format(name)}\n{text}")]


def appended(name: str, text: str, rng: random.Random) -> list[dict]:
    lines = text.splitlines(True)
    edge = rng.randrange(1, len(lines)) if len(lines) > 1 else 1
    head, tail = "".join(lines[:edge]), "".join(lines[edge:])
    more = [code(f"%%writefile {rng.choice(['-a', '--append'])} {name}\n{tail}")] if tail else []
    return [code(f"%%writefile {name}\n{head}"), *more]


def mentioned(name: str, text: str, rng: random.Random) -> list[dict]:
    first = rng.choice(["# file: {}", "#file:{}", "%%sql\n# file: {}", "# File: ./{}"])
    return [{**code(f"{first.format(name)}\n{text}"), "cell_type": rng.choice(["code", "raw", "markdown"])}]


def named(name: str, text: str, rng: random.Random) -> list[dict]:
    known = re.sub(r"\W", "_", name)
    by = rng.choice([{"id": known}, {"metadata": {"nbgrader": {"grade_id": known, "solution": True}}}])
    return [{**code(f"%%sql sqlite://\n{text}" if rng.random() < 0.5 else text), **by}]


def tried_before(name: str, text: str, rng: random.Random) -> list[dict]:
    """Write an earlier try, which the later one takes the place of."""
    return [code(f"%%writefile {name}\nselect 'an earlier try'\n"), *written(name, text, rng)]


def drawn(seed: int) -> HandedIn:
    """Return what somebody hands in."""
    rng = random.Random(seed)
    form = rng.choice(FORMS)
    habit = rng.choice(sorted(WORKS.keys() - (NOT_MARKED if form is marked else set())))
    work = [*WORKS[habit]]
    if form is marked:
        name, content = marked(work, rng)
        cells = json.loads(content)["cells"]
        for text in rng.sample(SCRATCH, rng.randrange(6)):
            cells.insert(rng.randrange(len(cells) + 1), code(text))
        return HandedIn(name, notebook(cells, rng), f"{seed}: {habit}, marked")
    scratch = SCRATCH if form in NOTEBOOKS else SCRATCH_IN_SCRIPT
    if form not in NOTEBOOKS:
        scratch = [text for text in scratch if not text.startswith("this is") and "(:" not in text]
    for text in rng.sample(scratch, rng.randrange(8)):
        work.insert(rng.randrange(len(work) + 1), text)
    name, content = form(work, rng)
    return HandedIn(name, content, f"{seed}: {habit}, {form.__name__}")
