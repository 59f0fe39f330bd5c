"""Stacks of the template, what they are asked with, and what the statement asks of their resources."""

from dataclasses import dataclass
from pathlib import Path

from tenfold import expect
from tenfold.datasets import module

make = module(Path(__file__).resolve().parents[3] / "datasets" / "iac" / "make.py")

BUCKET, ROLE, POLICY = "AWS::S3::Bucket", "AWS::IAM::Role", "AWS::IAM::ManagedPolicy"
SWITCHES = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
CURRENT = ("Expiration", "ExpirationDate", "ExpirationInDays", "NoncurrentVersionExpirationInDays")
NARROWED = ("Prefix", "TagFilters", "ObjectSizeGreaterThan", "ObjectSizeLessThan")
TAKEN = {
    "Environment": ["dev", "prod"],
    "Owner": ["x", "007", "Team 7: search/ranking @x.org +1=_-.", 60 * "o"],
    "NoncurrentDays": ["1", "30", "3650"],
}
REFUSED = ["", "Dev", "PROD", "staging", "test", "qa", "devprod", "prod2", "preprod", "production", "d", "dev|prod"]
TRIED = {**TAKEN, "Environment": TAKEN["Environment"] + REFUSED}
TYPES = {"Environment": "String", "Owner": "String", "NoncurrentDays": "Number"}


@dataclass(frozen=True)
class View:
    """A stack as it was made, or as it is after an update."""

    given: dict
    """Its parameters."""
    place: tuple
    """Account and region."""
    resources: dict
    stack: dict
    """What became of it."""
    new: bool
    """Whether it was just made."""

    @property
    def name(self):
        """The bucket's name that the statement asks for."""
        return "-".join((self.given["Environment"], "models", *self.place))

    @property
    def tags(self):
        """The tags that the statement asks for."""
        return {"environment": self.given["Environment"], "owner": self.given["Owner"], "managed_by": "cloudformation"}

    def properties(self, name, kind):
        """Return the properties of a resource."""
        resource = self.resources.get(name, {})
        assert resource.get("Type") == kind, f"there is no {name} of type {kind}"
        return expect.mapping(resource["Properties"])

    @property
    def bucket(self):
        """The bucket's properties."""
        return self.properties("ModelBucket", BUCKET)

    @property
    def made_name(self):
        """The bucket's name, right or not."""
        return self.resources["ModelBucket"]["Ref"] if self.bucket else None

    @property
    def role(self):
        """The role's properties."""
        return self.properties("ReaderRole", ROLE)


def asked(draw):
    """Return the stacks to make: both environments and two regions in one account, then another account.

    The first two are updated: every parameter but the environment gets another value.
    """
    first, second = (draw("iac", draw=number, services=1) for number in (20, 21))
    regions = [region for region in make.REGIONS if region != first["region"]]
    places = [("prod", first, first["region"]), ("dev", first, first["region"])]
    places += [("prod", first, regions[0]), ("dev", second, regions[1])]
    found = []
    for i, (environment, case, region) in enumerate(places):
        given = {"Environment": environment, "Owner": TAKEN["Owner"][i], "NoncurrentDays": str(27 + i)}
        update = {**given, "Owner": "somebody else", "NoncurrentDays": "90"} if i < 2 else {}
        found.append({"account": case["account_id"], "region": region, "parameters": given, "update": update})
    return found


def views(deployments, stacks):
    """Return every stack as it was made, and as it was after an update."""
    found = []
    for given, made in zip(deployments, stacks, strict=True):
        assert "resources" in made, "the template cannot be deployed"
        place = (given["account"], given["region"])
        found.append(View(given["parameters"], place, made["resources"], made, new=True))
        if given["update"]:
            assert "renewed" in made, "the stack cannot be updated, or has no ModelBucket"
            found.append(View(given["update"], place, made["renewed"], made, new=False))
    return found


# --- parts of a template


def fields(value):
    """Return what should be a mapping; of anything else, an empty one."""
    return value if isinstance(value, dict) else {}


def items(value):
    """Return the mappings of what should be a list of them, or is one."""
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]


def texts(value):
    """Return a list of texts of what may be one text."""
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def statements(document):
    """Return the statements of a policy."""
    return items(fields(document).get("Statement"))


def of_type(view, kind):
    """Return the resources of a type."""
    return [each for each in view.resources.values() if each["Type"] == kind]


# --- what is asked of them


