"""Changes of a deployment that stands, each with what its plan must do; and settings that were changed by hand."""

import random
from dataclasses import dataclass
from pathlib import Path

from tenfold import expect
from tenfold.datasets import module

right, deployments = (module(Path(__file__).with_name(f"{name}.py")) for name in ("right", "deployments"))

COME_AND_GO, IN_PLACE, NEW_NAME, NEW_TOKEN = "come and go", "in place", "new name", "new token"
SHEET = {"big.1": (32, 128, 2.5), "mid.1": (4, 16, 0.25), "mid.2": (4, 16, 0.3), "small": (2, 4, 0.1)}
BEFORE, AFTER = "aaa", "zzz"
BY_HAND = {
    "bucket": {"name": "by-hand", "region": "by-hand", "encryption": "AES256", "public": True, "versioning": False},
    "queue": {"name": "by-hand", "arn": "by-hand", "visibility_seconds": 1},
    "service": {
        "instance_type": "by-hand",
        "replicas": 99,
        "bucket": "by-hand",
        "queue": "by-hand",
        "token_sha256": 64 * "0",
    },
}


@dataclass(frozen=True)
class Change:
    """Variables that a deployment gets, and what the plan must make of it."""

    group: str
    kind: str
    case: dict
    wanted: dict
    """What the plan does, by address."""
    free: frozenset = frozenset()
    """What it may update besides."""


def of(names, *kinds):
    """Return the addresses of resources of some services."""
    return [f'terraform_data.{kind}["{name}"]' for name in names for kind in kinds or right.KINDS]


def to(what, names, *kinds):
    """Return what becomes of resources of some services."""
    return dict.fromkeys(of(names, *kinds), what)


def other(case, **services):
    """Return a deployment whose services have other settings; one is gone where they are None."""
    found = {**case["services"], **services}
    return {**case, "services": {name: each for name, each in found.items() if each is not None}}


def sized(case, name, **changed):
    """Return other settings of a service."""
    return {**case["services"][name], **changed}


def come_and_go(case):
    """Yield changes by which services come and go."""
    names = list(case["services"])
    for name in names:
        yield Change(COME_AND_GO, "a service goes", other(case, **{name: None}), to("delete", [name]))
    yield Change(COME_AND_GO, "all services go", {**case, "services": {}}, to("delete", names))
    new, between = sized(case, names[0], replicas=6), names[1] + "-2"
    comes = [BEFORE, between, AFTER]
    several = other(case, **dict.fromkeys(comes, new))
    yield Change(COME_AND_GO, "services come before, between and behind", several, to("create", comes))
    renamed = other(case, **{names[0]: None, between: case["services"][names[0]]})
    wanted = to("delete", names[:1]) | to("create", [between])
    yield Change(COME_AND_GO, "a service gets another name", renamed, wanted)


def in_place(case):
    """Yield changes of settings; the last service has room enough, and is none of them."""
    a, b, c, d = case["services"]
    of_c = frozenset(of([c], "service"))
    more = other(
        case,
        **{a: sized(case, a, replicas=9), b: sized(case, b, cpus=20, memory_gb=100)},
        **{c: sized(case, c, timeout_seconds=300)},
    )
    scaled = to("update", [a], "service") if case["environment"] == "prod" else {}
    free = of_c if scaled else of_c | frozenset(of([a], "service"))
    wanted = scaled | to("update", [b], "service") | to("update", [c], "queue")
    yield Change(IN_PLACE, "more replicas, a larger type, a longer timeout", more, wanted, free)
    less = other(
        case,
        **{a: sized(case, a, replicas=2), b: sized(case, b, cpus=0.5, memory_gb=1)},
        **{c: sized(case, c, timeout_seconds=1.5), d: sized(case, d, memory_gb=1.5)},
    )
    free |= frozenset(of([d], "service"))
    yield Change(IN_PLACE, "fewer replicas, a smaller type, a shorter timeout", less, wanted, free)
    dearer = deployments.sheet({**SHEET, "mid.1": (4, 16, 0.4), "xl": (64, 256, 99.0)})
    yield Change(IN_PLACE, "other prices", {**case, "instance_types": dearer}, to("update", [b], "service"))
    larger = deployments.sheet({**SHEET, "xl": (64, 256, 99.0)})
    yield Change(IN_PLACE, "a type that nobody needs", {**case, "instance_types": larger}, {})
    yield Change(IN_PLACE, "another owner", {**case, "owner": "somebody else"}, to("update", case["services"]))


