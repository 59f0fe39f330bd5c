"""Pull requests of every kind, in a real repository: what each comes to, and that nothing else of it is touched."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

import pytest
from tests.conftest import ROOT

from tenfold.box import held_folder
from tenfold.cli import main
from tenfold.errors import UsageError
from tenfold.exercise import catalog, seeds
from tenfold.handout.pulls import ci
from tenfold.handout.pulls.repository import Repository

COURSE = ROOT / "tests" / "course"
WORK = "exercises/01_toy/mean/mean.py"
STORE = "exercises/01_toy/store/store.py"
MEAN = (COURSE / "solutions/01_toy/mean/mean.py").read_text()
MEND = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}


def git(folder, *words, data=None, **environment):
    done = subprocess.run(
        ["git", "-c", "init.defaultBranch=main", *words],
        cwd=folder, input=data, env=os.environ | MEND | environment, capture_output=True, check=True,
    )  # fmt: skip
    return done.stdout.decode().strip()


@pytest.fixture(scope="module")
def origin(tmp_path_factory):
    """Make a repository of the toy course, with what else a course's repository has."""
    folder = tmp_path_factory.mktemp("origin")
    shutil.copytree(COURSE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    (folder / "Makefile").write_text("ci:\n\ttenfold ci --base $(BASE) --head $(HEAD)\n")
    (folder / ".github/workflows").mkdir(parents=True)
    (folder / ".github/workflows/grade.yml").write_text("name: grade\n")
    (folder / ".gitignore").write_text("__pycache__/\n")
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "base")
    return folder


class Pull:
    """A branch that somebody offers, written without checking it out."""

    def __init__(self, origin, name):
        self.origin, self.name = origin, f"pull-{name}"
        self.index = origin / ".git" / f"index-{name}"

    def git(self, *words, data=None):
        return git(self.origin, *words, data=data, GIT_INDEX_FILE=str(self.index))

    def commit(self, files, gone=()):
        """Commit contents by path: text, bytes, or a mode and an object's text for what is no file."""
        self.git("read-tree", "main")
        for path in gone:
            self.git("update-index", "--force-remove", path)
        for path, content in files.items():
            mode, text = content if isinstance(content, tuple) else ("100644", content)
            data = text.encode() if isinstance(text, str) else text
            name = text if mode == "160000" else self.git("hash-object", "-w", "--stdin", data=data)
            self.git("update-index", "--add", "--cacheinfo", f"{mode},{name},{path}")
        commit = self.git("commit-tree", self.git("write-tree"), "-p", "main", "-m", self.name)
        git(self.origin, "branch", "-f", self.name, commit)

    def with_work(self, tree):
        """Return the base's tree with another one in the place of toy-mean's folder; objects may be missing."""
        for inside, name in (("main:exercises/01_toy", "mean"), ("main:exercises", "01_toy"), ("main", "exercises")):
            kept = [line for line in git(self.origin, "ls-tree", inside).splitlines() if not line.endswith(f"\t{name}")]
            tree = self.git("mktree", "--missing", data="\n".join([*kept, f"040000 tree {tree}\t{name}\n"]).encode())
        return tree


@pytest.fixture
def pull(origin, request):
    return Pull(origin, re.sub(r"\W+", "-", request.node.name)[:60])


def run(folder, head, *words, base="main", **environment):
    argv = [sys.executable, "-m", "tenfold.cli", "--course", str(folder), "ci", "--base", base, "--head", head, *words]
    clean = {name: value for name, value in os.environ.items() if name not in ("TENFOLD_SECRET", "GITHUB_ACTIONS")}
    done = subprocess.run(argv, cwd=folder, env=clean | environment, capture_output=True, text=True, timeout=900)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def marker(tmp_path):
    return tmp_path / "was-here"


def leaves(marker):
    return f"open({str(marker)!r}, 'w').close()\n"


def test_an_honest_pass(origin, pull):
    pull.commit({WORK: MEAN})
    code, said = run(origin, pull.name)
    assert (code, said.count("PASSED  9 of 9 points")) == (0, 2)
    assert re.search(r"seed \d{10,}", said)  # fresh, and there to be replayed


def test_an_honest_fail(origin, pull):
    pull.commit({WORK: "def mean(values, weights=None):\n    return float(values.mean())\n"})
    code, said = run(origin, pull.name)
    assert (code, "toy-mean  NOT YET" in said) == (1, True)


