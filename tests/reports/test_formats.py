"""Formats: what real readers of each make of results, whatever text stands in them."""

import csv
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import jsonschema
import junitparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from markdown_it import MarkdownIt
from tests.conftest import ROOT

from tenfold.cli import main
from tenfold.reports.formats import FORMATS, annotations, badge, ctrf, gradescope, junit, summary, table
from tenfold.result import CheckResult, Metric, Result

SCHEMAS = ROOT / "tests" / "schemas"
JENKINS = etree.XMLSchema(etree.parse(SCHEMAS / "junit-10.xsd"))
CHECKED = {
    name: jsonschema.validators.validator_for(schema)(schema)
    for name in ("ctrf-0.0", "gradescope", "shields-endpoint")
    for schema in [json.loads((SCHEMAS / f"{name}.schema.json").read_text())]
}
GFM = MarkdownIt("gfm-like", {"html": True})
NASTY = [
    "::set-output name=x::y",
    "\n::error file=mean.py::forged\n",
    "\r::stop-commands::x\r",
    "##[set-env name=PATH]/tmp",
    "\x1b[2J\x1b[31m",
    "]]>",
    "<script>alert(1)</script>",
    "<!--",
    "<?php ?>",
    "&lt;b&gt;&#64;",
    "`",
    "```\n\n# out",
    "~~~~\n",
    "|",
    "\n| a | b |\n|---|---|\n",
    "@octocat",
    "mail@example.org https://example.org www.example.org",
    "![x](https://example.org/x.png) [x](javascript:alert(1))",
    "\n\n</details>\n\n<details>",
    "</summary>",
    "**bold** _it_ ~~gone~~ $x^2$ #12",
    "\n    code\n\n- item\n1. item\n> quote\n",
    "\\",
    "\ud800",
    "\x00\x0b\ufffe\uffff\x85\u2028\u202e",
    "%0A%25%3A,:;=",
    '"\'",\n',
    "=HYPERLINK(1)",
    "{{ 7*7 }} ${{ secrets.X }}",
]
HOSTILE = "".join(NASTY)
TOKEN = "0123456789abcdef" * 2


def result(status="not_yet", *checks, exercise="toy-mean", message="", **more):
    score, points = sum(c.earned for c in checks), sum(c.points for c in checks) or 9.0
    hashes = {"submission": "a" * 64, "grader": "b" * 64 + "+1", "data": ""}
    sandbox, when = {"level": "weak", "limits": {"seconds": 5}}, "2026-11-23T08:00:00+00:00"
    blame = {"passed": None, "not_yet": "submission", "could_not_grade": "machine"}[status]
    fields = (exercise, 1, status, score, points, 0.8, "practice", hashes, sandbox, when, 1.5, "3.12", blame, message)
    return Result(*fields, checks, **more)


def check(status="passed", earned=None, points=2.0, text="Ranks", **more):
    earned = {"passed": points, "partial": points / 4}.get(status, 0.0) if earned is None else earned
    feedback = "" if status == "passed" else more.pop("feedback", "Aggregate.")
    return CheckResult(more.pop("id", f"test_{status}"), text, True, points, earned, status, feedback, **more)


PASSED = result("passed", check(), check(id="test_b"))
METRIC = Metric("AUC", 0.876543, 0.7, 0.9)
PARTLY = result(
    "not_yet",
    check(),
    check("partial", metric=METRIC, misconception="leakage"),
    check("failed"),
    check("not_tried", feedback="First mend: Ranks"),
)
UNLOADED = result(
    "not_yet", check("not_tried", feedback=""), message="mean.py, line 3: SyntaxError: '(' was never closed"
)
LOST = result("could_not_grade", message="mean.py is missing from here. Put it there.")
HALF_LOST = result("could_not_grade", check(), check("could_not_grade"), check("failed"), message="the grader broke")
EVERY = [PASSED, PARTLY, UNLOADED, LOST, HALF_LOST]


