"""What checks share: put a program beside the submission, run it in the submission's box, read what it wrote.

It runs in the grader. The programs run in the box, on nothing of the learner's but data; what they wrote is JSON.
"""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
KINDS = ("bucket", "queue", "service")
Run = list[dict[str, Any]]


_answers: dict[str, Any] = {}


def _ask(submission: Any, program: str, asked: str, question: Any, answer: str) -> Any:
    submission.write(asked, json.dumps(question).encode())
    submission.write(program, (HERE / program).read_bytes())
    ran = submission.run([sys.executable, program])
    assert ran.code == 0, f"{program} ended with exit code {ran.code}"
    try:
        return json.loads(submission.read(answer))
    except RecursionError:
        raise AssertionError("a value is nested too deeply") from None


def terraform(submission: Any, *runs: Run) -> list[Run]:
    """Do runs of Terraform: each a list of steps in a state of its own. See ``run_terraform.py``."""
    return _ask(submission, "run_terraform.py", "steps.json", runs, "terraform.json")


def cloudformation(submission: Any, *deployments: dict[str, Any], lint: bool = False) -> dict[str, Any]:
    """Lint the template and deploy it. See ``run_cloudformation.py``.

    The same question about the same template is asked once: the answer is the grader's, and no process of the
    learner's lives that could know of it.
    """
    question = {"lint": lint, "deployments": deployments}
    lines = [line.strip() for line in submission.read("template.yaml").decode("utf-8", "replace").splitlines()]
    assert any(line and line[0] != "#" for line in lines), "template.yaml holds nothing but comments"
    key = json.dumps([submission.read("template.yaml").hex(), question])
    if key not in _answers:
        _answers[key] = _ask(submission, "run_cloudformation.py", "deployments.json", question, "cloudformation.json")
    return copy.deepcopy(_answers[key])


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


def outputs(step: dict[str, Any]) -> dict[str, Any]:
    """Return the values of the outputs after an apply."""
    return {name: each["value"] for name, each in planned(step)["state"]["outputs"].items()}


def changes(step: dict[str, Any]) -> dict[str, str]:
    """Return what a plan would do to each resource that it would touch: create, update, replace or delete."""
    found = {}
    for address, each in planned(step)["changes"].items():
        actions = [action for action in each["actions"] if action not in ("no-op", "read")]
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
