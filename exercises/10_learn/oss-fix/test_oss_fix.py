"""Visible checks: the branch applies, the reported line is right, and the form is the one that CONTRIBUTING.md asks."""

import re
from pathlib import Path

import pytest

from tenfold.datasets import module

pr = module(Path(__file__).resolve().parents[3] / "datasets" / "terse" / "pull_request.py")

BELONGS = re.compile(r"terse/\w+\.py|tests/test_\w+\.py|CHANGELOG\.md")


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
def test_reported_line_is_mended(submission, branch, rng):
    """`git am` takes the branch, and `progress` no longer says 1024.0 KiB.

    Make the file with `git format-patch --stdout main > fix.patch`, on your branch, in the repository that
    `datasets/terse/start.py` made. Run the example of the issue there.
    """
    done = [1048575, *rng.integers(1048530, 1048576, 4).tolist()]
    answers = pr.ask(
        submission,
        branch["commits"][-1]["files"],
        [["terse", "progress", [each, 4194304, 10 * each / (4194304 - each)], {}] for each in done],
    )
    for each, answer in zip(done, answers, strict=True):
        wanted = f"1.0 MiB of 4.0 MiB ({100 * each // 4194304} %), 10.0 s left"
        demand(pr.same(answer, wanted), f"progress of {each} bytes of 4194304 is another line than {wanted!r}")


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
    for commit in branch["commits"]:
        for path in commit["touched"]:
            demand(BELONGS.fullmatch(path), f"{path[:80]} does not belong into this fix")
        demand(set(commit["modes"].values()) == {"100644"}, "a file is a link, a program or a module of Git's")
        demand(commit["files"].keys() >= pr.upstream().keys(), "a file of the library was deleted")
    demand(branch["clean"], "git diff --check main finds bad white space")
