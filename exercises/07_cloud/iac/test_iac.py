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


@pytest.mark.points(1)
def test_example_is_planned_and_applied(submission, rng):
    """The example makes a bucket, a queue and a service each for ranker and search, and two outputs.

    What is each instance known by? Names are put together from variables, and a price sheet is searched.
    """
    case = example(rng)
    ((made,),) = bench.terraform(submission, [{"variables": case, "apply": True}])
    assert made["errors"] == []
    service = bench.settings(made, "service", case["services"])["ranker"]
    queue = bench.settings(made, "queue", case["services"])["ranker"]
    bucket = bench.settings(made, "bucket", case["services"])["ranker"]
    assert bucket.get("name") == f"prod-ranker-{case['account_id']}-eu-west-1"
    assert queue.get("arn") == f"arn:aws:sqs:eu-west-1:{case['account_id']}:prod-ranker"
    assert queue.get("visibility_seconds") == 120
    assert (service.get("bucket"), service.get("queue")) == (bucket["name"], queue["arn"])
    assert (service.get("instance_type"), service.get("replicas")) == ("m7.4x", 3)
    found = bench.outputs(made)
    assert found.get("bucket_names") == {name: bucket["name"].replace("ranker", name) for name in case["services"]}
    assert found.get("monthly_cost") == pytest.approx((3 * 0.19 + 2 * 0.17) * 730, abs=0.01)


@pytest.mark.points(1)
@pytest.mark.needs("test_example_is_planned_and_applied")
def test_second_plan_is_empty(submission, rng):
    """Planned again after the apply, nothing is to be done.

    What in an input is another one every time: a date, a random name?
    """
    case = example(rng)
    ((_, again),) = bench.terraform(submission, [{"variables": case, "apply": True}, {"variables": case}])
    assert bench.changes(again) == {}


@pytest.mark.points(1)
@pytest.mark.needs("test_example_is_planned_and_applied")
def test_unknown_environment_is_refused(submission, rng):
    """An environment that is neither dev nor prod is refused by the plan; both of those are taken.

    A variable can have `validation` blocks, each with a condition and an error message.
    """
    runs = [[{"variables": {**example(rng), "environment": name}}] for name in ("dev", "prod", "staging", "Prod")]
    dev, prod, staging, capital = (run[0] for run in bench.terraform(submission, *runs))
    assert not dev["errors"]
    assert not prod["errors"]
    assert staging["errors"], "staging is taken"
    assert capital["errors"], "Prod is taken"


@pytest.mark.points(1)
def test_template_passes_cfn_lint(submission):
    """cfn-lint has neither an error nor a warning, and a stack of the template exports its bucket's name.

    `cfn-lint template.yaml` says the same on your machine, with the line.
    """
    parameters = {"Environment": "prod", "Owner": "risk", "NoncurrentDays": "30"}
    stack = {"account": "012345678901", "region": "eu-west-1", "parameters": parameters, "update": {}}
    found = bench.cloudformation(submission, stack, lint=True)
    assert found["lint"] == []
    assert "refused" not in found, found["refused"]
    (made,) = found["stacks"]
    assert "fault" not in made, made["fault"]
    assert made["exports"] == {"prod-model-bucket": "prod-models-012345678901-eu-west-1"}
