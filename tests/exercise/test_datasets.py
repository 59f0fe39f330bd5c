"""Datasets are found by name, drawn from a generator, and their files are as listed."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from tenfold.errors import AuthoringError
from tenfold.exercise import datasets


def test_a_draw_depends_on_its_generator_alone(course):
    one, other, third = (datasets.draw(course, "numbers", np.random.default_rng(s)) for s in (1, 1, 2))
    assert np.array_equal(one, other)
    assert not np.array_equal(one, third)


def test_the_public_draw_is_always_the_same(course, monkeypatch):
    monkeypatch.chdir(course)
    assert np.array_equal(datasets.public("numbers"), datasets.public("numbers"))


def test_an_unknown_dataset_is_the_authors_mistake(course):
    with pytest.raises(AuthoringError, match="no dataset 'words'"):
        datasets.draw(course, "words", np.random.default_rng())


def test_sums_name_what_is_unlisted_missing_or_changed(tmp_path):
    (tmp_path / "make.py").write_text("")
    (tmp_path / "README.md").write_text("")
    assert datasets.check_sums(tmp_path) == []
    (tmp_path / "a.csv").write_text("1")
    assert "lists no a.csv" in datasets.check_sums(tmp_path)[0]
    right = hashlib.sha256(b"1").hexdigest()
    (tmp_path / "SHA256SUMS").write_text(f"{right}  a.csv\n{right}  b.csv\n")
    assert datasets.check_sums(tmp_path) == [f"{tmp_path.name}: b.csv is missing"]
    (tmp_path / "a.csv").write_text("2")
    assert f"{tmp_path.name}: a.csv has changed" in datasets.check_sums(tmp_path)
