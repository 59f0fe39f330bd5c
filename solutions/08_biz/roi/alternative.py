"""The same model month by month, in plain Python."""


def mean_worth(counts, share_positive, worth):
    """Return euro a case: each outcome's share of production times its worth."""
    positives = counts["tp"] + counts["fn"]
    negatives = counts["fp"] + counts["tn"]
    share = {
        "tp": share_positive * counts["tp"] / positives,
        "fn": share_positive * counts["fn"] / positives,
        "fp": (1 - share_positive) * counts["fp"] / negatives,
        "tn": (1 - share_positive) * counts["tn"] / negatives,
    }
    return sum(share[outcome] * worth[outcome] for outcome in share)


def benefit_per_case(case):
    """Return what a case is worth more when the model decides."""
    before, after = (mean_worth(case[who], case["prevalence"], case["worth"]) for who in ("today", "model"))
    return after - before


def cash_flows(case):
    """Return two lists of floats, one entry a month."""
    gain = benefit_per_case(case)
    monthly = case["cases_per_year"] / 12
    benefits, costs = [], []
    for month in range(1, case["horizon_months"] + 1):
        age = month - case["build_months"]
        if age < 1:
            benefits.append(0.0)
            costs.append(case["build_cost"] / case["build_months"])
            continue
        followed = case["adoption"] * min(1.0, age / case["ramp_months"])
        benefits.append(monthly * followed * gain)
        cost = case["upkeep_per_month"] + monthly * case["cost_per_case"]
        if age % case["retrain_every"] == 0:
            cost += case["retrain_cost"]
        costs.append(cost)
    return benefits, costs


def npv(flows, annual_rate):
    """Return what the flows are worth today: Horner's rule, from the last month back."""
    growth = (1 + annual_rate) ** (1 / 12)
    value = 0.0
    for flow in reversed(list(flows)):
        value = (value + float(flow)) / growth
    return value


def break_even(flows, annual_rate):
    """Return the month after the last one that ends below zero."""
    growth = (1 + annual_rate) ** (1 / 12)
    account, answer = 0.0, None
    for month, flow in enumerate(flows, start=1):
        account += float(flow) / growth**month
        if account < 0:
            answer = None
        elif answer is None:
            answer = month
    return answer


def appraise(case):
    """Return the three figures."""
    benefits, costs = cash_flows(case)
    rate = case["annual_rate"]
    earned, paid = npv(benefits, rate), npv(costs, rate)
    net = [b - c for b, c in zip(benefits, costs, strict=True)]
    return {"npv": earned - paid, "roi": (earned - paid) / paid, "break_even": break_even(net, rate)}
