"""Hidden checks for cloud-iac. Terraform plans and a made-up AWS deploys in the box; the verdict is made here.

`deployments` are applied, `changes` are planned of one that stands, `refusals` are planned alone, `stacks` are made of
the template. All checks of a kind ask for the same work, which `bench` lets be done once. `right` is what is wanted.
"""

from pathlib import Path

import pytest

from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
bench = module(HERE.parents[2] / "datasets" / "iac" / "bench.py")
right, deployments, changes = (module(HERE / f"{name}.py") for name in ("right", "deployments", "changes"))
refusals, stacks, roles, looks = (module(HERE / f"{name}.py") for name in ("refusals", "stacks", "roles", "looks"))


@pytest.fixture
def applied(hidden, submission):
    """Give every deployment with what an apply made of it, that of many services last."""
    worlds = [*deployments.every(hidden), deployments.many(hidden)]
    runs = bench.terraform(submission, *[world.run for world in worlds])
    return [(world, step) for world, (step,) in zip(worlds, runs, strict=True)]


@pytest.fixture
def platforms(oracle, applied):
    """Give all deployments whose variables are in a file, but that of many services."""
    return looks.Platforms(oracle, [pair for pair in applied[:-1] if not pair[0].typed])


@pytest.fixture
def plans(hidden, submission, oracle):
    """Give the deployments that stand, with what would come of each change."""
    standing = changes.every(hidden)
    runs = bench.terraform(submission, *[changes.run(case, planned) for case, planned in standing])
    return looks.Plans(oracle, [(*each, run) for each, run in zip(standing, runs, strict=True)])


@pytest.fixture
def refused(hidden, submission):
    """Give every plan that may be refused, with what came of it."""
    several = refusals.every(hidden)
    runs = bench.terraform(submission, *[[{"variables": plan.case}] for plan in several])
    return [(plan, step) for plan, (step,) in zip(several, runs, strict=True)]


@pytest.fixture
def made(hidden, submission):
    """Give what became of the template, and a view of each stack."""
    asked = stacks.asked(hidden)
    found = bench.cloudformation(submission, *asked, tried=stacks.TRIED)
    assert "stacks" in found, found.get("refused", "the template cannot be read, or makes nothing")
    return found, stacks.views(asked, found["stacks"])


# --- main.tf: what is refused, and what is made


@pytest.mark.points(1)
@pytest.mark.needs("test_example_is_planned_and_applied", "test_unknown_environment_is_refused")
def test_bad_variables_are_refused(refused, oracle):
    """Variables that the statement rules out are refused by the plan, and their neighbours are not.

    One `validation` block for each rule; `can(regex(…))` with both anchors, `alltrue([for …])` over a map.
    """
    looks.refusals(oracle, [(plan, step) for plan, step in refused if not plan.without_room])


@pytest.mark.points(1)
@pytest.mark.needs("test_bad_variables_are_refused")
def test_settings_differ_by_environment(platforms):
    """Buckets, queues and services have the settings of their environment, dev as well as prod; nothing else is made.

    Which settings does the statement make depend on the environment, and which way round? What may a number be?
    """
    platforms.resources()
    platforms.settings(right.others)


@pytest.mark.points(1)
@pytest.mark.needs("test_bad_variables_are_refused")
def test_any_account_and_region(oracle, applied):
    """Names and ARNs are right in any account and region, and however the variables are given.

    Is a number or a region written into a name or an ARN? An account may begin with zeros: what is its type?
    """
    looks.Platforms(oracle, applied[:-1]).settings(right.placed)


@pytest.mark.points(1)
@pytest.mark.needs("test_bad_variables_are_refused")
def test_tags_on_everything(platforms):
    """Every bucket, queue and service has its four tags.

    Who pays for an untagged resource? Write the tags once, and use them everywhere.
    """
    platforms.tags()


@pytest.mark.points(1)
@pytest.mark.needs("test_bad_variables_are_refused")
def test_cheapest_type_has_room(platforms):
    """Each service runs on the cheapest instance type with room for one replica, whatever its needs and the prices.

    Are needs and prices compared as they are? Does a name, a size or a text say what is cheap?
    """
    platforms.types()


@pytest.mark.points(1)
@pytest.mark.needs("test_settings_differ_by_environment", "test_cheapest_type_has_room")
def test_outputs_add_up(platforms):
    """The outputs are right in every deployment: the buckets' names, and what a month costs.

    What does a service cost that runs twice? What is the sum of nothing?
    """
    platforms.outputs()


@pytest.mark.points(1)
@pytest.mark.needs("test_bad_variables_are_refused")
def test_order_is_in_the_graph(platforms):
    """Terraform knows that a service needs its bucket and its queue.

    A name that is put together again in the service is right, and tells Terraform nothing. What does a reference say?
    """
    platforms.order()


@pytest.mark.points(1)
@pytest.mark.needs("test_bad_variables_are_refused")
def test_no_room_is_refused_by_name(refused):
    """Where no instance type has room for a service, the plan fails, and names it, and no other.

    Who reads the message has ten services. A `check` block only warns; what stops the plan?
    """
    for plan, step in refused:
        if plan.without_room:
            looks.room(plan, step)


# --- main.tf: changes


