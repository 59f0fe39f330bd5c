"""Hidden checks for cloud-iac. Terraform plans and a made-up AWS deploys in the box; the verdict is made here."""

import base64
import hashlib
import re
import zlib
from pathlib import Path

import pytest

from tenfold import expect
from tenfold.datasets import module

bench = module(Path(__file__).resolve().parents[3] / "datasets" / "iac" / "bench.py")

HOURS = 730
CLOSED = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def wanted(case):
    """Return the statement's settings of every resource, by kind and service; without the instance type."""
    prod = case["environment"] == "prod"
    found = {kind: {} for kind in bench.KINDS}
    for name, service in case["services"].items():
        bucket = f"{case['environment']}-{name}-{case['account_id']}-{case['region']}"
        arn = f"arn:aws:sqs:{case['region']}:{case['account_id']}:{case['environment']}-{name}"
        closed = {"encryption": "aws:kms", "public": False, "versioning": prod}
        found["bucket"][name] = {"name": bucket, "region": case["region"], **closed}
        patience = 6 * service["timeout_seconds"]
        found["queue"][name] = {"name": f"{case['environment']}-{name}", "arn": arn, "visibility_seconds": patience}
        replicas = max(2, service["replicas"]) if prod else 1
        found["service"][name] = {"replicas": replicas, "bucket": bucket, "queue": arn}
    return found


def hourly(case):
    """Return the least price of an hour of all services."""
    total = 0.0
    for name, service in case["services"].items():
        types = case["instance_types"].values()
        fit = [t["price"] for t in types if all(t[need] >= service[need] for need in ("cpus", "memory_gb"))]
        total += min(fit) * wanted(case)["service"][name]["replicas"]
    return total


def with_service(case, name, **settings):
    """Return a deployment in which one service is there, or has other settings."""
    plain = case["services"].get(name) or next(iter(case["services"].values()))
    return {**case, "services": {**case["services"], name: {**plain, **settings}}}


def without_service(case, name):
    """Return a deployment without one of its services."""
    return {**case, "services": {n: s for n, s in case["services"].items() if n != name}}


def applied(case):
    """Return the step that plans and applies."""
    return {"variables": case, "apply": True}


def check_settings(submission, cases):
    """Fail unless every setting of each deployment is the statement's."""
    for case, (made,) in zip(cases, bench.terraform(submission, *[[applied(c)] for c in cases]), strict=True):
        for kind, services in wanted(case).items():
            found = bench.settings(made, kind, services)
            for name, values in services.items():
                for key, value in values.items():
                    assert bench.same(found[name].get(key), value), f"{key} of a {kind} is not the statement's"
        names = {name: values["name"] for name, values in wanted(case)["bucket"].items()}
        assert bench.outputs(made).get("bucket_names") == names, "the output bucket_names is another"


@pytest.mark.points(1)
def test_settings_differ_by_environment(hidden, submission):
    """Buckets, queues and services have the settings of their environment, dev as well as prod.

    Which settings does the statement make depend on the environment, and which way round?
    """
    check_settings(
        submission, [{**hidden("iac", draw=i), "environment": name} for i in range(2) for name in ("dev", "prod")]
    )


@pytest.mark.points(1)
def test_any_account_and_region(hidden, submission):
    """The same module serves any account and region.

    Is a number or a region written into a name or an ARN? An account may begin with zeros.
    """
    case = hidden("iac", draw=3)
    places = [("000000000007", "ca-central-1"), ("987654321098", "eu-south-2"), (case["account_id"], "il-central-1")]
    check_settings(submission, [{**case, "account_id": account, "region": region} for account, region in places])


@pytest.mark.points(1)
def test_tags_on_everything(hidden, submission):
    """Every bucket, queue and service has its four tags, and a new owner is a change in place.

    Who pays for an untagged resource? Write the tags once, and use them everywhere.
    """
    case = {**hidden("iac"), "environment": "dev"}
    other = {**case, "owner": "somebody-else"}
    ((made, moved),) = bench.terraform(submission, [applied(case), applied(other)])
    for step, variables in ((made, case), (moved, other)):
        for kind in bench.KINDS:
            for name, found in bench.settings(step, kind, case["services"]).items():
                tags = {"environment": "dev", "owner": variables["owner"], "service": name, "managed_by": "terraform"}
                given = expect.mapping(found.get("tags"))
                assert all(given.get(key) == value for key, value in tags.items()), f"a tag of a {kind} is not right"
    everything = set().union(*(bench.of(name) for name in case["services"]))
    assert bench.changes(moved) == dict.fromkeys(everything, "update"), "a new owner does more or less than new tags"


