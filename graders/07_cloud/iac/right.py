"""What the statement asks of the resources and outputs of a deployment."""

import hashlib
from pathlib import Path

from tenfold import expect
from tenfold.datasets import module

bench = module(Path(__file__).resolve().parents[3] / "datasets" / "iac" / "bench.py")

HOURS = 730
NEEDS = ("cpus", "memory_gb")
KINDS = ("bucket", "queue", "service")
PLACED = {"name", "region", "arn", "bucket", "queue"}  # settings that an account, a region or a name is in


def bucket(case, name):
    """Return the settings of a service's bucket."""
    return {
        "name": f"{case['environment']}-{name}-{case['account_id']}-{case['region']}",
        "region": case["region"],
        "encryption": "aws:kms",
        "public": False,
        "versioning": case["environment"] == "prod",
    }


def queue(case, name):
    """Return the settings of a service's queue."""
    full = f"{case['environment']}-{name}"
    return {
        "name": full,
        "arn": f"arn:aws:sqs:{case['region']}:{case['account_id']}:{full}",
        "visibility_seconds": 6 * case["services"][name]["timeout_seconds"],
    }


def service(case, name):
    """Return the settings of a service, but for its instance type and its token's hash."""
    replicas = max(2, case["services"][name]["replicas"]) if case["environment"] == "prod" else 1
    return {"replicas": replicas, "bucket": bucket(case, name)["name"], "queue": queue(case, name)["arn"]}


SETTINGS = {"bucket": bucket, "queue": queue, "service": service}


def placed(kind, case, name):
    """Return those settings of a resource that an account, a region or a name is in."""
    return {key: value for key, value in SETTINGS[kind](case, name).items() if key in PLACED}


def others(kind, case, name):
    """Return the other settings of a resource."""
    return {key: value for key, value in SETTINGS[kind](case, name).items() if key not in PLACED}


def tags(case, name):
    """Return the tags of all three resources of a service."""
    return {
        "environment": case["environment"],
        "owner": case["owner"],
        "service": name,
        "managed_by": "terraform",
    }


def digest(case):
    """Return the token's SHA-256."""
    return hashlib.sha256(case["api_token"].encode()).hexdigest()


def fits(case, name, size):
    """Return whether an instance type has room for a service."""
    return all(size[need] >= case["services"][name][need] for need in NEEDS)


def least(case, name):
    """Return the price of the cheapest instance type with room for a service."""
    return min(size["price"] for size in case["instance_types"].values() if fits(case, name, size))


def monthly_cost(case):
    """Return what a deployment costs a month."""
    return HOURS * sum(service(case, name)["replicas"] * least(case, name) for name in case["services"])


def bucket_names(case):
    """Return the name of each service's bucket."""
    return {name: bucket(case, name)["name"] for name in case["services"]}


def addresses(case):
    """Return the addresses of all resources."""
    return {f'terraform_data.{kind}["{name}"]' for kind in KINDS for name in case["services"]}


# --- whether what was found is right; what is not is told without data


def same(found, wanted):
    """Return True where settings have the values wanted, or addresses are those wanted."""
    if isinstance(wanted, set):
        if found != wanted:
            raise expect.Unexpected("a resource is missing, or is there besides")
        return True
    if wrong := [key for key, value in wanted.items() if not bench.same(found.get(key), value)]:
        raise expect.Unexpected(f"another {' and '.join(wrong)}")
    return True


def same_tags(found, wanted):
    """Return True where settings have the tags wanted, and all tags are texts."""
    given = expect.mapping(found.get("tags"))
    if not all(isinstance(value, str) for value in given.values()):
        raise expect.Unexpected("a tag is no text")
    if wrong := [key for key, value in wanted.items() if given.get(key) != value]:
        raise expect.Unexpected(f"another {' and '.join(wrong)}")
    return True


def same_type(found, wanted):
    """Return True where a service runs on an instance type with room that costs the least."""
    case, name = wanted
    chosen = case["instance_types"].get(str(found.get("instance_type")))
    if chosen is None:
        raise expect.Unexpected("its instance_type is not on the price sheet")
    if not fits(case, name, chosen):
        raise expect.Unexpected("its instance_type has no room")
    if chosen["price"] > least(case, name):
        raise expect.Unexpected("a cheaper instance_type has room")
    return True


def same_outputs(found, case):
    """Return True where the outputs are those of a deployment."""
    if found.get("bucket_names") != bucket_names(case):
        raise expect.Unexpected("another bucket_names")
    if not abs(expect.number(found.get("monthly_cost")) - monthly_cost(case)) <= 0.01:
        raise expect.Unexpected("another monthly_cost")
    return True


def same_order(found, wanted):
    """Return True where no dependency is left out."""
    if found != wanted:
        raise expect.Unexpected(f"a service does not depend on {' and '.join(found)}")
    return True
