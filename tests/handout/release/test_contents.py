"""What leaves the kit: the same bytes from the same commit and nothing hidden; a bundle works, and says what it is."""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from tests.conftest import ROOT

from tenfold.cli import main
from tenfold.errors import AuthoringError, UsageError
from tenfold.exercise import bundle, catalog
from tenfold.grading.grade import Request, grade
from tenfold.handout.release import contents
from tenfold.learner import progress, starter_reset

VERSION = contents.__version__
SHORTEST = 26
"""Characters of a line that says something."""
ONLY = "Visible checks only"


def git(folder, *words):
    me = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *me, *words], cwd=folder, check=True, capture_output=True)


def clone(source, place):
    git(source, "clone", "-q", str(source), str(place))
    return place


def members(path):
    """Return the contents of an archive by path, without the folder around them."""
    with tarfile.open(path) as archive:
        return {m.name.partition("/")[2]: archive.extractfile(m).read() for m in archive}


def unpacked(path, place):
    with tarfile.open(path) as archive:
        archive.extractall(place, filter="data")
    return place / path.name.removesuffix(".tar.gz")


def run(tree, *words, **environment):
    """Run the engine of an unpacked tree in it, as its own Makefile would."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("TENFOLD")}
    return subprocess.run(
        [sys.executable, "-m", "tenfold.cli", *map(str, words)],
        cwd=tree,
        env={**known, "PYTHONPATH": str(tree / "graders"), "COLUMNS": "120", **environment},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """Release the kit twice, from two clones, under other circumstances each."""
    place = tmp_path_factory.mktemp("real")
    for i, mask in ((1, 0o077), (2, 0o002)):
        tree = clone(ROOT, place / f"clone{i}")
        for path in tree.glob("exercises/*/*/*"):
            path.chmod(0o600 if i == 1 else 0o755)
            os.utime(path, (i, i))
        git(tree, "config", "core.fileMode", "false")
        before = os.umask(mask)
        ran = run(tree, "release", place / f"out{i}", PYTHONHASHSEED=str(i), TZ=f"UTC{i}")
        os.umask(before)
        assert ran.returncode == 0, ran.stderr
    return place


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Make a small kit: the engine and the tiny course, committed."""
    tree = tmp_path_factory.mktemp("small") / "kit"
    ignore = shutil.ignore_patterns("__pycache__", ".tenfold")
    shutil.copytree(ROOT / "tests" / "course", tree, ignore=ignore)
    shutil.copytree(ROOT / "graders" / "tenfold", tree / "graders" / "tenfold", ignore=ignore)
    for name in contents.NEEDED:
        (tree / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tree / name)
    git(tree, "init", "-q")
    git(tree, "add", "-A")
    git(tree, "commit", "-qm", "start")
    return tree


@pytest.fixture
def kit(whole, tmp_path):
    return clone(whole, tmp_path / "kit")


@pytest.fixture
def toy_bundle(kit, tmp_path):
    (written, _), _ = contents.release(kit, tmp_path / "out")
    return unpacked(written.path, tmp_path / "elsewhere")


@pytest.fixture(params=["learner", "course"])
def archive(request, real):
    return real / "out1" / f"tenfold-{request.param}-{VERSION}.tar.gz"


# --- what is in it ------------------------------------------------------------------------------------------


def test_two_clones_make_the_same_bytes(real, archive):
    assert archive.read_bytes() == (real / "out2" / archive.name).read_bytes()


def test_a_clone_keeps_the_line_ends_that_the_hashes_are_of(tmp_path):
    argv = ["git", "-c", "core.autocrlf=true", "clone", "-q", str(ROOT), str(tmp_path / "clone")]
    subprocess.run(argv, check=True)
    for exercise in catalog.exercises(tmp_path / "clone"):
        assert not [name for name in exercise.files if b"\r" in (exercise.folder / name).read_bytes()]


def test_members_are_sorted_plain_and_nobodys(archive, real):
    when = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=real / "clone1", capture_output=True, text=True)
    with tarfile.open(archive) as opened:
        found = list(opened)
    assert [m.name for m in found] == sorted(m.name for m in found)
    about = {(m.isfile(), m.mode, m.uid, m.gid, m.uname, m.gname, int(m.mtime)) for m in found}
    assert about == {(True, 0o644, 0, 0, "", "", int(when.stdout))}
    assert archive.read_bytes()[3:8] == bytes(5), "gzip's flags (a name) and time"


