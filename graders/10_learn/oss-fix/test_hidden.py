"""Hidden checks for learn-oss-fix: the branch is applied in a box of the kit's; its code runs in the learner's.

No verdict on behaviour comes out of the learner's box: its library answers questions, and the answers are compared
here. Where pytest's exit code is asked for, runs that must fail stand beside the runs that must pass.
"""

import re
from pathlib import Path

import pytest

from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
pr = module(HERE.parents[2] / "datasets" / "terse" / "pull_request.py")
oracle, variants = module(HERE / "oracle.py"), module(HERE / "variants.py")

REFERENCE_LINES = 18  # added and deleted under terse/ by the reference
PASSES, FAILS = b"def test_it():\n    assert True\n", b"def test_it():\n    assert False\n"
NAMES = ["clock", "count", "duration", "parse_duration", "parse_size", "progress", "size"]
SIGNATURES = {
    "size": [("value", None), ("digits", "1"), ("binary", "True")],
    "duration": [("seconds", None), ("digits", "1")],
    "count": [("value", None), ("digits", "1")],
    "clock": [("seconds", None)],
    "progress": [("done", None), ("total", None), ("seconds", None)],
    "parse_size": [("text", None)],
    "parse_duration": [("text", None)],
}
RATE = b'''"""Throughput."""

from terse.sizes import size


def rate(value, seconds):
    """Return a number of bytes a second with its unit."""
    return f"{size(value / seconds)}/s"
'''
RATE_TESTED = b"""from terse.%s import rate


def test_rate():
    assert rate(3072, 2) == "1.5 KiB/s"
"""


@pytest.fixture
def branch(submission, boxed):
    """Give what `git am` makes of the submission."""
    found = pr.branch(submission, boxed("repository.py"))
    assert not found["refused"], "git am refuses fix.patch"
    return found


@pytest.fixture
def answers(submission, branch):
    """Return the share of questions that the mended library answers as it should."""

    def share(questions, files=None):
        found = pr.ask(submission, files or branch["commits"][-1]["files"], questions)
        right = [pr.same(one, oracle.answer(each)) for one, each in zip(found, questions, strict=True)]
        return sum(right) / len(right)

    return share


@pytest.mark.points(2)
@pytest.mark.needs("test_reported_line_is_mended")
def test_sizes_take_the_next_unit(hidden, answers):
    """No size is as large as the next unit: any unit, 0 to 4 decimals, of 1024 and of 1000, above and below zero.

    The report shows one number. For which other numbers is the line of code behind it wrong? Where is it made, and
    who else calls that?
    """
    sizes = hidden("terse").sizes
    made = [["terse.sizes", *call[1:]] for call in sizes]  # a wrapper in terse/__init__.py is not where it is made
    assert answers([*sizes, *made]) == 1, "some sizes are still as large as the next unit, or have become wrong"


@pytest.mark.points(2)
@pytest.mark.needs("test_reported_line_is_mended")
def test_the_same_bug_elsewhere_is_mended(hidden, answers):
    """The same mistake in another function is mended, too: any unit, 0 to 4 decimals, above and below zero.

    Say in one sentence what the mistake is, without the words of the report. Then read every module for it.
    """
    assert answers(hidden("terse").durations) == 1, "the same mistake is still made elsewhere"


@pytest.mark.points(2)
@pytest.mark.needs("test_reported_line_is_mended")
def test_nothing_else_changes(submission, branch, hidden, answers):
    """What was right stays right: 160 calls of all functions, and the library's own tests as they were.

    Rounding down, the last unit, zero, bytes without decimals: each of them has a test, and a reason.
    """
    plain = hidden("terse", cases=160).plain
    assert answers(plain) == 1, "a call that was right has another result now"
    found = {name: content for name, content in branch["commits"][-1]["files"].items() if name.startswith("terse/")}
    assert pr.suite(submission, "before", {**pr.upstream(), **found}) == 0, "a test of the library fails now"