@pytest.mark.points(1)
def test_services_come_and_go_alone(hidden, submission):
    """A service that goes or comes touches its own three resources, and no other's.

    What is the address of an instance: its place in a list, or its name?
    """
    case = hidden("iac")
    names = sorted(case["services"])
    goes = [{"variables": without_service(case, name)} for name in names]
    comes = [{"variables": with_service(case, name)} for name in ("aaa", names[1] + "b", "zzz")]
    ((made, *rest),) = bench.terraform(submission, [applied(case), *goes, *comes])
    bench.planned(made)
    for name, step in zip(names, rest[: len(names)], strict=True):
        assert bench.changes(step) == dict.fromkeys(bench.of(name), "delete"), "removing one service does not only that"
    for name, step in zip(("aaa", names[1] + "b", "zzz"), rest[len(names) :], strict=True):
        assert bench.changes(step) == dict.fromkeys(bench.of(name), "create"), "adding one service does not only that"


@pytest.mark.points(1)
def test_resize_is_in_place(hidden, submission):
    """A service that grows is updated in place; its bucket and queue, and all other services, stay as they are.

    What does the plan say beside the resource: `~`, or `-/+`? What in a name or in `triggers_replace` makes it so?
    """
    case = hidden("iac")
    name = sorted(case["services"])[2]
    bigger = with_service(case, name, replicas=9)
    larger = with_service(bigger, name, cpus=20, memory_gb=100)
    slower = with_service(case, name, timeout_seconds=300)
    ((made, more, large, slow),) = bench.terraform(
        submission, [applied(case), applied(bigger), applied(larger), {"variables": slower}]
    )
    bench.planned(made)
    for step in (more, large):
        assert bench.changes(step) == dict.fromkeys(bench.of(name, "service"), "update"), "a resize does something else"
    found = bench.changes(slow)
    assert bench.of(name, "queue") <= set(found) <= bench.of(name, "queue", "service"), (
        "a longer timeout touches something else"
    )
    assert set(found.values()) == {"update"}, "a longer timeout replaces something"


@pytest.mark.points(1)
def test_new_name_is_a_replacement(hidden, submission):
    """Buckets and queues whose name or ARN changes are replaced; services are only updated.

    A real bucket cannot move to another region. What tells terraform_data that it is another thing now?
    """
    case = hidden("iac")
    elsewhere = {**case, "region": "eu-north-1"}
    account = {**case, "account_id": "9" + case["account_id"][1:]}  # drawn ones begin with a zero
    ((made, sold, renamed, moved, again),) = bench.terraform(
        submission,
        [
            applied(case),
            {"variables": account},
            {"variables": {**case, "environment": "dev"}},
            applied(elsewhere),
            {"variables": elsewhere},
        ],
    )
    bench.planned(made)
    kinds = {"bucket": "replace", "queue": "replace", "service": "update"}
    everything = {a: what for kind, what in kinds.items() for name in case["services"] for a in bench.of(name, kind)}
    assert bench.changes(moved) == everything, "moving to another region does something else"
    assert bench.changes(sold) == everything, "moving to another account does something else"
    assert bench.changes(renamed) == everything, "becoming another environment does something else"
    assert bench.changes(again) == {}, "after the move something is left to do"


