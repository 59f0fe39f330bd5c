"""What the checks share: the branch of a submission, questions to a library, and what becomes of its tests."""

import json
import sys
from pathlib import Path

from tenfold.datasets import module
from tenfold.errors import MachineError

HERE = Path(__file__).resolve().parent
NO_GIT = "git is not on this machine's PATH: this exercise applies patches with it. Install git and grade again"
upstream = module(HERE / "library.py").upstream
_branches = {}


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
    """Write what runs of a library into a folder of the box: its code, its tests, and how they are run."""
    for name, content in files.items():
        if name.startswith(("terse/", "tests/")) or name == "pyproject.toml":
            submission.write(f"{folder}/{name}", content)


def ask(submission, files, *groups):
    """Return the answers of a library to groups of questions, for each of which it is loaded anew.

    An answer is {"answer": value} or {"raised": [names]}. The library's code runs in the box. What comes out are
    values, to be compared out here.
    """
    put(submission, "library", {name: content for name, content in files.items() if name.startswith("terse/")})
    submission.write("ask.py", (HERE / "ask.py").read_bytes())
    submission.write("questions.json", json.dumps(groups).encode())
    submission.write("answers.json", b"[]")
    ran = submission.run([sys.executable, "-B", "ask.py", "library"])
    answers = _read(submission, "answers.json")
    fits = ran.code == 0 and isinstance(answers, list) and all(isinstance(part, list) for part in answers)
    whole = fits and [len(part) for part in answers] == [len(group) for group in groups]
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


def outcomes(submission, libraries):
    """Run the tests of libraries, path to contents each, and return what became of them, for each library.

    That is a dict from a test's name to a list of words, one for each time that it was to run: "passed", "failed",
    "skipped", "expected to fail" or "broken"; and None where the tests have ended their process.
    """
    folders = [f"copy{number}" for number, _ in enumerate(libraries)]
    for folder, files in zip(folders, libraries, strict=True):
        put(submission, folder, files)
        submission.write(f"{folder}.json", b"null")
    submission.write("outcomes.py", (HERE / "outcomes.py").read_bytes())
    submission.run([sys.executable, "-B", "outcomes.py", *folders])
    found = [_read(submission, f"{folder}.json") for folder in folders]
    return [each if _are_outcomes(each) else None for each in found]


def _are_outcomes(found):
    return isinstance(found, dict) and all(isinstance(words, list) and words for words in found.values())


def _read(submission, name):
    try:
        return json.loads(submission.read(name, 1))
    except (ValueError, RecursionError):
        return None
