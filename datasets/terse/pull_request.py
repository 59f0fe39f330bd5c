"""What the checks share: the library as it was, the branch of a submission, questions to it and runs of its tests."""

import json
import sys
from pathlib import Path

from tenfold.errors import MachineError

HERE = Path(__file__).resolve().parent
NO_GIT = "git is not on this machine's PATH: this exercise applies patches with it. Install git and grade again"
SKIPPED = {"__pycache__", ".pytest_cache", ".ruff_cache", ".mypy_cache", ".hypothesis", ".benchmarks", ".DS_Store"}
_branches = {}


def upstream():
    """Return the library before the fix: path to contents."""
    top = HERE / "upstream"
    paths = [path for path in top.rglob("*") if path.is_file() and not SKIPPED & set(path.parts)]
    return {path.relative_to(top).as_posix(): path.read_bytes().replace(b"\r\n", b"\n") for path in sorted(paths)}


def branch(submission, repository, more=None):
    """Return what `repository.applied` says of the submission on the library, to which `more` files may have come."""
    patch = submission.read("fix.patch", 1)
    key = patch, tuple(sorted((more or {}).items()))
    if key not in _branches:
        _branches.clear() if len(_branches) > 8 else None
        _branches[key] = repository.applied({**upstream(), **(more or {})}, patch)
    found = _branches[key]
    if not found["git"]:
        raise MachineError(NO_GIT)
    return found


def put(submission, folder, files):
    """Write files into a folder of the box."""
    for name, content in files.items():
        submission.write(f"{folder}/{name}", content)


def ask(submission, files, questions, folder="library"):
    """Return the answers of a library to questions: a list of {"answer": value} or {"raised": [names]}, or none.

    The library's code runs in the box. Its answers are values, to be compared out here.
    """
    put(submission, folder, {name: content for name, content in files.items() if name.startswith("terse/")})
    submission.write("ask.py", (HERE / "ask.py").read_bytes())
    submission.write("questions.json", json.dumps(questions).encode())
    submission.write("answers.json", b"[]")
    ran = submission.run([sys.executable, "-B", "ask.py", folder])
    try:
        answers = json.loads(submission.read("answers.json", 1))
    except (ValueError, RecursionError):
        answers = []
    whole = ran.code == 0 and isinstance(answers, list) and len(answers) == len(questions)
    assert whole, "your library cannot be imported and called to the end"
    return answers


def same(answer, wanted):
    """Return whether an answer is the value wanted, of the same type; an exception class wants one of that kind."""
    if not isinstance(answer, dict):
        return False
    if isinstance(wanted, type):
        raised = answer.get("raised")
        return isinstance(raised, list) and wanted.__name__ in raised
    found = answer.get("answer")
    return type(found) is type(wanted) and found == wanted


def suite(submission, folder, files, only="tests"):
    """Run tests of a copy of the library in the box and return pytest's exit code: 0 passed, 1 some failed."""
    put(submission, folder, files)
    options = ["-q", "--tb=no", "-p", "no:cacheprovider", "--rootdir", folder, "-c", f"{folder}/pyproject.toml"]
    alone = ["env", "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1", sys.executable, "-B", "-m", "pytest"]
    return submission.run([*alone, *options, f"{folder}/{only}"]).code
