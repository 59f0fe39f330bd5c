"""What the kit does in every pytest run: it knows its markers, and each check begins with a fresh box."""

from __future__ import annotations

import sys

import pytest

from .check_context import GRADING


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers."""
    config.addinivalue_line("markers", "points(n): what this check is worth")
    config.addinivalue_line("markers", "needs(check): not tried while that check fails")


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Let plain pytest import the learner's files that lie beside the visible checks."""
    folder = str(collector.path.parent)
    if (collector.path.parent / "exercise.toml").exists() and GRADING not in collector.config.stash:
        sys.path[:] = [folder, *(p for p in sys.path if p != folder)]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin every check with a fresh process of the learner's: what one check showed it, the next cannot use."""
    if GRADING in item.config.stash:
        item.config.stash[GRADING].session.fresh()