@pytest.mark.points(1)
@pytest.mark.needs("test_example_is_planned_and_applied", "test_second_plan_is_empty")
def test_drift_is_put_right(hidden, submission, oracle):
    """What somebody has changed by hand is found by the next plan, and put right: each setting, and each tag.

    Does the module tell Terraform to look away?
    """
    case, edits = changes.by_hand(hidden)
    steps = [{"variables": case, "apply": True, "edits": each} for each in ([], *edits)]
    ((made, *found),) = bench.terraform(submission, steps)
    bench.planned(made)
    looks.plans(oracle, [(changes.put_right(each), step) for each, step in zip(edits, found, strict=True)])


@pytest.mark.points(1)
@pytest.mark.needs("test_example_is_planned_and_applied", "test_second_plan_is_empty")
def test_services_come_and_go_alone(plans):
    """A service that goes or comes touches its own three resources, and no other's.

    What is the address of an instance: its place in a list, or its name?
    """
    plans.do(changes.COME_AND_GO)


@pytest.mark.points(1)
@pytest.mark.needs("test_drift_is_put_right")
def test_resize_is_in_place(plans):
    """Other sizes, timeouts, prices and owners are updates in place, of what they concern alone.

    What does the plan say beside the resource: `~`, or `-/+`? What in a name or in `triggers_replace` makes it so?
    """
    plans.do(changes.IN_PLACE)


@pytest.mark.points(1)
@pytest.mark.needs("test_drift_is_put_right")
def test_new_name_is_a_replacement(plans):
    """Buckets and queues whose name or ARN changes are replaced; services are only updated.

    A real bucket cannot move to another region. What tells terraform_data that it is another thing now?
    """
    plans.do(changes.NEW_NAME)
    plans.nothing_is_left()


@pytest.mark.points(1)
@pytest.mark.needs("test_bad_variables_are_refused", "test_drift_is_put_right")
def test_token_stays_secret(platforms, plans):
    """Services keep the token's SHA-256, and nothing else in the state depends on it; a new one updates services alone.

    Who can read the state? Everything in an input, an output or a trigger lies there in the clear. What does a part of
    a token tell?
    """
    platforms.digests()
    plans.nothing_is_told()
    plans.do(changes.NEW_TOKEN)


# --- template.yaml


@pytest.mark.points(1)
@pytest.mark.needs("test_template_passes_cfn_lint")
def test_one_template_for_both_environments(made):
    """One template makes the stacks of both environments, in any account and region, beside each other.

    AWS has pseudo parameters for account and region. Exports are unique in an account and region, names of roles in an
    account: what if two stacks share one? What does each parameter take?
    """
    found, views = made
    stacks.takes(found)
    for view in views:
        stacks.is_named(view)
        stacks.is_tagged(view)
    stacks.stand_together(views)


@pytest.mark.points(1)
@pytest.mark.needs("test_template_passes_cfn_lint")
def test_bucket_is_closed_and_encrypted(made):
    """The stack's bucket is closed to the public and encrypted with KMS; in prod, and only there, it is versioned.

    Four switches close a bucket. Which way round is the condition?
    """
    for view in made[1]:
        stacks.is_closed(view)
        stacks.is_encrypted(view)
        stacks.is_versioned(view)


@pytest.mark.points(1)
@pytest.mark.needs("test_template_passes_cfn_lint")
def test_only_old_versions_expire(made):
    """Old versions of all objects expire after `NoncurrentDays`, and nothing that is in use.

    Which objects does a rule speak of, and which of their versions?
    """
    for view in made[1]:
        stacks.expires(view)


@pytest.mark.points(1)
@pytest.mark.needs("test_template_passes_cfn_lint")
def test_role_may_do_no_more_than_it_needs(made):
    """ECS tasks may take the role, list the bucket and read below models/; nothing else.

    Which action on which resource? An object's ARN is not its bucket's. What else does a star match?
    """
    for view in made[1]:
        roles.is_trusted(view)
        roles.reads_models(view)


@pytest.mark.points(1)
@pytest.mark.needs("test_template_passes_cfn_lint")
def test_bucket_outlives_update_and_stack(made):
    """Other parameters change the bucket in place, the models stay in it, and it outlives its stack.

    What makes CloudFormation replace a bucket? And what does it do with a resource that goes with its stack?
    """
    for view in made[1]:
        stacks.outlives(view)


@pytest.mark.points(8)
@pytest.mark.needs(
    "test_outputs_add_up",
    "test_any_account_and_region",
    "test_tags_on_everything",
    "test_order_is_in_the_graph",
    "test_token_stays_secret",
    "test_no_room_is_refused_by_name",
    "test_services_come_and_go_alone",
    "test_resize_is_in_place",
    "test_new_name_is_a_replacement",
    "test_one_template_for_both_environments",
    "test_bucket_is_closed_and_encrypted",
    "test_only_old_versions_expire",
    "test_role_may_do_no_more_than_it_needs",
    "test_bucket_outlives_update_and_stack",
)
def test_platform_costs_no_more_than_it_must(oracle, applied):
    """A large platform is as the statement asks: each service on its cheapest type, each setting, each output.

    What in the module was written for a few services, or for a short price sheet?
    """
    platform = looks.Platforms(oracle, applied[-1:])
    platform.types()
    platform.settings(lambda kind, *of: right.SETTINGS[kind](*of))
    platform.tags()
    platform.outputs()
