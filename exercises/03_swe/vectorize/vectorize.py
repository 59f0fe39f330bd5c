"""Four loops to remove. The statement in README.md gives each of them as a loop; return the same for large arrays."""


def distances(a, b):
    """Return the Euclidean distance of every row of a (n, d) to every row of b (m, d), as float64 (n, m)."""
    raise NotImplementedError("write the loop over columns only: what can all pairs of one column share?")


def group_means(values, group, n_groups):
    """Return the mean row of each group as float64 (n_groups, d); nan for a group without rows.

    values is (n, d), float; group is (n,), of any integer type, from 0 to n_groups - 1.
    """
    raise NotImplementedError("count the rows of every group, then add up each column by group, without visiting rows")


def ranks(x):
    """Return the rank of every value of x (n,), from 1, as float64 (n,); equal values share the mean of their ranks."""
    raise NotImplementedError("sort once: where does each run of equal values begin, and where does it end?")


def lookup(wanted, keys, values, default):
    """Return the value of the first key that equals each wanted one, as float64 (n,); default where there is none.

    wanted is (n,), keys and values are (m,); keys are int64 in any order, and may come more than once.
    """
    raise NotImplementedError("prepare the keys once, so that each question needs no walk through all of them")
