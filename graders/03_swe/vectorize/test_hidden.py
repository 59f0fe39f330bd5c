"""Hidden checks for swe-vectorize: the loop on small inputs of every kind, memory and state, then large inputs.

`draws` makes the small inputs, `pairs` the calls for memory and state, `large` the large ones; `right` answers them.
"""

from pathlib import Path

import pytest
import vectorize

from tenfold import expect
from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
draws, pairs, large, right = (module(HERE / f"{name}.py") for name in ("draws", "pairs", "large", "right"))

FUNCTIONS = ("distances", "group_means", "ranks", "lookup")


def like_the_loop(oracle, name, inputs):
    """Compare a function with its loop."""
    oracle(getattr(vectorize, name), getattr(right, name), inputs, same=right.same)


def with_many(oracle, name, inputs):
    """Compare a function with its loop where input is large."""
    oracle(getattr(vectorize, name), getattr(right, f"large_{name}"), inputs, same=right.same)


def right_when_large(name, calls, case):
    """Fail unless each of some large calls has the right answer."""
    for arguments, found in calls:
        wanted = getattr(right, f"large_{name}")(*arguments)
        assert right.same(found, wanted), f"some values are not the loop's ({case}), though they are for small input"


def fast(faster, boxed, name, part, inputs, at_most, case):
    """Fail unless a function is as fast as asked, beside the loop for a part of the input, and right."""
    function, loop, calls = getattr(vectorize, name), getattr(boxed("reference.py"), name), []

    def mine(*arguments):
        calls.append((arguments, function(*arguments)))

    faster(mine, than=lambda *arguments: loop(*part(*arguments)), inputs=inputs, at_most=at_most, rounds=3)
    right_when_large(name, calls, case)


def like_copies(name, answers, case):
    """Fail unless each answer for views, or the error that came, is what arrays of its own give."""
    for wanted, found in answers:
        assert not isinstance(found, str), f"{name} raised {found} {case}"
        wanted = expect.array(wanted, finite=False)
        assert right.same(found, (wanted, right.CLOSE)), f"{name} gives another answer {case}"


# --- all four: memory


def memory_is_its_own(name, seen, calls):
    """Fail where a call changed what it was given, or its result is changed by others who hold the same memory."""
    for given, call in zip(calls, expect.sequence(seen, length=len(calls)), strict=True):
        if call is not None:
            left, free, result, later = expect.sequence(call, length=4)
            assert expect.unchanged(left, list(given)), f"{name} changed an argument"
            assert expect.flag(free), f"{name} left an argument read-only"
            assert expect.unchanged(later, result), f"{name} returned memory of an argument or of an earlier result"


@pytest.mark.points(2)
def test_results_are_new_arrays(submission, rng):
    """No function changes an argument or needs to write one, and each result has memory of its own.

    Which operations of NumPy write into an array that they were given, and which return one that was there before?
    """
    submission.write("driver.py", (HERE / "driver.py").read_bytes())
    shared = pairs.of_one_array(rng)
    for name, calls in pairs.alone(rng).items():
        memory_is_its_own(name, submission.call("driver", "memory", name, calls), calls)
        answers = submission.call("driver", "read_only", name, calls)
        assert answers, f"{name} has answered none of these calls: mend it for the other checks first"
        like_copies(name, answers, "for read-only arrays, views with every other row of a larger one")
        if name in shared:
            answers = submission.call("driver", "of_one_array", name, *shared[name])
            like_copies(name, answers, "where both arrays are views of the same one")


# --- distances


@pytest.mark.points(1)
@pytest.mark.needs("test_distances_of_a_few_rows")
def test_distances_match_the_loop(oracle, rng):
    """`distances` equals its loop for every kind of small input.

    Make one input of a kind named above, and compare with the loop of the statement, step by step: in which type is
    each step, and what becomes of a length of 0?
    """
    like_the_loop(oracle, "distances", draws.distances(rng))


@pytest.mark.points(1)
@pytest.mark.needs("test_distances_match_the_loop")
def test_distances_far_from_the_origin(oracle, rng):
    """`distances` keeps its digits when the distances are small beside the coordinates.

    Subtract two numbers of 16 digits that agree in the first 14: how many digits are left? Which comes first, the
    difference or the square?
    """
    like_the_loop(oracle, "distances", draws.far_from_the_origin(rng))


@pytest.mark.points(1)
@pytest.mark.needs("test_distances_far_from_the_origin")
def test_distances_are_fast(rng, faster, boxed):
    """`distances` of 400 × 400 rows take at most twice as long as the loop takes for 100 × 100.

    How often does Python call something: once for every pair, for every row, or for every column?
    """

    def part(a, b):
        return a[:100], b[:100]

    fast(faster, boxed, "distances", part, large.distances(rng, 400, 400, 12), 2.0, "400 × 400 rows")


@pytest.mark.points(2)
@pytest.mark.needs("test_distances_are_fast")
def test_distances_fit_in_memory(rng):
    """`distances` of 1,200 × 1,000 rows of 160 columns fit into 384 MB.

    The answer has 10 MB. Which array of yours has all three dimensions, and do you need it all at once?
    """
    a, b = large.distances(rng, 1200, 1000, 160)(1)
    right_when_large("distances", [((a, b), vectorize.distances(a, b))], "1,200 × 1,000 rows")


# --- group_means