def poisoned(value, text=HOSTILE):
    """Return a result with the text in each of its fields that is not one of a list or a time."""
    checks = tuple(
        replace(
            c,
            id=text,
            title=text,
            feedback=text,
            misconception=text,
            metric=Metric(text, 0.876543, 0.7, 0.9, text),
            measured=(Metric(text, 1.0, 0.0, 1.0),),
        )
        for c in value.checks
    )
    words = dict.fromkeys(("exercise", "seed_label", "python", "message", "detail"), text)
    hashes, sandbox = dict.fromkeys(value.hashes, text), {"level": text, "limits": {text: text}}
    return replace(value, checks=checks, hashes=hashes, sandbox=sandbox, **words)


TEXTS = st.lists(
    st.one_of(st.text(st.characters(exclude_categories=()), max_size=20), st.sampled_from(NASTY)), max_size=4
).map("".join)
NAMES = TEXTS.map(lambda text: f"toy-{text}")
AMOUNTS = st.floats(0.0, 1000.0)
METRICS = st.none() | st.builds(
    Metric, TEXTS, st.none() | st.floats(allow_nan=False, allow_infinity=False), AMOUNTS, AMOUNTS, TEXTS
)
CHECKS = st.builds(
    CheckResult,
    TEXTS,
    TEXTS,
    st.booleans(),
    AMOUNTS,
    AMOUNTS,
    st.sampled_from(["passed", "partial", "failed", "not_tried", "could_not_grade"]),
    TEXTS,
    st.none() | TEXTS | st.just("leakage"),
    METRICS,
    AMOUNTS,
)
RESULTS = st.lists(
    st.builds(
        lambda status, checks, name, words, seconds: replace(
            result(status, *checks, exercise=name, message=words[0], detail=words[1]),
            seed_label=words[2],
            seconds=seconds,
        ),
        st.sampled_from(["passed", "not_yet", "could_not_grade"]),
        st.lists(CHECKS, max_size=4),
        NAMES,
        st.tuples(TEXTS, TEXTS, TEXTS),
        AMOUNTS,
    ),
    max_size=3,
)


def lost(results):
    return any(r.status == "could_not_grade" for r in results)


# --- JUnit ---------------------------------------------------------------------------------------------------------


def junit_suites(results):
    """Read JUnit XML as Jenkins' schema and as junitparser do."""
    text = junit.render(results).encode()
    JENKINS.assertValid(etree.fromstring(text))
    read = junitparser.JUnitXml.fromstring(text)
    return list(read) if len(results) else []


def outcomes(suite):
    return [case.result[0]._tag if case.result else "passed" for case in suite]


def test_junit_tells_failure_from_error_and_skipped_from_both():
    passed, partly, unloaded, gone, half = junit_suites(EVERY)
    assert outcomes(passed) == ["passed", "passed"]
    assert outcomes(partly) == ["passed", "failure", "failure", "skipped"]
    assert outcomes(unloaded) == ["failure", "skipped"]
    assert outcomes(gone) == ["error"]
    assert outcomes(half) == ["error", "passed", "error", "failure"]
    assert (partly.tests, partly.failures, partly.errors, partly.skipped) == (4, 2, 0, 1)
    assert (gone.tests, gone.failures, gone.errors, gone.skipped) == (1, 0, 1, 0)


def test_junit_says_partial_credit_metric_and_cause():
    partial = list(junit_suites([PARTLY])[0])[1].result[0]
    assert partial.message == "0.5 of 2 points"
    assert partial.text.splitlines() == [
        "AUC 0.88 (credit begins at 0.7, full marks at 0.9)",
        "Aggregate.",
        "Often the cause: information from the evaluation data reached the fit.",
    ]


def test_junit_has_a_score_where_there_is_one():
    properties = [{p.name: p.value for p in suite.properties()} for suite in junit_suites(EVERY)]
    assert [p.get("score") for p in properties] == ["4", "2.5", "0", None, None]


def test_junit_has_what_ant_wants_in_its_order():
    suite = etree.fromstring(junit.render([HALF_LOST]).encode())[0]
    assert [child.tag for child in suite] == ["properties", *["testcase"] * 4, "system-out", "system-err"]
    assert suite.attrib["timestamp"] == "2026-11-23T08:00:00"
    assert {"name", "package", "id", "hostname", "tests", "failures", "errors", "time"} <= set(suite.attrib)
    for case in suite.iter("testcase"):
        assert {"name", "classname", "time"} <= set(case.attrib)
        assert all("type" in outcome.attrib for outcome in case)


