"""Visible checks: the example of the statement, and what every plan and template must do."""

from pathlib import Path

import pytest

from tenfold.datasets import module

bench = module(Path(__file__).resolve().parents[3] / "datasets" / "iac" / "bench.py")


def example(rng):
    """Return the variables of the statement's example, in an account and with a token of the day."""
    return {
        "environment": "prod",
        "account_id": "0" + "".join(map(str, rng.integers(0, 10, size=11))),
        "region": "eu-west-1",
        "owner": "ml-platform",
        "api_token": "".join(map(str, rng.integers(0, 10, size=40))),
        "instance_types": {
            "c6.4x": {"cpus": 4, "memory_gb": 8, "price": 0.17},
            "m5.4x": {"cpus": 4, "memory_gb": 16, "price": 0.21},
            "m7.4x": {"cpus": 4, "memory_gb": 16, "price": 0.19},
            "r6.2x": {"cpus": 2, "memory_gb": 16, "price": 0.13},
        },
        "services": {
            "ranker": {"cpus": 3, "memory_gb": 12, "replicas": 3, "timeout_seconds": 20},
            "search": {"cpus": 4, "memory_gb": 6, "replicas": 1, "timeout_seconds": 30},
        },
    }


def compare(what, found, wanted):
    """Fail unless a value is the one wanted."""
    if not bench.same(found, wanted):
        raise AssertionError(f"{what} is {found!r}; {wanted!r} was wanted")


@pytest.mark.points(1)
def test_example_is_planned_and_applied(submission, rng):
    """The example makes a bucket, a queue and a service each for ranker and search, and two outputs.

    What is each instance known by? Names are put together from variables, and a price sheet is searched.
    """
    case = example(rng)
    ((made,),) = bench.terraform(submission, [{"variables": case, "apply": True}])
    if made["errors"]:
        raise AssertionError(f"Terraform says: {made['errors'][-1]['summary']} {made['errors'][-1]['detail']}")
    account = case["account_id"]
    names = {name: f"prod-{name}-{account}-eu-west-1" for name in case["services"]}
    arn = f"arn:aws:sqs:eu-west-1:{account}:prod-ranker"
    for kind, wanted in (
        ("bucket", {"name": names["ranker"]}),
        ("queue", {"arn": arn, "visibility_seconds": 120}),
        ("service", {"bucket": names["ranker"], "queue": arn, "instance_type": "m7.4x", "replicas": 3}),
    ):
        found = bench.settings(made, kind, case["services"])["ranker"]
        for key, value in wanted.items():
            compare(f'{key} of terraform_data.{kind}["ranker"]', found.get(key), value)
    found = bench.outputs(made)
    compare("the output bucket_names", found.get("bucket_names"), names)
    cost = (3 * 0.19 + 2 * 0.17) * 730
    if not isinstance(found.get("monthly_cost"), (int, float)) or not abs(found["monthly_cost"] - cost) <= 0.01:
        raise AssertionError(f"the output monthly_cost is {found.get('monthly_cost')!r}; {cost:.2f} was wanted")


@pytest.mark.points(1)
@pytest.mark.needs("test_example_is_planned_and_applied")
def test_second_plan_is_empty(submission, rng):
    """Planned again after the apply, nothing is to be done, on the same day or on another.

    What in an input is another one every time, or every day: a date, a random name?
    """
    case = example(rng)
    ((_, again),) = bench.terraform(submission, [{"variables": case, "apply": True}, {"variables": case}])
    if does := bench.changes(again):
        raise AssertionError(f"the second plan would do something: {does}")
    if called := bench.of_the_moment(submission):
        raise AssertionError(f"main.tf calls {called[0]}(), whose value is another one at another time")


@pytest.mark.points(1)
@pytest.mark.needs("test_example_is_planned_and_applied")
def test_unknown_environment_is_refused(submission, rng):
    """An environment that is neither dev nor prod is refused by the plan; both of those are taken.

    A variable can have `validation` blocks, each with a condition and an error message.
    """
    names = ("dev", "prod", "staging", "Prod")
    runs = [[{"variables": {**example(rng), "environment": name}}] for name in names]
    for name, (step,) in zip(names, bench.terraform(submission, *runs), strict=True):
        refused = bool(step["errors"])
        if refused != (name not in ("dev", "prod")):
            raise AssertionError(f"with the environment {name!r} the plan is {'refused' if refused else 'taken'}")


@pytest.mark.points(1)
def test_template_passes_cfn_lint(submission):
    """cfn-lint has neither an error nor a warning, and the template makes nothing but what is allowed.

    `cfn-lint template.yaml` says the same on your machine, with the line.
    """
    found = bench.cloudformation(submission, lint=True)
    if found["lint"]:
        raise AssertionError(f"cfn-lint says: {found['lint'][0]}")
    if "refused" in found:
        raise AssertionError(f"the template is refused: {found['refused']}")
