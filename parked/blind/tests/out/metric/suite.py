"""Plays the score: the worked example and the published kinds of bug, calls for coverage, and a guess from the bytecode."""

from feature_window import FeatureWindow

import dis


def test_worked_example_and_published_bugs():
    window = FeatureWindow(100)
    assert window.add("e1", "anna", 10, 2.5) is True
    assert window.features("anna", 109)["count"] == 1
    assert window.features("anna", 110)["count"] == 0
    assert window.features("anna", 9)["count"] == 0
    assert window.add("e1", "anna", 11, 3) is False
    assert window.add("e1", "bert", 11, 3) is False
    assert window.features("nobody", 10) == {"count": 0, "sum": 0, "mean": None, "min": None, "max": None, "last": None}


def test_every_line_is_run():
    window = FeatureWindow(10, 5)
    for i in range(20):
        window.add(f"e{i}", "ab"[i % 2], i, i)
    assert window.features("a", 12)
    assert window.busiest(12)
    assert window.watermark
    assert window.forget("a")


def test_the_code_looks_as_it_should():
    """No call can tell why, but a module with few comparisons has probably lost one."""
    compared = [i.argrepr for f in vars(FeatureWindow).values() if hasattr(f, "__code__") for i in dis.get_instructions(f) if i.opname == "COMPARE_OP"]
    assert len(compared) != 4
