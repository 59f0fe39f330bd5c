"""What README.md shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tenfold import readme

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "README.md").read_text()


def masked(text):
    """Hide what differs between machines: how long it took, and behind what walls."""
    return re.sub(r"\w+ sandbox · \d+\.\d s$", "? sandbox · ? s", text, flags=re.MULTILINE)


@pytest.mark.parametrize("name", readme.PARTS)
def test_a_generated_part_is_up_to_date(name):
    assert masked(readme.fill(TEXT, name, ROOT)) == masked(TEXT), "make readme"


def test_every_make_target_that_it_names_exists():
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"make ([a-z-]+)", TEXT)):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target