@given(RESULTS)
def test_junit_is_valid_and_true_whatever_the_text(results):
    for suite, shown in zip(junit_suites(results), results, strict=True):
        found = outcomes(suite)
        assert (suite.failures, suite.errors) == (found.count("failure"), found.count("error"))
        assert shown.status != "not_yet" or "failure" in found
        assert shown.status != "could_not_grade" or "error" in found


# --- CTRF ----------------------------------------------------------------------------------------------------------


def ctrf_results(results):
    document = json.loads(ctrf.render(results))
    CHECKED["ctrf-0.0"].validate(document)
    return document["results"]


def test_ctrf_counts_every_status_and_keeps_the_points():
    read = ctrf_results(EVERY)
    assert [t["status"] for t in read["tests"] if t["suite"] == ["toy-mean"]][2:6] == [
        "passed",
        "failed",
        "failed",
        "skipped",
    ]
    assert {k: read["summary"][k] for k in ("tests", "passed", "failed", "skipped", "pending", "other", "suites")} == {
        "tests": 13,
        "passed": 4,
        "failed": 4,
        "skipped": 2,
        "pending": 0,
        "other": 3,
        "suites": 5,
    }
    assert read["summary"]["stop"] - read["summary"]["start"] == 1500
    partial = read["tests"][3]
    metric = {"name": "AUC", "value": 0.88, "floor": 0.7, "full": 0.9, "unit": ""}
    assert (partial["rawStatus"], partial["extra"]) == ("partial", {"points": 2.0, "earned": 0.5, "metric": metric})


def test_ctrf_of_a_lost_grade_is_other_has_no_score_and_is_not_healthy():
    read = ctrf_results([LOST])
    assert [test["status"] for test in read["tests"]] == ["other"]
    assert read["tests"][0]["message"] == LOST.message
    assert read["extra"]["grades"][0]["score"] is None
    assert read["tests"][0]["extra"]["earned"] is None
    assert read["environment"]["healthy"] is False
    assert ctrf_results([PARTLY])["environment"]["healthy"] is True


@given(RESULTS)
def test_ctrf_is_valid_and_true_whatever_the_text(results):
    read = ctrf_results(results)
    assert read["environment"]["healthy"] != lost(results)
    assert sum(read["summary"][k] for k in ("passed", "failed", "skipped", "other")) == len(read["tests"])
    if len(results) == 1 and results[0].status != "passed":
        assert read["summary"]["failed" if results[0].status == "not_yet" else "other"]


# --- Gradescope ----------------------------------------------------------------------------------------------------


def gradescope_document(results):
    return json.loads(gradescope.render(results))


def test_gradescope_gets_a_score_for_the_whole_and_for_each_check():
    document = gradescope_document([PARTLY])
    CHECKED["gradescope"].validate(document)
    assert document["score"] == 2.5
    assert document["output"] == "toy-mean: not yet, 2.5 of 8 points"
    assert [(t["score"], t["max_score"], t["status"]) for t in document["tests"]] == [
        (2.0, 2.0, "passed"),
        (0.5, 2.0, "failed"),
        (0.0, 2.0, "failed"),
        (0.0, 2.0, "failed"),
    ]
    assert document["tests"][3]["output"] == "Not tried.\nFirst mend: Ranks"
    assert {t["visibility"] for t in document["tests"]} == {"visible"}


def test_gradescope_says_why_nothing_could_be_tried():
    document = gradescope_document([UNLOADED])
    CHECKED["gradescope"].validate(document)
    assert document["output"].endswith("line 3: SyntaxError: '(' was never closed")
    assert document["score"] == 0


@pytest.mark.parametrize("gone", [[LOST], [HALF_LOST], [PASSED, LOST], []])
def test_gradescope_finds_no_number_to_count_in_a_lost_grade(gone):
    document = gradescope_document(gone)
    assert "score" not in document
    assert "tests" not in document
    assert not CHECKED["gradescope"].is_valid(document), "Gradescope must see that the autograder failed"
    assert ("could not grade" in document["output"]) == bool(gone)
    CHECKED["gradescope"].validate({**document, "score": 0})  # that, and nothing else, is what is wrong with it