@pytest.mark.points(1)
def test_drift_is_put_right(hidden, submission, rng):
    """What somebody has changed by hand is found by the next plan, and put right.

    Does the module tell Terraform to look away?
    """
    case = hidden("iac")
    name, other = sorted(case["services"])[:2]
    by_hand = [
        ["bucket", name, {"public": True}],
        ["bucket", other, {"tags": {}}],
        ["queue", other, {"visibility_seconds": 1}],
        ["service", name, {"replicas": 99}],
        ["bucket", other, [{"versioning": False}, {"encryption": "AES256"}][rng.integers(2)]],
        ["queue", name, {"tags": {}}],
        ["service", other, [{"token_sha256": "0" * 64}, {"instance_type": "none"}, {"tags": {}}][rng.integers(3)]],
    ]
    runs = [[applied(case), {"variables": case, "edit": edit}] for edit in by_hand]
    for (kind, key, _), (made, after) in zip(by_hand, bench.terraform(submission, *runs), strict=True):
        bench.settings(made, kind, case["services"])
        found = bench.changes(after)
        assert found.pop(bench.of(key, kind).pop(), None) == "update", f"a {kind} that was changed by hand stays so"
        assert set(found) <= bench.of(key, "service"), "something that nobody changed is touched"


@pytest.mark.points(1)
def test_order_is_in_the_graph(hidden, submission):
    """Terraform knows that a service needs its bucket and its queue.

    A name that is put together again in the service is right, and tells Terraform nothing. What does a reference say?
    """
    case = hidden("iac")
    ((made,),) = bench.terraform(submission, [applied(case)])
    bench.settings(made, "service", case["services"])
    for resource in made["state"]["resources"]:
        if resource["name"] == "service":
            for instance in resource["instances"]:
                needs = set(instance.get("dependencies", []))
                assert needs >= {"terraform_data.bucket", "terraform_data.queue"}, "a service does not wait for them"


def texts(value):
    """Return all texts in a value of JSON, keys too, in order."""
    if isinstance(value, dict):
        return [text for key, each in value.items() for text in (str(key), *texts(each))]
    if isinstance(value, list):
        return [text for each in value for text in texts(each)]
    return [str(value)]


def decoded(text):
    """Return what a text says in Base64, packed by gzip or not; nothing if it is none."""
    try:
        plain = base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
        if plain[:2] == b"\x1f\x8b":
            plain = zlib.decompressobj(31).decompress(plain, 1 << 20)
    except (ValueError, zlib.error):
        return ""
    return plain.decode("latin-1")


def betrays(state, token):
    """Return whether 12 characters of a token lie in a state: plain, in parts, backwards, in Base64 or in gzip."""
    found = texts([*state["resources"], state["outputs"]])
    plain = "".join(found).lower() + " " + " ".join(map(decoded, found)).lower()
    return any(token[at : at + 12].lower() in one for at in range(len(token) - 11) for one in (plain, plain[::-1]))


@pytest.mark.points(1)
def test_token_stays_secret(hidden, submission):
    """The token is in no state, no output and no default; services keep its SHA-256, and a new token updates them.

    Who can read the state? Everything in an input, an output or a trigger lies there in the clear.
    """
    case = hidden("iac")
    new = {**case, "api_token": hidden("iac", draw=5)["api_token"]}
    ((made, rotated),) = bench.terraform(submission, [applied(case), applied(new)])
    for step, variables in ((made, case), (rotated, new)):
        token = variables["api_token"]
        digest = hashlib.sha256(token.encode()).hexdigest()
        for found in bench.settings(step, "service", case["services"]).values():
            assert found.get("token_sha256") == digest, "token_sha256 is not the SHA-256 of the token, in hex"
        assert not betrays(step["state"], token), "the token lies in the state, as it is or in another form"
        declared = step["variables"].get("api_token", {})
        assert declared.get("sensitive") is True, "api_token is not declared as sensitive"
        assert "default" not in declared, "api_token has a default, which lies in the repository"
    services = set().union(*(bench.of(name, "service") for name in case["services"]))
    assert bench.changes(rotated) == dict.fromkeys(services, "update"), "a new token does more or less than update"


