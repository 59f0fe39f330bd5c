"""A wrong idea: the flows of a case are kept, and the costs are taken off the benefits in place."""

import numpy as np

FLOWS = {}


def value_per_case(confusion, prevalence, worth):
    """Return the mean worth in euro of one production case, decided as in `confusion`."""
    recall = confusion["tp"] / (confusion["tp"] + confusion["fn"])  # of the positives, the share flagged
    false_alarms = confusion["fp"] / (confusion["fp"] + confusion["tn"])  # of the negatives, the share flagged
    positive = recall * worth["tp"] + (1 - recall) * worth["fn"]
    negative = false_alarms * worth["fp"] + (1 - false_alarms) * worth["tn"]
    return prevalence * positive + (1 - prevalence) * negative  # production's mix, not that of the sample


def benefit_per_case(case):
    """Return what a case gains, in euro, when the model decides it and not today's rule."""
    model = value_per_case(case["model"], case["prevalence"], case["worth"])
    today = value_per_case(case["today"], case["prevalence"], case["worth"])
    return model - today


def cash_flows(case):
    """Return (benefits, costs), worked out once for each case."""
    key = repr(case)
    if key not in FLOWS:
        FLOWS[key] = worked_out(case)
    return FLOWS[key]


def worked_out(case):
    """Return (benefits, costs): float arrays (horizon,) in euro, entry i for the end of month i + 1."""
    month = np.arange(1, case["horizon_months"] + 1)  # (horizon,)
    live = month - case["build_months"]  # months since the model went live; 1 in its first month, below that: not live
    cases = case["cases_per_year"] / 12

    adopted = case["adoption"] * np.clip(live / case["ramp_months"], 0, 1)  # share of the cases that follow the model
    benefits = cases * adopted * benefit_per_case(case)

    building = case["build_cost"] / case["build_months"]
    running = case["upkeep_per_month"] + cases * case["cost_per_case"]  # every case is scored, followed or not
    retraining = np.where(live % case["retrain_every"] == 0, case["retrain_cost"], 0.0)
    costs = np.where(live >= 1, running + retraining, building)  # what is spent already is spent either way
    return benefits, costs


def present_values(flows, annual_rate):
    """Return what each flow is worth today; entry i comes i + 1 months from now."""
    month = np.arange(1, len(flows) + 1)
    return flows / (1 + annual_rate) ** (month / 12)


def npv(flows, annual_rate):
    """Return the net present value of monthly flows."""
    return float(present_values(flows, annual_rate).sum())


def break_even(flows, annual_rate):
    """Return the first month from which the running total stays at or above zero to the end; None without one."""
    total = np.cumsum(present_values(flows, annual_rate))  # (horizon,)
    below = np.flatnonzero(total < 0)
    last_below = below[-1] + 1 if len(below) else 0  # as a month; 0: never below
    return None if last_below == len(total) else int(last_below + 1)


def appraise(case):
    """Return the net present value, the return on investment and the break-even month of a case."""
    benefits, costs = cash_flows(case)
    rate = case["annual_rate"]
    net = benefits
    net -= costs
    total = npv(net, rate)
    invested = npv(costs, rate)  # all costs, at today's worth
    return {"npv": total, "roi": total / invested, "break_even": break_even(net, rate)}
