"""Hidden checks for swe-tests: the suite answers "green" or "red" about versions, and is never told which they are.

The answer comes from the learner's process, and that does not matter: what it would have to know to forge it is not
there. A version comes alone, in a fresh box, without its text, its private names drawn; correct and buggy ones are
shuffled. All versions are looked at in each grade.
"""

from pathlib import Path

import pytest

from tenfold.datasets import module

variants = module(Path(__file__).with_name("variants.py"))


@pytest.fixture
def green(submission, restart, public):
    """Run the suite on one version, in a box that knows of no other; return whether it was green."""
    bench = public("feature-window")

    def run(source, order="as written", fresh=True):
        if fresh:
            restart()
        version = source if isinstance(source, bytes) else bench.compiled(source)
        return bench.green(submission, version, order)[0]

    return run


@pytest.fixture
def caught(green, credit, rng):
    """Give credit for the bugs of a group that are caught; the correct versions among them must be green."""

    def count(group):
        versions = [(False, source) for source in variants.buggy(rng, group)]
        versions.append((True, variants.correct(rng)[len(group) % len(variants.BASES)]))
        red = 0
        for i in rng.permutation(len(versions)):
            right, source = versions[i]
            answer = green(source)
            assert answer or not right, "your suite is red on a correct version among the others"
            red += not answer
        bugs = len(versions) - 1
        credit(red, floor=bugs - 1, full=bugs, name=f"bugs caught of {bugs}")

    return count


@pytest.mark.points(3)
def test_no_false_alarm(green, public, rng):
    """The suite is green on five correct versions with other insides, and red on a published bug among them.

    Which of your assertions does no rule ask for? Private names, texts of exceptions, types, the order of a dict, the
    text of the module, the last digit of a float.
    """
    bug = next(iter(public("feature-window").bugs.values()))
    assert not green(bug), "your suite is green on a published bug"
    for source in variants.correct(rng):
        assert green(source), "your suite is red on a correct version"


@pytest.mark.points(3)
def test_order_and_repetition_change_nothing(green, public, rng):
    """Correct versions are green, and a published bug is red, with the tests in any order, alone and once more.

    What does a test find that another one has left? What does it draw, or read off a clock?
    """
    bug = next(iter(public("feature-window").bugs.values()))
    assert not green(bug, "backwards"), "green on a published bug when the tests run backwards"
    for source in variants.correct(rng, ("log", "slots")):
        for order in ("backwards", "alone", "as written"):
            assert green(source, order), f"red when the tests run {order}"
        assert green(source, fresh=False), "red when the suite runs a second time in the same folder"


@pytest.mark.points(2)
@pytest.mark.needs(
    "test_green_on_the_published_module_red_on_a_stub",
    "test_catches_three_published_bugs",
    "test_green_on_another_correct_version",
    "test_no_false_alarm",
    "test_order_and_repetition_change_nothing",
)
def test_catches_bugs_of_what_is_refused(caught):
    """Bugs of refused settings and values are caught (rules 1 and 2).

    At, below and far below the least setting. Each of the three values, whatever the other arguments are; and what does
    the next call see of it?
    """
    caught("refused")


@pytest.mark.points(2)
@pytest.mark.needs(
    "test_green_on_the_published_module_red_on_a_stub",
    "test_catches_three_published_bugs",
    "test_green_on_another_correct_version",
    "test_no_false_alarm",
    "test_order_and_repetition_change_nothing",
)
def test_catches_bugs_of_ids(caught):
    """Bugs of events that come again are caught (rule 3).

    The same id at once, much later, under another key, with another time. Which ids are the same? What does the answer
    say, and what has changed?
    """
    caught("ids")


@pytest.mark.points(2)
@pytest.mark.needs(
    "test_green_on_the_published_module_red_on_a_stub",
    "test_catches_three_published_bugs",
    "test_green_on_another_correct_version",
    "test_no_false_alarm",
    "test_order_and_repetition_change_nothing",
)
def test_catches_bugs_of_lateness(caught):
    """Bugs of the watermark and of what comes late are caught (rule 4).

    Below, at and above the limit, with and without lateness; a watermark of zero and below; another key. After a
    refusal: what does the next call see?
    """
    caught("lateness")


@pytest.mark.points(2)
@pytest.mark.needs(
    "test_green_on_the_published_module_red_on_a_stub",
    "test_catches_three_published_bugs",
    "test_green_on_another_correct_version",
    "test_no_false_alarm",
    "test_order_and_repetition_change_nothing",
)
def test_catches_bugs_of_the_window(caught):
    """Bugs of which events a window holds are caught (rule 5).

    Below, at and above both ends; before, at and after the newest event; times around zero; other keys, equal events,
    many events.
    """
    caught("window")


@pytest.mark.points(2)
@pytest.mark.needs(
    "test_green_on_the_published_module_red_on_a_stub",
    "test_catches_three_published_bugs",
    "test_green_on_another_correct_version",
    "test_no_false_alarm",
    "test_order_and_repetition_change_nothing",
)
def test_catches_bugs_of_figures(caught):
    """Bugs of the six figures are caught (rule 5).

    Choose values for which a wrong formula gives another number: signs, zeros, fractions, ties, none at all.
    """
    caught("figures")


@pytest.mark.points(2)
@pytest.mark.needs(
    "test_green_on_the_published_module_red_on_a_stub",
    "test_catches_three_published_bugs",
    "test_green_on_another_correct_version",
    "test_no_false_alarm",
    "test_order_and_repetition_change_nothing",
)
def test_catches_bugs_of_the_busiest(caught):
    """Bugs of the busiest keys are caught (rule 6).

    Which events count, and which keys are left out? In which order do equal keys come, whatever they are called?
    """
    caught("busiest")


@pytest.mark.points(2)
@pytest.mark.needs(
    "test_green_on_the_published_module_red_on_a_stub",
    "test_catches_three_published_bugs",
    "test_green_on_another_correct_version",
    "test_no_false_alarm",
    "test_order_and_repetition_change_nothing",
)
def test_catches_bugs_of_forgetting(caught):
    """Bugs of forgetting are caught (rule 7).

    What is gone, what stays, and what is counted? Forget twice, forget nobody, and store something afterwards.
    """
    caught("forgetting")


@pytest.mark.points(2)
@pytest.mark.needs(
    "test_green_on_the_published_module_red_on_a_stub",
    "test_catches_three_published_bugs",
    "test_green_on_another_correct_version",
    "test_no_false_alarm",
    "test_order_and_repetition_change_nothing",
)
def test_catches_bugs_of_what_is_shared(caught):
    """Bugs of what windows, answers and callers share are caught (rule 8).

    A second window, a second look, and an answer that somebody changes. Does a look change what comes after it?
    """
    caught("sharing")
