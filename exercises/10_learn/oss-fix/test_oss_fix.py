"""Visible checks: the branch applies, the reported line is right, and the form is the one that CONTRIBUTING.md asks."""

import ast
import re
import sys
from pathlib import Path

import pytest

from tenfold.datasets import module

pr = module(Path(__file__).resolve().parents[3] / "datasets" / "terse" / "pull_request.py")

BELONGS = re.compile(r"terse/[^/]+\.py|tests/test_[^/]+\.py|CHANGELOG\.md")


def demand(holds, otherwise):
    """Fail with a line for the learner, and nothing else, unless something holds."""
    if not holds:
        pytest.fail(otherwise, pytrace=False)


@pytest.fixture
def branch(submission, boxed):
    """Give what `git am` makes of the submission, or fail with what it says."""
    found = pr.branch(submission, boxed("repository.py"))
    demand(not found["refused"], f"git am refuses fix.patch: {found['refused']}")
    return found


@pytest.mark.points(1)
def test_reported_line_is_mended(submission, branch):
    """`git am` takes the branch, and `progress` no longer says 1024.0 KiB.

    Make the file with `git format-patch --stdout main > fix.patch`, on your branch, in the repository that
    `datasets/terse/start.py` made. Run the example of the issue there.
    """
    calls = [[done, 4194304, 10] for done in range(1048575, 1048524, -1)]  # all that were as large as 1024.0 KiB
    files = branch["commits"][-1]["files"]
    (answers,) = pr.ask(submission, files, [["terse", "progress", call, {}] for call in calls])
    for call, answer in zip(calls, answers, strict=True):
        wanted = "1.0 MiB of 4.0 MiB (24 %), 30.0 s left"
        said = f"progress({', '.join(map(str, call))}) {told(answer)}; {wanted!r} was wanted"
        demand(pr.same(answer, wanted), said)


def told(answer):
    """Return in words what a call gave or raised."""
    raised = answer.get("raised")
    return f"raised {str(raised[0])[:60]}" if raised else f"gave {str(answer.get('answer'))[:80]!r}"


@pytest.mark.points(1)
@pytest.mark.needs("test_reported_line_is_mended")
def test_commit_messages_follow_the_guide(branch):
    """Every subject has at most 72 characters and no full stop at its end; every message names the issue.

    See *Commits* in CONTRIBUTING.md. `git log main..` shows yours; `git rebase -i main` rewords them.
    """
    for commit in branch["commits"]:
        subject, _, rest = commit["message"].partition("\n")
        demand(0 < len(subject) <= 72, f"the subject {subject[:90]!r} has {len(subject)} characters")
        demand(not subject.endswith("."), f"the subject {subject!r} ends with a full stop")
        demand(not rest or rest.startswith("\n"), f"the line below the subject {subject!r} is not empty")
        demand(re.search(r"#17\b", commit["message"]), f"the message of {subject!r} does not name the issue as #17")


@pytest.mark.points(1)
@pytest.mark.needs("test_reported_line_is_mended")
def test_changelog_tells_users(branch):
    """The changelog says under Unreleased, Fixed, which functions changed, with the issue; nothing else of it changes.

    See *Changelog* in CONTRIBUTING.md. A user reads it to learn whether a line in their own logs will change.
    """
    before, after = (
        [line.rstrip() for line in files.get("CHANGELOG.md", b"").decode(errors="replace").splitlines() if line.strip()]
        for files in (pr.upstream(), branch["commits"][-1]["files"])
    )
    top = after.index("## Unreleased") + 1 if "## Unreleased" in after else len(after)
    end = next((i for i in range(top, len(after)) if after[i].startswith("## ")), len(after))
    fixed = after.index("### Fixed", top, end) if "### Fixed" in after[top:end] else end
    last = next((i for i in range(fixed + 1, end) if after[i].startswith("### ")), end)
    section = after[fixed + 1 : last]
    demand(section, "there is no section Fixed with a line in it under Unreleased")
    formed = all(line.startswith("- ") and line.endswith("(#17)") for line in section)
    demand(formed, "a line under Fixed does not begin with '- ' or does not end with '(#17)'")
    demand(
        after[:fixed] + after[last:] == before,
        "more of CHANGELOG.md has changed than the lines under Unreleased, Fixed",
    )
    demand(any("`size`" in line for line in section), "no line under Fixed names the function of the report, `size`")


@pytest.mark.points(1)
@pytest.mark.needs("test_reported_line_is_mended")
def test_only_files_that_a_fix_needs(branch):
    """Every commit touches `terse/*.py`, `tests/test_*.py` and CHANGELOG.md alone, with no bad white space.

    `git diff --stat main` and `git diff --check main` show it. Was a build file or an editor's file added?
    """
    before = pr.upstream()
    for commit in branch["commits"]:
        subject = commit["message"].partition("\n")[0][:72]
        for path in commit["touched"]:
            demand(BELONGS.fullmatch(path), f"{path[:80]} does not belong into this fix")
        odd = next((path for path, mode in commit["modes"].items() if mode != "100644"), None)
        demand(odd is None, f"{odd} is a link, a program or a module of Git's")
        gone = next((path for path in before if path not in commit["files"]), None)
        demand(gone is None, f"the commit {subject!r} deletes or renames {gone}")
        before = commit["files"]
    demand(branch["clean"], "git diff --check main finds bad white space")


@pytest.mark.points(1)
@pytest.mark.needs("test_only_files_that_a_fix_needs")
def test_only_the_standard_library(branch):
    """In every commit the library imports the standard library alone; tests import pytest and `terse` besides.

    Who installs terse gets nothing else with it. `sys.stdlib_module_names` lists what belongs to Python.
    """
    for commit in branch["commits"]:
        tests = {"pytest", "tests", *(Path(path).stem for path in commit["files"] if path.startswith("tests/"))}
        for path in commit["touched"]:
            allowed = {*sys.stdlib_module_names, "terse"} | (tests if path.startswith("tests/") else set())
            for name in imported(path, commit["files"].get(path, b"")):
                demand(name in allowed, f"{path} imports {name}, which is not of the standard library")


def imported(path, content):
    """Return the packages that a Python file imports."""
    try:
        nodes = list(ast.walk(ast.parse(content))) if path.endswith(".py") else []
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        demand(False, f"{path} is no Python in one of the commits")
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    return {name.partition(".")[0] for name in names}