def test_gradescope_takes_no_text_for_html():
    document = gradescope_document([PARTLY])
    assert {document[f"{what}output_format"] for what in ("", "test_")} == {"text"}
    assert document["test_name_format"] == "text"


@given(RESULTS)
def test_gradescope_is_valid_and_true_whatever_the_text(results):
    document = gradescope_document(results)
    if lost(results) or not results:
        assert not {"score", "tests"} & set(document)
        document["score"] = 0
    CHECKED["gradescope"].validate(document)


# --- job summary ---------------------------------------------------------------------------------------------------

TAGS = {"table", "thead", "tbody", "tr", "th", "td", "details", "summary", "p", "strong", "pre", "code"}
MENTION = re.compile(r"(?<![\w/])@[a-z0-9]|(?<!\w)#[0-9]", re.I)


class Shown(HTMLParser):
    """Reads what GitHub would show: which tags stand open, cells a row, text outside of code."""

    def __init__(self, markdown):
        super().__init__()
        self.open, self.rows, self.tags, self.loose, self.code, self.comments = [], [], [], "", [], []
        self.feed(GFM.render(markdown))
        self.close()

    def handle_starttag(self, tag, attrs):
        assert not [name for name, _ in attrs if name not in ("style", "class")]
        self.open.append(tag)
        self.tags.append(tag)
        if tag == "tr":
            self.rows.append(0)
        if tag in ("td", "th"):
            self.rows[-1] += 1
        if tag == "code":
            self.code.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_comment(self, data):
        self.comments.append(data)

    def handle_data(self, data):
        if "code" in self.open:
            self.code[-1] += data
        else:
            self.loose += data


def shown(results):
    text = summary.render(results)
    assert len(text.encode()) <= summary.MOST_BYTES
    read = Shown(text)
    assert read.open == []
    assert read.comments == []
    assert set(read.tags) <= TAGS
    assert not MENTION.search(read.loose), read.loose
    return read


def test_the_summary_has_a_row_and_a_block_of_checks_for_each_exercise():
    read = shown(EVERY)
    assert read.rows == [3] * 6
    assert read.tags.count("details") == 5
    words = " ".join(read.loose.split())
    for line in ("toy-mean: not yet 2.5 of 8", "~ 0.5 of 2 points Ranks", "✗ 0 of 2 points Ranks", "· not tried"):
        assert line in words
    assert "AUC 0.88 (credit begins at 0.7, full marks at 0.9)\nAggregate.\n" in read.code[0]
    assert "SyntaxError" in "".join(read.code)


def test_the_summary_shows_no_score_of_a_lost_grade():
    words = " ".join(shown([LOST]).loose.split())
    assert "could not grade" in words
    assert not re.search(r"\d", words)


def test_the_summary_shows_hostile_feedback_as_it_is():
    """A reader sees what the learner printed, all of it in one code block, and nothing of it as markup."""
    for text in NASTY:
        feedback = f"before {text} after"
        read = shown([result("not_yet", check("failed", feedback=feedback))])
        assert len(read.code) == 1, text
        assert read.code[0].startswith("before ")
        assert read.code[0].endswith(" after\n")
        assert set(read.tags) - {"code", "pre"} == TAGS - {"code", "pre"}


def test_a_summary_too_large_for_github_says_what_it_left_out():
    many = [result("not_yet", check("failed", feedback="é" * 2000), exercise=f"toy-n{i}") for i in range(800)]
    read = shown(many)
    kept = read.tags.count("details")
    assert 200 < kept < 800
    assert len(read.rows) == 801
    assert f"The checks of {800 - kept} exercises are left out" in read.loose
    long = [replace(PASSED, exercise="toy-" + "é" * 1900) for _ in range(400)]
    read = shown(long)
    assert f"{400 - (len(read.rows) - 1)} more exercises were graded" in read.loose


@given(RESULTS)
def test_the_summary_is_whole_whatever_the_text(results):
    read = shown(results)
    assert read.rows == ([3] * (len(results) + 1) if results else [])
    assert read.tags.count("details") == len(results)


# --- annotations ---------------------------------------------------------------------------------------------------

REGISTERED = {"set-env", "set-output", "save-state", "add-mask", "add-path", "debug", "warning", "error", "notice"}