def new_name(case):
    """Yield changes that are in names and ARNs."""
    names = case["services"]
    wanted = to("replace", names, "bucket", "queue") | to("update", names, "service")
    turned = "dev" if case["environment"] == "prod" else "prod"
    for kind, key, value in (
        ("another region", "region", "eu-north-1"),
        ("another account", "account_id", "9" + case["account_id"][1:]),  # drawn ones begin with a zero
        ("another environment", "environment", turned),
    ):
        yield Change(NEW_NAME, kind, {**case, key: value}, wanted)


def standing(draw, environment):
    """Return a deployment of four services, in no order of what they need."""
    case = draw("iac", draw=5 if environment == "prod" else 6, services=4)
    names = sorted(case["services"])
    needs = [((2, 4), 3, 20), ((3, 12), 2, 30), ((2, 3), 5, 10), ((1, 2), 4, 45)]
    services = {name: deployments.settings(*each) for name, each in zip(names, needs, strict=True)}
    return {**case, "environment": environment, "instance_types": deployments.sheet(SHEET), "services": services}


def every(draw):
    """Return for each environment the deployment that stands, and the changes of it."""
    found = []
    for environment in ("prod", "dev"):
        case = standing(draw, environment)
        planned = [*come_and_go(case), *in_place(case), *new_name(case)]
        r = random.Random(case["api_token"])
        token = deployments.text(r, "0123456789", 71)
        rotated = {**case, "api_token": token}
        last = Change(NEW_TOKEN, "another token", rotated, to("update", case["services"], "service"))
        found.append((case, [*planned, last]))
    return found


def run(case, planned):
    """Return the run of Terraform: apply, plan each change, apply the last one, then a new name, and plan again."""
    *first, last = [{"variables": each.case} for each in planned]
    moved = {**last["variables"], "region": "eu-north-1", "environment": "dev"}
    base = {"variables": case, "apply": True}
    return [base, *first, {**last, "apply": True}, {"variables": moved, "apply": True}, {"variables": moved}]


def same(found, change):
    """Return True where a plan does what it must; else say what is wrong."""
    for address, what in change.wanted.items():
        if found.get(address) != what:
            kind = address.split(".")[1].split("[")[0]
            does = f"it would {found[address]}" if address in found else "it leaves as it is"
            raise expect.Unexpected(f"{does} a {kind} that it should {what}")
    for address, does in found.items():
        if address not in change.wanted and not (address in change.free and does == "update"):
            raise expect.Unexpected(f"it would {does} a resource that has not changed")
    return True


def by_hand(draw):
    """Return a deployment and two lists of edits: of buckets and queues, then of services; each setting once."""
    case = draw("iac", draw=7, services=9)
    case = {**case, "owner": "risk", "services": dict(sorted(case["services"].items()))}
    edits = {kind: [] for kind in right.KINDS}
    for kind, settings in BY_HAND.items():
        each = [{key: value} for key, value in settings.items()]
        each += [{"tags": {tag: "by-hand"}} for tag in ("environment", "owner", "service", "managed_by")]
        edits[kind] = [[kind, name, values] for name, values in zip(case["services"], each, strict=False)]
    return case, [edits["bucket"] + edits["queue"], edits["service"]]


def put_right(edits):
    """Return what the plan must do after edits by hand: update what was edited, and at most the services of it."""
    wanted = {address: "update" for kind, name, _ in edits for address in of([name], kind)}
    free = frozenset(of([name for _, name, _ in edits], "service"))
    return Change("by hand", "settings changed by hand", {}, wanted, free)