def test_it_holds_the_exercises_the_data_and_the_engine_and_nothing_else(archive, real):
    found = set(members(archive))
    tree = real / "clone1"
    exercises = catalog.exercises(tree)
    wanted = {*contents.NEEDED, "README.md", bundle.FILE, "exercises/AGENTS.md"}
    for e in exercises:
        place = f"{e.skill}/{e.name}"
        beside = {"README.md", "exercise.toml", "hints.md", e.visible_checks.name, *e.files}
        wanted |= {f"exercises/{place}/{name}" for name in beside} | {f"exercises/{e.skill}/README.md"}
        wanted |= {f"starters/{place}/{name}" for name in e.files}
    tracked = subprocess.run(["git", "ls-files"], cwd=tree, capture_output=True, text=True).stdout.splitlines()
    wanted |= {path for path in tracked if path.startswith(("datasets/", "graders/tenfold/"))}
    flows = set(contents.FLOWS) & set(tracked) if "course" in archive.name else set()
    assert found == wanted | flows
    tops = ("solutions", "tests", *(f"graders/{e.skill}" for e in exercises))
    assert not [path for path in found if path.startswith(tops) or path.endswith(("proof.json", "test_hidden.py"))]


def lines_of(folders):
    texts = [p.read_text(errors="replace") for f in folders for p in sorted(f.rglob("*")) if p.is_file()]
    return {line.strip() for text in texts for line in text.splitlines() if len(line.strip()) >= SHORTEST}


def occurring(lines, text):
    """Return the lines that occur anywhere in a text."""
    begins = {}
    for line in lines:
        begins.setdefault(line[:SHORTEST], []).append(line)
    places = ((i, text[i : i + SHORTEST]) for i in range(len(text) - SHORTEST + 1))
    return {line for i, begin in places for line in begins.get(begin, ()) if text.startswith(line, i)}


@pytest.fixture(scope="module")
def secret(real):
    """Return the lines of hidden checks, proofs and solutions that stand nowhere among what is public."""
    tree = real / "clone1"
    lines = lines_of([*tree.glob("graders/[0-9]*"), tree / "solutions"])
    public = [p for name in ("exercises", "datasets", "graders/tenfold", "docs") for p in (tree / name).rglob("*")]
    text = "\n".join(p.read_text(errors="replace") for p in public if p.is_file() and p.suffix != ".npz")
    return lines - occurring(lines, text)


def test_no_line_of_a_hidden_check_or_a_solution_is_inside(archive, secret):
    assert len(secret) > 2000
    for name, content in members(archive).items():
        assert occurring(secret, content.decode(errors="replace")) == set(), name


def test_a_line_of_a_hidden_check_would_be_found(secret, real):
    for path in ("graders/05_mlops/drift/test_hidden.py", "solutions/06_data/sql/worst.sql"):
        assert occurring(secret, json.dumps({"x": (real / "clone1" / path).read_text()}))


def test_every_link_of_its_pages_leads_somewhere(archive):
    found = members(archive)
    pages = {n: c.decode() for n, c in found.items() if n.endswith(".md") and n.startswith(("exercises", "README"))}
    assert len(pages) > 20
    for name, text in pages.items():
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            assert os.path.normpath(Path(name).parent / link) in found, (name, link)


def test_what_git_does_not_keep_stays(kit, tmp_path):
    contents.release(kit, tmp_path / "before")
    stray = kit / "exercises" / "01_toy" / "mine"
    shutil.copytree(kit / "exercises" / "01_toy" / "mean", stray)
    stray.joinpath("test_mean.py").rename(stray / "test_mine.py")
    for name in (".env", "datasets/numbers/cache.csv", "graders/tenfold/key.py", "exercises/01_toy/mean/mean.py.mine"):
        (kit / name).write_text("hush")
    (kit / "graders/tenfold/__pycache__").mkdir()
    (kit / "graders/tenfold/__pycache__/x.py").write_text("hush")
    contents.release(kit, tmp_path / "after")
    for path in sorted((tmp_path / "before").iterdir()):
        assert path.read_bytes() == (tmp_path / "after" / path.name).read_bytes()