@pytest.mark.points(1)
def test_bad_variables_are_refused(hidden, submission, rng):
    """Variables that the statement rules out are refused by the plan, and their neighbours are not.

    One `validation` block for each rule; `can(regex(…))` with both anchors, `alltrue([for …])` over a map.
    """
    case = hidden("iac", services=3)
    account, name = case["account_id"], sorted(case["services"])[1]
    word = "".join(rng.choice(list("abcdefghijk"), size=21))
    at, number = int(rng.integers(1, 11)), int(rng.integers(2, 9))
    letter, sign = str(rng.choice(list("aeXZ-. "))), str(rng.choice(list("_.: A")))
    good = [
        case,
        {**case, "environment": "dev"},
        {**case, "api_token": case["api_token"][:32]},
        with_service(case, "a-1"),
        with_service(case, word[:20]),
        with_service(case, name, replicas=1),
        {**case, "services": {}},
    ]
    bad = [
        *({**case, "environment": text} for text in ("", word[:6], "PROD", f"prod{number}")),
        *({**case, "account_id": text} for text in (account[:-1], account + "1", "")),
        {**case, "account_id": account[:at] + letter + account[at + 1 :]},
        {**case, "api_token": case["api_token"][:31]},
        *(with_service(case, text) for text in (word[:2], word, word[:6].title(), f"{number}search", "-search")),
        with_service(case, word[:number] + sign + word[number:12]),
        *(with_service(case, name, replicas=replicas) for replicas in (0, -number, number + 0.5)),
    ]
    found = bench.terraform(submission, *[[{"variables": variables}] for variables in (*good, *bad)])
    for (step,) in found[: len(good)]:
        bench.planned(step)
    for (step,) in found[len(good) :]:
        assert step["errors"], "variables that the statement rules out are taken"


@pytest.mark.points(1)
def test_no_room_is_refused_by_name(hidden, submission):
    """Where no instance type has room for a service, the plan fails, and the message names the service.

    Who reads the message has ten services. A `check` block only warns; what stops the plan?
    """
    case = hidden("iac")
    case = {**case, "services": {f"{name}-x{i}x": each for i, (name, each) in enumerate(case["services"].items())}}
    name = sorted(case["services"])[-2]
    largest = {need: max(t[need] for t in case["instance_types"].values()) for need in ("cpus", "memory_gb")}
    fits = with_service(case, name, cpus=1, memory_gb=largest["memory_gb"])
    runs = [[{"variables": with_service(case, name, **{need: most + 1})}] for need, most in largest.items()]
    both = {"cpus": 32, "memory_gb": 128}  # one type has room for the one, and others for the other
    apart = {key: t for key, t in case["instance_types"].items() if any(t[need] < both[need] for need in both)}
    runs.append([{"variables": {**with_service(case, name, **both), "instance_types": apart}}])
    (fine,), *rest = bench.terraform(submission, [{"variables": fits}], *runs)
    bench.planned(fine)
    for (step,) in rest:
        assert step["errors"], "a service that fits nowhere is planned"
        said = " ".join(each["detail"] for each in step["errors"])
        named = {each for each in case["services"] if re.search(rf"(?<![a-z0-9-]){each}(?![a-z0-9-])", said)}
        assert name in named, "the message does not name the service"
        assert named == {name}, "the message names a service that has room"


def deployed(submission, hidden):
    """Return what became of a stack in prod and one in dev, each in a drawn account and region.

    All checks of the template ask for the same deployments, which `bench` has made once.
    """
    asked = []
    for draw, environment in ((20, "prod"), (21, "dev")):
        case = hidden("iac", draw=draw, services=1)
        given = {"Environment": environment, "Owner": case["owner"], "NoncurrentDays": str(7 + draw)}
        update = {**given, "Owner": "somebody-else", "NoncurrentDays": "90"}
        asked.append({"account": case["account_id"], "region": case["region"], "parameters": given, "update": update})
    found = bench.cloudformation(submission, *asked)
    assert "stacks" in found, found.get("refused", "the template cannot be read, or makes nothing")
    return found, list(zip(asked, found["stacks"], strict=True))


def fields(value):
    """Return what should be a mapping; of anything else, an empty one."""
    return value if isinstance(value, dict) else {}


def items(value):
    """Return the mappings of what should be a list of them, or is one."""
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]


def properties(made, name, kind):
    """Return the properties of a resource of a stack."""
    assert "resources" in made, "the template cannot be deployed"
    resource = made["resources"].get(name, {})
    assert resource.get("Type") == kind, f"there is no {name} of type {kind}"
    return expect.mapping(resource["Properties"])


def closed(made):
    """Return whether nothing of the bucket is public."""
    bucket = properties(made, "ModelBucket", "AWS::S3::Bucket")
    block = fields(bucket.get("PublicAccessBlockConfiguration"))
    policies = [
        statement
        for each in made["resources"].values()
        if each["Type"] == "AWS::S3::BucketPolicy"
        for statement in statements(fields(each["Properties"]).get("PolicyDocument"))
    ]
    return (
        all(str(block.get(each)).lower() == "true" for each in CLOSED)
        and bucket.get("AccessControl") in (None, "Private")
        and all(each.get("Effect") == "Deny" for each in policies)
    )