class Runner:
    """Reads a step's output as GitHub's runner does (ActionCommand.cs, ActionCommandManager.cs)."""

    def __init__(self, output):
        self.commands, self.log, self.stopped = [], [], None
        for line in re.split(r"\r\n|\r|\n", output):
            command = self._newer(line) or self._older(line)
            self._process(command) if command else self.log.append(line)

    def _known(self, name):
        return name.lower() in REGISTERED | {"stop-commands", self.stopped}

    def _newer(self, line):
        line = line.lstrip()
        end = line.find("::", 2)
        if not line.startswith("::") or end < 0:
            return None
        name, _, rest = line[2:end].partition(" ")
        if not self._known(name):
            return None
        pairs = (part.split("=", 1) for part in rest.strip().split(",") if "=" in part)
        return name, {k: self._plain(v, ":", ",") for k, v in pairs}, self._plain(line[end + 2 :])

    def _older(self, line):
        start = line.find("##[")
        end = line.find("]", start)
        if start < 0 or end < 0:
            return None
        name, _, _ = line[start + 3 : end].partition(" ")
        return (name, {}, line[end + 1 :]) if self._known(name) else None

    @staticmethod
    def _plain(text, *more):
        for character in ("\r", "\n", *more, "%"):
            text = text.replace(f"%{ord(character):02X}", character)
        return text

    def _process(self, command):
        name, _, data = command
        if self.stopped:
            self.stopped = None if name.lower() == self.stopped else self.stopped
        elif name == "stop-commands":
            self.stopped = data
        else:
            self.commands.append(command)


def test_the_runner_of_these_tests_reads_commands_and_obeys_a_stop():
    """What the tests below rest on: without it they would prove nothing."""
    runner = Runner(
        "::set-output name=x::y\n  ::error file=a%2Cb,title=t::two%0Alines%250A\nlog ##[add-path]/tmp\n::nothing::"
    )
    assert runner.commands == [
        ("set-output", {"name": "x"}, "y"),
        ("error", {"file": "a,b", "title": "t"}, "two\nlines%0A"),
        ("add-path", {}, "/tmp"),
    ]
    assert Runner(f"::stop-commands::{TOKEN}\n::error::a\n::{TOKEN}::\n::error::b").commands == [("error", {}, "b")]


def test_annotations_point_at_the_learners_file():
    commands = Runner(annotations.render([PARTLY], {"toy-mean": "exercises/01_toy/mean/mean.py"})).commands
    place = {"file": "exercises/01_toy/mean/mean.py", "title": "toy-mean: Ranks"}
    assert [(level, where) for level, where, _ in commands] == [("warning", place), ("error", place)]
    assert commands[0][2].startswith("0.5 of 2 points\nAUC 0.88")


def test_annotations_come_out_of_the_runner_as_they_went_in():
    text = "100 % of %0A, 5 %25 of a,b:c=d\n::error::x"
    shown = result("not_yet", check("failed", feedback=text, text=text.replace("\n", " ")))
    path = "ex,a:b=%3A%0A/mean.py"
    (command,) = Runner(annotations.render([shown], {"toy-mean": path})).commands
    title = "toy-mean: " + text.replace("\n", " ")
    assert command == ("error", {"file": path, "title": title}, f"0 of 2 points\n{text}")
    assert "file=??.py," in annotations.render([shown], {"toy-mean": "\ud800\x1b.py"})


def test_an_annotation_of_a_lost_grade_is_no_error_and_one_of_unloadable_code_is():
    (level, where, text) = Runner(annotations.render([LOST], {})).commands[0]
    assert (level, where) == ("warning", {"title": "toy-mean: The grade as a whole"})
    assert text == f"could not grade\n{LOST.message}"
    assert Runner(annotations.render([UNLOADED], {})).commands[0][0] == "error"
    assert annotations.render([PASSED], {}) == ""


def test_annotations_keep_to_ten_of_a_level_and_say_how_many_are_left():
    commands = Runner(annotations.render([PARTLY] * 12, {})).commands
    assert [level for level, _, _ in commands] == ["warning"] * 10 + ["error"] * 10
    assert commands[9][2] == commands[19][2] == "3 more like these; GitHub takes 10 a step"
    exactly = Runner(annotations.render([PARTLY] * 10, {})).commands
    assert len(exactly) == 20
    assert "more like these" not in exactly[9][2]


