"""What README.md and the coverage page show is what is."""

from __future__ import annotations

import re

import pytest
from tests.conftest import ROOT

from tenfold.exercise import catalog, coverage
from tenfold.reports import generated_docs

TEXT = (ROOT / "README.md").read_text()


def masked(text):
    """Hide what differs between machines: how long it took, and behind what walls."""
    return re.sub(r"\w+ sandbox · \d+\.\d s$", "? sandbox · ? s", text, flags=re.MULTILINE)


GRADES = ("failing", "passing")
PARTS = [pytest.param(n, marks=[pytest.mark.long] if n in GRADES else []) for n in generated_docs.PARTS]


@pytest.mark.parametrize("name", PARTS)
def test_a_generated_part_is_up_to_date(name):
    assert masked(generated_docs.fill(TEXT, name, ROOT)) == masked(TEXT), "make readme"


def test_the_coverage_page_is_up_to_date():
    assert (ROOT / coverage.PAGE).read_text() == coverage.page(ROOT), "make readme"


@pytest.mark.parametrize("exercise", catalog.exercises(ROOT), ids=lambda e: e.id)
def test_every_exercise_covers_a_named_topic_of_its_skill(exercise):
    assert set(exercise.covers) & set(coverage.topics()[exercise.skill[3:]])


def test_every_skill_names_topics_once():
    assert coverage.topics().keys() == catalog.SKILLS.keys()
    for slug, names in coverage.topics().items():
        assert len(names) == len({name.casefold() for name in names}) > 5, slug


def test_every_make_target_that_it_names_exists():
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"make ([a-z-]+)", TEXT)):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target
