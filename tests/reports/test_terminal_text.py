"""A result as text: the verdict first, then what holds, then what to do."""

from __future__ import annotations

from rich.console import Console

from tenfold.reports.json_document import as_json
from tenfold.reports.terminal_text import as_text
from tenfold.result import CheckResult, Metric, Result, clean

LIMITS = {"level": "weak", "limits": {}}


def result(*checks, status="not_yet", message=""):
    score, points = sum(c.earned for c in checks), sum(c.points for c in checks)
    return Result(
        "toy-mean", 1, status, score, points, 0.8, "practice", {}, LIMITS, "", 1.0, "3.12", None, message, checks
    )


def text(made, width=80):
    return as_text(made, "A mean", Console(width=width, no_color=True))


def test_a_partial_check_shows_its_metric_on_the_scale():
    metric = Metric("AUC", 0.8, 0.7, 0.9)
    out = text(result(CheckResult("test_a", "Ranks", True, 2, 1.0, "partial", "Aggregate.", "leakage", metric)))
    assert "AUC 0.8" in out
    assert "0.7 ───" in out
    assert "Often the cause: information from the evaluation data reached the fit." in out
    assert "make hint EX=toy-mean" in out


def test_a_metric_that_is_nan_and_one_beyond_the_scale_can_be_drawn():
    for value in (None, -1e9, 1e9):
        metric = Metric("AUC", value, 0.7, 0.9)
        assert "●" in text(result(CheckResult("test_a", "Ranks", True, 2, 0.0, "failed", "", None, metric)))


def test_could_not_grade_never_shows_a_score():
    out = text(result(status="could_not_grade", message="the grader broke"))
    assert "COULD NOT GRADE" in out
    assert "of 0 points" not in out
    assert "the grader broke" in out


def test_markup_and_long_lines_of_a_learner_are_text():
    out = text(result(CheckResult("test_a", "T", False, 1, 0, "failed", "[red]x[/red] " + "y" * 300)), width=60)
    assert "[red]x[/red]" in out
    assert all(len(line) <= 60 for line in out.splitlines())


def test_control_characters_are_taken_out_and_text_is_cut():
    assert clean("a\x1b[2J\u202eb\nc") == "a?[2J?b\nc"
    assert len(clean("x" * 9999)) == 600


def test_a_hidden_metric_keeps_two_figures_in_the_document():
    metric = Metric("AUC", 0.87654, 0.7, 0.9)
    checks = [CheckResult("a", "A", hidden, 1, 0.5, "partial", "", None, metric) for hidden in (True, False)]
    values = [c["metric"]["value"] for c in result(*checks).document()["checks"]]
    assert values == [0.88, 0.87654]


def test_a_hidden_metric_that_two_figures_would_make_infinite_can_be_written():
    check = CheckResult("a", "A", True, 1, 0.0, "failed", "", None, Metric("AUC", 1.797e308, 0.7, 0.9))
    document = result(check).document()
    assert document["checks"][0]["metric"]["value"] is None
    assert '"value": null' in as_json(document)
