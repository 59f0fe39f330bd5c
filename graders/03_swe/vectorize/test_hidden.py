"""Hidden checks for swe-vectorize: small answers are compared with the loop's, large ones with SciPy's or pandas'."""

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import rankdata
from vectorize import distances, group_means, lookup, ranks

from tenfold import expect

CLOSE = 1e-9
AGAIN = 12  # calls with arrays of one shape, so that what one call leaves behind would show in the next


def same(found, expected, tolerance=0.0, case="random values"):
    """Fail unless an answer has the shape, the dtype and the values of the loop's; nan only where the loop has nan."""
    found = expect.array(found, shape=expected.shape, kind="f", finite=False)
    assert found.dtype == np.float64, f"expected float64, got {found.dtype}"
    near = (np.abs(found - expected) <= tolerance) | (np.isnan(found) & np.isnan(expected))
    assert near.all(), f"{np.mean(~near):.1%} of the values are not those of the loop ({case})"


def attempt(call, case):
    """Call, and say for which case it failed; the error itself comes from the learner's code."""
    try:
        return call()
    except (IndexError, ValueError, ZeroDivisionError) as error:
        raise AssertionError(f"{type(error).__name__} ({case})") from None


def like_the_loop(mine, loop, cases, tolerance=lambda expected, *arguments: CLOSE):
    """Compare one function with its loop, case by case."""
    for case, arguments in cases:
        expected = loop(*arguments)
        found = attempt(lambda arguments=arguments: mine(*arguments), case)
        same(found, expected, tolerance(expected, *arguments), case)


def keep(call):
    """Return a call that keeps its arguments and answers, and what it keeps: a fast wrong answer is none."""
    kept = []

    def keeping(*arguments):
        kept.append((arguments, call(*arguments)))

    return keeping, kept


# --- distances


@pytest.mark.points(1)
def test_distances_match_the_loop(rng, boxed):
    """`distances` equals its loop: random shapes, no rows, nearly equal rows, float32, one call after another.

    What is the dtype of every step, when the input is float32? What does a call know of the calls before it?
    """
    cases = []
    for n, m in [*rng.integers(1, 20, size=(10, 2)), (0, 4), (5, 0), (0, 0)]:
        d = rng.integers(1, 6)
        a, b = 10 * rng.normal(size=(n, d)), 10 * rng.normal(size=(m, d))
        cases.append(("random shapes" if n and m else "no rows", (a, b)))
        cases.append(("float32", (a.astype(np.float32), b.astype(np.float32))))
    twice = 10 * rng.normal(size=(12, 4))
    near = twice + 1e-4 * rng.normal(size=(12, 4)) * (np.arange(12) % 2)[:, None]
    cases.append(("equal and nearly equal rows", (twice, near)))
    cases += [("called again", (rng.normal(size=(8, 3)), rng.normal(size=(9, 3)))) for _ in range(AGAIN)]
    like_the_loop(distances, boxed("reference.py").distances, cases, lambda d, a, b: CLOSE * d)


@pytest.mark.points(1)
def test_distances_far_from_the_origin(rng, boxed):
    """`distances` keeps its digits when the coordinates are large and the distances small.

    Subtract two numbers of 16 digits that agree in the first 14: how many digits are left? Which comes first, the
    difference or the square?
    """
    for exponent in rng.uniform(5, 9, size=4):
        a, b = rng.normal(size=(40, 3)), rng.normal(size=(50, 3))
        b[:20] = a[:20] + 1e-3 * rng.normal(size=(20, 3))
        a, b = a + 10**exponent, b + 10**exponent
        a[::2], b[::2] = -a[::2], -b[::2]  # two clouds, so that no single shift brings all near zero
        expected = boxed("reference.py").distances(a, b)
        same(distances(a, b), expected, CLOSE * expected, "coordinates far from zero")


@pytest.mark.points(1)
@pytest.mark.needs("test_distances_match_the_loop")
def test_distances_are_fast(rng, faster, boxed):
    """`distances` of 400 × 400 rows take at most twice as long as the loop takes for 100 × 100.

    How often does Python call something? Once for every pair is as slow as the loop, also inside `np.vectorize`.
    """
    loop, (mine, kept) = boxed("reference.py").distances, keep(distances)

    def inputs(i):
        return rng.normal(size=(400, 12)), rng.normal(size=(400, 12))

    faster(mine, than=lambda a, b: loop(a[:100], b[:100]), inputs=inputs, at_most=2.0, rounds=3)
    for (a, b), found in kept:
        expected = cdist(a, b)
        same(found, expected, CLOSE * expected, "400 × 400 rows")


