"""A result that is handed in is believed only as far as it can be checked."""

from __future__ import annotations

import json
import shutil

import pytest
from tests.conftest import COURSE

from tenfold.cli import main
from tenfold.errors import UsageError
from tenfold.reports import result_check, signature

serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization")
ed25519 = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")


@pytest.fixture
def keys(tmp_path):
    """Return the files of a private and a public key, as OpenSSL writes them."""
    private, folder = ed25519.Ed25519PrivateKey.generate(), tmp_path
    pem, none = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "grader.pem").write_bytes(private.private_bytes(pem, serialization.PrivateFormat.PKCS8, none))
    public = private.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    (folder / "grader.pub").write_bytes(public)
    return folder / "grader.pem", folder / "grader.pub"


@pytest.fixture
def graded(course, toy, tmp_path, keys, capsys):
    """Return the file of a signed result, and the work that it is about."""
    work, file = toy.solution / "mean.py", tmp_path / "result.json"
    words = ["--course", str(course), "grade", toy.id, "--submission", str(work), "--json", str(file)]
    assert main([*words, "--sign", str(keys[0])]) == 0
    capsys.readouterr()
    return file, work


def check(course, file, *more):
    return main(["--course", str(course), "check-result", str(file), *map(str, more)])


def test_a_signed_result_of_this_work_holds(course, graded, keys, capsys):
    file, work = graded
    assert check(course, file, "--submission", work, "--key", keys[1]) == 0
    said = capsys.readouterr().out
    assert "toy-mean: passed, 9 of 9 points" in said
    assert said.count("✓") == 7
    assert "✗" not in said


def test_without_key_and_work_it_says_what_was_not_looked_at(course, graded, capsys):
    assert check(course, graded[0]) == 0
    assert capsys.readouterr().out.count("  ·") == 2


@pytest.fixture(scope="module")
def honest(tmp_path_factory):
    """Return a course and the text of a result of it."""
    course, file = tmp_path_factory.mktemp("honest") / "course", tmp_path_factory.mktemp("result") / "result.json"
    shutil.copytree(COURSE, course, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    assert main(["--course", str(course), "grade", "toy-mean", "--json", str(file)]) == 1
    return course, file.read_text()


@pytest.mark.parametrize("with_key", [True, False], ids=["key", "no key"])
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d.update(score=9.0, status="passed", blame=None), "the score is not the sum"),
        (lambda d: d["checks"][0].update(earned=1.0), "the score is not the sum"),
        (lambda d: d["checks"][0].update(earned=5.0), "the score is not the sum"),
        (lambda d: (d["checks"][0].update(earned=1.0), d.update(score=1.0)), "is failed with 1 of 1"),
        (lambda d: d.update(status="passed", blame=None), "the status is passed with 0 of 9"),
        (lambda d: d.update(practice=False), "the word practice"),
        (lambda d: d["checks"][0].update(status="could_not_grade"), "could not be graded"),
        (lambda d: d["hashes"].update(grader="0" * 64 + "+1"), "other checks"),
        (lambda d: d["hashes"].update(data="0" * 64), "other data"),
        (lambda d: d.update(exercise="toy-nothing"), "has no exercise"),
        (lambda d: (d["checks"].pop(0), d.update(points=8.0)), "not every check"),
        (lambda d: None, "not signed"),
        (lambda d: d["checks"].append(d["checks"][0] | {"id": "test_invented"}), "no check test_invented"),
        (lambda d: d["checks"][0].update(id="test_invented"), "no check test_invented"),
        (lambda d: d["checks"].append(d["checks"][0]), "is in it twice"),
        (lambda d: d["checks"][0].update(title="Another title"), "another title"),
        (lambda d: d["checks"][0].update(hidden=True), "hidden where it is not"),
        (lambda d: (d["checks"][0].update(points=2.0), d["checks"][-1].update(points=2.0)), "is worth"),
        (lambda d: d["checks"].pop(1), "is not in it"),
    ],
)
def test_a_forged_result_does_not_hold(honest, tmp_path, keys, capsys, change, says, with_key):
    file, (course, text) = tmp_path / "result.json", honest
    document = json.loads(text)
    change(document)
    file.write_text(json.dumps(document))
    holds = says == "not signed" and not with_key  # nobody asked for it, and nothing was changed
    assert check(course, file, *(["--key", keys[1]] if with_key else [])) == (0 if holds else 1)
    assert f"{'·' if holds else '✗'} " in (said := capsys.readouterr().out)
    assert says in said


@pytest.mark.parametrize("field", ["score", "seconds", "message", "started"])
def test_a_signature_covers_every_field(graded, keys, field):
    document = json.loads(graded[0].read_text())
    assert signature.holds(document, keys[1])
    changed = {**document, field: document[field] + type(document[field])(1)}
    assert not signature.holds(changed, keys[1])


def test_another_ones_signature_is_not_taken(graded, keys, tmp_path):
    other = ed25519.Ed25519PrivateKey.generate().public_key()
    pem = other.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "other.pub").write_bytes(pem)
    assert not signature.holds(json.loads(graded[0].read_text()), tmp_path / "other.pub")


def test_it_is_told_when_it_is_about_other_work(course, graded, toy, capsys):
    assert check(course, graded[0], "--submission", toy.folder / "mean.py") == 1
    assert "other work" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"schema": "tenfold/result/1"}',
        '{"score": NaN}',
        "[" * 100_000,
        "\x00",
    ],
)
def test_half_a_result_is_none(tmp_path, text):
    file = tmp_path / "result.json"
    file.write_text(text)
    with pytest.raises(UsageError, match=r"no whole result|no result of this kit"):
        result_check.read(file)


@pytest.mark.parametrize("twice", ['"score": 9.0, "score"', '"signature": null, "points"', '"id": "a", "id"'])
def test_a_name_that_is_there_twice_is_refused_though_it_was_signed(course, graded, keys, tmp_path, twice):
    text, file = graded[0].read_text(), tmp_path / "twice.json"
    name = twice.rpartition(" ")[2]
    file.write_text(
        text.replace(f"{name}:", f"{twice}:", 1).replace("{", '{"schema": "x",' if "null" in twice else "{", 1)
    )
    with pytest.raises(UsageError, match="is there twice"):
        result_check.read(file)
    assert check(course, file) == check(course, file, "--key", keys[1]) == 2


def test_every_beginning_of_a_result_is_refused(graded, tmp_path):
    text, file = graded[0].read_text().rstrip(), tmp_path / "part.json"
    for cut in range(0, len(text), 97):
        file.write_text(text[:cut])
        with pytest.raises(UsageError):
            result_check.read(file)


@pytest.mark.parametrize("words", [["--sign", "grader.pem"], ["--sign", "nowhere.pem", "--json", "r.json"]])
def test_a_key_that_does_not_serve_is_told_before_the_work_begins(course, toy, tmp_path, keys, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tenfold.grading.grade.grade", lambda request: pytest.fail("graded"))
    assert main(["--course", str(course), "grade", toy.id, *words]) == 2