@given(RESULTS, TEXTS.filter(lambda text: text.strip(" \n")))
def test_annotations_are_the_kits_own_whatever_the_text(results, path):
    printed = annotations.render(results, {r.exercise: path for r in results})
    printed.encode()
    runner = Runner(printed)
    assert {name for name, _, _ in runner.commands} <= {"error", "warning"}
    assert set(runner.log) <= {""}
    assert all(set(where) <= {"file", "title"} for _, where, _ in runner.commands)
    assert all(len(text) <= 4096 and len(where["title"]) <= 255 for _, where, text in runner.commands)
    assert all(len([c for c in runner.commands if c[0] == level]) <= 10 for level in ("error", "warning"))


@given(TEXTS)
def test_what_is_printed_quietly_commands_nothing(text):
    runner = Runner(annotations.quiet(text, TOKEN) + "::notice::after")
    assert runner.commands == [("notice", {}, "after")]
    assert runner.stopped is None
    annotations.quiet(text, TOKEN).encode()


@pytest.mark.parametrize(("text", "token"), [("x", "stop"), ("x", ""), (f"::{TOKEN.upper()}::\n::error::x", TOKEN)])
def test_a_token_that_could_be_known_is_refused(text, token):
    with pytest.raises(ValueError, match="token_hex"):
        annotations.quiet(text, token)


# --- badge ---------------------------------------------------------------------------------------------------------


def endpoint(results):
    document = json.loads(badge.render(results))
    CHECKED["shields-endpoint"].validate(document)
    return document


@pytest.mark.parametrize(
    ("results", "label", "message", "color"),
    [
        ([PASSED], "toy-mean", "passed, 4/4", "brightgreen"),
        ([PARTLY], "toy-mean", "not yet, 2.5/8", "yellow"),
        ([LOST], "toy-mean", "could not grade", "lightgrey"),
        ([HALF_LOST, LOST], "tenfold", "could not grade", "lightgrey"),
        ([PASSED, PARTLY], "tenfold", "1 of 2 passed", "yellow"),
        ([PASSED, PASSED], "tenfold", "2 of 2 passed", "brightgreen"),
        ([PASSED, LOST], "tenfold", "1 of 2 passed, 1 could not grade", "lightgrey"),
        ([], "tenfold", "nothing graded", "lightgrey"),
    ],
)
def test_a_badge_says_the_verdict(results, label, message, color):
    document = endpoint(results)
    assert (document["label"], document["message"], document["color"]) == (label, message, color)
    assert document.get("isError", False) == lost(results)


@given(RESULTS)
def test_a_badge_is_valid_whatever_the_text(results):
    document = endpoint(results)
    assert (document["color"] == "lightgrey") == (lost(results) or not results)


# --- CSV -----------------------------------------------------------------------------------------------------------


def rows(results):
    return list(csv.DictReader(io.StringIO(table.render(results), newline=""), strict=True))


def test_the_table_has_a_row_a_result_and_no_score_of_a_lost_grade():
    read = rows(EVERY)
    assert tuple(read[0]) == table.COLUMNS
    assert [row["score"] for row in read] == ["4.0", "2.5", "0.0", "", ""]
    assert [row["status"] for row in read][2:4] == ["not_yet", "could_not_grade"]
    assert read[2]["message"] == UNLOADED.message
    assert (read[0]["submission"], read[0]["sandbox"], read[0]["blame"]) == ("a" * 64, "weak", "")
    assert rows([]) == []


@given(RESULTS)
def test_the_table_is_whole_and_calculates_nothing_whatever_the_text(results):
    read = rows(results)
    assert len(read) == len(results)
    for row, shown in zip(read, results, strict=True):
        assert set(row) == set(table.COLUMNS)
        cells = [cell for value in row.values() for cell in re.split(r"[;\t\r\n]", value)]
        assert not [cell for cell in cells if cell.lstrip().startswith(tuple("=+-@"))]
        assert (row["score"] == "") == (shown.status == "could_not_grade")


# --- all of them ---------------------------------------------------------------------------------------------------

EACH = {**{name: render for name, (_, render) in FORMATS.items()}, "annotations": lambda r: annotations.render(r, {})}


