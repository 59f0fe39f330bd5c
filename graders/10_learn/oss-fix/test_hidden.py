"""Hidden checks for learn-oss-fix: the branch is applied in a box of the kit's; its code runs in the learner's.

What runs there gives values alone: answers of a library, and what became of each test by its name. `right` says what
they ought to be, `libraries` are other people's, `old_tests` knows the tests of before.
"""

from pathlib import Path

import pytest

from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
pr = module(HERE.parents[2] / "datasets" / "terse" / "pull_request.py")
libraries, old_tests, right = (module(HERE / f"{name}.py") for name in ("libraries", "old_tests", "right"))

BEFORE = pr.upstream()
OLD_TESTS = old_tests.names(BEFORE)
REFERENCE_LINES = 18  # added and deleted under terse/ by the reference
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
def answers_are_right(submission, branch, oracle):
    """Fail unless the mended library, loaded anew for each kind of call, answers every call as it should."""

    def compare(draws, files=None):
        asked = [[call for (call,) in calls] for calls in draws.values()]
        found = pr.ask(submission, files or branch["commits"][-1]["files"], *asked)
        answers = iter([answer for group in found for answer in group])
        oracle(_library(answers), right.answer, draws, same=pr.same)

    return compare


def _library(answers):
    def answer(_):
        return next(answers)

    answer.__name__ = "the library"
    return answer


def settled(kinds, wanted=lambda call: True):
    """Return calls in the form of arguments, those that are graded and wanted."""
    chosen = {kind: [(c,) for c in calls if right.settled(c) and wanted(c)] for kind, calls in kinds.items()}
    return {kind: calls for kind, calls in chosen.items() if calls}


@pytest.mark.points(1)
@pytest.mark.needs("test_reported_line_is_mended")
def test_sizes_take_the_next_unit(hidden, answers_are_right):
    """No size is as large as the next unit: any unit, 0 to 6 decimals, of 1024 and of 1000, above and below zero.

    The report shows one number. For which other numbers is the line of code behind it wrong? Where is it made, and
    who else calls that?
    """
    answers_are_right(settled(hidden("terse").sizes, right.changes))


@pytest.mark.points(1)
@pytest.mark.needs("test_reported_line_is_mended")
def test_the_same_bug_elsewhere_is_mended(hidden, answers_are_right):
    """The same mistake in another function is mended, too: any unit, 0 to 6 decimals, above and below zero.

    Say in one sentence what the mistake is, without the words of the report. Then read every module for it.
    """
    calls = [call for some in settled(hidden("terse").durations, right.changes).values() for call in some]
    answers_are_right({"the same mistake elsewhere": calls})


@pytest.mark.points(1)
@pytest.mark.needs("test_reported_line_is_mended")
def test_nothing_else_changes(hidden, answers_are_right):
    """What was right stays right: calls of all functions, those of the old tests and refused ones among them.

    How does Python round a number in the middle of two texts? What has the last unit instead of a next one? Is a
    number rounded once, or is a rounded one rounded again?
    """
    drawn = hidden("terse")
    kinds = {**drawn.sizes, **drawn.durations, **drawn.counts, **drawn.others}
    answers_are_right(settled(kinds, lambda call: not right.changes(call)))


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
        ("clock", [], {"seconds": 61}, "0:01:01"),
        ("progress", [], {"done": 2048, "total": 2048, "seconds": 5}, "2.0 KiB of 2.0 KiB (100 %)"),
        ("progress", [5, 4, 1], {}, ValueError),
        ("parse_size", [], {"text": "3 furlongs"}, ValueError),
        ("parse_duration", [], {"text": "1.5 h"}, 5400.0),
    ]
    questions += [["terse", function, arguments, keywords] for function, arguments, keywords, _ in calls]
    (found,) = pr.ask(submission, branch["commits"][-1]["files"], questions)
    known = all(map(pr.same, found[: len(wanted)], wanted))
    assert known, "the names of the package, or the parameters of a function, are other ones than before"
    answered = all(map(pr.same, found[len(wanted) :], [result for *_, result in calls]))
    assert answered, "a call as users write it is answered in another way than before"


@pytest.mark.points(1)
@pytest.mark.needs(
    "test_sizes_take_the_next_unit", "test_the_same_bug_elsewhere_is_mended", "test_nothing_else_changes"
)
def test_answers_depend_on_arguments_alone(hidden, answers_are_right, rng):
    """A call gives the same whatever was asked before, and when it is the first one.

    What does the library still hold when a call is over? By which of the arguments is it found again?
    """
    calls = [call for call in hidden("terse").again if right.settled(call)]
    mixed = [calls[i] for i in rng.permutation(len(calls)).tolist()]
    draws = {"calls in turn": calls, "the same turned around": calls[::-1], "the same in another order": mixed}
    draws |= {f"a first call, the {i}th that was tried": [call] for i, call in enumerate(calls[::13], start=1)}
    answers_are_right({kind: [(call,) for call in some] for kind, some in draws.items()})


@pytest.mark.points(1)
@pytest.mark.needs("test_reported_line_is_mended")
def test_old_tests_still_stand(submission, branch):
    """Every commit keeps the tests of before, line for line; new ones come below them or in files of their own.

    A test that your fix breaks is news about your fix. Nothing may be skipped, marked, redefined, or imported from
    elsewhere: where all functions return an empty text, does each of these tests run, and fail?
    """
    for commit in branch["commits"]:
        for name, content in BEFORE.items():
            wrong = old_tests.disturbed(content, commit["files"].get(name, b"")) if name.startswith("tests/") else ""
            assert not wrong, wrong
    found = pr.outcomes(submission, [libraries.blank(commit["files"]) for commit in branch["commits"]])
    for outcomes in found:
        assert outcomes is not None, "the tests of a commit end before it is known how they went"
        stand = all(set(outcomes.get(name, ())) == {"failed"} for name in OLD_TESTS)
        assert stand, "a test of before does not run any more, or does not fail for a library that answers nothing"


