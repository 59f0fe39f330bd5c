"""The pages of a result and of a learner's progress: what they hold, and how they do in a real browser."""

from __future__ import annotations

import html
import importlib.util
import json
import os
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.conftest import ROOT

from tenfold.exercise import catalog, proof_record
from tenfold.learner.progress import Standing
from tenfold.learner.skill_map import skill_map
from tenfold.reports import html_page
from tenfold.result import CheckResult, Figure, Metric, Result, Series

BROWSER = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
HOSTILE = "]]></style><script>document.title = 'owned'</script><img src=x onerror=alert(1)> \u202e ${7*7} {{7*7}}"
NAMES = {"dark": "--blink-settings=preferredColorScheme=0", "light": "--blink-settings=preferredColorScheme=1"}
LOOK = """
<script>
  axe.run().then(found => parent.postMessage(JSON.stringify({
    violations: found.violations.map(v => v.id + ": " + v.nodes.map(n => n.html).join(" | ").slice(0, 400)),
    checked: found.passes.length,
    width: innerWidth,
    overflow: document.documentElement.scrollWidth > innerWidth,
    ground: getComputedStyle(document.body).backgroundColor,
    title: document.title,
  }), "*"));
</script>
"""
FRAME = """<!doctype html>
<pre></pre>
<script>onmessage = event => { document.querySelector("pre").textContent = event.data; };</script>
<iframe src="html_page.html" width="{width}" height="800" style="border: 0"></iframe>
"""  # a browser window has a least width; a frame can be as narrow as a phone


@pytest.fixture
def drift():
    return catalog.find(ROOT, "mlops-drift")


def result(*checks, status="not_yet", message="", score=2.2):
    hashes = {"submission": "a" * 64, "grader": "b" * 64 + "+1", "data": "c" * 64}
    sandbox = {"level": "strong", "limits": {}}
    blame = "grader" if status == "could_not_grade" else None
    when = "2026-11-23T00:00:00+00:00"
    return Result(
        "mlops-drift", 1, status, score, 10, 0.8, "practice", hashes, sandbox, when, 3.2, "3.11", blame, message, checks
    )


def everything():
    days = tuple(range(14))
    figure = Figure(
        "Drift a day",
        "line",
        "day",
        "PSI",
        (Series("quiet", days, tuple(0.02 for _ in days)), Series(HOSTILE, days, tuple(0.01 * d for d in days))),
    )
    cloud = Figure("Size", "points", "bytes", "points lost", (Series("yours", (0.26, 0.14), (-0.1, 1.2)),))
    metric = Metric("quiet batches of 200 rows that alarm", 0.15, 0.25, 0.1)
    return result(
        CheckResult("test_a", "`psi` <b>holds</b>", False, 1, 1, "passed"),
        CheckResult(
            "test_quiet_at_every_size", "Quiet", True, 3, 1.2, "partial", HOSTILE, "units", metric, 1.0, (figure, cloud)
        ),
        CheckResult("test_c", "No number", True, 3, 0, "failed", HOSTILE * 5, "units", Metric("AUC", None, 0.5, 0.9)),
        CheckResult("test_d", "Waits", True, 2, 0, "not_tried", "First mend: Quiet"),
        CheckResult("test_e", "Lost", True, 1, 0, "could_not_grade", "this check broke"),
    )


def standings():
    exercises = catalog.exercises(ROOT)
    return [
        Standing(e, i % 3, i % 3 * e.points / 3, i % 3 and e.points, i % 2 == 1, i % 4) for i, e in enumerate(exercises)
    ]