@pytest.mark.points(1)
def test_bucket_is_closed_and_encrypted(hidden, submission):
    """The stack's bucket is closed to the public and encrypted with KMS; in prod, and only there, it is versioned.

    Four switches close a bucket. Which way round is the condition?
    """
    for stack, made in deployed(submission, hidden)[1]:
        bucket = properties(made, "ModelBucket", "AWS::S3::Bucket")
        assert closed(made), "the bucket is not closed to the public"
        rules = items(fields(bucket.get("BucketEncryption")).get("ServerSideEncryptionConfiguration"))
        kinds = [fields(rule.get("ServerSideEncryptionByDefault")).get("SSEAlgorithm") for rule in rules]
        assert kinds == ["aws:kms"], "the bucket is not encrypted with KMS"
        prod = stack["parameters"]["Environment"] == "prod"
        status = fields(bucket.get("VersioningConfiguration")).get("Status")
        assert (status == "Enabled") is prod, "versioning is not that of the environment"


@pytest.mark.points(1)
def test_one_template_for_both_environments(hidden, submission):
    """One template makes the stacks of both environments, in any account and region, tagged, with no third environment.

    AWS has pseudo parameters for account and region. Exports are unique in an account and region: what if both
    environments share one?
    """
    found, stacks = deployed(submission, hidden)
    takes = {name for name, taken in found["takes"].items() if taken}
    assert takes == {"dev", "prod"}, "another environment is taken, or one of the two is not"
    for stack, made in stacks:
        given = stack["parameters"]
        name = f"{given['Environment']}-models-{stack['account']}-{stack['region']}"
        bucket = properties(made, "ModelBucket", "AWS::S3::Bucket")
        assert bucket.get("BucketName") == name, "the bucket has another name"
        assert made["exports"] == {f"{given['Environment']}-model-bucket": name}, "the export is another"
        tags = {"environment": given["Environment"], "owner": given["Owner"], "managed_by": "cloudformation"}
        for holder in (bucket, properties(made, "ReaderRole", "AWS::IAM::Role")):
            listed = {str(each.get("Key")): each.get("Value") for each in items(holder.get("Tags"))}
            assert all(listed.get(key) == value for key, value in tags.items()), "a tag is not right"
        rules = items(fields(bucket.get("LifecycleConfiguration")).get("Rules"))
        rules = [fields(rule.get("NoncurrentVersionExpiration")) for rule in rules if rule.get("Status") == "Enabled"]
        days = [str(rule.get("NoncurrentDays")) for rule in rules]
        assert given["NoncurrentDays"] in days, "old versions do not expire after NoncurrentDays"


def listed(value):
    """Return a list of texts of what may be one text."""
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def statements(document):
    """Return the statements of a policy."""
    return items(fields(document).get("Statement"))


def matches(pattern, text):
    """Return whether a text is of IAM's pattern: `*` is any text, `?` one character."""
    at = star = 0
    mark, place = -1, 0
    while at < len(text):
        if place < len(pattern) and pattern[place] == "*":
            mark, star, place = place, at, place + 1
        elif place < len(pattern) and pattern[place] in ("?", text[at]):
            at, place = at + 1, place + 1
        elif mark >= 0:
            star += 1
            at, place = star, mark + 1
        else:
            return False
    return all(each == "*" for each in pattern[place:])


def applies(statement, action, resource):
    """Return whether a statement speaks of an action on a resource; conditions are taken to hold."""

    def one(key, text, fold):
        for name, wish in ((key, True), (f"Not{key}", False)):
            if name in statement:
                patterns = [fold(each) for each in listed(statement[name])]
                return any(matches(each, fold(text)) for each in patterns) is wish
        return False

    return one("Action", action, str.lower) and one("Resource", resource, str)


def allowed(policy, action, resource):
    """Return whether a policy allows an action: an Allow speaks of it, and no Deny without a condition does."""
    sure = [each for each in policy if each.get("Effect") != "Deny" or not each.get("Condition")]
    effects = {str(each.get("Effect")) for each in sure if applies(each, action, resource)}
    return "Allow" in effects and "Deny" not in effects