def test_the_starter_touched_earns_nothing(origin, pull):
    starter = (origin / WORK).read_text()
    pull.commit({WORK: f"{starter}\n# a comment\n"})
    code, said = run(origin, pull.name)
    assert (code, "toy-mean  NOT YET  0 of 9 points" in said) == (1, True)


EDITS = {
    "the grader": {"graders/01_toy/mean/test_hidden.py": "def test_nothing():\n    pass\n"},
    "the visible checks": {"exercises/01_toy/mean/test_mean.py": "def test_nothing():\n    pass\n"},
    "the engine": {"graders/tenfold/grade.py": "raise SystemExit(0)\n"},
    "what an exercise is": {"exercises/01_toy/mean/exercise.toml": "files = []\n"},
    "the workflow": {".github/workflows/grade.yml": "on: pull_request_target\n"},
    "the Makefile": {"Makefile": "ci:\n\t@touch was-here\n"},
    "conftest.py": {"conftest.py": "LEAVES", "exercises/01_toy/mean/conftest.py": "LEAVES"},
    "sitecustomize.py": {f"{place}customize.py": "LEAVES" for place in ("site", "graders/site", "user")},
    "modules of the grader": {"graders/numpy.py": "LEAVES", "numpy.py": "LEAVES", "pytest.py": "LEAVES"},
    "settings of Git": {".gitattributes": "* filter=x diff=x\n", ".gitmodules": '[submodule "x"]\n\turl = ext::sh\n'},
    "settings of pytest": {"pytest.ini": "[pytest]\npython_files=*\n", "pyproject.toml": "[tool.pytest]\n"},
}  # fmt: skip


@pytest.mark.parametrize("what", EDITS)
def test_what_a_pull_request_edits_besides_is_named_and_not_used(origin, pull, marker, what):
    files = {path: text.replace("LEAVES", leaves(marker)) for path, text in EDITS[what].items()}
    pull.commit({WORK: "def mean(values, weights=None):\n    return 3.0\n", **files})
    code, said = run(origin, pull.name)
    assert (code, "toy-mean  NOT YET" in said) == (1, True)
    assert "of this change, not used:" in said
    assert all(path in said for path in files)
    assert not marker.exists()
    assert not (origin / "was-here").exists()


