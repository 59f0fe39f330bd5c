"""ROI of a model. Work from top to bottom: each function needs the ones above it. The statement is in README.md."""


def benefit_per_case(case):
    """Return what one case gains, in euro, when the model decides it and not today's rule."""
    raise NotImplementedError("recall and false alarm rate of each confusion matrix, then the mean worth of a case")


def cash_flows(case):
    """Return (benefits, costs): two float arrays of shape (horizon_months,), entry i for the end of month i + 1."""
    raise NotImplementedError("number the months since the model went live, then benefits and costs of each")


def npv(flows, annual_rate):
    """Return the net present value of a float array of monthly flows, the first of them one month from now."""
    raise NotImplementedError("divide each flow by the growth of money until it comes, and add them up")


def break_even(flows, annual_rate):
    """Return the first month (int, 1 is the first) from which the running total stays at or above zero, or None."""
    raise NotImplementedError("the running total of the discounted flows: when is it below zero for the last time?")


def appraise(case):
    """Return {"npv": float, "roi": float, "break_even": int or None}."""
    raise NotImplementedError("put the other four together")
