"""Workflows trust nothing of a pull request: linted, checked by schema, and run as scripts on a stand-in for GitHub."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[1]
COURSE = ROOT / "tests" / "course"
FLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
GITLAB = ROOT / "ci" / "gitlab.yml"
DEVCONTAINER = ROOT / ".devcontainer" / "devcontainer.json"
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")

every_flow = pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.stem)


def read(path: Path) -> dict[str, Any]:
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def jobs(path: Path) -> list[dict[str, Any]]:
    return list(read(path)["jobs"].values())


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in jobs(path) for step in job["steps"]]


def tool(name: str, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([Path(sys.executable).with_name(name), *map(str, words)], capture_output=True, text=True)


# What they say


def test_zizmor_finds_nothing_as_its_strictest_persona():
    found = tool(
        "zizmor", "--offline", "--no-progress", "--color=never", "--no-config", "--persona=auditor", ROOT / ".github"
    )
    assert found.returncode == 0, found.stdout + found.stderr
    assert "(1 ignored)" in found.stdout + found.stderr, "comment.yml's trigger, with its reason, and nothing else"


def test_zizmor_would_find_something(tmp_path):
    flow = (ROOT / ".github/workflows/grade.yml").read_text().replace("pull_request:", "pull_request_target:")
    (tmp_path / "grade.yml").write_text(flow)
    found = tool(
        "zizmor",
        "--offline",
        "--no-progress",
        "--color=never",
        "--no-config",
        "--persona=auditor",
        tmp_path / "grade.yml",
    )
    assert found.returncode != 0
    assert "dangerous-triggers" in found.stdout


@pytest.mark.parametrize(
    ("schema", "words", "paths"),
    [
        ("vendor.github-workflows", [], FLOWS),
        ("custom.github-workflows-require-timeout", [], FLOWS),
        ("vendor.gitlab-ci", ["--data-transform", "gitlab-ci"], [GITLAB]),
    ],
)
def test_the_published_schemas_hold(schema, words, paths):
    found = tool("check-jsonschema", "--builtin-schema", schema, *words, *paths)
    assert found.returncode == 0, found.stdout


@every_flow
def test_every_action_is_pinned_by_commit_and_says_its_version(path):
    lines = [line.partition("uses:")[2].strip() for line in path.read_text().splitlines() if "uses:" in line]
    assert len(lines) == sum("uses" in step for step in steps(path)) > 0
    assert [line for line in lines if not PINNED.fullmatch(line)] == []


@every_flow
def test_rights_are_none_at_the_top_and_few_on_a_job(path):
    assert read(path)["permissions"] == {}
    allowed = {"contents": "read"}
    if path.stem == "comment":
        allowed = {"actions": "read", "contents": "read", "pull-requests": "write"}
    assert [job["permissions"] for job in jobs(path)] == [allowed]


@every_flow
def test_a_job_has_a_timeout_and_a_flow_runs_once_at_a_time(path):
    assert all(job["timeout-minutes"] <= 90 for job in jobs(path))
    assert read(path)["concurrency"]["cancel-in-progress"] is True


@every_flow
def test_no_expression_stands_in_a_script(path):
    assert [step["run"] for step in steps(path) if EXPRESSION.search(step.get("run", ""))] == []


@every_flow
def test_nothing_runs_with_the_rights_of_the_base_on_a_pull_request(path):
    assert "pull_request_target" not in read(path)["on"]


@every_flow
def test_there_is_no_secret_and_no_cache(path):
    text = path.read_text()
    assert "secrets" not in text
    assert "TENFOLD_SECRET" not in text
    assert not re.search(r"^\s*(uses: actions/cache|cache:)", text, re.M)


@every_flow
def test_a_checkout_keeps_no_credentials_and_never_takes_the_head_to_be_graded(path):
    found = [step["with"] for step in steps(path) if step.get("uses", "").startswith("actions/checkout")]
    assert all(words["persist-credentials"] is False for words in found)
    refs = [words.get("ref") for words in found]
    expected = {"grade": ["${{ github.event.pull_request.base.sha }}"], "reusable-grade": ["${{ inputs.ref }}"]}
    assert refs == expected.get(path.stem, [None])  # none: what GitHub takes; for comment.yml the default branch


@pytest.mark.parametrize("path", [p for p in FLOWS if "grade" in p.stem] + [GITLAB], ids=lambda path: path.stem)
def test_no_grading_script_checks_the_head_out(path):
    scripts = read(path)["tenfold-grade"]["script"] if path == GITLAB else [s.get("run", "") for s in steps(path)]
    lines = [line for script in scripts for line in script.splitlines()]
    moves = [
        line.strip() for line in lines if re.search(r"git .*\b(checkout|switch|reset|worktree|merge|pull)\b", line)
    ]
    kit = ["git -C kit checkout --quiet --detach FETCH_HEAD"]  # what was fetched last: the kit
    assert moves == (kit if path == GITLAB else [])


def test_the_examples_in_the_docs_hold_too(tmp_path):
    text = (ROOT / "docs" / "ci.md").read_text().replace("COMMIT", "a" * 40)
    blocks = re.findall(r"^```yaml\n(.*?)^```", text, re.M | re.S)
    assert len(blocks) == 3
    for n, block in enumerate(blocks):
        path = tmp_path / f"{n}.yml"
        path.write_text(block)
        schema = "vendor.github-workflows" if "jobs:" in block else "vendor.gitlab-ci"
        found = tool("check-jsonschema", "--builtin-schema", schema, path)
        assert found.returncode == 0, found.stdout
        if "jobs:" in block:
            found = tool("zizmor", "--offline", "--no-progress", "--color=never", "--no-config", path)
            assert found.returncode == 0, found.stdout
            given = read(path)["jobs"]["grade"]["with"]
            inputs = read(ROOT / ".github/workflows/reusable-grade.yml")["on"]["workflow_call"]["inputs"]
            assert {name for name, words in inputs.items() if words.get("required")} <= given.keys() <= inputs.keys()


def test_the_comment_runs_only_where_it_was_asked_for():
    (job,) = jobs(ROOT / ".github/workflows/comment.yml")
    assert "vars.TENFOLD_COMMENT == 'true'" in job["if"]
    assert [step["run"] for step in job["steps"] if "run" in step] == ["python3 -I ci/comment.py"]


def test_gitlab_grades_merge_requests_alone_and_checks_nothing_out_itself():
    job = read(GITLAB)["tenfold-grade"]
    assert [rule["if"] for rule in job["rules"]] == ['$CI_PIPELINE_SOURCE == "merge_request_event"']
    assert job["variables"]["GIT_STRATEGY"] == "none"
    assert "cache" not in job


def test_the_dev_container_is_made_of_files_that_are_there():
    found = json.loads(DEVCONTAINER.read_text())
    recipe = (DEVCONTAINER.parent / found["build"]["dockerfile"]).read_text()
    assert f"USER {found['remoteUser']}" in recipe
    assert all(word in recipe for word in ("python:3.11", "bubblewrap", "git", "make"))
    assert found["postCreateCommand"] == "make list"
    assert not found.get("privileged", False)


# What they do


SHIM = """
[ "$1" = -I ] && shift
case "$1" in
*bootstrap.py)
    mkdir -p .venv/bin && cp "{venv}"/* .venv/bin/
    echo "$@" >> "{venv}/../set-up"
    env >> "{venv}/../seen" ;;
*) exec "{python}" "$@" ;;
esac
"""
RUNS = """
kit=$(cd "$(dirname "$0")/../.." && pwd)
PYTHONPATH="$kit/graders" exec "{python}" {words} "$@"
"""


@dataclass(frozen=True)
class Forge:
    """A stand-in for GitHub and GitLab: a bare repository with a change proposed, and a machine for a job's scripts.

    On the machine `python3 graders/bootstrap.py` finds the environment set up, and `sudo` and `apt-get` only write down
    what they are asked for: installing is not what is tested here.
    """

    place: Path
    base: str

    @property
    def remote(self) -> Path:
        return self.place / "remote.git"

    @property
    def witness(self) -> Path:
        """Where anything of a change that is run, and should not be, leaves a trace."""
        return self.place / "witness"

    def propose(self, files: dict[str, str]) -> str:
        """Push a change of the base as pull request 1 and merge request 1; return its commit."""
        work = self.place / "work"
        git(work, "checkout", "--quiet", "--force", "-B", "change", self.base)
        for name, text in files.items():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            (work / name).write_text(text)
        git(work, "add", "--all", "--force")
        git(work, "commit", "--quiet", "--message", "change")
        for ref in ("refs/pull/1/head", "refs/merge-requests/1/head"):
            git(work, "push", "--quiet", "--force", str(self.remote), f"HEAD:{ref}")
        return git(work, "rev-parse", "HEAD")

    def run(self, folder: Path, scripts: list[tuple[str, dict[str, str]]], variables: dict[str, str]) -> Job:
        """Run scripts in order, up to the first that fails, as a runner does."""
        base = {"PATH": f"{self.place / 'shims'}:{os.environ['PATH']}", "HOME": str(self.place), "CI": "true"}
        output, code, began = [], 0, time.perf_counter()
        for script, own in scripts:
            argv = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
            done = subprocess.run(
                argv, cwd=folder, env={**base, **variables, **own}, stdout=-1, stderr=-2, text=True, timeout=900
            )
            output.append(done.stdout)
            if code := done.returncode:
                break
        return Job(folder, code, "".join(output), time.perf_counter() - began)


@dataclass(frozen=True)
class Job:
    """What a job came to."""

    folder: Path
    code: int
    output: str
    seconds: float

    @property
    def statuses(self) -> dict[str, str]:
        documents = json.loads((self.folder / "grade" / "results.json").read_text())
        return {document["exercise"]: document["status"] for document in documents}


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def program(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def kit(folder: Path) -> None:
    """Lay out the kit with the toy course for its exercises."""
    leave = shutil.ignore_patterns("__pycache__", "[0-9]*_*", "*.egg-info")
    shutil.copytree(ROOT / "graders", folder / "graders", ignore=leave)
    shutil.copytree(COURSE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    needs = (folder / STORE).with_name("exercise.toml")
    needs.write_text(needs.read_text().replace("[limits]", 'extras = ["torch"]\n[limits]'))
    for name in ("Makefile", "pyproject.toml", "constraints.txt", ".gitignore"):
        shutil.copy(ROOT / name, folder)


@pytest.fixture
def forge(tmp_path):
    kit(tmp_path / "work")
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
    git(tmp_path / "work", "init", "--quiet", "--initial-branch=main")
    git(tmp_path / "work", "add", "--all", "--force")
    git(tmp_path / "work", "commit", "--quiet", "--message", "base")
    git(tmp_path / "work", "push", "--quiet", str(tmp_path / "remote.git"), "main")
    for name, words in (("tenfold", "-m tenfold.cli"), ("python", "")):
        program(tmp_path / "venv" / name, RUNS.format(python=sys.executable, words=words))
    program(tmp_path / "shims" / "python3", SHIM.format(venv=tmp_path / "venv", python=sys.executable))
    for name in ("sudo", "apt-get"):
        program(tmp_path / "shims" / name, f'echo {name} "$@" >> "{tmp_path}/administered"')
    return Forge(tmp_path, git(tmp_path / "work", "rev-parse", "HEAD"))


def scripts(path: Path, known: dict[str, str]) -> list[tuple[str, dict[str, str]]]:
    """Return the scripts of a workflow of GitHub's with their variables; an unknown expression is an error."""

    def fill(text: object) -> str:
        return EXPRESSION.sub(lambda found: known[found[1]], str(text))

    return [
        (step["run"], {name: fill(value) for name, value in step.get("env", {}).items()})
        for step in steps(path)
        if "run" in step
    ]


def github(forge: Forge, head: str, flow: str = "grade") -> Job:
    """Run a grading workflow on pull request 1; `uses:` steps are stood in for."""
    folder = forge.place / f"runner-{flow}"
    clone = folder if flow == "grade" else folder / "kit"
    git(forge.place, "clone", "--quiet", str(forge.remote), str(clone))
    git(clone, "checkout", "--quiet", "--detach", forge.base)
    known = {
        "github.event.pull_request.number": "1",
        "github.event.pull_request.base.sha": forge.base,
        "github.event.pull_request.head.sha": head,
        "github.token": "t0ken",
        "github.server_url": f"file://{forge.place}",
        "github.repository": "remote.git",
        "vars.TENFOLD_PIP_ARGS": "",
        "inputs.ref": forge.base,
        "inputs.level": "medium",
        "inputs.pip-args": "",
    }
    summary = forge.place / "summary.md"
    summary.touch()
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    return forge.run(folder, scripts(ROOT / f".github/workflows/{flow}.yml", known), variables)


def gitlab(forge: Forge, **variables: str) -> Job:
    """Run the job for merge request 1."""
    folder = forge.place / "runner-gitlab"
    folder.mkdir()
    job, known = read(GITLAB)["tenfold-grade"], read(GITLAB)["variables"]
    known |= {
        "CI_SERVER_URL": "https://gitlab.example",
        "CI_JOB_TOKEN": "t0ken",
        "CI_MERGE_REQUEST_PROJECT_URL": f"file://{forge.place}/remote",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        "CI_MERGE_REQUEST_IID": "1",
    }
    return forge.run(folder, [("\n".join([*job["before_script"], *job["script"]]), {})], {**known, **variables})


def solution() -> str:
    return (COURSE / "solutions/01_toy/mean/mean.py").read_text()


def hostile(forge: Forge) -> dict[str, str]:
    """Return files that a grader of the head would run, and that this one must not."""
    leave = f"open({str(forge.witness)!r}, 'w').close()\n"
    python = ("graders/tenfold/__init__.py", "graders/bootstrap.py", "sitecustomize.py", "conftest.py")
    python += ("exercises/01_toy/mean/conftest.py", "exercises/01_toy/mean/test_mean.py", "graders/01_toy/conftest.py")
    return {
        **dict.fromkeys(python, leave),
        "Makefile": f"ci:\n\ttouch {forge.witness}\n",
        ".gitattributes": "* filter=own\n",
        ".github/workflows/grade.yml": "name: grade\non: pull_request\n",
    }


MEAN, STORE = "exercises/01_toy/mean/mean.py", "exercises/01_toy/store/store.py"


def test_grade_yml_passes_a_right_change_and_runs_nothing_else_of_it(forge):
    head = forge.propose({MEAN: solution(), **hostile(forge)})
    job = github(forge, head)
    assert job.code == 0, job.output
    assert job.statuses == {"toy-mean": "passed"}
    assert not forge.witness.exists()
    assert git(job.folder, "rev-parse", "HEAD") == forge.base
    assert git(job.folder, "status", "--porcelain", "--untracked-files=no") == ""
    assert "bubblewrap" in (forge.place / "administered").read_text()
    print(f"start to summary: {job.seconds:.1f} s, with sudo and the set-up stood in for")


def test_a_run_leaves_every_report_and_a_summary(forge):
    job = github(forge, forge.propose({MEAN: "def mean(values):\n    return 0.0\n"}))
    left = {path.name for path in (job.folder / "grade").iterdir()}
    assert left == {"results.json", "junit.xml", "ctrf.json", "summary.md", "grades.csv"}
    assert "toy-mean" in (forge.place / "summary.md").read_text()
    assert re.search(r"^::(error|warning|notice) .*mean\.py", job.output, re.M), "an annotation"


def test_grade_yml_fails_a_change_that_is_not_right_yet(forge):
    head = forge.propose({MEAN: "def mean(values):\n    return 0.0\n"})
    job = github(forge, head)
    assert job.code != 0
    assert job.statuses == {"toy-mean": "not_yet"}


def test_grade_yml_passes_a_change_of_no_exercise(forge):
    job = github(forge, forge.propose({"notes.md": "mine\n"}))
    assert job.code == 0, job.output


def test_a_course_without_graders_is_graded_with_the_kits(forge):
    head = forge.propose({MEAN: solution(), **hostile(forge)})
    job = github(forge, head, "reusable-grade")
    assert job.code == 0, job.output
    assert job.statuses == {"toy-mean": "passed"}
    assert not forge.witness.exists()
    assert [path.name for path in (job.folder / "course").iterdir()] == [".git"], "nothing of it is checked out"


def test_the_set_up_looks_for_groups_in_the_courses_own_repository(forge):
    strange = {"exercises/01_ml/**x/f": "", f"exercises/01_ml/{'x' * 200}/f": "", "exercises/08_biz/roi/notes.txt": ""}
    github(forge, forge.propose({"exercises/01_toy/store/notes.txt": "", **strange}))
    github(forge, forge.propose({STORE: "mine\n", **strange}), "reusable-grade")
    words = [line.partition(" --venv .venv")[2] for line in (forge.place / "set-up").read_text().splitlines()]
    assert words == ["", " --group", "", " --group torch"]


@pytest.mark.parametrize("elsewhere", [False, True], ids=["the target branch", "a kit elsewhere"])
def test_gitlab_grades_with_the_graders_of(forge, elsewhere):
    forge.propose({MEAN: solution(), **hostile(forge)})
    kept = {"TENFOLD_KIT": str(forge.remote), "TENFOLD_REF": forge.base} if elsewhere else {}
    job = gitlab(forge, **kept)
    assert job.code == 0, job.output
    assert job.statuses == {"toy-mean": "passed"}
    assert not forge.witness.exists()
    assert git(job.folder / "kit", "rev-parse", "HEAD") == forge.base
    assert [path.name for path in (job.folder / "course").iterdir()] == [".git"], "nothing of it is checked out"


def test_a_kit_that_is_not_pinned_is_refused(forge):
    forge.propose({MEAN: solution()})
    job = gitlab(forge, TENFOLD_KIT=str(forge.remote), TENFOLD_REF="main")
    assert job.code == 2
    assert "all 40 digits" in job.output
    (script, own), *_ = scripts(ROOT / ".github/workflows/reusable-grade.yml", Unpinned())
    done = forge.run(forge.place, [(script, own)], {})
    assert done.code == 2
    assert "all 40 digits" in done.output


@pytest.mark.parametrize("start", ["grade", "reusable-grade", "gitlab"])
def test_the_graders_do_not_see_the_jobs_token(forge, start):
    head = forge.propose({"notes.md": "mine\n"})
    job = gitlab(forge) if start == "gitlab" else github(forge, head, start)
    assert job.code == 0, job.output
    seen = (forge.place / "seen").read_text()
    assert "PATH=" in seen
    assert "t0ken" not in seen


class Unpinned(dict[str, str]):
    """A caller who names a branch of the kit."""

    def __missing__(self, key: str) -> str:
        return "main"