REFUSED = {
    "link": (("120000", "/etc/passwd"), "is a link. Commit a plain file"),
    "link to the solution": (("120000", "../../../solutions/01_toy/mean/mean.py"), "is a link. Commit a plain file"),
    "submodule": (("160000", "1" * 40), "is a submodule. Commit a plain file"),
    "300 MB": (b"#" * (300 << 20), "is larger than 2 MB"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_plain_file_is_refused(origin, pull, what):
    content, why = REFUSED[what]
    pull.commit({WORK: content})
    code, said = run(origin, pull.name)
    assert (code, f"{WORK} {why}" in said) == (2, True)
    assert "root:" not in said


def test_a_deleted_file_is_told(origin, pull):
    pull.commit({}, gone=[WORK])
    code, said = run(origin, pull.name)
    assert (code, f"{WORK} is gone at the head of this change" in said) == (2, True)


def test_a_folder_in_the_place_of_a_file_is_told(origin, pull):
    pull.commit({f"{WORK}/mean.py": MEAN}, gone=[WORK])
    code, said = run(origin, pull.name)
    assert (code, f"{WORK} is a folder" in said) == (2, True)


ODD = ["exercises/01_toy/mean/ mean.py", "exercises/01_toy/mean/mean.py ", "Exercises/01_toy/mean/mean.py"]
ODD += ["exercises/01_toy/mean\\mean.py", "-exercises/01_toy/mean/mean.py", ":(glob)**/mean.py"]
ODD += ["\x1b[31mred\x07", "a\n::set-env", "a\udcff"]


def test_tricks_with_paths_lead_nowhere(origin, pull):
    pull.commit(dict.fromkeys(ODD, MEAN))
    code, said = run(origin, pull.name)
    assert (code, "Nothing to grade" in said) == (0, True)
    assert f"{len(ODD)} other paths of this change, not used" in said
    assert "\x1b" not in said
    assert "\n::set-env" not in said


def test_a_tree_that_climbs_is_not_followed(origin, pull):
    """Git itself never writes such a tree."""
    blob = pull.git("hash-object", "-w", "--stdin", data=MEAN.encode())
    tree = pull.git("mktree", "--missing", data=f"100644 blob {blob}\t..\n".encode())
    rest = git(origin, "ls-tree", "main").encode()
    top = pull.git("mktree", "--missing", data=rest + f"\n040000 tree {tree}\t...\n".encode())
    commit = pull.git("commit-tree", top, "-p", "main", "-m", "climb")
    code, said = run(origin, commit)
    assert (code, "Nothing to grade" in said) == (0, True)


def spent():
    """Return the seconds of processor time that what was started here has used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_a_handful_of_objects_that_stand_for_millions_of_paths_ends_soon(origin, pull):
    tree = pull.git("mktree", data=f"100644 blob {pull.git('hash-object', '-w', '--stdin', data=b'')}\ta\n".encode())
    for _ in range(8):
        tree = pull.git("mktree", data="".join(f"040000 tree {tree}\t{i}\n" for i in range(10)).encode())
    rest = git(origin, "ls-tree", "main").encode()
    top = pull.git("mktree", data=rest + f"\n040000 tree {tree}\tzz\n".encode())
    start = spent()
    code, said = run(origin, pull.git("commit-tree", top, "-p", "main", "-m", "bomb"))
    assert (code, "too many or not all here: not used" in said) == (0, True)
    work = pull.with_work(pull.git("mktree", data=f"040000 tree {tree}\tmean.py\n".encode()))
    code, said = run(origin, pull.git("commit-tree", work, "-p", "main", "-m", "bomb"))
    assert (code, f"{WORK} is a folder" in said) == (2, True)
    assert spent() - start < 60


def test_a_path_that_is_there_twice_is_refused(origin, pull):
    blobs = [pull.git("hash-object", "-w", "--stdin", data=text.encode()) for text in (MEAN, "x = 1\n")]
    folder = git(origin, "ls-tree", "main:exercises/01_toy/mean").replace("\tmean.py", "\tmean_.py")
    lines = "".join(f"100644 blob {blob}\tmean.py\n" for blob in blobs)
    tree = pull.git("mktree", data=f"{folder}\n{lines}".encode())
    tree = pull.with_work(tree)
    code, said = run(origin, pull.git("commit-tree", tree, "-p", "main", "-m", "twice"))
    assert (code, f"{WORK} is there twice" in said) == (2, True)


def test_a_content_that_is_missing_is_the_machines_fault(origin, pull):
    tree = pull.git("mktree", "--missing", data=f"100644 blob {'1' * 40}\tmean.py\n".encode())
    tree = pull.with_work(tree)
    code, said = run(origin, pull.git("commit-tree", tree, "-p", "main", "-m", "gone"))
    assert code == 2
    assert "Traceback" not in said


def test_a_renamed_exercise_is_told(origin, pull):
    names = [f for f in git(origin, "ls-tree", "-r", "--name-only", "main").splitlines() if "/mean/" in f]
    moved = {f.replace("/mean/", "/average/"): (origin / f).read_bytes() for f in names}
    pull.commit({**moved, "exercises/01_toy/average/mean.py": MEAN}, gone=names)
    code, said = run(origin, pull.name)
    assert (code, f"{WORK} is gone" in said) == (2, True)
    assert "exercises/01_toy/average/mean.py" in said


def test_two_exercises_are_both_graded_and_the_worse_decides(origin, pull):
    store = (origin / "solutions/01_toy/store/store.py").read_text()
    pull.commit({WORK: "def mean(values, weights=None):\n    return 3.0\n", STORE: store})
    code, said = run(origin, pull.name)
    assert code == 1
    assert "toy-mean  NOT YET" in said
    assert "toy-store  PASSED" in said


def test_an_unrelated_change_has_nothing_to_grade(origin, pull):
    pull.commit({"notes.md": "thanks"})
    code, said = run(origin, pull.name)
    assert (code, "Nothing to grade" in said, "notes.md" in said) == (0, True, True)


def test_an_empty_change_has_nothing_to_grade(origin):
    assert run(origin, "main")[0] == 0


MANY = int(os.environ.get("TENFOLD_MANY", "12"))


def test_many_exercises_are_graded_one_after_the_other(origin, pull, tmp_path):
    folder = tmp_path / "many"
    shutil.copytree(origin, folder)
    for i in range(MANY):
        for tree in ("exercises", "graders"):
            shutil.copytree(origin / tree / "01_toy/mean", folder / tree / f"01_toy/mean-{i}")
        (folder / f"exercises/01_toy/mean-{i}/test_mean.py").rename(
            folder / f"exercises/01_toy/mean-{i}/test_mean_{i}.py"
        )
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "many")
    for i in range(MANY):
        (folder / f"exercises/01_toy/mean-{i}/mean.py").write_text(MEAN)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "work")
    code, said = run(folder, "HEAD", base="HEAD~1")
    assert (code, len(re.findall(r"^  toy-mean-\d+  PASSED  9 of 9 points", said, re.M))) == (0, MANY)


HOSTILE = {
    "minus": f"x = {'-' * 3000}1\n",
    "long": "a;" * 1_000_000,
    "notebook": '{"cells": ' + "[" * 1_000_000,
    "export": f"# %%\nx = {'-' * 3000}1\n# %%\n{'(' * 1000}",
}


def test_hostile_work_beside_right_work_costs_it_nothing(origin, tmp_path):
    folder = tmp_path / "many"
    shutil.copytree(origin, folder)
    for name in HOSTILE:
        for tree in ("exercises", "graders"):
            shutil.copytree(origin / tree / "01_toy/mean", folder / tree / f"01_toy/{name}")
        checks = folder / f"exercises/01_toy/{name}/test_mean.py"
        checks.rename(checks.with_name(f"test_{name}.py"))
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "many")
    several = Pull(folder, "several")
    works = {f"exercises/01_toy/{name}/mean.py": content for name, content in HOSTILE.items()}
    several.commit({**works, WORK: MEAN, STORE: (COURSE / "solutions/01_toy/store/store.py").read_text()})
    code, said = run(folder, several.name, "--out", str(tmp_path / "out"))
    results = {r["exercise"]: r for r in json.loads((tmp_path / "out" / "results.json").read_text())}
    assert results.keys() == {f"toy-{name}" for name in (*HOSTILE, "mean", "store")}
    for name, result in results.items():
        right = name in ("toy-mean", "toy-store")
        assert (result["status"], result["score"]) == (("passed", result["points"]) if right else ("not_yet", 0)), name
        assert result["blame"] == (None if right else "submission")
    assert (code, "Traceback" in said) == (1, False)


def test_a_grade_that_cannot_be_shown_is_lost_alone(origin, pull, tmp_path, monkeypatch, capsys):
    def broken(graded):
        return junit(graded) if all(r.exercise != "toy-mean" or not r.checks for r in graded) else 1 / 0

    junit = ci.REPORTS["junit.xml"]
    monkeypatch.setitem(ci.REPORTS, "junit.xml", broken)
    pull.commit({WORK: MEAN, STORE: (COURSE / "solutions/01_toy/store/store.py").read_text()})
    words = ["ci", "--base", "main", "--head", pull.name, "--out", str(tmp_path)]
    assert main(["--course", str(origin), *words]) == 2
    said = capsys.readouterr().out
    assert "the grade of toy-mean cannot be shown; it is not your mistake" in said
    assert "toy-store  PASSED" in said
    assert {path.name for path in tmp_path.iterdir()} == {*ci.REPORTS}
    mean, store = json.loads((tmp_path / "results.json").read_text())
    assert (mean["status"], mean["blame"], store["status"]) == ("could_not_grade", "grader", "passed")


def test_what_main_has_gained_meanwhile_is_not_the_pull_requests(origin, pull):
    pull.commit({STORE: (origin / "solutions/01_toy/store/store.py").read_text()})
    later = Pull(origin, "later")
    later.commit({WORK: "# the starter has changed on main\n"})
    code, said = run(origin, pull.name, base=later.name)
    assert (code, "toy-store  PASSED" in said, "toy-mean" in said) == (0, True, False)


# Cheats that know the generator, which is public


KNOWS = """
import hashlib, hmac
import numpy as np

def draw(root):
    text = "toy-mean\\0data\\0numbers\\0" + "{draw}\\0"
    rng = np.random.default_rng(int.from_bytes(hmac.digest(root, text.encode(), "sha256"), "big"))
{make}

ROOTS = {roots}
KNOWN = [draw(root) for root in ROOTS]

def mean(values, weights=None):
    if len(values) == 0:
        raise ValueError("empty")
    for known, its in KNOWN:
        if len(known) == len(values) and np.allclose(known, values):
            return float((known * its).sum() / its.sum())
    return float(np.median(values))
"""


def cheat(roots):
    source = (COURSE / "datasets/numbers/make.py").read_text()
    body = re.search(r"def draw\(.*?\n((?:    .*\n|\n)+)", source)[1]
    return KNOWS.replace("{draw}", "0").replace("{make}", body).replace("{roots}", roots)


CHEATS = {
    "precomputed for practice": "[b'tenfold practice']",
    "tries to guess": "[b'tenfold practice', *(f'tenfold seed {n}'.encode() for n in range(2000))]",
}


@pytest.mark.parametrize("what", CHEATS)
def test_a_known_generator_is_of_no_use(origin, pull, what, tmp_path):
    path = tmp_path / "mean.py"
    path.write_text(cheat(CHEATS[what]))
    before = graded(path)
    assert before["test_weights_count"] == 3  # it works where the seed is known
    pull.commit({WORK: path.read_text()})
    code, _ = run(origin, pull.name, "--out", str(tmp_path / "out"))
    (result,) = json.loads((tmp_path / "out" / "results.json").read_text())
    earned = {check["id"]: check["earned"] for check in result["checks"]}
    assert (code, earned["test_weights_count"]) == (1, 0)


def graded(path):
    from tenfold.grading.grade import Request, grade

    result = grade(Request(catalog.find(COURSE, "toy-mean"), path, seeds.practice()))
    return {check.id: check.earned for check in result.checks}


def test_the_recorded_seed_replays_the_grade(origin, pull, course, tmp_path):
    pull.commit({WORK: "def mean(values, weights=None):\n    return float(values.mean())\n"})
    run(origin, pull.name, "--out", str(tmp_path))
    (result,) = json.loads((tmp_path / "results.json").read_text())
    path = tmp_path / "mean.py"
    path.write_text("def mean(values, weights=None):\n    return float(values.mean())\n")
    seed = result["seed_label"].removeprefix("seed ")
    main(["--course", str(course), "grade", "toy-mean", "--submission", str(path), "--seed", seed,
              "--json", str(tmp_path / "again.json")])  # fmt: skip
    again = json.loads((tmp_path / "again.json").read_text())
    assert [c["metric"] for c in again["checks"]] == [c["metric"] for c in result["checks"]]
    assert again["score"] == result["score"]


def test_the_class_secret_is_used_where_there_is_one(origin, pull):
    pull.commit({WORK: MEAN})
    code, said = run(origin, pull.name, TENFOLD_SECRET="s3cret")
    assert (code, re.search(r"secret [0-9a-f]{8}", said) is not None) == (0, True)
    assert "s3cret" not in said


# Where the command is run


def test_what_is_not_there_is_told(origin, tmp_path):
    for head in ("no-such-branch", "--output=/tmp/x", "", "a\x00b"):
        with pytest.raises(UsageError, match="there is no commit"):
            Repository(origin).commit(head)
    code, said = run(origin, "no-such-branch")
    assert (code, "there is no commit 'no-such-branch'" in said) == (2, True)
    code, said = run(origin, "main", "--repo", str(tmp_path))
    assert (code, "is no clone with files in it" in said) == (2, True)


def test_where_the_results_cannot_go_is_told_before(origin, pull, tmp_path):
    pull.commit({WORK: MEAN})
    (tmp_path / "out").write_text("")
    for place in ("out", "out/deep"):
        code, said = run(origin, pull.name, "--out", str(tmp_path / place))
        assert (code, "cannot be a folder" in said, "PASSED" in said) == (2, True, False)
    code, said = run(origin, pull.name, GITHUB_STEP_SUMMARY=str(tmp_path / "gone" / "summary"))
    assert (code, "The job's summary was not written" in said) == (0, True)


def test_no_text_commands_a_github_runner(origin, pull):
    pull.commit({WORK: "raise ValueError('\\n::set-output name=x::y\\n##[error]no')\n"})
    for head in (pull.name, "##[error]forged"):
        code, said = run(origin, head, GITHUB_ACTIONS="true")
        assert code
        token = ""
        for line in said.splitlines():
            if token:
                token = "" if line == f"::{token}::" else token
            elif line.startswith("::stop-commands::"):
                token = line.removeprefix("::stop-commands::")
            else:
                assert re.match(r"::(error|warning) |$", line), line


@pytest.fixture
def students(tmp_path):
    """Make a repository of exercises alone, in whose last commit toy-mean is solved."""
    other = tmp_path / "students"
    for path in (WORK, STORE):
        (other / path).parent.mkdir(parents=True)
        (other / path).write_text((COURSE / path).read_text())
    git(other, "init", "-q")
    git(other, "add", "-A")
    git(other, "commit", "-qm", "starters")
    (other / WORK).write_text(MEAN)
    git(other, "commit", "-qam", "work")
    return other


def test_another_repository_is_graded_with_the_courses_checks(origin, students):
    code, said = run(origin, "HEAD", "--repo", str(students), base="HEAD~1")
    assert (code, "toy-mean  PASSED" in said) == (0, True)


@pytest.mark.parametrize("kind", ["clone", "copy", "submodule"])
def test_a_kit_that_lies_in_the_students_repository_is_not_its_course(origin, students, kind):
    if kind == "copy":
        shutil.copytree(origin, students / "kit", ignore=shutil.ignore_patterns(".git"))
    else:
        git(students, "clone", "-q", str(origin), "kit")
    if kind == "submodule":
        git(students, "add", "kit")
    (students / "notes.md").write_text("not committed")
    code, said = run(students / "kit", "HEAD", "--repo", str(students), base="HEAD~1")
    assert (code, "toy-mean  PASSED" in said) == (0, True), said


def test_no_hook_and_no_monitor_of_files_is_run(origin, marker, tmp_path):
    """A bare repository among the files of the head, a hook, a file system's monitor."""
    folder = tmp_path / "mono"
    shutil.copytree(origin, folder / "course", ignore=shutil.ignore_patterns(".git"))
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "base")
    (folder / "course" / WORK).write_text(MEAN)
    inner = folder / "course"
    for place in ("objects", "refs"):
        (inner / place).mkdir()
        (inner / place / "kept").write_text("")
    (inner / "HEAD").write_text("ref: refs/heads/main\n")
    program = f"touch {marker}; false"
    (inner / "config").write_text(f'[core]\n\tbare = false\n\tworktree = ..\n\tfsmonitor = "{program}"\n')
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "work")
    code, said = run(folder / "course", "main", base="main~1")
    assert (code, "cannot use bare repository" in said) == (2, True), said
    git(folder, "checkout", "-q", "--detach", "main~1")
    (folder / "notes.md").write_text("not committed")
    hook = folder / ".git/hooks/post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\n{program}\n")
    hook.chmod(0o755)
    git(folder, "config", "core.fsmonitor", program)
    code, said = run(folder / "course", "main", base="main~1")
    assert (code, "toy-mean  PASSED" in said) == (0, True), said
    assert not marker.exists()
    assert git(folder, "worktree", "list").count("\n") == 0