@pytest.mark.points(2)
@pytest.mark.needs("test_old_tests_still_stand")
def test_new_tests_tell_right_from_wrong(submission, branch, rng):
    """Your tests pass for two other correct libraries, and fail for the old one and for five half fixes.

    Run your tests with the old code: `git stash`, or `git checkout main -- terse`. Which of them fails when only one
    module is mended? Which when only the reported number is? Do they import from `terse`, or from your own modules?
    """
    tests = {n: content for n, content in branch["commits"][-1]["files"].items() if n.startswith("tests/")}
    other = "your tests fail for a correct library that is written in another way, in other modules"
    tried = [(files, False, other) for files in libraries.right(rng, BEFORE)]
    tried += [(files, True, f"your tests pass for {what}") for what, files in libraries.wrong(rng, BEFORE)]
    tried = [tried[i] for i in rng.permutation(len(tried)).tolist()]
    found = pr.outcomes(submission, [{**files, **tests} for files, _, _ in tried])
    for outcomes, (_, fails, otherwise) in zip(found, tried, strict=True):
        assert outcomes is not None, "your tests end before it is known how they went"
        assert some_fail(outcomes) if fails else is_green(outcomes), otherwise


@pytest.mark.points(1)
@pytest.mark.needs(
    "test_sizes_take_the_next_unit",
    "test_the_same_bug_elsewhere_is_mended",
    "test_nothing_else_changes",
    "test_callers_need_not_change",
    "test_old_tests_still_stand",
    "test_new_tests_tell_right_from_wrong",
)
def test_every_commit_is_green(submission, branch):
    """Every commit passes the tests that are in it.

    `git rebase -x "python -m pytest" main` runs them commit by commit. A test goes into the commit that makes it pass.
    """
    for outcomes in pr.outcomes(submission, [commit["files"] for commit in branch["commits"]]):
        assert is_green(outcomes), "the tests of a commit fail"


def is_green(outcomes):
    """Return whether every test of before has passed, and no other has failed."""
    if outcomes is None or any(set(outcomes.get(name, ())) != {"passed"} for name in OLD_TESTS):
        return False
    return not some_fail(outcomes)


def some_fail(outcomes):
    """Return whether a test has failed, or a file of tests cannot be loaded."""
    return any({"failed", "broken"} & set(words) for words in outcomes.values())


@pytest.mark.points(1)
@pytest.mark.needs("test_reported_line_is_mended")
def test_diff_is_small(branch, credit):
    """At most 36 lines added and deleted under `terse/`, twice what the reference needs.

    `git diff --stat main -- terse` counts them. What of it would the fix work without?
    """
    lines = sum(sum(counts) for path, counts in branch["lines"].items() if path.startswith("terse/"))
    credit(lines, floor=3 * REFERENCE_LINES, full=2 * REFERENCE_LINES, name="lines changed under terse/")


@pytest.mark.points(1)
@pytest.mark.needs("test_changelog_tells_users", "test_the_same_bug_elsewhere_is_mended")
def test_changelog_names_all_that_changed(branch):
    """Under Unreleased, Fixed, each function that you mended is named.

    Whose texts differ from those of before? A user of any of them reads the changelog.
    """
    text = branch["commits"][-1]["files"]["CHANGELOG.md"].decode(errors="replace")
    mine = [line for line in text.splitlines() if line.rstrip().endswith("(#17)")]
    assert any("`duration`" in line for line in mine), "no line under Fixed names another function that has changed"


@pytest.mark.points(4)
@pytest.mark.needs(
    "test_reported_line_is_mended",
    "test_commit_messages_follow_the_guide",
    "test_changelog_tells_users",
    "test_only_files_that_a_fix_needs",
    "test_only_the_standard_library",
    "test_sizes_take_the_next_unit",
    "test_the_same_bug_elsewhere_is_mended",
    "test_nothing_else_changes",
    "test_callers_need_not_change",
    "test_answers_depend_on_arguments_alone",
    "test_old_tests_still_stand",
    "test_new_tests_tell_right_from_wrong",
    "test_every_commit_is_green",
    "test_diff_is_small",
    "test_changelog_names_all_that_changed",
)
def test_maintainer_merges_it(submission, branch, boxed, hidden, rng, answers_are_right):
    """On a main that has moved on the branch applies, all tests pass, and fresh calls of every kind are right.

    Main has got a new function that calls `size`, and its test. A fix at the place of the mistake serves it, too.
    """
    name = f"rate_{rng.bytes(4).hex()}"  # drawn, so that no branch has a file of that name
    meanwhile = {f"terse/{name}.py": RATE, f"tests/test_{name}.py": RATE_TESTED % name.encode()}
    found = pr.branch(submission, boxed("repository.py"), meanwhile)
    assert not found["refused"], "git am refuses fix.patch on a main that has new files"
    files = found["commits"][-1]["files"]
    (outcomes,) = pr.outcomes(submission, [files])
    assert is_green(outcomes), "the tests of both together fail"
    drawn = hidden("terse", draw=1)
    kinds = {**drawn.sizes, **drawn.durations, **drawn.counts, **drawn.others}
    sizes = (3072, 1023.7, 1048575, 2**40 - 1)
    kinds["sizes a second"] = [[f"terse.{name}", "rate", [value, 1], {}] for value in sizes]
    answers_are_right(settled(kinds), files=files)
