"""The house: rooms with doors, a page that says which, and a public face that keeps its names."""

from __future__ import annotations

import ast
import importlib
import re
import tomllib
from pathlib import Path

import pytest
from tests.conftest import ROOT

import tenfold

ENGINE = Path(tenfold.__file__).parent
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PUBLIC = {
    "tenfold": {"Callback", "__version__", "expect"},
    "tenfold.datasets": {"draw", "module", "public"},
    "tenfold.errors": {
        *("TenfoldError", "UsageError", "Unreadable", "AuthoringError", "MissingExtra", "MachineError"),
        *("SubmissionError", "OutOfTime", "FromSubmission"),
    },
    "tenfold.expect": {
        *("Unexpected", "array", "blob", "flag", "frame", "handle", "integer", "mapping", "number", "sequence"),
        *("series", "text", "unchanged"),
    },
    "tenfold.nbgrader": {"configure"},
    "tenfold.notebook": {"load_ipython_extension"},
    "tenfold.plugin": {
        *("artefact", "boxed", "credit", "faster", "figure", "hidden", "oracle", "public", "replay", "restart", "rng"),
        *("submission", "pytest_collection_modifyitems", "pytest_collectstart", "pytest_configure"),
        *("pytest_runtest_setup", "untouched"),
    },
}
"""What checks, datasets, learners, notebooks and courses import: the whole of it."""


def rooms() -> list[str]:
    """Return the rooms, the highest first, as the contract of import-linter lists them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(c["layers"] for c in contracts if c["containers"] == ["tenfold"])
    return [layer for layer in layers if (ENGINE / layer).is_dir()]


def imported(path: Path) -> set[tuple[str, ...]]:
    """Return the modules of the engine that a file of it imports, anywhere in it, as parts below the package."""
    here, found = path.relative_to(ENGINE).parent.parts, set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = here[: len(here) - node.level + 1] + tuple((node.module or "").split(".") if node.module else ())
            for alias in node.names:
                whole = (*base, alias.name)
                place = ENGINE.joinpath(*whole)
                found.add(whole if place.is_dir() or place.with_suffix(".py").is_file() else base)
    return found


@pytest.mark.parametrize("name", PUBLIC)
def test_the_public_face_is_what_it_was(name):
    module = importlib.import_module(name)
    own = {n for n, value in vars(module).items() if getattr(value, "__module__", "") == name and not n.startswith("_")}
    assert set(getattr(module, "__all__", own)) == PUBLIC[name]
    exec(f"from {name} import {', '.join(PUBLIC[name])}", {})


def test_the_entry_points_are_what_they_were():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["scripts"] == {"tenfold": "tenfold.cli:main"}
    assert project["entry-points"] == {"pytest11": {"tenfold": "tenfold.plugin"}}


@pytest.mark.parametrize("room", rooms())
def test_a_room_has_a_door_that_says_what_it_is_for_and_what_others_may_use(room):
    door = importlib.import_module(f"tenfold.{room}")
    assert door.__doc__
    for name in door.__all__:
        place = ENGINE / room / name
        assert place.is_dir() or place.with_suffix(".py").is_file() or hasattr(door, name), name


@pytest.mark.parametrize("room", rooms())
def test_others_come_in_by_the_door(room):
    """What another room imports stands in the door's list."""
    listed = set(importlib.import_module(f"tenfold.{room}").__all__)
    for path in ENGINE.rglob("*.py"):
        if path.is_relative_to(ENGINE / room):
            continue
        for parts in imported(path):
            if parts[:1] == (room,) and len(parts) > 1:
                assert parts[1] in listed, f"{path.relative_to(ENGINE)} imports {'.'.join(parts)}, which is not listed"


def test_the_tests_mirror_the_rooms():
    assert {p.name for p in (ROOT / "tests").iterdir() if p.is_dir()} >= set(rooms())


def test_the_page_names_every_room_from_the_top_down():
    named = re.findall(r"(?m)^([a-z]+)/ ", PAGE)
    assert named == rooms()


def test_every_file_and_function_that_the_page_names_is_there():
    files = re.findall(r"`([a-z_/]+\.py)`", PAGE)
    named = re.findall(r"`([a-z_/]+\.py)`, `(?![a-z_/]+\.py`)([A-Za-z_.]+)`", PAGE)
    assert [file for file in files if not (ENGINE / file).is_file() and file != "__init__.py"] == []
    assert len(named) >= 12
    for file, function in named:
        tree = ast.parse((ENGINE / file).read_text(encoding="utf-8"))
        there = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        assert set(function.split(".")) <= there, f"{file} has no {function}"