def is_closed(view):
    """Fail unless nothing of the bucket is public."""
    block = fields(view.bucket.get("PublicAccessBlockConfiguration"))
    for switch in SWITCHES:
        assert str(block.get(switch)).lower() == "true", f"{switch} is not on"
    assert "AccessControl" not in view.bucket, "the bucket has an access control list of its own"
    for policy in of_type(view, "AWS::S3::BucketPolicy"):
        for each in statements(fields(policy["Properties"]).get("PolicyDocument")):
            denies = each.get("Effect") == "Deny" and each.get("Condition")
            assert denies, "a bucket policy has a statement that is no Deny with a Condition"


def is_encrypted(view):
    """Fail unless the bucket is encrypted with KMS, by one rule."""
    rules = items(fields(view.bucket.get("BucketEncryption")).get("ServerSideEncryptionConfiguration"))
    kinds = [fields(rule.get("ServerSideEncryptionByDefault")).get("SSEAlgorithm") for rule in rules]
    assert kinds == ["aws:kms"], "the bucket is not encrypted with KMS by one rule"


def is_versioned(view):
    """Fail unless versioning is that of the environment."""
    status = fields(view.bucket.get("VersioningConfiguration")).get("Status")
    enabled = view.given["Environment"] == "prod"
    assert (status == "Enabled") is enabled, f"versioning is {'not ' * enabled}enabled in {view.given['Environment']}"


def expires(view):
    """Fail unless old versions of all objects expire after NoncurrentDays, and nothing else does."""
    rules = items(fields(view.bucket.get("LifecycleConfiguration")).get("Rules"))
    enabled = [rule for rule in rules if rule.get("Status") == "Enabled"]
    assert not any(rule.get(key) for rule in enabled for key in CURRENT), "a rule deletes what is no old version"
    ends = [rule for rule in enabled if "NoncurrentVersionExpiration" in rule]
    assert len(ends) == 1, "there is not one enabled rule by which old versions expire"
    assert not any(ends[0].get(key) for key in NARROWED), "old versions of some objects alone expire"
    after = {key: str(value) for key, value in fields(ends[0]["NoncurrentVersionExpiration"]).items()}
    assert after == {"NoncurrentDays": view.given["NoncurrentDays"]}, "old versions do not expire after NoncurrentDays"


def is_tagged(view):
    """Fail unless bucket and role have the three tags."""
    for holder in (view.bucket, view.role):
        found = {str(each.get("Key")): each.get("Value") for each in items(holder.get("Tags"))}
        for key, value in view.tags.items():
            assert found.get(key) == value, f"the tag {key} is missing, or another one"


def takes(found):
    """Fail unless the parameters are of their types, and take what they must."""
    for name, wanted in TYPES.items():
        assert found["types"][name] == wanted, f"the parameter {name} is not of type {wanted}"
        assert set(found["takes"][name]) >= set(TAKEN[name]), f"the parameter {name} refuses what it must take"
    assert found["takes"]["Environment"] == TAKEN["Environment"], "Environment takes more than dev and prod"


def is_named(view):
    """Fail unless the bucket has its name."""
    assert view.bucket.get("BucketName") == view.name, "the bucket has another name"


def stand_together(several):
    """Fail unless each stack exports its bucket's name alone, and no two in an account share the name of a thing."""
    new = [view for view in several if view.new]
    for view in new:
        wanted = {f"{view.given['Environment']}-model-bucket": view.name}
        assert view.stack.get("exports") == wanted, "the export is another, or not the only one"
    for kind, key in ((ROLE, "RoleName"), (POLICY, "ManagedPolicyName")):
        held = [(view.place[0], fields(each["Properties"]).get(key)) for view in new for each in of_type(view, kind)]
        names = [(account, str(name).lower()) for account, name in held if name]
        assert len(set(names)) == len(names), f"two stacks in one account have the same {key}"


def outlives(view):
    """Fail unless an updated bucket is the same one, with its models, and is there when its stack is not."""
    policies, stack = view.resources.get("ModelBucket", {}), view.stack
    kept = policies.get("DeletionPolicy")
    assert kept in ("Retain", "RetainExceptOnCreate"), "the bucket goes with its stack"
    assert policies.get("UpdateReplacePolicy") == "Retain", "a bucket that is replaced is lost"
    if not view.new:
        assert stack.get("updated") == {**stack["made"], "holds": True}, "an update replaces the bucket"
        left = (
            stack.get("left", []) if kept == "Retain" else [stack["made"]["name"]]
        )  # moto does not know the other one
        assert stack["made"]["name"] in left, "the bucket goes with its stack"
