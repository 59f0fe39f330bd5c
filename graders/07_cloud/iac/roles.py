"""Who may take the role of a stack, and what it may do."""

from pathlib import Path

from tenfold.datasets import module

stacks = module(Path(__file__).with_name("stacks.py"))
fields, items, of_type, statements, texts = stacks.fields, stacks.items, stacks.of_type, stacks.statements, stacks.texts

ACTIONS = {"s3:listbucket", "s3:getobject"}
POLICY = stacks.POLICY


def is_trusted(view):
    """Fail unless ECS tasks, and they alone, may take the role."""
    trusts = statements(view.role.get("AssumeRolePolicyDocument"))
    assert trusts, "nobody may take the role"
    for trust in trusts:
        assert trust.get("Effect") == "Allow", "the trust policy has a statement that is no Allow"
        principal = fields(trust.get("Principal"))
        alone = set(principal) == {"Service"} and texts(principal["Service"]) == ["ecs-tasks.amazonaws.com"]
        assert alone, "somebody else may take the role"
        actions = {each.lower() for each in texts(trust.get("Action"))}
        assert "sts:assumerole" in actions, "nobody may take the role"
        assert actions <= {"sts:assumerole", "sts:tagsession"}, "more may be done with the role than to take it"


def policies(view):
    """Return the documents of all policies, and of those attached to the role; fail where others are attached."""
    name, arns = str(view.resources["ReaderRole"]["Ref"]), texts(view.role.get("ManagedPolicyArns") or [])
    own = {str(each["Ref"]) for each in of_type(view, POLICY)}
    assert set(arns) <= own, "a policy is attached that the template does not make"
    assert "PermissionsBoundary" not in view.role, "the role has a permissions boundary"
    held = [each.get("PolicyDocument") for each in items(view.role.get("Policies"))]
    found = list(held)
    for each in of_type(view, "AWS::IAM::Policy") + of_type(view, POLICY):
        given = fields(each["Properties"])
        others = given.get("Users") or given.get("Groups")
        assert not others, "a policy is attached to users or groups"
        assert set(texts(given.get("Roles") or [])) <= {name}, "a policy is attached to another role"
        found.append(given.get("PolicyDocument"))
        if name in texts(given.get("Roles") or []) or str(each["Ref"]) in arns:
            held.append(given.get("PolicyDocument"))
    return found, held


def reads_models(view):
    """Fail unless the role may list the bucket and read below models/, and no more."""
    bucket = f"arn:aws:s3:::{view.made_name}"
    found, held = policies(view)
    for each in [each for document in found for each in statements(document)]:
        if each.get("Effect") != "Allow":
            assert each.get("Condition"), "a Deny has no Condition"
            continue
        plain = {"Action", "Resource"} <= set(each) and not {"NotAction", "NotResource"} & set(each)
        assert plain, "an Allow does not say which Action on which Resource"
        more = {action.lower() for action in texts(each["Action"])} - ACTIONS
        assert not more, "the role may do more than s3:ListBucket and s3:GetObject"
        beyond = set(texts(each["Resource"])) - {bucket, f"{bucket}/models/*"}
        assert not beyond, "a policy names more than the bucket and the objects below models/"
    pairs = {
        (action.lower(), resource)
        for document in held
        for each in statements(document)
        if each.get("Effect") == "Allow"
        for action in texts(each["Action"])
        for resource in texts(each["Resource"])
    }
    assert ("s3:listbucket", bucket) in pairs, "the role cannot list the bucket"
    assert ("s3:getobject", f"{bucket}/models/*") in pairs, "the role cannot read the objects below models/"
