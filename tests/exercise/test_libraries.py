"""What is loaded before a box is forked: the imports of the kit's text, and a submission's well-known ones."""

from __future__ import annotations

import pytest

from tenfold.exercise import libraries

SOURCE = b"import os, numpy as np\nimport scipy.stats\nfrom sklearn.tree import plot_tree\nimport antigravity, docker\n"


def test_a_submission_has_its_well_known_libraries_loaded_and_no_other():
    files = {"a.py": SOURCE, "b.txt": b"import torch", "c.py": b"import pandas, xgboost\n("}
    found = libraries.besides(["mlflow"], files)
    assert found == ("mlflow", "numpy", "pandas", "scipy.stats", "sklearn.tree", "xgboost")


@pytest.mark.parametrize(
    ("source", "loaded"),
    [
        ("import numpy.f2py.__main__", "numpy"),
        ("from sklearn.tree._export import x", "sklearn.tree"),
        ("from sklearn.experimental import enable_halving_search_cv", "sklearn"),
        ("import scipy . stats", "scipy"),
        ("import numpyx, mylib.numpy", "numpy"),
    ],
)
def test_no_module_is_loaded_that_a_submission_chose_outside_the_list(source, loaded):
    assert set(libraries.besides([], {"a.py": source.encode()})) == {"numpy", loaded}


def test_a_learners_own_file_where_the_starter_was_loads_nothing_before_the_fork(toy):
    (toy.folder / "mean.py").write_text("import antigravity_of_mine, mlflow.pyfunc\nimport numpy.f2py.__main__\n")
    assert toy.libraries == ("numpy",)


def test_a_submodule_that_ends_its_process_ends_no_fork_server(grade_source, toy):
    result = grade_source("import numpy.f2py.__main__\n" + (toy.solution / "mean.py").read_text())
    assert (result.status, result.blame, result.score) == ("not_yet", "submission", 0.0)


def test_any_number_of_import_lines_is_taken(grade_source, toy):
    names = "".join(f"import sklearn.of_no_use_{i:04}_{'x' * 40}\n" for i in range(3000))
    result = grade_source(f"'''\n{names}'''\n" + (toy.solution / "mean.py").read_text())
    assert result.status == "passed", result.message


@pytest.mark.parametrize(
    "source",
    [
        b"x = " + b"-" * 3000 + b"1",
        b"x = " + b"-" * 400_000 + b"1",
        b"x = " + b"[" * 10_000,
        b"f" + b"()" * 100_000,
        b"a" + b".b" * 100_000,
        b"import a" + b",a" * 900_000,
        b"import numpy\n" * 150_000,
    ],
    ids=lambda source: f"{source[:5]}{source[-3:]}",
)
def test_a_source_that_is_nested_deep_or_is_long_is_read_all_the_same(source):
    assert libraries.besides([], {"a.py": source}) == ("numpy",)
    assert set(libraries.at_top(source)) <= {"a", "numpy"}


def test_an_import_inside_a_function_is_not_loaded_beforehand():
    source = b"def f():\n    import scipy\nif True:\n    import torch\n"
    assert list(libraries.at_top(source)) == []
    assert libraries.besides([], {"a.py": source}) == ("numpy",)


def test_a_submitted_library_is_there_before_the_submission_runs(grade_source, toy):
    loaded = "import sys\nseen = 'scipy.stats' in sys.modules\nimport scipy.stats\nassert seen\n"
    source = loaded + (toy.solution / "mean.py").read_text()
    assert grade_source(source).status == "passed"


@pytest.mark.parametrize("bad", [b"\x00", b"import", b"\xff\xfe"])
def test_what_is_no_python_imports_nothing(bad):
    assert libraries.besides([], {"a.py": bad}) == ("numpy",)
