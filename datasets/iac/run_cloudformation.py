"""cfn-lint and a made-up AWS on `template.yaml`: reads `question.json`, writes `answer.json`.

A program, for a box of its own. ``question.json`` is ``{"lint": true, "deployments": […], "tried": {…}}``; each
deployment is a stack in an empty account:

    {"account": "123456789012", "region": "eu-west-1", "parameters": {…}, "update": {…}}

For each stack it writes what moto made of the template: resources with every intrinsic function resolved, exports, and
after an update with other parameters and after the deletion of the stack, what has become of the bucket. ``tried`` are
values for parameters, ``{"Environment": ["dev", "qa"]}``; it writes which of them CloudFormation would take.
"""

import json
from pathlib import Path
from typing import Any

import regex
from cfnlint import api, decode
from cfnlint.config import ManualArgs

REGIONS = ["eu-west-1", "us-east-1"]
TYPES = {"S3::Bucket", "S3::BucketPolicy", "IAM::Role", "IAM::Policy", "IAM::ManagedPolicy"}
ONCE = ("AWS::S3::Bucket", "AWS::IAM::Role")


def accepts(parameter: dict[str, Any], value: str) -> bool:
    """Return whether CloudFormation would take a value for a parameter."""
    if parameter.get("Type") == "Number":
        low, high, size = "MinValue", "MaxValue", float(value)
    else:
        low, high, size = "MinLength", "MaxLength", float(len(value))
    allowed = [str(each) for each in parameter.get("AllowedValues", [value])]
    fits = regex.fullmatch(str(parameter.get("AllowedPattern", "(?s).*")), value) is not None
    within = float(parameter.get(low, size)) <= size <= float(parameter.get(high, size))
    return value in allowed and fits and within


def refused(template: dict[str, Any]) -> str:
    """Return what of a template is not allowed here, or nothing."""
    types = [str(each.get("Type")) for each in template["Resources"].values()]
    if "Transform" in template or '"Fn::Transform"' in json.dumps(template, default=str):
        return "it has a transform"
    if not {each.removeprefix("AWS::") for each in types} <= TYPES:
        return "it has a resource of a type that this exercise does not allow"
    twice = [each for each in ONCE if types.count(each) > 1]
    return f"it has more than one {twice[0]}" if twice else ""


def examine(text: str, deployments: list[dict[str, Any]], tried: dict[str, list[str]], lint: bool) -> dict[str, Any]:
    """Return what cfn-lint says, and what comes of each deployment of a template that may be deployed here."""
    template, broken = decode.decode_str(text)
    if broken or not isinstance(template, dict) or not template.get("Resources"):
        return {"lint": ["E0000: the template cannot be read, or makes nothing"]}
    said = api.lint(text, config=ManualArgs(regions=REGIONS)) if lint else []
    found: dict[str, Any] = {
        "lint": [f"{each.rule.id}: {each.message} (line {each.linenumber})" for each in said if each.rule.id[0] in "EW"]
    }
    holders = [template, *template["Resources"].values()]
    if any("cfn-lint" in (each.get("Metadata") or {}) for each in holders):
        found["lint"].append("E0000: Metadata tell cfn-lint what to look for; here it looks for everything")
    if why := refused(template):
        found["refused"] = why
        return found
    declared = {name: template.get("Parameters", {}).get(name, {}) for name in tried}
    found["types"] = {name: each.get("Type") for name, each in declared.items()}
    found["takes"] = {name: [value for value in tried[name] if accepts(declared[name], value)] for name in tried}
    if deployments:
        from made_up_aws import deploy  # takes seconds, which cfn-lint alone need not wait for

        body = json.dumps(template, default=str)  # a policy's version 2012-10-17 without quotes is a date in YAML
        found["stacks"] = [deploy(body, **each) for each in deployments]
    return found


def main() -> None:
    """Examine the template."""
    asked = json.loads(Path("question.json").read_text())
    try:
        found = examine(Path("template.yaml").read_text(), **asked)
    except Exception as error:
        found = {"lint": [f"{type(error).__name__}: {str(error)[:300]}"]}
    Path("answer.json").write_text(json.dumps(found, default=str))


if __name__ == "__main__":
    main()
