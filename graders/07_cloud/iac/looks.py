"""What checks look at: deployments that were applied, and changes that were planned; each beside what is wanted."""

import json
import re
from pathlib import Path

from tenfold import expect
from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
bench = module(HERE.parents[2] / "datasets" / "iac" / "bench.py")
right, changes = (module(HERE / f"{name}.py") for name in ("right", "changes"))

NEEDED = {"terraform_data.bucket", "terraform_data.queue"}


def judge(oracle, told, several, look, wanted, same):
    """Compare what `look` finds in each of several things with what is wanted of it; they are given with their kind."""
    draws = {}
    for place, (kind, _) in enumerate(several):
        draws.setdefault(kind, []).append((place,))

    def found(place):
        return look(several[place][1])

    found.__name__ = told
    oracle(found, lambda place: wanted(several[place][1]), draws, same=same)


class Platforms:
    """Deployments with what an apply made of them.

    Parameters
    ----------
    oracle
        The fixture.
    applied
        Pairs of a deployment and its step.
    """

    def __init__(self, oracle, applied):
        self._oracle = oracle
        self._whole = [(world.kind, (world.case, step)) for world, step in applied]
        self._services = [
            (world.kinds.get(name, world.kind), (world.case, step, name))
            for world, step in applied
            for name in world.case["services"]
        ]

    def settings(self, wanted, same=right.same, kinds=right.KINDS):
        """Compare the settings of every resource; ``wanted(kind, case, name)`` is what `same` is given."""
        for kind in kinds:
            judge(
                self._oracle,
                f"terraform_data.{kind}",
                self._services,
                lambda made, kind=kind: bench.settings(made[1], kind, made[0]["services"])[made[2]],
                lambda made, kind=kind: wanted(kind, made[0], made[2]),
                same,
            )

    def types(self):
        """Look for the cheapest instance type with room."""
        self.settings(lambda _, case, name: (case, name), right.same_type, ["service"])

    def tags(self):
        """Look for the tags."""
        self.settings(lambda _, case, name: right.tags(case, name), right.same_tags)

    def digests(self):
        """Look for the token's hash."""
        self.settings(lambda _, case, name: {"token_sha256": right.digest(case)}, kinds=["service"])

    def resources(self):
        """Look for the resources that are wanted, and no others."""
        look, wanted = (lambda made: bench.addresses(made[1])), (lambda made: right.addresses(made[0]))
        judge(self._oracle, "the state", self._whole, look, wanted, right.same)

    def outputs(self):
        """Look at both outputs."""
        look, wanted = (lambda made: bench.outputs(made[1])), (lambda made: made[0])
        judge(self._oracle, "an output", self._whole, look, wanted, right.same_outputs)

    def order(self):
        """Look for what services do not depend on."""
        judge(self._oracle, "the order", self._whole, _left_out, lambda _: [], right.same_order)


def _left_out(made):
    bench.settings(made[1], "service", made[0]["services"])
    services = [each for each in made[1]["state"]["resources"] if each["name"] == "service"]
    held = [set(instance.get("dependencies", [])) for each in services for instance in each["instances"]]
    return sorted({need for needs in held for need in NEEDED - needs})


class Plans:
    """Deployments that stand, each with its changes and the steps of its run; see `changes.run`."""

    def __init__(self, oracle, standing):
        self._oracle, self._standing = oracle, standing

    def do(self, group):
        """Compare what the plans of a group of changes would do with what they must do."""
        pairs = [pair for _, planned, run in self._standing for pair in zip(planned, run[1:], strict=False)]
        plans(self._oracle, [(change, step) for change, step in pairs if change.group == group])

    def nothing_is_left(self):
        """Fail unless a plan after the last apply does nothing."""
        for *_, run in self._standing:
            assert bench.changes(run[-1]) == {}, "after the move something is left to do"

    def nothing_is_told(self):
        """Fail unless the state is the same with another token, but for its hash, and its variable a secret."""
        for case, planned, run in self._standing:
            told = [
                json.dumps([state["resources"], state["outputs"]], sort_keys=True).replace(right.digest(variables), "")
                for step, variables in ((run[0], case), (run[-3], planned[-1].case))
                for state in [bench.planned(step)["state"]]
            ]
            assert told[0] == told[1], "something in the state depends on the token, beside its SHA-256"
            declared = run[0]["variables"].get("api_token", {})
            assert declared.get("sensitive") is True, "api_token is not declared as sensitive"
            assert "default" not in declared, "api_token has a default, which lies in the repository"


def plans(oracle, pairs):
    """Compare what plans would do with the changes that were asked for."""
    several = [(change.kind, (change, step)) for change, step in pairs]
    look, wanted = (lambda pair: bench.changes(pair[1])), (lambda pair: pair[0])
    judge(oracle, "the plan", several, look, wanted, changes.same)


def refusals(oracle, pairs):
    """Fail unless those plans are refused that break a rule."""
    several = [(plan.kind, (plan, step)) for plan, step in pairs]
    look, wanted = (lambda pair: bool(pair[1]["errors"])), (lambda pair: pair[0].refused)
    judge(oracle, "what is refused", several, look, wanted, _same_refusal)


def _same_refusal(found, wanted):
    if found is not wanted:
        raise expect.Unexpected("refused" if found else "taken")
    return True


def room(plan, step):
    """Fail unless a plan is refused with a message that names the services without room, and no others."""
    assert step["errors"], f"{plan.kind}: it is planned"
    said = " ".join(each["detail"] for each in step["errors"])
    named = {each for each in plan.case["services"] if re.search(rf"(?<![a-z0-9-]){each}(?![a-z0-9-])", said)}
    assert named >= set(plan.without_room), f"{plan.kind}: no message names the service"
    assert named == set(plan.without_room), f"{plan.kind}: a message names a service that has room"