@pytest.mark.points(1)
@pytest.mark.needs("test_reported_line_is_mended")
def test_callers_need_not_change(submission, branch):
    """Names, parameters, their order, their defaults and their errors are those of before.

    Somebody calls `size(n, 2, False)`, somebody `size(value=n)`, and somebody catches ValueError.
    """
    questions = [["terse", "__all__", [], {}], *(["terse", f"signature of {name}", [], {}] for name in SIGNATURES)]
    kind, none = "POSITIONAL_OR_KEYWORD", "<class 'inspect._empty'>"
    wanted = [NAMES, *([[n, kind, d or none] for n, d in form] for form in SIGNATURES.values())]
    calls = [
        ("size", [1600, 2, False], {}, "1.60 kB"),
        ("size", [], {"value": 1600, "digits": 3, "binary": True}, "1.562 KiB"),
        ("size", [1600], {}, "1.6 KiB"),
        ("size", [1, 1, True, 1], {}, TypeError),
        ("size", [1], {"digits": 7}, ValueError),
        ("size", [float("inf")], {}, ValueError),
        ("duration", [100, 3], {}, "1.667 min"),
        ("duration", [], {"seconds": 100, "digits": 0}, "2 min"),
        ("duration", [1, 1, 1], {}, TypeError),
        ("duration", [1], {"digits": -1}, ValueError),
        ("duration", [float("nan")], {}, ValueError),
        ("count", [], {"value": 12345, "digits": 3}, "12.345k"),
        ("progress", [], {"done": 2048, "total": 2048, "seconds": 5}, "2.0 KiB of 2.0 KiB (100 %)"),
        ("progress", [5, 4, 1], {}, ValueError),
        ("parse_size", ["3 furlongs"], {}, ValueError),
        ("parse_duration", ["1.5 h"], {}, 5400.0),
    ]
    questions += [["terse", function, arguments, keywords] for function, arguments, keywords, _ in calls]
    wanted += [result for *_, result in calls]
    found = pr.ask(submission, branch["commits"][-1]["files"], questions)
    assert all(map(pr.same, found, wanted)), "a call as users write it is answered in another way than before"


@pytest.mark.points(2)
@pytest.mark.needs("test_reported_line_is_mended")
def test_new_tests_tell_right_from_wrong(submission, branch, rng):
    """Your tests pass for two other correct fixes, and fail for the old library and for three half fixes.

    Run your tests with the old code: `git stash`, or `git checkout main -- terse`. Which of them fails when only one
    module is mended? Which when only the reported number is? Import from `terse`, not from your own helpers.
    """
    library = {name: content for name, content in pr.upstream().items() if not name.startswith("tests/")}
    tests = {n: content for n, content in branch["commits"][-1]["files"].items() if n.startswith("tests/")}
    runs = [
        (files, 0, "your tests fail for a correct fix that is written in another way")
        for files in variants.right(rng, library)
    ]
    runs += [(files, 1, f"your tests pass for {what}") for what, files in variants.wrong(rng, library).items()]
    for i in rng.permutation(len(runs)).tolist():
        files, wanted, otherwise = runs[i]
        assert pr.suite(submission, rng.bytes(6).hex(), {**files, **tests}) == wanted, otherwise


@pytest.mark.points(1)
@pytest.mark.needs("test_reported_line_is_mended")
def test_old_tests_still_stand(submission, branch, rng):
    """Every commit keeps the tests of before, line for line; new ones come below them or in files of their own.

    A test that your fix breaks is news about your fix. Import lines may change; nothing may be skipped or redefined.
    """
    before = {name: content for name, content in pr.upstream().items() if name.startswith("tests/")}
    for commit in branch["commits"]:
        for name, content in before.items():
            old, new = (_without_imports(text) for text in (content, commit["files"].get(name, b"")))
            assert new[: len(old)] == old, "a test of before has changed, or something was put between them"
            added = "\n".join(new[len(old) :])
            again = set(re.findall(r"^(?:async )?def (\w+)", added, re.MULTILINE))
            assert not again & set(re.findall(r"^def (\w+)", "\n".join(old), re.MULTILINE)), "a test is redefined"
            assert not re.search(r"^pytestmark\b|__test__|^del ", added, re.MULTILINE), "tests of before are skipped"
    broken = f"\nfor _name in {NAMES}:\n    globals()[_name] = lambda *_, **__: ''\n".encode()
    files = branch["commits"][-1]["files"]
    files = {**files, "terse/__init__.py": files["terse/__init__.py"] + broken}
    for name, content in before.items():  # one of each file, which must fail where every answer is an empty text
        one = rng.choice(re.findall(r"^def (test_\w+)", content.decode(), re.MULTILINE))
        code = pr.suite(submission, rng.bytes(6).hex(), files, only=f"{name}::{one}")
        assert code == 1, "a test of before does not run any more, or passes for a library that answers nothing"


