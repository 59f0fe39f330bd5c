"""Expected values come from the module under test."""

# ruff: noqa: D103  the name of a test says what it is about

import pytest
from feature_window import FeatureWindow


def made():
    window = FeatureWindow(100, 20)
    for number, (key, time, value) in enumerate([("a", 10, 1.5), ("b", 20, 3), ("a", 15, -2), ("a", 200, 0)]):
        window.add(str(number), key, time, value)
    return window


@pytest.mark.parametrize("at", range(0, 400, 7))
def test_features(at):
    expected = made().features("a", at)
    assert made().features("a", at) == expected


@pytest.mark.parametrize("at", range(0, 400, 7))
def test_busiest(at):
    expected = made().busiest(at)
    assert made().busiest(at) == expected


def test_forget():
    assert made().forget("a") == made().forget("a")
