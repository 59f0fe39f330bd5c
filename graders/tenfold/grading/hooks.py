"""What the kit does in every pytest run: it knows its markers, and each check begins with a fresh box."""

from __future__ import annotations

import sys

import pytest

from .call_log import CallLog
from .check_context import GRADING
from .check_order import replays


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers."""
    config.addinivalue_line("markers", "points(n): what this check is worth")
    config.addinivalue_line("markers", "needs(check): not tried while that check fails")


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Let plain pytest import the learner's files that lie beside the visible checks."""
    folder = str(collector.path.parent)
    if (collector.path.parent / "exercise.toml").exists() and GRADING not in collector.config.stash:
        sys.path[:] = [folder, *(p for p in sys.path if p != folder)]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep calls of the submission's from the first check on, where one check makes them again."""
    if GRADING in config.stash and any(replays(item) for item in items):
        config.stash[GRADING].session.log = CallLog()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin every check with a fresh process of the learner's: what one check showed it, the next cannot use."""
    if GRADING in item.config.stash:
        item.config.stash[GRADING].session.fresh()
