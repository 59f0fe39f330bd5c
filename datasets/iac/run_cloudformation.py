"""cfn-lint and a made-up AWS (moto) on `template.yaml`: reads `deployments.json`, writes `cloudformation.json`.

A program, for a box of its own. ``deployments.json`` is ``{"lint": true, "deployments": […]}``; each deployment is a
stack in an empty account:

    {"account": "123456789012", "region": "eu-west-1", "parameters": {…}, "update": {…}}

For each stack it writes what moto made of the template: resources with every intrinsic function resolved, exports, and
after an update with other parameters and after the deletion of the stack, what has become of the bucket.
"""

import contextlib
import json
import os
import re
from pathlib import Path
from typing import Any

os.environ.update(AWS_ACCESS_KEY_ID="made-up", AWS_SECRET_ACCESS_KEY="made-up", AWS_DEFAULT_REGION="eu-west-1")
import boto3
from cfnlint import api, decode
from cfnlint.config import ManualArgs
from moto import mock_aws
from moto.cloudformation.models import cloudformation_backends
from moto.cloudformation.parsing import clean_json

REGIONS = ["eu-west-1", "us-east-1"]
BUCKET, STACK, MODEL = "ModelBucket", "models", "models/v1.bin"
ENVIRONMENTS = ("dev", "prod", "staging", "test", "qa", "stage", "prod2", "preprod", "Dev", "PROD", "")
TYPES = {"S3::Bucket", "S3::BucketPolicy", "IAM::Role", "IAM::Policy", "IAM::ManagedPolicy"}


def session(account: str, region: str) -> boto3.Session:
    """Return a session in an account of the made-up AWS."""
    role = f"arn:aws:iam::{account}:role/deployer"
    key = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="deploy")["Credentials"]
    return boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"], region_name=region)


def pairs(parameters: dict[str, str]) -> list[dict[str, str]]:
    """Return parameters as the API takes them."""
    return [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]


def resources(account: str, region: str) -> dict[str, Any]:
    """Return each resource of the stack that is there: its type, and its properties with all functions resolved."""
    (stack,) = cloudformation_backends[account][region].stacks.values()
    there = stack.resource_map
    found = {}
    for name, given in there._resource_json_map.items():
        if "Condition" not in given or there.lazy_condition_map[given["Condition"]]:
            made = getattr(there.get(name), "physical_resource_id", None)  # what a Ref to it gives
            found[name] = {**given, "Properties": clean_json(given.get("Properties", {}), there), "Ref": made}
    return found


def bucket(s3: Any, cloud: Any) -> dict[str, Any]:
    """Return the name of the stack's bucket, and whether the model lies in it."""
    listed = cloud.describe_stack_resources(StackName=STACK)["StackResources"]
    name = next((each["PhysicalResourceId"] for each in listed if each["LogicalResourceId"] == BUCKET), None)
    return {"name": name, "holds": name is not None and holds(s3, name)}


def holds(s3: Any, name: str) -> bool:
    """Return whether the model lies in a bucket."""
    if name not in [each["Name"] for each in s3.list_buckets()["Buckets"]]:
        return False
    return s3.list_objects_v2(Bucket=name, Prefix=MODEL).get("KeyCount") == 1


@mock_aws
def deploy(body: str, account: str, region: str, parameters: dict[str, str], update: dict[str, str]) -> dict[str, Any]:
    """Create a stack, put a model into its bucket, update the stack, empty the bucket, delete the stack."""
    here = session(account, region)
    cloud, s3 = here.client("cloudformation"), here.client("s3")
    settings = {"StackName": STACK, "TemplateBody": body, "Capabilities": ["CAPABILITY_NAMED_IAM"]}
    found: dict[str, Any] = {}
    try:
        cloud.create_stack(**settings, Parameters=pairs(parameters))
        found["resources"] = resources(account, region)
        found["exports"] = {each["Name"]: each["Value"] for each in cloud.list_exports()["Exports"]}
        made = bucket(s3, cloud)["name"]
        if made is None or not update:
            return found
        s3.put_object(Bucket=made, Key=MODEL, Body=b"weights")
        found["made"] = bucket(s3, cloud)
        cloud.update_stack(**settings, Parameters=pairs(update))
        found["updated"] = bucket(s3, cloud)
        found["tags"] = s3.get_bucket_tagging(Bucket=found["updated"]["name"])["TagSet"]
        s3.delete_object(Bucket=made, Key=MODEL)
        with contextlib.suppress(Exception):  # moto cannot delete a role before the policies attached to it
            cloud.delete_stack(StackName=STACK)
        found["left"] = [each["Name"] for each in s3.list_buckets()["Buckets"]]
    except Exception as error:
        found["fault"] = fault(error)
    return found


def accepts(parameter: dict[str, Any], value: str) -> bool:
    """Return whether CloudFormation would take a value for a parameter."""
    if "AllowedValues" in parameter:
        return value in map(str, parameter["AllowedValues"])
    return "AllowedPattern" not in parameter or re.fullmatch(str(parameter["AllowedPattern"]), value) is not None


def fault(error: BaseException) -> str:
    """Return an error in words."""
    return f"{type(error).__name__}: {str(error)[:300]}"


def examine(text: str, deployments: list[dict[str, Any]], lint: bool) -> dict[str, Any]:
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
    types = {str(each.get("Type")).removeprefix("AWS::") for each in template["Resources"].values()}
    if "Transform" in template or not types <= TYPES:
        found["refused"] = "it has a transform, or a resource of a type that this exercise does not allow"
        return found
    parameter = template.get("Parameters", {}).get("Environment", {})
    found["takes"] = {value: accepts(parameter, value) for value in ENVIRONMENTS}
    body = json.dumps(template, default=str)  # a policy's version 2012-10-17 without quotes is a date in YAML
    found["stacks"] = [deploy(body, **each) for each in deployments]
    return found


def main() -> None:
    """Examine the template."""
    asked = json.loads(Path("deployments.json").read_text())
    try:
        found = examine(Path("template.yaml").read_text(), **asked)
    except Exception as error:
        found = {"lint": [fault(error)]}
    Path("cloudformation.json").write_text(json.dumps(found, default=str))


if __name__ == "__main__":
    main()
