"""Visible checks: your suite is run on modules that everybody may see (datasets/feature-window)."""

from functools import partial

import pytest


@pytest.fixture
def run(submission, public):
    """Run the suite on one version of the bench; return whether it was green, and what pytest said."""
    return partial(public("feature-window").green, submission)


@pytest.mark.points(1)
def test_green_on_the_published_module_red_on_a_stub(run, public):
    """The suite is green on the published module, and red on a stub whose functions all return None.

    A suite that cannot fail is worth nothing. Does each test assert something about what came back?
    """
    bench = public("feature-window")
    green, output = run(bench.published)
    assert green, f"red on the published module, which keeps all rules:\n{output}"
    assert not run(bench.stub)[0], "green on a module that does nothing"


@pytest.mark.points(1)
def test_catches_three_published_bugs(run, public):
    """Three bugs are caught: a boundary, an id that comes twice, and what there is when there is nothing.

    BUGS in datasets/feature-window/make.py shows them. Which call tells each of them from the published module?
    """
    bench = public("feature-window")
    for bug, version in bench.bugs.items():
        assert not run(version)[0], f"green although {bug}"
    assert run(bench.published)[0], "red on the published module"


@pytest.mark.points(1)
def test_green_on_another_correct_version(run, public):
    """Another correct version, with other insides, is green; the same that reads the future is red.

    It lies in datasets/feature-window/another.py. Ask for nothing but what the rules promise.
    """
    bench = public("feature-window")
    assert not run(bench.bug_in_another)[0], "green although a window holds events of the future"
    green, output = run(bench.another)
    assert green, f"red on a version that keeps all rules:\n{output}"