@pytest.mark.points(1)
@pytest.mark.needs("test_group_means_of_a_few_rows")
def test_group_means_match_the_loop(oracle, rng):
    """`group_means` equals its loop for every kind of small input.

    Make one input of a kind named above, and compare with the loop of the statement: which rows belong to each group,
    what has an empty one, and which numbers must each type hold on the way?
    """
    like_the_loop(oracle, "group_means", draws.group_means(rng))


@pytest.mark.points(1)
@pytest.mark.needs("test_group_means_match_the_loop")
def test_group_means_keep_precision(oracle, rng):
    """`group_means` keeps its digits: many float32 rows, and groups of very different size side by side.

    In which type is the sum kept? And does the sum of one group ever pass through the numbers of another?
    """
    like_the_loop(oracle, "group_means", draws.many_digits(rng))


@pytest.mark.points(2)
@pytest.mark.needs("test_group_means_keep_precision")
def test_group_means_of_many_rows(rng, faster, boxed, oracle):
    """`group_means` of 100,000 rows take at most 1.8 times as long as the loop takes for 25,000.

    How often do you walk through all rows: once, or once for every group?
    """

    def part(values, group, n_groups):
        return values[:25_000], group[:25_000], n_groups

    inputs = large.group_means(rng, 100_000, 4, 2000)
    fast(faster, boxed, "group_means", part, inputs, 1.8, "100,000 rows")
    with_many(oracle, "group_means", large.more_group_means(rng))


# --- ranks


@pytest.mark.points(1)
@pytest.mark.needs("test_ranks_of_a_few_values")
def test_ranks_match_the_loop(oracle, rng):
    """`ranks` equals its loop for every type and length.

    Make one input of a kind named above, and compare with the loop of the statement: what has your code to say about
    length 0, and does any step leave the type of the values?
    """
    like_the_loop(oracle, "ranks", draws.ranks(rng))


@pytest.mark.points(1)
@pytest.mark.needs("test_ranks_match_the_loop")
def test_ranks_of_ties_and_neighbours(oracle, rng):
    """`ranks` share ranks among equal values, and among no others.

    Two numbers are equal or they are not, however near: what happens to a large integer that becomes a float? And
    what does sorting alone say about values that are equal?
    """
    like_the_loop(oracle, "ranks", draws.near_and_equal(rng))


@pytest.mark.points(2)
@pytest.mark.needs("test_ranks_of_ties_and_neighbours")
def test_ranks_of_many_values(rng, faster, boxed, oracle):
    """`ranks` of 20,000 values take no longer than the loop takes for 600.

    Comparing each value with each is 400 million comparisons, whoever makes them. What does sorting need?
    """
    fast(faster, boxed, "ranks", lambda x: (x[:600],), large.ranks(rng, 20_000), 1.0, "20,000 values")
    with_many(oracle, "ranks", large.more_ranks(rng))


# --- lookup


@pytest.mark.points(1)
@pytest.mark.needs("test_lookup_of_a_few_keys")
def test_lookup_matches_the_loop(oracle, rng):
    """`lookup` equals its loop for every kind of small table.

    Make one table of a kind named above, and compare with the loop of the statement. After a search, is the key that
    you found the key that you asked for? Which of two equal keys did you find?
    """
    like_the_loop(oracle, "lookup", draws.lookup(rng))


@pytest.mark.points(1)
@pytest.mark.needs("test_lookup_matches_the_loop")
def test_lookup_of_extreme_keys(oracle, rng):
    """`lookup` tells apart keys of 19 digits, takes negative ones, and keeps the first of many equal keys.

    How long would a table be that has a place for every key? Which integers does a float hold, and which differences
    does an int64? Is your sort stable?
    """
    like_the_loop(oracle, "lookup", draws.extreme_keys(rng))


@pytest.mark.points(2)
@pytest.mark.needs("test_lookup_of_extreme_keys")
def test_lookup_in_a_large_table(rng, faster, boxed, oracle):
    """`lookup` of 20,000 keys among 20,000 takes at most twice as long as the loop for 600 among 600.

    What could you prepare once, so that a question does not walk through all keys?
    """

    def part(wanted, keys, values, default):
        return wanted[:600], keys[:600], values[:600], default

    fast(faster, boxed, "lookup", part, large.lookup(rng, 20_000), 2.0, "20,000 keys")
    with_many(oracle, "lookup", large.more_lookup(rng))


# --- all four: what is left of a call


@pytest.mark.points(2)
@pytest.mark.needs(
    "test_results_are_new_arrays",
    "test_distances_fit_in_memory",
    "test_group_means_of_many_rows",
    "test_ranks_of_many_values",
    "test_lookup_in_a_large_table",
)
def test_nothing_is_kept_between_calls(oracle, replay, submission, rng):
    """What a call gives depends on its arguments alone.

    What is there before the first call, and what after it? By which part of the arguments would what is kept be found?
    """
    for name in FUNCTIONS:
        like_the_loop(oracle, name, getattr(pairs, name)(rng))
    for name, inputs in large.again(rng).items():
        with_many(oracle, name, inputs)
    submission.write("driver.py", (HERE / "driver.py").read_bytes())
    for name, (first, second) in pairs.in_place(rng).items():
        found = submission.call("driver", "in_place", name, first, second)
        wanted = getattr(right, name)(*second)
        assert right.same(found, wanted), f"{name} gave another answer when the same arrays held other values"
    replay(*(getattr(vectorize, name) for name in FUNCTIONS))