@pytest.mark.points(3)
@pytest.mark.needs("test_distances_match_the_loop", "test_distances_far_from_the_origin", "test_distances_are_fast")
def test_distances_fit_in_memory(rng):
    """`distances` of 1,200 × 1,000 rows of 160 columns fit into 384 MB.

    The answer has 10 MB. Which array of yours has all three dimensions, and do you need it all at once?
    """
    a, b = rng.normal(size=(1200, 160)), rng.normal(size=(1000, 160))
    expected = cdist(a, b)
    same(distances(a, b), expected, CLOSE * expected, "1,200 × 1,000 rows")


# --- group_means


def largest(expected, values, group, n_groups):
    """Return what a mean may be off by: a billionth of the largest absolute value of its group."""
    size = np.zeros((n_groups, 1))
    np.maximum.at(size[:, 0], group.astype(int), np.abs(values).max(axis=1).astype(float))
    return CLOSE * size


@pytest.mark.points(1)
def test_group_means_match_the_loop(rng, boxed):
    """`group_means` equals its loop: random shapes, empty groups, no rows, labels of every integer type, many calls.

    Where does the answer for a group without rows come from? How large a number does your label type hold?
    """
    cases = []
    for n in [*rng.integers(1, 40, size=8), 0]:
        d, n_groups = rng.integers(1, 5), int(rng.integers(2, 60))
        taken = rng.integers(0, n_groups, size=max(1, n_groups // 2))  # the others are empty
        values, group = rng.normal(5, 1, size=(n, d)), rng.choice(taken, size=n)
        cases.append(("random shapes" if n else "no rows", (values, group, n_groups)))
        cases.append(("float32", (values.astype(np.float32), group, n_groups)))
    for kind in ("int8", "uint8", "int16", "uint16", "int32", "uint32", "uint64"):
        group = rng.integers(0, 120, size=300).astype(kind)
        cases.append((f"labels of type {kind}", (rng.normal(5, 1, size=(300, 4)), group, 120)))
    cases += [("called again", (rng.normal(size=(9, 2)), rng.integers(0, 4, size=9), 4)) for _ in range(AGAIN)]
    like_the_loop(group_means, boxed("reference.py").group_means, cases, largest)


@pytest.mark.points(1)
def test_group_means_keep_precision(rng):
    """`group_means` keeps its digits: many float32 rows, and groups of very different size side by side.

    In which type is the sum kept? And does the sum of one group ever pass through the numbers of another?
    """
    n_groups = 12
    scale = 10.0 ** np.append(rng.permutation(np.linspace(-3, 12, n_groups - 1)), -3.0)  # the last group is small
    many = (rng.normal(1000, 1, size=(40_000, 2)).astype(np.float32), rng.integers(0, 3, size=40_000), 3)
    group = rng.integers(0, n_groups, size=3000)
    apart = (scale[group][:, None] * rng.uniform(1, 2, size=(3000, 2)), group, n_groups)
    for case, arguments in (("many float32 rows", many), ("groups of very different size", apart)):
        values, group, count = arguments
        expected = np.stack([values[group == g].mean(axis=0, dtype=float) for g in range(count)])
        same(group_means(*arguments), expected, largest(expected, *arguments), case)


@pytest.mark.points(3)
@pytest.mark.needs("test_group_means_match_the_loop", "test_group_means_keep_precision")
def test_group_means_of_many_rows(rng, faster, boxed):
    """`group_means` of 100,000 rows take at most 1.5 times as long as the loop takes for 20,000, in 384 MB.

    How often do you walk through all rows: once, or once for every group?
    """
    loop, (mine, kept) = boxed("reference.py").group_means, keep(group_means)

    def inputs(i):
        return rng.normal(size=(100_000, 4)), rng.integers(0, 2000, size=100_000), 2000

    faster(mine, than=lambda v, g, count: loop(v[:20_000], g[:20_000], count), inputs=inputs, at_most=1.5, rounds=3)
    for (values, group, count), found in kept:
        expected = pd.DataFrame(values).groupby(group).mean().reindex(range(count)).to_numpy()
        same(found, expected, largest(expected, values, group, count), "100,000 rows")


# --- ranks


@pytest.mark.points(1)
def test_ranks_match_the_loop(rng, boxed):
    """`ranks` equals its loop: random lengths, some ties, no values, floats and integers, one call after another.

    What has your code to say about an array of length 0? What does a call know of the calls before it?
    """
    cases = []
    for n in [*rng.integers(1, 40, size=8), 0, 1]:
        case = "random values" if n > 1 else "one value" if n else "no values"
        for kind in ("float64", "float32", "int64", "int8"):
            cases.append((f"{case}, {kind}", (rng.integers(-20, 20, size=n).astype(kind),)))
    cases += [("called again", (rng.normal(size=9),)) for _ in range(AGAIN)]
    like_the_loop(ranks, boxed("reference.py").ranks, cases)


@pytest.mark.points(1)
def test_ranks_of_ties_and_neighbours(rng, boxed):
    """`ranks` share ranks among equal values, and among no others.

    Two numbers are equal or they are not, however near: what happens to a large integer that becomes a float? And
    what does sorting alone say about values that are equal?
    """
    spread = rng.integers(0, 40, size=150)
    cases = [
        ("many ties", (rng.integers(0, 7, size=300) / 7,)),
        ("all equal", (np.full(50, rng.normal()),)),
        ("integers above 2**53", (2**60 + spread,)),
        ("floats one step apart", (1.0 + spread * np.finfo(float).eps,)),
        ("0.0 and -0.0", (rng.permutation(np.repeat([0.0, -0.0, 1.0, -1.0], 10)),)),
    ]
    like_the_loop(ranks, boxed("reference.py").ranks, cases)


@pytest.mark.points(3)
@pytest.mark.needs("test_ranks_match_the_loop", "test_ranks_of_ties_and_neighbours")
def test_ranks_of_many_values(rng, faster, boxed):
    """`ranks` of 20,000 values take no longer than the loop takes for 600, in 384 MB.

    Comparing each value with each is 400 million comparisons, whoever makes them. What does sorting need?
    """
    loop, (mine, kept) = boxed("reference.py").ranks, keep(ranks)

    def inputs(i):
        return (np.round(1000 * rng.normal(size=20_000)),)

    faster(mine, than=lambda x: loop(x[:600]), inputs=inputs, at_most=1.0, rounds=3)
    for (x,), found in kept:
        same(found, rankdata(x), CLOSE, "20,000 values")


# --- lookup


@pytest.mark.points(1)
def test_lookup_matches_the_loop(rng, boxed):
    """`lookup` equals its loop: keys that are missing, repeated, beyond the last; no keys; many calls.

    After a search, is the key that you found the key that you asked for? Which of two equal keys did you find?
    """
    cases = []
    for n, m in [*rng.integers(1, 40, size=(12, 2)), (0, 5), (7, 0), (0, 0)]:
        keys, values = rng.integers(-20, 20, size=m), rng.normal(size=m)
        wanted = rng.integers(-30, 30, size=n)
        cases.append(("random keys" if n and m else "no keys" if n else "nothing wanted", (wanted, keys, values, 0.5)))
    for _ in range(AGAIN):
        case = (rng.integers(0, 9, size=8), rng.integers(0, 9, size=8), rng.normal(size=8), float(rng.normal()))
        cases.append(("called again", case))
    like_the_loop(lookup, boxed("reference.py").lookup, cases)


@pytest.mark.points(1)
def test_lookup_of_extreme_keys(rng, boxed):
    """`lookup` tells apart keys of 19 digits, takes negative ones, and keeps the first of many equal keys.

    How long would a table be that has a place for every key? Which integers does a float hold? Is your sort stable?
    """
    long = rng.choice([-1, 1], size=200) * (2**62 + rng.integers(0, 150, size=200))
    long[:2] = np.iinfo(np.int64).min, np.iinfo(np.int64).max
    many = rng.integers(0, 60, size=2000)
    cases = [
        ("keys of 19 digits", (rng.permutation(np.append(long, long + 1))[:150], long, rng.normal(size=200), 0.0)),
        ("2,000 keys, 60 of them different", (rng.integers(0, 70, size=150), many, rng.normal(size=2000), 0.0)),
    ]
    like_the_loop(lookup, boxed("reference.py").lookup, cases)


@pytest.mark.points(3)
@pytest.mark.needs("test_lookup_matches_the_loop", "test_lookup_of_extreme_keys")
def test_lookup_in_a_large_table(rng, faster, boxed):
    """`lookup` of 20,000 keys among 20,000 takes at most twice as long as the loop for 600 among 600, in 384 MB.

    What could you prepare once, so that a question does not walk through all keys?
    """
    loop, (mine, kept) = boxed("reference.py").lookup, keep(lookup)

    def inputs(i):
        keys = rng.integers(0, 10**6, size=20_000) * 1_000_003
        wanted = np.where(rng.random(20_000) < 0.5, rng.permutation(keys), keys + 1)
        return wanted, keys, rng.normal(size=20_000), -1.0

    def part(wanted, keys, values, default):
        return loop(wanted[:600], keys[:600], values[:600], default)

    faster(mine, than=part, inputs=inputs, at_most=2.0, rounds=3)
    for (wanted, keys, values, default), found in kept:
        first = pd.Series(values, index=keys)
        first = first[~first.index.duplicated()]
        same(found, first.reindex(wanted, fill_value=default).to_numpy(), 0.0, "20,000 keys")