def _without_imports(content):
    text = re.sub(r"^from [\w.]+ import \([^()]*\)", "", content.decode(errors="replace"), flags=re.MULTILINE)
    lines = [line.rstrip() for line in text.splitlines()]
    return [line for line in lines if line and not re.match(r"(import|from) [\w., ]+(#.*)?$", line)]


@pytest.mark.points(1)
@pytest.mark.needs("test_reported_line_is_mended")
def test_every_commit_is_green(submission, branch, rng):
    """Every commit passes the tests that are in it.

    `git rebase -x "python -m pytest" main` runs them commit by commit. A test goes into the commit that makes it pass.
    """
    for commit in branch["commits"]:
        folder, extra = rng.bytes(6).hex(), f"tests/test_{rng.bytes(6).hex()}.py"
        assert pr.suite(submission, folder, {**commit["files"], extra: PASSES}) == 0, "the tests of a commit fail"
        assert pr.suite(submission, folder, {extra: FAILS}) == 1, "the tests end before pytest can say how they went"


@pytest.mark.points(1)
@pytest.mark.needs("test_reported_line_is_mended")
def test_diff_is_small(branch, credit):
    """At most 36 lines added and deleted under `terse/`, twice what the reference needs.

    `git diff --stat main -- terse` counts them. What of it would the fix work without?
    """
    lines = sum(sum(counts) for path, counts in branch["lines"].items() if path.startswith("terse/"))
    credit(lines, floor=3 * REFERENCE_LINES, full=2 * REFERENCE_LINES, name="lines changed under terse/")


@pytest.mark.points(4)
@pytest.mark.needs(
    "test_reported_line_is_mended",
    "test_commit_messages_follow_the_guide",
    "test_changelog_tells_users",
    "test_only_files_that_a_fix_needs",
    "test_sizes_take_the_next_unit",
    "test_the_same_bug_elsewhere_is_mended",
    "test_nothing_else_changes",
    "test_callers_need_not_change",
    "test_new_tests_tell_right_from_wrong",
    "test_old_tests_still_stand",
    "test_every_commit_is_green",
    "test_diff_is_small",
)
def test_maintainer_merges_it(submission, branch, boxed, hidden, rng, answers, credit):
    """On a main that has moved on the branch applies, all tests pass, and 480 fresh calls have the right results.

    Main has got a new function that calls `size`, and its test. A fix at the place of the mistake serves it, too.
    The changelog names every function that has changed.
    """
    news = branch["commits"][-1]["files"]["CHANGELOG.md"].partition(b"\n## 0.4.1")[0]
    assert b"`duration`" in news, "the changelog does not name each function whose texts have changed"
    name = f"rate_{rng.bytes(4).hex()}"  # drawn, so that no branch has a file of that name
    meanwhile = {f"terse/{name}.py": RATE, f"tests/test_{name}.py": RATE_TESTED % name.encode()}
    found = pr.branch(submission, boxed("repository.py"), meanwhile)
    assert not found["refused"], "git am refuses fix.patch on a main that has new files"
    files = found["commits"][-1]["files"]
    assert pr.suite(submission, "merged", files) == 0, "the tests of both together fail"
    drawn = hidden("terse", draw=1, cases=150)
    rates = [[f"terse.{name}", "rate", [call[2][0], 1.0], {}] for call in hidden("terse", draw=2, cases=30).sizes]
    share = answers([*drawn.sizes, *drawn.durations, *drawn.plain, *rates], files)
    credit(share, floor=0.995, full=1.0, name="calls with the right result")