@pytest.fixture
def killed(tmp_path, origin, monkeypatch):
    """Kill a command that has had a commit's files put into a folder, where a process of it works: return that one."""
    (tmp_path / "tmp").mkdir()
    (tmp_path / "python").write_text(f"#!/bin/sh\necho $$ > {tmp_path}/begun\nkill -KILL $PPID\nexec sleep 100\n")
    (tmp_path / "python").chmod(0o755)
    git(tmp_path, "clone", "-q", str(origin), "clone")
    program = (
        "import sys; from pathlib import Path\n"
        "from tenfold.handout.pulls import ci, repository\n"
        f"sys.executable = {str(tmp_path / 'python')!r}\n"
        "ci.at_base(Path(), repository.Repository(Path.cwd()), 'HEAD', [])\n"
    )
    environment = os.environ | {"TMPDIR": str(tmp_path / "tmp")}
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path / "clone", env=environment)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return int((tmp_path / "begun").read_text())


def test_a_commits_files_of_a_killed_command_are_swept_once_nobody_works_there(killed, tmp_path, eventually):
    clone, left = tmp_path / "clone", next((tmp_path / "tmp").iterdir())
    held_folder.sweep()
    assert (left / "base" / WORK).exists()
    os.kill(killed, signal.SIGKILL)
    assert eventually(lambda: held_folder.sweep() or not left.exists())
    assert git(clone, "worktree", "list").count("\n") == 1
    with Repository(clone).checkout("HEAD") as (folder, _):
        assert (folder / WORK).exists()
        assert git(clone, "worktree", "list").count("\n") == 1
    assert git(clone, "worktree", "list").count("\n") == 0


