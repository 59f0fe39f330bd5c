"""The pytest plugin, by the name that pytest loads it under: two markers and the fixtures of CONTRIBUTING.md.

Loaded by every pytest run where the kit is installed, so that visible checks also run with plain ``pytest`` on the
learner's own files; while grading, a `Grading` in the configuration says what is graded.
"""

from .grading.fixtures.boxes import artefact, boxed, faster, restart, submission
from .grading.fixtures.credit import credit
from .grading.fixtures.data import hidden, public, rng
from .grading.fixtures.figure import figure
from .grading.fixtures.oracle import oracle
from .grading.fixtures.replay import replay, untouched
from .grading.hooks import (
    pytest_collection_modifyitems,
    pytest_collectstart,
    pytest_configure,
    pytest_runtest_setup,
)

__all__ = [
    "artefact",
    "boxed",
    "credit",
    "faster",
    "figure",
    "hidden",
    "oracle",
    "public",
    "pytest_collection_modifyitems",
    "pytest_collectstart",
    "pytest_configure",
    "pytest_runtest_setup",
    "replay",
    "restart",
    "rng",
    "submission",
    "untouched",
]
