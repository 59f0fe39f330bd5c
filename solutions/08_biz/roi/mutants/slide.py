"""A wrong idea: the business case of a slide. Points of accuracy times money, less what the build costs."""

import numpy as np


def accuracy(counts):
    """Return the share of right decisions."""
    return (counts["tp"] + counts["tn"]) / sum(counts.values())


def benefit_per_case(case):
    """Each point of accuracy is a positive caught."""
    return (accuracy(case["model"]) - accuracy(case["today"])) * case["worth"]["tp"]


def cash_flows(case):
    """Everything works from the first month on, and costs nothing after the build."""
    months = case["horizon_months"]
    benefits = np.full(months, case["cases_per_year"] / 12 * benefit_per_case(case))
    costs = np.zeros(months)
    costs[0] = case["build_cost"]
    return benefits, costs


def npv(flows, annual_rate):
    """Add up."""
    return float(np.sum(flows))


def break_even(flows, annual_rate):
    """Return the first month that ends above zero."""
    above = np.flatnonzero(np.cumsum(flows) >= 0)
    return int(above[0]) + 1 if len(above) else None


def appraise(case):
    """Divide what is earned by what the build costs."""
    benefits, costs = cash_flows(case)
    total = npv(benefits - costs, case["annual_rate"])
    return {"npv": total, "roi": total / case["build_cost"], "break_even": break_even(benefits - costs, 0.0)}