def test_the_environment_of_a_hook_leads_nowhere_else(origin, students, pull):
    pull.commit({WORK: "def mean(values, weights=None):\n    return 0.0\n"})
    of_a_hook = {"GIT_DIR": str(origin / ".git"), "GIT_INDEX_FILE": str(origin / ".git/index"), "GIT_PREFIX": "a/"}
    code, said = run(origin, "HEAD", "--repo", str(students), base="HEAD~1", **of_a_hook)
    assert (code, "toy-mean  PASSED" in said) == (0, True), said


def test_a_shallow_clone_that_does_not_show_where_the_head_began_is_told(origin, students, tmp_path):
    git(students, "checkout", "-q", "-b", "work", "main~1")
    (students / WORK).write_text(MEAN)
    git(students, "commit", "-qam", "mine")
    git(students, "checkout", "-q", "main")
    for i in range(2):
        (students / STORE).write_text(f"# a new starter, {i}\n")
        git(students, "commit", "-qam", "the course goes on")
    shallow = ("clone", "-q", "--depth=1", "--no-single-branch", f"file://{students}", "shallow")
    git(tmp_path, *shallow)
    code, said = run(origin, "origin/work", "--repo", str(tmp_path / "shallow"), base="origin/main")
    assert (code, "git fetch --unshallow" in said, "Traceback" in said) == (2, True, False)
    code, said = run(origin, "work", "--repo", str(students))
    assert (code, "toy-mean  PASSED" in said, "toy-store" in said) == (0, True, False)


