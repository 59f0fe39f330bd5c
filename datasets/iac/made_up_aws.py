"""A made-up AWS (moto): stacks of a template, each in an empty account. Beside `run_cloudformation.py`, for its box.

It takes seconds to import, and is imported where a stack is asked for.
"""

import contextlib
import os
from typing import Any

os.environ.update(AWS_ACCESS_KEY_ID="made-up", AWS_SECRET_ACCESS_KEY="made-up", AWS_DEFAULT_REGION="eu-west-1")
import boto3
from moto import mock_aws
from moto.cloudformation.models import cloudformation_backends
from moto.cloudformation.parsing import clean_json

BUCKET, STACK, MODEL = "ModelBucket", "models", "models/v1.bin"


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
        found["renewed"] = resources(account, region)
        found["tags"] = s3.get_bucket_tagging(Bucket=found["updated"]["name"])["TagSet"]
        s3.delete_object(Bucket=made, Key=MODEL)
        with contextlib.suppress(Exception):  # moto cannot delete a role before the policies attached to it
            cloud.delete_stack(StackName=STACK)
        found["left"] = [each["Name"] for each in s3.list_buckets()["Buckets"]]
    except Exception as error:
        found["fault"] = f"{type(error).__name__}: {str(error)[:300]}"
    return found
