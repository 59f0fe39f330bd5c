"""Hidden checks for swe-tests: the suite answers "green" or "red" about versions, and is never told which they are.

The answer comes from the learner's process, and that does not matter: what it would have to know to forge it is not
there. A version comes alone, in a fresh box, without its text, its private names drawn; correct and buggy ones are
shuffled.
"""

from pathlib import Path

import pytest

from tenfold.datasets import module

variants = module(Path(__file__).with_name("variants.py"))
ORDERS = ("as written", "backwards", "shuffled")
BUGS, CORRECT = 7, 2


@pytest.fixture
def green(submission, restart, public, rng):
    """Run the suite on one version, in a box that knows of no other; return whether it was green."""
    bench = public("feature-window")

    def run(source, order, fresh=True):
        if fresh:
            restart()
        version = source if isinstance(source, bytes) else bench.compiled(source)
        return bench.green(submission, version, order, int(rng.integers(1 << 30)))[0]

    return run


def any_order(rng):
    """Return one of the orders of tests."""
    return ORDERS[rng.integers(len(ORDERS))]


@pytest.mark.points(2)
def test_no_false_alarm(green, public, rng):
    """The suite is green on five correct versions with other insides, and red on the published bugs among them.

    Which of your assertions does no rule ask for? Private names, texts of exceptions, types, the order of a dict, the
    text of the module, the last digit of a float.
    """
    versions = [(True, source) for source in variants.correct(rng, 5)]
    versions += [(False, bug) for bug in public("feature-window").bugs.values()]
    for i in rng.permutation(len(versions)):
        right, source = versions[i]
        answer = green(source, "as written")
        assert answer or not right, "your suite is red on a correct version"
        assert right or not answer, "your suite is green on a published bug"


@pytest.mark.points(1)
def test_order_and_repetition_change_nothing(green, public, rng):
    """Correct versions are green and published bugs red, with the tests as written, backwards, shuffled and once more.

    What does a test find that another one has left? What does it draw, or read off a clock?
    """
    runs = [(True, source, order) for source in variants.correct(rng, 2) for order in ORDERS]
    runs += zip((False, False), public("feature-window").bugs.values(), ORDERS[1:], strict=False)
    for i in rng.permutation(len(runs)):
        right, source, order = runs[i]
        assert green(source, order) is right, f"another answer when the tests run {order}, or run again"
        if right and order == "as written":
            assert green(source, order, fresh=False), "red when the suite runs a second time in the same folder"


def bugs_caught(group, green, rng):
    """Return how many of seven versions with a bug are red; the correct ones among them must be green."""
    versions = [(False, source) for source in variants.buggy(rng, group, BUGS)]
    versions += [(True, source) for source in variants.correct(rng, CORRECT)]
    caught = 0
    for i in rng.permutation(len(versions)):
        right, source = versions[i]
        answer = green(source, any_order(rng))
        assert answer or not right, "your suite is red on a correct version among the others"
        caught += not right and not answer
    return caught


@pytest.mark.points(6)
@pytest.mark.needs(
    "test_green_on_the_published_module_red_on_a_stub",
    "test_catches_three_published_bugs",
    "test_green_on_another_correct_version",
    "test_no_false_alarm",
    "test_order_and_repetition_change_nothing",
)
def test_catches_bugs_of_time(green, credit, rng):
    """Bugs of the window, the watermark and lateness are caught (rules 4 and 5).

    Go through the rules word by word: below, at and above every boundary; before, at and after the newest event; other
    keys.
    """
    credit(bugs_caught("when", green, rng), floor=4, full=6, name="bugs caught of 7")


@pytest.mark.points(6)
@pytest.mark.needs(
    "test_green_on_the_published_module_red_on_a_stub",
    "test_catches_three_published_bugs",
    "test_green_on_another_correct_version",
    "test_no_false_alarm",
    "test_order_and_repetition_change_nothing",
)
def test_catches_bugs_of_what_is_stored(green, credit, rng):
    """Bugs of ids, refused events, forgetting and shared state are caught (rules 1 to 4, 7 and 8).

    After each refusal: what does the next call see? What does the answer say? And a second window, a second key?
    """
    credit(bugs_caught("stored", green, rng), floor=4, full=6, name="bugs caught of 7")


@pytest.mark.points(6)
@pytest.mark.needs(
    "test_green_on_the_published_module_red_on_a_stub",
    "test_catches_three_published_bugs",
    "test_green_on_another_correct_version",
    "test_no_false_alarm",
    "test_order_and_repetition_change_nothing",
)
def test_catches_bugs_of_figures(green, credit, rng):
    """Bugs of the six figures and of the busiest keys are caught (rules 5, 6 and 8).

    Choose values for which a wrong formula gives another number: signs, zeros, fractions, ties, none at all, many.
    """
    credit(bugs_caught("figures", green, rng), floor=4, full=6, name="bugs caught of 7")