def granted(made, attached=False):
    """Return all statements that a stack's policies grant; of those attached to the role, if so asked."""
    role = made["resources"]["ReaderRole"]
    arns = listed(fields(role["Properties"]).get("ManagedPolicyArns") or [])
    found = []
    for name, each in made["resources"].items():
        given = fields(each["Properties"])
        if each["Type"] in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
            held = str(role["Ref"]) in listed(given.get("Roles") or []) or str(each["Ref"]) in arns
            if held or not attached:
                found += statements(given.get("PolicyDocument"))
        if each["Type"] == "AWS::S3::BucketPolicy":
            everybody = ("*", {"AWS": "*"}, {"AWS": ["*"]})
            found += [
                denial
                for denial in statements(given.get("PolicyDocument"))
                if denial.get("Effect") == "Deny" and denial.get("Principal") in everybody
            ]
        if each["Type"] == "AWS::IAM::Role" and (name == "ReaderRole" or not attached):
            foreign = [arn for arn in listed(given.get("ManagedPolicyArns") or []) if ":iam::aws:" in arn]
            assert not foreign, "a policy that AWS manages is attached: it allows more than this role needs"
            for policy in items(given.get("Policies")):
                found += statements(policy.get("PolicyDocument"))
    return found


STOCK = {
    "Action": [
        "ec2:RunInstances",
        "iam:PassRole",
        "s3:PutBucketAcl",
        "secretsmanager:GetSecretValue",
        "sqs:SendMessage",
        "sts:AssumeRole",
    ],
    "Resource": ["*", "arn:aws:s3:::payroll", "arn:aws:s3:::payroll/2026.csv", "arn:aws:iam::123456789012:role/admin"],
}


def examples(statement, key):
    """Return texts that the patterns of an Allow match, or may match."""
    if key not in statement:
        return STOCK[key]
    patterns = listed(statement[key])
    return [each.replace("*", fill).replace("?", "y") for each in patterns for fill in ("", "Xy", "a/models/b")]


@pytest.mark.points(1)
def test_role_may_do_no_more_than_it_needs(hidden, submission, rng):
    """ECS tasks may take the role, list the bucket and read below models/; nothing else.

    Which action on which resource? An object's ARN is not its bucket's. What else does a star match?
    """
    for _, made in deployed(submission, hidden)[1]:
        role = properties(made, "ReaderRole", "AWS::IAM::Role")
        trusts = [each for each in statements(role.get("AssumeRolePolicyDocument")) if each.get("Effect") == "Allow"]
        assert trusts, "nobody may take the role"
        for trust in trusts:
            principal = fields(trust.get("Principal"))
            services = listed(principal.get("Service"))
            assert (set(principal), services) == ({"Service"}, ["ecs-tasks.amazonaws.com"]), (
                "somebody else may take the role"
            )
            taken = {each.lower() for each in listed(trust.get("Action"))}
            assert "sts:assumerole" in taken, "nobody may take the role"
            assert taken <= {"sts:assumerole", "sts:tagsession"}, "more may be done with the role than to take it"
        name = properties(made, "ModelBucket", "AWS::S3::Bucket").get("BucketName")
        bucket, other = f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}-copy"
        model = f"{bucket}/models/v{rng.integers(2, 99)}/weights.bin"
        policy, held = granted(made), granted(made, attached=True)
        assert allowed(held, "s3:GetObject", model), "the role cannot read a model"
        assert allowed(held, "s3:ListBucket", bucket), "the role cannot list the bucket"
        for statement in policy:
            if statement.get("Effect") == "Allow":
                for action in examples(statement, "Action"):
                    for resource in examples(statement, "Resource"):
                        right = action.lower() in ("s3:getobject", "s3:listbucket")
                        right = right and (resource == bucket or resource.startswith(f"{bucket}/models/"))
                        assert right or not allowed(policy, action, resource), "the role may do more than it needs"
        for action, resource in [
            ("s3:GetObject", f"{bucket}/payroll/2026.csv"),
            ("s3:GetObject", f"{bucket}/models-of-others/v1.bin"),
            ("s3:GetObject", f"{other}/models/v1.bin"),
            ("s3:ListBucket", other),
            *((f"s3:{verb}Object", model) for verb in ("Put", "Delete", "Restore")),
            *((f"s3:{verb}", model) for verb in ("GetObjectAcl", "GetObjectVersion", "PutObjectAcl")),
            *((f"s3:{verb}", bucket) for verb in ("DeleteBucket", "PutBucketPolicy", "GetBucketPolicy")),
            ("s3:ListBucketVersions", bucket),
            ("s3:ListAllMyBuckets", "*"),
            ("iam:PassRole", "arn:aws:iam::123456789012:role/admin"),
            ("kms:Decrypt", "arn:aws:kms:eu-west-1:123456789012:key/1"),
        ]:
            assert not allowed(policy, action, resource), "the role may do more than it needs"