class Outline(HTMLParser):
    """Reads tags, ids and text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.words = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words += data


def test_a_report_says_score_checks_metrics_and_what_to_do(drift):
    words = " ".join(Outline(html_page.report(everything(), drift)).words.split())
    for told in ("Not yet", "2.2 of 10 points", "passes at 8", "Mend this first: Quiet", "make hint EX=mlops-drift"):
        assert told in words
    for told in ("credit begins at 0.25", "full marks at 0.1", "First mend: Quiet", "AUC: nan", "could not grade, 0/1"):
        assert told in words
    assert "a quantity is in another unit or scale than the one asked for (2 checks)" in words
    assert HOSTILE in words.replace(" ${", " ${")


def test_a_name_in_a_title_is_set_as_code_and_nothing_else_of_it(drift):
    assert "<h3><code>psi</code> &lt;b&gt;holds&lt;/b&gt;</h3>" in html_page.report(everything(), drift)


def test_a_metric_stands_on_its_scale_with_the_spread_of_correct_solutions(drift):
    known = json.loads(proof_record.path(drift).read_text())["metrics"]["test_quiet_at_every_size"]
    values = known["quiet batches of 200 rows that alarm"]["values"]
    words = Outline(html_page.report(everything(), drift)).words
    right = values["solution"] + values["alternative"]
    spread = " to ".join(dict.fromkeys(f"{value:.3g}" for value in (min(right), max(right))))
    assert f"correct solutions: {spread}" in words


@pytest.mark.parametrize("status", ["passed", "could_not_grade"])
def test_other_outcomes_say_what_comes_next(drift, status):
    score = 10 if status == "passed" else 0
    text = html_page.report(
        result(CheckResult("a", "A", True, 10, score, "passed"), status=status, score=score, message="lost & found"),
        drift,
    )
    assert "lost &amp; found" in text
    assert ("ARGS=--solution" in text) == (status == "passed")
    assert ("Nothing was taken for a zero" in text) == (status == "could_not_grade")


def test_a_page_is_one_file_that_runs_nothing_and_asks_for_nothing(drift):
    for text in (html_page.report(everything(), drift), skill_map(standings())):
        outline = Outline(text)
        assert not {tag for tag, _ in outline.tags} & {"script", "img", "iframe", "link", "object", "form", "base"}
        assert not [a for _, attrs in outline.tags for a in attrs if a.startswith("on")]
        assert not re.findall(r"""(?:src|href)=["'](?!#)""", text)
        assert "default-src 'none'" in text
        assert text.count("<style>") == 1
        assert "url(" not in text


def test_the_skill_map_says_every_skill_and_exercise_in_words():
    words = Outline(skill_map(standings())).words
    for number, title in enumerate(catalog.SKILLS.values(), 1):
        assert f"{number:02} {title}" in words
    for standing in standings():
        assert standing.exercise.title in words


@pytest.mark.skipif(BROWSER is None and "CI" not in os.environ, reason="no Chromium on this machine")
@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("scheme", NAMES)
@pytest.mark.parametrize("what", ["report", "map"])
def test_a_real_browser_shows_it_well(what, scheme, width, drift, tmp_path):
    """Nothing is wider than the screen, axe finds no fault (contrast, names, order), hostile text stays text."""
    assert BROWSER is not None, "install Chromium: the pages are tested in a browser"
    text = html_page.report(everything(), drift) if what == "report" else skill_map(standings())
    axe = Path(importlib.util.find_spec("axe_core_python").submodule_search_locations[0], "axe.min.js").read_text()
    text = re.sub(r"<meta http-equiv[^>]*>", "", text).replace("</body>", f"<script>{axe}</script>{LOOK}</body>")
    (tmp_path / "html_page.html").write_text(text)
    argv = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    argv += [
        "--disable-dev-shm-usage",
        NAMES[scheme],
        "--window-size=1400,900",
        "--virtual-time-budget=20000",
        "--dump-dom",
    ]
    (tmp_path / "frame.html").write_text(FRAME.replace("{width}", str(width)))
    ran = subprocess.run([*argv, f"file://{tmp_path / 'frame.html'}"], capture_output=True, text=True, timeout=600)
    seen = json.loads(html.unescape(re.search("<pre>(.*?)</pre>", ran.stdout, re.DOTALL)[1]))
    assert seen["violations"] == []
    assert seen["checked"] > 10
    assert not seen["overflow"]
    assert seen["width"] == width
    assert seen["title"].startswith(("mlops-drift", "Skill map"))
    light = sum(int(part) for part in re.findall(r"\d+", seen["ground"])[:3]) > 3 * 128
    assert light == (scheme == "light")