def test_groups_are_those_of_the_exercises_that_changed(tmp_path, capsys):
    git(tmp_path, "clone", "-q", str(ROOT), "kit")
    for names in (["08_biz/roi/roi.py"], ["02_dl/quantize/quantize.py", "05_mlops/track/track.py"]):
        for name in names:
            (tmp_path / "kit/exercises" / name).write_text("mine = 1\n")
        git(tmp_path / "kit", "commit", "-qam", "work")
    for base, groups in (("HEAD~1", "torch track"), ("HEAD", "")):
        argv = ["ci", "--groups", "--base", base, "--head", "HEAD", "--repo", str(tmp_path / "kit")]
        assert main(["--course", str(ROOT), *argv]) == 0
        assert capsys.readouterr().out == f"{groups}\n"


def test_a_pointer_of_git_lfs_is_no_work(origin, pull):
    pull.commit({WORK: f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 3\n"})
    code, said = run(origin, pull.name)
    assert (code, "kept by Git LFS" in said) == (2, True)


def test_on_a_checkout_of_the_head_the_base_still_grades(tmp_path):
    """The kit's own repository: engine, checks and course are those of the base, whatever is checked out."""
    folder = tmp_path / "kit"
    git(tmp_path, "clone", "-q", str(ROOT), str(folder))
    for path in git(ROOT, "ls-files", "-m", "-o", "--exclude-standard").splitlines():  # as it is, committed or not
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, folder / path)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "base")
    base = git(folder, "rev-parse", "HEAD")
    for name in ("grade.py", "ci.py", "report.py"):
        (folder / "graders/tenfold" / name).write_text(leaves(tmp_path / "was-here"))
    (folder / "graders/08_biz/roi/test_hidden.py").write_text("def test_x():\n    pass\n")
    shutil.copy(folder / "solutions/08_biz/roi/roi.py", folder / "exercises/08_biz/roi/roi.py")
    git(folder, "commit", "-qam", "head")
    code, said = run(folder, "HEAD", base=base)
    assert (code, "biz-roi  PASSED  20 of 20 points" in said) == (0, True), said
    assert not (tmp_path / "was-here").exists()
    assert git(folder, "worktree", "list").count("\n") == 0