@pytest.mark.points(1)
def test_bucket_outlives_update_and_stack(hidden, submission):
    """Other parameters change the bucket in place, the models stay in it, and it outlives its stack.

    What makes CloudFormation replace a bucket? And what does it do with a resource that goes with its stack?
    """
    for stack, made in deployed(submission, hidden)[1]:
        policy = made.get("resources", {}).get("ModelBucket", {})
        assert "updated" in made, "the stack cannot be made, or not be updated"
        assert made["updated"] == {**made["made"], "holds": True}, "an update replaces the bucket"
        tags = {each["Key"]: each["Value"] for each in made.get("tags", [])}
        assert tags.get("owner") == stack["update"]["Owner"], "an update does not change the tags"
        kept = policy.get("DeletionPolicy")
        assert kept in ("Retain", "RetainExceptOnCreate"), "the bucket goes with its stack"
        if kept == "Retain":  # moto does not know the other one
            assert made["made"]["name"] in made.get("left", []), "the bucket goes with its stack"
        assert policy.get("UpdateReplacePolicy") == "Retain", "a bucket that is replaced is lost"


@pytest.mark.points(6)
@pytest.mark.needs(
    "test_example_is_planned_and_applied",
    "test_second_plan_is_empty",
    "test_unknown_environment_is_refused",
    "test_template_passes_cfn_lint",
    "test_settings_differ_by_environment",
    "test_any_account_and_region",
    "test_tags_on_everything",
    "test_services_come_and_go_alone",
    "test_resize_is_in_place",
    "test_new_name_is_a_replacement",
    "test_drift_is_put_right",
    "test_order_is_in_the_graph",
    "test_token_stays_secret",
    "test_bad_variables_are_refused",
    "test_no_room_is_refused_by_name",
    "test_bucket_is_closed_and_encrypted",
    "test_one_template_for_both_environments",
    "test_role_may_do_no_more_than_it_needs",
    "test_bucket_outlives_update_and_stack",
)
def test_platform_costs_no_more_than_it_must(hidden, submission, credit):
    """Services run on the cheapest instance types that fit, and the output says what that costs a month.

    Which types have room for both needs? Which of them is the cheapest, and does its name or its size say so?
    """
    cases = [
        {**hidden("iac", draw=draw, services=8), "environment": "dev" if draw % 3 == 1 else "prod"}
        for draw in range(10, 20)
    ]
    paid = least = 0.0
    for case, (made,) in zip(cases, bench.terraform(submission, *[[applied(c)] for c in cases]), strict=True):
        cost = 0.0
        services = bench.settings(made, "service", case["services"])
        for name, found in services.items():
            chosen = case["instance_types"].get(str(found.get("instance_type")))
            assert chosen is not None, "an instance_type is not on the price sheet"
            need = case["services"][name]
            assert all(chosen[each] >= need[each] for each in ("cpus", "memory_gb")), "a service does not fit"
            replicas = wanted(case)["service"][name]["replicas"]
            assert bench.same(found.get("replicas"), replicas), "replicas are not the statement's"
            cost += replicas * chosen["price"]
        told = expect.number(bench.outputs(made).get("monthly_cost"))
        assert abs(told - HOURS * cost) <= 0.01, "monthly_cost is not what these instances cost in 730 hours"
        paid, least = paid + cost, least + hourly(case)
    credit(paid / least, floor=1.1, full=1.001, name="cost over the least possible", unit=" x")
