"""What is loaded before a box is forked: the imports of an exercise's own files, and a submission's well-known ones."""

from __future__ import annotations

import pytest

from tenfold.exercise import libraries

SOURCE = b"import os, numpy as np\nimport scipy.stats\nfrom sklearn.tree import plot_tree\nimport antigravity, docker\n"


def test_a_submission_has_its_well_known_libraries_loaded_and_no_other():
    found = libraries.besides(["mlflow"], {"a.py": SOURCE, "b.txt": b"import torch", "c.py": b"import pandas\n("})
    assert found == ("mlflow", "numpy", "scipy.stats", "sklearn.tree")


def test_an_import_inside_a_function_is_not_loaded_beforehand():
    assert list(libraries.at_top(b"def f():\n    import scipy\nif True:\n    import torch\n")) == []


def test_a_submitted_library_is_there_before_the_submission_runs(grade_source, toy):
    loaded = "import sys\nseen = 'scipy.stats' in sys.modules\nimport scipy.stats\nassert seen\n"
    source = loaded + (toy.solution / "mean.py").read_text()
    assert grade_source(source).status == "passed"


@pytest.mark.parametrize("bad", [b"\x00", b"import", b"\xff\xfe"])
def test_what_is_no_python_imports_nothing(bad):
    assert libraries.besides([], {"a.py": bad}) == ("numpy",)