def test_what_git_keeps_and_no_list_names_stays_and_is_told(kit, tmp_path, capsys):
    strays = {"exercises/01_toy/mean/draft.py", "graders/tenfold/notes.txt", "datasets/unused/make.py"}
    for name in strays:
        (kit / name).parent.mkdir(exist_ok=True)
        (kit / name).write_text("my draft of the solution")
    (kit / "datasets/numbers/link.csv").symlink_to("/etc/hostname")
    (kit / "id_rsa").write_text("hush")
    git(kit, "add", "-A")
    git(kit, "commit", "-qm", "strays")
    assert main(["--course", str(kit), "release", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    for path in (tmp_path / "out").iterdir():
        assert not {*strays, "datasets/numbers/link.csv", "id_rsa"} & members(path).keys()
        assert str(path) in said
    assert all(f"names it: {name}" in said for name in (*strays, "datasets/numbers/link.csv"))


def test_a_course_template_brings_the_workflows_that_the_kit_has(kit, tmp_path):
    def course():
        (_, written), _ = contents.release(kit, tmp_path / "out")
        return members(written.path)

    assert "No workflow came with this template" in course()["README.md"].decode()
    for name in (*contents.FLOWS, ".github/workflows/tests.yml"):
        (kit / name).parent.mkdir(parents=True, exist_ok=True)
        (kit / name).write_text(f"# {name}")
    git(kit, "add", "-A")
    git(kit, "commit", "-qm", "flows")
    found = course()
    assert {name for name in found if name.startswith((".github", "ci/", "docs/ci"))} == set(contents.FLOWS)
    page = found["README.md"].decode()
    assert all(word in page for word in ("pull request", "reusable-grade.yml", "2. GitHub", "3. GitLab"))
    assert members(tmp_path / "out" / f"tenfold-learner-{VERSION}.tar.gz").keys().isdisjoint(contents.FLOWS)


def test_the_time_may_be_told(kit, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1234567890")
    (written, _), _ = contents.release(kit, tmp_path / "out")
    with tarfile.open(written.path) as opened:
        assert {m.mtime for m in opened} == {1234567890}
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(UsageError, match="seconds since 1970"):
        contents.release(kit, tmp_path / "out")


# --- what is refused ----------------------------------------------------------------------------------------


def an_edited_starter(kit):
    (kit / "exercises/01_toy/mean/mean.py").write_text("def mean(): return 1")
    return "mean.py of toy-mean is not the starter.*make reset EX=toy-mean"


def a_committed_edit_of_a_starter(kit):
    an_edited_starter(kit)
    git(kit, "commit", "-qam", "my work")
    return "mean.py of toy-mean is not the starter"


def a_missing_starter(kit):
    (kit / "exercises/01_toy/mean/mean.py").unlink()
    return "mean.py of toy-mean is not the starter"


def no_proof(kit):
    (kit / "graders/01_toy/mean/proof.json").unlink()
    git(kit, "commit", "-qam", "no proof")
    return "make verify EX=toy-mean"


def a_proof_of_other_files(kit):
    path = kit / "exercises/01_toy/mean/exercise.toml"
    path.write_text(path.read_text().replace('files = ["mean.py"]', 'files = ["mean.py", "more.py"]'))
    git(kit, "commit", "-qam", "another file")
    return "other files: make verify EX=toy-mean"


def an_uncommitted_change(kit):
    with (kit / "Makefile").open("a") as file:
        file.write("# mine")
    return "not committed: Makefile"


def a_staged_file(kit):
    (kit / "graders/tenfold/key.py").write_text("hush")
    git(kit, "add", "-A")
    return "not committed: graders/tenfold/key.py"


def a_needed_file_that_git_does_not_keep(kit):
    git(kit, "rm", "-q", "--cached", "LICENSE")
    git(kit, "commit", "-qm", "no licence")
    return "does not keep LICENSE"


def a_link_for_a_needed_file(kit):
    (kit / "LICENSE").unlink()
    (kit / "LICENSE").symlink_to("/etc/hostname")
    git(kit, "commit", "-qam", "a link")
    return "does not keep LICENSE"


def no_repository(kit):
    shutil.rmtree(kit / ".git")
    return "not a git repository.*in a clone"


def no_commit(kit):
    shutil.rmtree(kit / ".git")
    git(kit, "init", "-q")
    return "so run this in a clone"


def a_course_that_git_ignores(kit):
    git(kit, "rm", "-rq", "--cached", "exercises")
    git(kit, "commit", "-qm", "no exercises")
    return "Git keeps no exercise"


def a_bundle(kit):
    (kit / bundle.FILE).write_text(bundle.Bundle("learner", "1", "0", {}).text())
    return "release needs the whole kit"


def a_file_in_the_way(kit):
    (kit.parent / "out").write_text("")
    return "cannot be a folder"


REFUSED = [
    an_edited_starter,
    a_committed_edit_of_a_starter,
    a_missing_starter,
    no_proof,
    a_proof_of_other_files,
    an_uncommitted_change,
    a_staged_file,
    a_needed_file_that_git_does_not_keep,
    a_link_for_a_needed_file,
    no_repository,
    no_commit,
    a_course_that_git_ignores,
    a_bundle,
    a_file_in_the_way,
]


@pytest.mark.parametrize("circumstance", REFUSED, ids=lambda f: f.__name__)
def test_it_is_refused_with_one_line(circumstance, kit, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    says = circumstance(kit)
    assert main(["--course", str(kit), "release", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert re.search(says, said)
    assert len(said.splitlines()) == 1
    assert not list(tmp_path.glob("out/*"))


def test_without_git_or_a_folder_it_is_refused(kit, tmp_path, monkeypatch, capsys):
    assert main(["--course", str(kit), "release", ""]) == 2
    assert "make release OUT=folder" in capsys.readouterr().err
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="is it installed"):
        contents.release(kit, tmp_path / "out")


# --- what works in a bundle ---------------------------------------------------------------------------------


def graded(tree, exercise, *words, place):
    ran = run(tree, "grade", exercise, "--json", place / "r.json", "--html", place / "r.html", *words)
    document = json.loads((place / "r.json").read_text())
    assert f"  {ONLY}: this bundle holds no hidden ones" in ran.stdout
    assert document["message"].startswith(ONLY)
    assert ONLY in (place / "r.html").read_text()
    assert document["checks"]
    assert not any(check["hidden"] for check in document["checks"])
    return ran, document


def test_the_kit_unpacked_elsewhere_grades_the_visible_checks_and_says_so(real, tmp_path):
    tree = unpacked(real / "out1" / f"tenfold-learner-{VERSION}.tar.gz", tmp_path)
    ran, document = graded(tree, "mlops-drift", place=tmp_path)
    assert (ran.returncode, document["status"], document["score"], document["points"]) == (1, "not_yet", 0, 4)
    assert "NOT YET  0 of 4 points (passes at 3.2)" in ran.stdout
    solution = ROOT / "solutions/05_mlops/drift/drift.py"
    ran, document = graded(tree, "mlops-drift", "--submission", solution, place=tmp_path)
    assert (ran.returncode, document["status"], document["score"], document["points"]) == (0, "passed", 4, 4)
    assert "PASSED (visible checks only)  4 of 4 points" in ran.stdout
    assert "--solution" not in ran.stdout + (tmp_path / "r.html").read_text()
    assert "Passed (visible checks only)" in (tmp_path / "r.html").read_text()


@pytest.mark.parametrize("kind", ["learner", "course"])
def test_the_toy_unpacked_elsewhere_grades_the_visible_checks_and_says_so(kind, kit, toy, tmp_path):
    contents.release(kit, tmp_path)
    tree = unpacked(tmp_path / f"tenfold-{kind}-{VERSION}.tar.gz", tmp_path)
    ran, document = graded(tree, "toy-mean", place=tmp_path)
    assert (ran.returncode, document["points"]) == (1, 3)
    ran, document = graded(tree, "toy-mean", "--submission", toy.solution / "mean.py", place=tmp_path)
    assert (ran.returncode, document["points"]) == (0, 3)
    assert "1 of 2 passed (visible checks only)" in run(tree, "progress", "--html", tmp_path / "p.html").stdout
    assert "1 of 2 exercises passed, in their visible checks only" in (tmp_path / "p.html").read_text()


def test_a_broken_submission_says_both_what_is_wrong_and_that_it_is_no_full_grade(toy_bundle, tmp_path):
    (tmp_path / "mean.py").write_text("def mean(:")
    result = grade(Request(catalog.find(toy_bundle, "toy-mean"), tmp_path / "mean.py"))
    assert result.status == "not_yet"
    first, *_, last = result.message.splitlines()
    assert "SyntaxError" in first
    assert last.startswith(ONLY)


def test_a_grade_of_the_visible_checks_says_so_in_the_kit_too(toy):
    result = grade(Request(toy, toy.solution / "mean.py", visible=True))
    assert result.message == "Visible checks only: the hidden ones were not run, so this is no full grade."
    assert grade(Request(toy, toy.solution / "mean.py")).message == ""


def test_a_kit_that_lost_its_hidden_checks_is_no_bundle(kit, toy):
    shutil.rmtree(kit / "graders/01_toy")
    exercise = catalog.find(kit, "toy-mean")
    result = grade(Request(exercise, toy.solution / "mean.py"))
    assert (result.status, result.blame) == ("could_not_grade", "grader")
    assert "has no checks" in result.message
    assert bundle.read(kit) is None


def test_a_broken_marker_is_told(toy_bundle, capsys):
    for text in ("", "[]", "{}", '{"schema": "tenfold/bundle/2"}', '{"schema": "tenfold/bundle/1", "modules": []}'):
        (toy_bundle / bundle.FILE).write_text(text)
        with pytest.raises(AuthoringError, match="take it from the bundle again"):
            bundle.read(toy_bundle)
        assert main(["--course", str(toy_bundle), "grade", "toy-mean"]) == 2
        assert bundle.FILE in "".join(capsys.readouterr())


def test_it_knows_the_modules_that_only_hidden_checks_would_tell(real):
    noted = bundle.read(unpacked(real / "out1" / f"tenfold-learner-{VERSION}.tar.gz", real))
    assert noted.modules == {e.id: e.modules for e in catalog.exercises(real / "clone1")}
    assert noted.modules["mlops-track"] == ["track"]


def test_reset_gives_the_starter_back(toy_bundle):
    exercise = catalog.find(toy_bundle, "toy-mean")
    path = exercise.folder / "mean.py"
    starter = path.read_bytes()
    assert starter_reset.reset(exercise) == ["mean.py is the starter already"]
    path.write_text("mine = 1")
    assert starter_reset.begun(exercise) == ["mean.py"]
    starter_reset.reset(exercise)
    assert path.read_bytes() == starter
    assert [kept.read_text() for kept in exercise.folder.glob("mean.*.mine")] == ["mine = 1"]
    shutil.rmtree(toy_bundle / bundle.STARTERS)
    with pytest.raises(UsageError, match="take it from the bundle again"):
        starter_reset.reset(exercise)


def test_a_pass_of_visible_checks_is_no_pass_in_the_kit(toy_bundle, kit, toy):
    shutil.copy(toy.solution / "mean.py", toy_bundle / "exercises/01_toy/mean/mean.py")
    assert main(["--course", str(toy_bundle), "grade", "toy-mean"]) == 0
    exercise = catalog.find(toy_bundle, "toy-mean")
    assert progress.standing(exercise, progress.read(toy_bundle)).passed
    shutil.copytree(toy_bundle / ".tenfold", kit / ".tenfold")
    exercise = catalog.find(kit, "toy-mean")
    assert progress.standing(exercise, progress.read(kit)) == progress.Standing(exercise)


# --- what cannot work in a bundle ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ("verify", "toy-mean"),
        ("new", "ml-x"),
        ("nbgrader", "install", "course"),
        ("nbgrader", "export", "course", "toy-mean"),
        ("release", "out"),
        ("show", "toy-mean", "--solution"),
    ],
    ids=" ".join,
)
def test_what_needs_the_kit_says_so_in_one_line(words, toy_bundle, capsys):
    assert main(["--course", str(toy_bundle), *words]) == 2
    said = capsys.readouterr().err
    assert bundle.NOT_HERE in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("target", ["verify", "test", "lint", "readme", "new", "nbgrader", "release"])
def test_what_make_cannot_do_there_it_says_before_it_installs_anything(target, toy_bundle):
    argv, outside = ["make", target, f"PYTHON={sys.executable}"], ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    environment = {
        name: value for name, value in os.environ.items() if name not in outside
    }  # as if make did not run this
    ran = subprocess.run(argv, cwd=toy_bundle, env=environment, capture_output=True, text=True)
    assert ran.returncode == 2
    first, *rest = ran.stderr.splitlines()
    assert first == f"make {target} needs the whole kit: run it there. {bundle.NOT_HERE}"
    assert all(line.startswith("make") for line in rest)
    assert ran.stdout == ""
    assert not (toy_bundle / ".venv").exists()


def test_the_set_up_knows_a_bundle_as_the_engine_does():
    names = runpy.run_path(str(ROOT / "graders" / "bootstrap.py"))
    assert (names["BUNDLE"], names["NOT_HERE"]) == (bundle.FILE, bundle.NOT_HERE)
    assert not (ROOT / bundle.FILE).exists(), "the kit itself is no bundle"
