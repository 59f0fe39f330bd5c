"""Audit a classifier for unequal treatment: rates by group, disparity, adjustment, hidden slices."""


def group_metrics(y_true, y_pred, groups, sample_weight=None):
    """Return one row of counts and rates for every combination of values that occurs in `groups`."""
    raise NotImplementedError("count n, n_pos and n_neg in every group, then divide for the four rates")


def disparity(table, metric, min_n=30):
    """Return {"difference": …, "ratio": …, "excluded": …} of one metric over the rows of `group_metrics`."""
    raise NotImplementedError("choose the groups that have enough rows, then compare the largest and smallest rate")


def standardised_rates(y_pred, group, stratum, sample_weight=None):
    """Return the selection rate of every group: crude, and as if all groups had the same mix of strata."""
    raise NotImplementedError("compute the rate of every group in every stratum before averaging")


def find_slices(attributes, errors, alpha=0.05, min_gap=0.10, min_n=30):
    """Return the slices, each as {column: value, …}, that err more often than the rows outside."""
    raise NotImplementedError("list every slice of one or two columns, and test each of them")
