"""An exercise is a place and a small file; whatever is wrong with it is said with the path."""

from __future__ import annotations

import pytest

from tenfold.errors import AuthoringError, UsageError
from tenfold.exercise import catalog, extras, manifest
from tenfold.exercise.file_hash import digest
from tenfold.exercise.misconceptions import misconceptions

GOOD = 'title = "T"\nlevel = 1\nminutes = 5\nfiles = ["x.py"]\npoints = 3\nversion = 1\ncovers = []\n'


@pytest.fixture
def made(tmp_path):
    def write(text=GOOD, place="05_mlops/two-words"):
        folder = tmp_path / "exercises" / place
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "exercise.toml").write_text(text)
        return tmp_path

    return write


def test_the_id_is_the_path(made):
    exercise = catalog.find(made(), "mlops-two-words")
    assert (exercise.id, exercise.skill, exercise.module) == ("mlops-two-words", "05_mlops", "two_words")
    assert exercise.visible_checks.name == "test_two_words.py"
    assert (exercise.pass_, exercise.limits) == (0.8, manifest.SITE)


def test_exercises_come_in_order(made):
    made(place="05_mlops/b")
    made(place="05_mlops/a")
    assert [e.id for e in catalog.exercises(made(place="01_ml/z"))] == ["ml-z", "mlops-a", "mlops-b"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD + 'id = "x"\n', "unknown key 'id'"),
        (GOOD + "minuts = 4\n", "did you mean 'minutes'"),
        (GOOD.replace("level = 1", "level = 4"), "level is 1, 2 or 3"),
        (GOOD.replace("points = 3", 'points = "3"'), "points must be a int"),
        (GOOD.replace("points = 3\n", ""), "missing points"),
        (GOOD + "[limits]\nseconds = 600\n", "may lower"),
        (GOOD + "[limits]\nsecond = 6\n", "unknown limit 'second'"),
        (GOOD + '[limits]\nseconds = "6"\n', "limits.seconds must be a number"),
        (GOOD + '[limits]\nnetwork = "all"\n', "network"),
        (GOOD + "pass = 1.5\n", "pass lies in"),
        ("title = ", "exercise.toml"),
    ],
)
def test_a_mistake_in_the_file_is_named(made, text, says):
    with pytest.raises(AuthoringError, match=says):
        catalog.exercises(made(text))


@pytest.mark.parametrize("place", ["mlops/x", "05_mlops/Two_Words", "5_mlops/x"])
def test_a_folder_of_another_form_is_refused(made, place):
    with pytest.raises(AuthoringError, match="NN_slug"):
        catalog.exercises(made(place=place))


@pytest.mark.parametrize(
    ("wanted", "says"), [("mlops-two-word", "mlops-two-words"), ("words", "two-words"), ("", "which exercise")]
)
def test_an_unknown_id_names_the_nearest(made, wanted, says):
    with pytest.raises(UsageError, match=says):
        catalog.find(made(), wanted)


def test_the_course_is_found_from_below(course):
    assert catalog.find_course(course / "exercises" / "01_toy" / "mean") == course


def test_a_digest_depends_on_names_and_contents_not_on_where(tmp_path):
    def made(place, **files):
        (tmp_path / place).mkdir()
        for name, content in files.items():
            (tmp_path / place / name).write_text(content)
        return digest([tmp_path / place], tmp_path / place)

    one = made("one", a="1", b="2")
    assert one == made("two", a="1", b="2")
    assert one not in (made("three", a="2", b="1"), made("four", a="1"))
    for left in ("__pycache__", ".ruff_cache", ".pytest_cache/v"):
        (tmp_path / "two" / "deep" / left).mkdir(parents=True)
        (tmp_path / "two" / "deep" / left / "x").write_text("left by a tool")
    assert one == digest([tmp_path / "two"], tmp_path / "two")


def test_a_cause_is_named_only_where_most_known_failures_share_it(toy, monkeypatch):
    assert toy.misconception("test_weights_count") == "wrong-denominator"
    kinds = ("units", "units", "sign", "leakage")
    monkeypatch.setitem(vars(toy), "mutants", [{"caught_by": "a", "misconception": kind} for kind in kinds])
    assert toy.misconception("a") is None
    assert toy.misconception("b") is None


def test_every_misconception_is_one_line():
    known = misconceptions()
    assert len(known) >= 15
    assert all(line and "\n" not in line and not line.endswith(".") for line in known.values())


def test_installed_asks_for_every_package_of_a_group(monkeypatch):
    requires = ["numpy>=1; extra == 'good'", "numpy>=999; extra == 'old'", "nobody-has-this; extra == 'bad'", "pandas"]
    monkeypatch.setattr(extras.importlib.metadata, "requires", lambda name: requires)
    assert [extras.installed(extra) for extra in ("good", "old", "bad", "unknown")] == [True, False, False, True]
