"""What checks share: put a program beside the submission, run it in the submission's box, read what it wrote.

It runs in the grader. The programs run in the box, on nothing of the learner's but data; what they wrote is JSON.
"""

from __future__ import annotations

import copy
import json
import re
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
KINDS = ("bucket", "queue", "service")
Run = list[dict[str, Any]]
OF_THE_MOMENT = re.compile(r"\b(timestamp|plantimestamp|uuid|bcrypt)\s*\(")


_answers: dict[str, Any] = {}
"""What was answered already: the grader's own, and no process of the learner's lives that could know of it."""


def _ask(submission: Any, source: str, programs: list[str], question: Any) -> Any:
    """Let a program beside the submission answer a question; the same one about the same file is asked once."""
    key = json.dumps([submission.read(source).hex(), programs, question])
    if key not in _answers:
        submission.write("question.json", json.dumps(question).encode())
        for program in programs:
            submission.write(program, (HERE / program).read_bytes())
        ran = submission.run([sys.executable, programs[0]])
        assert ran.code == 0, f"{programs[0]} ended with exit code {ran.code}"
        try:
            _answers[key] = json.loads(submission.read("answer.json"))
        except RecursionError:
            raise AssertionError("a value is nested too deeply") from None
    return copy.deepcopy(_answers[key])


def terraform(submission: Any, *runs: Run) -> list[Run]:
    """Do runs of Terraform: each a list of steps in a state of its own. See ``run_terraform.py``."""
    return _ask(submission, "main.tf", ["run_terraform.py"], runs)


def cloudformation(
    submission: Any, *deployments: dict[str, Any], tried: dict[str, list[str]] | None = None, lint: bool = False
) -> dict[str, Any]:
    """Lint the template, try values for its parameters, and deploy it. See ``run_cloudformation.py``."""
    lines = [line.strip() for line in submission.read("template.yaml").decode("utf-8", "replace").splitlines()]
    assert any(line and line[0] != "#" for line in lines), "template.yaml holds nothing but comments"
    question = {"lint": lint, "deployments": deployments, "tried": tried or {}}
    return _ask(submission, "template.yaml", ["run_cloudformation.py", "made_up_aws.py"], question)


def of_the_moment(submission: Any) -> list[str]:
    """Return the functions in ``main.tf`` whose value is another one at another time; lines of comment do not count."""
    lines = submission.read("main.tf").decode("utf-8", "replace").splitlines()
    code = [line for line in lines if not line.strip().startswith(("#", "//"))]
    return OF_THE_MOMENT.findall("\n".join(code))


def planned(step: dict[str, Any]) -> dict[str, Any]:
    """Return a step that Terraform did without an error; else fail with its last complaint."""
    said = [each["summary"] for each in step["errors"]]
    assert not said, f"Terraform says: {said[-1][:200]}"
    return step


def settings(step: dict[str, Any], kind: str, names: Any) -> dict[str, dict[str, Any]]:
    """Return the settings of each service's bucket, queue or service, from the state after an apply."""
    found = {}
    for resource in planned(step)["state"]["resources"]:
        if resource["name"] == kind:
            for instance in resource["instances"]:
                given = instance["attributes"].get("input") or {}
                found[instance.get("index_key")] = given.get("value")
    assert set(found) == set(names), f"terraform_data.{kind} has not one instance for each service, by its name"
    assert all(isinstance(each, dict) for each in found.values()), f"the input of terraform_data.{kind} is no object"
    return found


def addresses(step: dict[str, Any]) -> set[str]:
    """Return the addresses of all resources, from the state after an apply."""
    resources = planned(step)["state"]["resources"]
    return {
        f"{resource['type']}.{resource['name']}[{json.dumps(instance.get('index_key'))}]"
        for resource in resources
        for instance in resource["instances"]
    }


def outputs(step: dict[str, Any]) -> dict[str, Any]:
    """Return the values of the outputs after an apply."""
    return {name: each["value"] for name, each in planned(step)["state"]["outputs"].items()}


def changes(step: dict[str, Any]) -> dict[str, str]:
    """Return what a plan would do to each resource that it would touch: create, update, replace or delete."""
    found = {}
    for address, said in planned(step)["changes"].items():
        actions = [action for action in said if action not in ("no-op", "read")]
        if actions:
            found[address] = actions[0] if len(actions) == 1 else "replace"
    return found


def of(name: str, *kinds: str) -> set[str]:
    """Return the addresses of a service's resources."""
    return {f'terraform_data.{kind}["{name}"]' for kind in kinds or KINDS}


def same(found: Any, wanted: Any) -> bool:
    """Return whether two plain values are equal and of one type; numbers within a billionth."""
    if isinstance(wanted, bool) or isinstance(found, bool):
        return found is wanted
    if isinstance(wanted, (int, float)) and isinstance(found, (int, float)):
        return abs(found - wanted) <= 1e-9 * max(1.0, abs(wanted))
    return type(found) is type(wanted) and found == wanted