@pytest.mark.parametrize("name", EACH)
def test_no_format_shows_more_of_a_result_than_its_document(name):
    secret = replace(
        PARTLY,
        detail="AssertionError: expected 17",
        checks=tuple(replace(c, metric=METRIC, measured=(Metric("kept back", 0.5, 0, 1),)) for c in PARTLY.checks),
    )
    text = EACH[name]([secret])
    assert not re.search(r"0\.876|expected 17|kept back", text)
    assert ("0.88" in text) == (name not in ("badge", "csv"))


@pytest.mark.parametrize("name", EACH)
def test_a_megabyte_of_text_and_every_hostile_field_at_once_do_no_harm(name):
    large = [poisoned(r, HOSTILE + "x" * (1 << 20)) for r in EVERY]
    text = EACH[name](large)
    assert len(text.encode()) < 1 << 18
    assert text == EACH[name](large)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\u2028\u202e\ufffe]", text)


@pytest.mark.parametrize("read", [junit_suites, ctrf_results, shown, endpoint, rows])
def test_real_readers_take_a_result_that_is_hostile_in_every_field(read):
    assert read([poisoned(r) for r in EVERY])
    for text in NASTY:
        assert read([poisoned(r, f"toy {text}") for r in EVERY])


def test_gradescope_and_the_runner_take_a_result_that_is_hostile_in_every_field():
    CHECKED["gradescope"].validate(gradescope_document([poisoned(r) for r in EVERY[:3]]))
    runner = Runner(annotations.render([poisoned(r) for r in EVERY], {HOSTILE: HOSTILE}))
    assert {name for name, _, _ in runner.commands} == {"warning", "error"}
    assert set(runner.log) == {""}


# --- the command line ----------------------------------------------------------------------------------------------


@pytest.fixture
def written(course, toy, tmp_path, capsys):
    """Grade with every flag at once; return the exit code and what lies in each file."""

    def run(submission):
        words = [word for flag in FORMATS for word in (f"--{flag}", str(tmp_path / flag))]
        code = main(["--course", str(course), "grade", "toy-mean", "--submission", str(submission), *words])
        return code, {flag: (tmp_path / flag).read_text(encoding="utf-8") for flag in FORMATS}

    return run


def test_grade_writes_every_format(written, toy):
    code, found = written(toy.solution / "mean.py")
    assert code == 0
    assert junitparser.JUnitXml.fromstring(found["junit"].encode()).failures == 0
    assert json.loads(found["ctrf"])["results"]["summary"]["failed"] == 0
    assert json.loads(found["gradescope"])["score"] == 9
    assert json.loads(found["badge"])["message"] == "passed, 9/9"
    assert "9 of 9" in found["markdown"]
    assert next(csv.DictReader(io.StringIO(found["csv"])))["score"] == "9.0"


def test_grade_writes_no_zero_where_it_could_not_grade(written, tmp_path):
    code, found = written(tmp_path / "nowhere.py")
    assert code == 2
    assert junitparser.JUnitXml.fromstring(found["junit"].encode()).errors == 1
    assert json.loads(found["ctrf"])["results"]["summary"]["other"] == 1
    assert "score" not in json.loads(found["gradescope"])
    assert json.loads(found["badge"])["message"] == "could not grade"
    assert "could not grade" in found["markdown"]
    assert next(csv.DictReader(io.StringIO(found["csv"])))["score"] == ""


@pytest.mark.parametrize("flag", FORMATS)
def test_a_file_that_cannot_be_written_is_told_before_grading(flag, course, tmp_path, capsys):
    words = ["--course", str(course), "grade", "toy-mean", f"--{flag}"]
    for path, says in ((tmp_path / "no" / "file", "there is no folder"), (tmp_path, "it is a folder")):
        assert main([*words, str(path)]) == 2
        captured = capsys.readouterr()
        assert says in captured.err.replace("\n", " ")
        assert captured.out == ""


def test_a_pass_of_the_visible_checks_alone_says_so():
    seen = CheckResult("test_a", "A", False, 1, 1, "passed")
    for render in (summary.render, badge.render, gradescope.render, junit.render):
        assert "passed (visible checks only)" in render([result("passed", seen)])
        assert "visible checks only" not in render([result("passed", seen, replace(seen, hidden=True))])
