"""Three outcomes, each earned: passed, not yet, could not grade; nothing else, and nothing in silence."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from tenfold.box import machine_speed
from tenfold.exercise import catalog, extras, seeds
from tenfold.grading.grade import Request, grade
from tenfold.result import SCHEMA_FILE, Stopped

SCHEMA = json.loads(SCHEMA_FILE.read_text())


def valid(result):
    jsonschema.validate(json.loads(json.dumps(result.document(), allow_nan=False)), SCHEMA)
    return result


def by_id(result):
    return {check.id: check for check in result.checks}


def test_the_solution_passes_with_every_point(toy):
    result = valid(grade(Request(toy, toy.solution / "mean.py")))
    assert (result.status, result.score, result.blame, result.message) == ("passed", 9.0, None, "")
    assert {check.status for check in result.checks} == {"passed"}


def test_the_starter_earns_nothing_and_says_the_next_step(toy):
    result = valid(grade(Request(toy)))
    assert (result.status, result.score, result.blame) == ("not_yet", 0.0, "submission")
    checks = by_id(result)
    for check in checks.values():
        if not check.hidden:
            assert "Sum values times weights" in check.feedback
            assert "mean.py, line" in check.feedback
    assert checks["test_large_offsets"].status == "not_tried"
    assert "Weights decide" in checks["test_large_offsets"].feedback


def test_every_mutant_loses_the_check_that_names_it(toy, grade_source):
    from tenfold.exercise.mutants import mutate

    for mutant in toy.mutants:
        result = valid(grade_source(mutate(toy, mutant)["mean.py"]))
        assert result.status == "not_yet"
        check = by_id(result)[mutant["caught_by"]]
        assert (check.status, check.earned) == ("failed", 0.0)
        assert check.misconception is not None


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "def mean(values:\n    return 1",
            "mean.py, line 1: SyntaxError: '(' was never closed\n    def mean(values:\n            ^",
        ),
        ("import nothing_at_all", "mean.py, line 1: ModuleNotFoundError: No module named 'nothing_at_all'"),
        ("raise RuntimeError('half done')", "mean.py, line 1: RuntimeError: half done"),
        ("import os\nos._exit(0)", "your program was stopped: the program ended by itself (exit code 0)"),
        (
            "while True: pass",
            "your program was stopped: loading your file used more than 5 s of processor time (the limit of one call)",
        ),
        (b"\xff\xfe\x00", None),
    ],
    ids=["syntax error", "import", "raise", "exit", "loop", "not text"],
)
def test_a_submission_that_does_not_load_is_not_yet_and_says_why(grade_source, monkeypatch, source, message):
    monkeypatch.setattr(machine_speed, "factor", lambda: 1.0)
    result = valid(grade_source(source))
    assert (result.status, result.score, result.blame) == ("not_yet", 0.0, "submission")
    assert result.message
    assert message is None or result.message == message
    assert {check.status for check in result.checks} == {"not_tried"}


def test_an_empty_file_fails_each_check_for_the_missing_function(grade_source):
    result = valid(grade_source(""))
    assert (result.status, result.score) == ("not_yet", 0.0)
    assert all("mean is not there" in c.feedback for c in result.checks if c.status == "failed")


def test_a_wrong_signature_is_told_and_shown_where_nothing_is_hidden(grade_source):
    checks = by_id(valid(grade_source("def mean(): return 3.0")))
    for name in ("test_mean_of_three", "test_weights_count"):
        assert "mean does not take the arguments" in checks[name].feedback
    assert "its signature is mean()" in checks["test_mean_of_three"].feedback
    assert "its signature" not in checks["test_weights_count"].feedback


@pytest.mark.parametrize(
    "body",
    [
        "raise type(f'Carries{values[0]}'.replace('.', '_'), (Exception,), {})",
        "raise AttributeError(f'carries {values[0]}')",
        "return type(f'Carries{values[0]}'.replace('.', '_'), (), {})()",
        "raise OSError(27, f'carries {values[0]}')",
        "raise NotImplementedError(f'carries {values[0]}')",
        "mean.__signature__ = type('Carries', (inspect.Signature,), {'__str__': lambda s: f'carries {values[0]}'})()\n"
        "    raise TypeError('arguments')",
    ],
    ids=["exception's name", "missing name", "type's name", "errno", "not implemented", "signature"],
)
def test_a_hidden_check_repeats_no_word_of_the_submissions(grade_source, body):
    source = f"import inspect\ndef mean(values, weights=None):\n    {body}"
    check = by_id(grade_source(source))["test_weights_count"]
    assert check.status == "failed"
    assert "arries" not in check.feedback


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("None", "expected a finite number, got None"),
        ("values", "got an array with 1 dimension of float"),
        ("float('nan')", "got nan"),
    ],
)
def test_a_wrong_shape_or_type_is_one_clear_line(grade_source, value, told):
    check = by_id(grade_source(f"def mean(values, weights=None): return {value}"))["test_weights_count"]
    assert told in check.feedback
    assert check.earned == 0


@pytest.mark.parametrize("path", ["nothing.py", "mean.txt", "empty"], ids=["missing", "other suffix", "empty folder"])
def test_what_cannot_be_read_could_not_be_graded(toy, tmp_path, path):
    (tmp_path / "mean.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    result = valid(grade(Request(toy, tmp_path / path)))
    assert (result.status, result.blame, result.score) == ("could_not_grade", "submission", 0.0)
    assert "mean.py" in result.message


def test_the_learners_message_and_the_data_stay_out_of_hidden_checks(grade_source):
    source = "def mean(values, weights=None):\n    raise ValueError('values are ' + str(list(values)))"
    for check in grade_source(source).checks:
        if check.hidden:
            assert "values are" not in check.feedback


def test_the_same_submission_gets_the_same_result_to_the_last_digit(grade_source, toy):
    source = (toy.solution / "mean.py").read_text().replace("float(offset", "float(0.2 + offset")
    documents = []
    for _ in range(3):
        document = grade_source(source).document()
        for moving in ("started", "seconds", "processor"):
            del document[moving]
        documents.append([document | {"checks": [{**c, "seconds": 0} for c in document["checks"]]}])
    assert documents[0] == documents[1] == documents[2]


def test_only_visible_checks(toy):
    result = grade(Request(toy, toy.solution / "mean.py", visible=True))
    assert (result.status, result.points) == ("passed", 3.0)
    assert not any(check.hidden for check in result.checks)


def test_a_check_alone_is_tried_though_what_it_needs_fails(toy, grade_source, tmp_path):
    source = (toy.solution / "mean.py").read_text().replace("float(offset", "float(0.2 + offset")
    assert [c.status for c in grade_source(source).checks[-2:]] == ["failed", "not_tried"]
    (alone,) = grade(Request(toy, tmp_path / "mean.py", only=frozenset({"test_large_offsets"}))).checks
    assert alone.id == "test_large_offsets"
    assert alone.status != "not_tried"
    unknown = grade(Request(toy, tmp_path / "mean.py", only=frozenset({"test_none"})))
    assert unknown.status == "could_not_grade"
    assert "there is no check 'test_none'" in unknown.detail


def test_a_seed_decides_the_draws_and_a_secret_is_never_printed(toy, monkeypatch, capfd):
    monkeypatch.setenv("TENFOLD_SECRET", "hush-hush")
    result = grade(Request(toy, toy.solution / "mean.py"))
    assert result.seed_label.startswith("secret ")
    assert not result.practice
    assert "hush-hush" not in json.dumps(result.document()) + "".join(capfd.readouterr())
    assert grade(Request(toy, None, seeds.numbered(3))).seed_label == "seed 3"


# --- the kit's own faults ---------------------------------------------------------------------------------


@pytest.fixture
def broken(course, tmp_path):
    """Copy the tiny course, to break it."""
    import shutil

    shutil.copytree(course, tmp_path / "course")

    def edit(old: str, new: str, file: str = "graders/01_toy/mean/test_hidden.py"):
        path = tmp_path / "course" / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
        exercise = catalog.find(tmp_path / "course", "toy-mean")
        return valid(grade(Request(exercise, course / "solutions/01_toy/mean/mean.py")))

    return edit


@pytest.mark.parametrize(
    ("old", "new", "blame"),
    [
        ('    values, weights = hidden("numbers")\n', "    raise KeyError('a bug of ours')\n", "grader"),
        ('    values, weights = hidden("numbers")\n', "    raise MemoryError\n", "machine"),
        ('    values, weights = hidden("numbers")\n', "    pytest.skip('left out')\n", "grader"),
        ("import numpy as np", "import a_package_nobody_has", "machine"),
        ("import numpy as np", "import numpy as np; 1 / 0", "grader"),
        ("@pytest.mark.points(3)\n@pytest", "@pytest.mark.points(4)\n@pytest", "grader"),
        ("@pytest.mark.points(3)\n@pytest", "@pytest", "grader"),
        ('needs("test_weights_count")', 'needs("test_large_offsets")', "grader"),
        ("def test_large_offsets", "def large_offsets", "grader"),
        ('hidden("numbers")', 'hidden("words")', "grader"),
        ("expect.number(mean(values, weights))", "mean(object())", "grader"),
    ],
    ids=[
        "bug",
        "memory",
        "skipped",
        "no package",
        "import",
        "points",
        "no points",
        "circle",
        "lost check",
        "no data",
        "send",
    ],
)
def test_a_fault_of_the_kit_is_never_a_learners_zero(broken, old, new, blame):
    result = broken(old, new)
    assert (result.status, result.blame) == ("could_not_grade", blame)
    assert result.message
    assert "Traceback" not in result.message
    assert result.detail or blame == "machine"


def test_an_authors_words_are_shown_and_the_data_is_not(broken):
    assert by_id(broken("<= 1e-9", "<= -1"))["test_weights_count"].feedback == "Divide by the sum of the weights."
    told = by_id(broken("<= -1", "<= -1, 'too far off'"))["test_weights_count"].feedback
    assert told == "too far off\nDivide by the sum of the weights."


def test_a_check_that_measures_nan_gives_nothing(broken):
    result = broken("abs(large - 1e6 - small)", "float('nan') + abs(large - 1e6 - small)")
    check = by_id(result)["test_large_offsets"]
    assert (check.status, check.earned, check.metric.value) == ("failed", 0.0, None)


def test_partial_credit_is_linear_between_floor_and_full(broken):
    result = broken("credit(abs(large - 1e6 - small), floor=1.0, full=0.1", "credit(0.75, floor=0.5, full=1.5")
    check = by_id(result)["test_large_offsets"]
    assert (check.status, check.earned, result.score) == ("partial", 0.75, 6.75)


def test_a_missing_extra_says_how_to_get_it(broken, monkeypatch):
    monkeypatch.setattr(extras, "installed", lambda extra: extra != "torch")
    file = "exercises/01_toy/mean/exercise.toml"
    assert broken("[limits]", 'extras = ["dev"]\n[limits]', file).status == "passed"
    result = broken('extras = ["dev"]', 'extras = ["torch"]', file)
    assert (result.status, result.blame) == ("could_not_grade", "machine")
    assert "make grade EX=toy-mean" in result.message


def test_nothing_above_the_course_is_looked_into(course, tmp_path):
    for name in ("__init__.py", "conftest.py"):
        (tmp_path / name).write_text(f"open({str(tmp_path / 'owned')!r}, 'w').close()\n")
    mine = catalog.find(shutil.copytree(course, tmp_path / "course"), "toy-mean")
    assert grade(Request(mine, mine.solution / "mean.py")).status == "passed"
    assert not (tmp_path / "owned").exists()


def test_a_result_says_what_the_submission_used_and_what_the_grader_did(grade_source, toy):
    busy = "import time\nstart = time.process_time()\nwhile time.process_time() < start + 0.1: pass\n"
    result = grade_source(busy + (toy.solution / "mean.py").read_text())
    assert result.status == "passed"
    used = valid(result).processor
    assert used["submission"] >= 0.1 * len(result.checks)  # each check loads it
    assert used["grader"] > 0
    assert used["factor"] >= 1


def test_a_document_of_before_processor_time_was_told_is_still_one(grade_source):
    document = json.loads(json.dumps(grade_source("").document()))
    del document["processor"]
    jsonschema.validate(json.loads(json.dumps(document)), SCHEMA)


def test_who_is_stopped_by_time_reads_of_time_and_no_hint(toy, tmp_path):
    (tmp_path / "mean.py").write_text("def mean(values, weights=None):\n    while True: pass")
    checks = by_id(grade(Request(replace(toy, limits=replace(toy.limits, seconds=0.5)), tmp_path / "mean.py")))
    stopped = [check for check in checks.values() if "processor time" in check.feedback]
    assert stopped
    for check in stopped:
        assert check.feedback.startswith("your program was stopped: mean() used more than")
        assert "\n" not in check.feedback
        assert check.misconception is None


MEAN = "\ndef mean(values, weights=None):\n    return 1.0\n"


# --- whatever happens ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "-" * 3000 + "1",
        "x = " + "-" * 100_000 + "1",
        "x = " + "(" * 150 + ")" * 150 + MEAN,
        "x = " + "f" + "()" * 20_000,
        "x = " + "9" * 10_000,
        "x = 0x" + "f" * 1_000_000 + MEAN,
        "x = 1\0",
        "#" + "y" * ((2 << 20) - 2),
        "import " + ", ".join(f"m{i}" for i in range(100_000)),
        b"# coding: nowhere\n",
        b"\xef\xbb\xbf\xef\xbb\xbfx = 1",
        "def mean(values, weights=None, *, \ud800=1): pass".encode("utf-8", "surrogatepass"),
    ],
    ids=lambda source: repr(source[:12]),
)
def test_no_source_ends_a_grade(grade_source, source):
    result = valid(grade_source(source))
    assert (result.status, result.score, result.blame) == ("not_yet", 0.0, "submission")


@pytest.mark.parametrize(
    ("name", "error", "blame"),
    [
        ("levels.best", OSError(28, "No space left on device", "/tmp/x"), "machine"),
        ("grader_hash", PermissionError(13, "Permission denied", "test_hidden.py"), "machine"),
        ("collect", RecursionError("too deep"), "grader"),
        ("digest", MemoryError(), "machine"),
        ("LoggedSession", ValueError("of ours"), "grader"),
        ("install", LookupError("of ours"), "grader"),
        ("pytest_run.run", RuntimeError("of ours"), "grader"),
    ],
)
def test_whatever_breaks_is_a_result(toy, monkeypatch, name, error, blame):
    def broken(*_, **__):
        raise error

    monkeypatch.setattr(f"tenfold.grading.grade.{name}", broken)
    result = valid(grade(Request(toy, toy.solution / "mean.py")))
    assert (result.status, result.blame, result.score) == ("could_not_grade", blame, 0.0)
    assert result.message
    assert type(error).__name__ in result.detail
    assert "Traceback" not in result.message


def test_who_ends_a_grade_is_told_what_was_decided_by_then(toy, monkeypatch):
    stopped_at = "test_weights_count"

    def interrupted(item):
        if item.name == stopped_at:
            raise KeyboardInterrupt

    monkeypatch.setattr("tenfold.plugin.pytest_runtest_setup", interrupted)
    with pytest.raises(Stopped) as caught:
        grade(Request(toy, toy.solution / "mean.py"))
    result = valid(caught.value.result)
    checks = by_id(result)
    names = list(checks)
    assert (result.status, result.blame) == ("could_not_grade", "machine")
    assert "stopped by you" in result.message
    assert {checks[name].status for name in names[: names.index(stopped_at)]} == {"passed"}
    assert {checks[name].status for name in names[names.index(stopped_at) :]} == {"could_not_grade"}


@pytest.mark.parametrize("where", ["levels.best", "collect", "LoggedSession", "install"])
def test_who_ends_a_grade_early_is_told_that_nothing_was_decided(toy, monkeypatch, where):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(f"tenfold.grading.grade.{where}", interrupted)
    with pytest.raises(Stopped) as caught:
        grade(Request(toy))
    assert (caught.value.result.checks, caught.value.result.status) == ((), "could_not_grade")


def test_a_file_of_checks_that_does_not_load_is_no_stop_by_somebody(broken):
    assert broken("import numpy as np", "import numpy as np; 1 / 0").blame == "grader"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PYTEST_PLUGINS", "nothing_there"),
        ("PYTEST_ADDOPTS", "--boo"),
        ("PYTEST_DEBUG", "1"),
        ("PYTEST_THEME", "nothing"),
        ("PYTEST_DISABLE_PLUGIN_AUTOLOAD", ""),
        ("CI", "1"),
    ],
)
def test_no_setting_of_pytests_reaches_a_grade(toy, monkeypatch, capfd, name, value):
    monkeypatch.setenv(name, value)
    assert grade(Request(toy, toy.solution / "mean.py")).status == "passed"
    assert os.environ[name] == value
    assert capfd.readouterr() == ("", "")


def test_warnings_that_the_caller_takes_for_errors_are_none_in_a_check(broken, monkeypatch):
    monkeypatch.setattr("sys.warnoptions", ["error"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warned = 'import warnings; warnings.warn("of ours"); values, weights = hidden("numbers")'
        assert broken('values, weights = hidden("numbers")', warned).status == "passed"


def test_without_assertions_nothing_is_graded(course):
    program = (
        "import sys; from pathlib import Path; from tenfold.exercise import catalog;"
        "from tenfold.grading.grade import Request, grade;"
        "r = grade(Request(catalog.find(Path(sys.argv[1]), 'toy-mean'))); print(r.status, r.blame, r.message)"
    )
    ran = subprocess.run([sys.executable, "-OO", "-c", program, course], capture_output=True, text=True)
    assert ran.stdout.startswith("could_not_grade machine")
    assert "without -O" in ran.stdout


@pytest.mark.parametrize("name", ["sp ace", "br[a]cket", "a::b", "100%s", "new\nline", "-x", "odd\udcff", "*?"])
def test_a_course_may_lie_at_any_path(course, tmp_path, name):
    mine = catalog.find(shutil.copytree(course, tmp_path / name), "toy-mean")
    assert grade(Request(mine, mine.solution / "mean.py")).status == "passed"


def test_a_grade_leaves_the_folder_of_its_caller_as_it_was(toy, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(toy.solution / "mean.py", "mean.py")
    assert grade(Request(toy, Path("mean.py"))).status == "passed"
    assert Path.cwd() == tmp_path
