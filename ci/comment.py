"""Say in a pull request what its grade was.

Run by comment.yml on the default branch, with the right to comment and nothing but Python. The run that graded belongs
to a stranger's pull request, so nothing that it left is believed but numbers, ids and words of closed lists; which pull
request it was, and whether that one changes the workflows, is asked of GitHub.
"""

from __future__ import annotations

import http.client
import io
import json
import lzma
import os
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WORKFLOW = ".github/workflows/grade.yml"
ARTIFACT, MEMBER = "grade-results", "results.json"
MARK = "<!-- tenfold grade -->"
AUTHOR = "github-actions[bot]"
MOST_ZIPPED = 1 << 20
MOST_BYTES = 4 << 20
MOST_RESULTS = 100
MOST_POINTS = 10_000
MOST_FILES = 300
"""As many as GitHub tells of a comparison."""
MOST_PAGES = 20
SECONDS = 30

VERDICTS = {"passed": "✓ passed", "not_yet": "✗ not yet", "could_not_grade": "could not grade"}
LEVELS = ("weak", "sandbox-exec", "medium", "strong")
EXERCISE = re.compile(r"[a-z]{1,20}-[a-z0-9-]{1,60}")
SEED = re.compile(r"seed (\d{1,20})")

UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, KeyError, OSError, RuntimeError, ValueError)
ADVICE = (
    "This is advice, not a grade of record: docs/ci.md says what it is worth. "
    "The feedback on each check is in the run's summary."
)
UNTRUSTED = (
    "This pull request changes `.github/`, so its own workflow may have said what it likes: no grade is repeated here. "
    "Read those changes, and grade it by hand: `make ci BASE=… HEAD=…`."
)


class Refusal(Exception):
    """There is nothing to say, or nothing that could be believed; the text says why."""


@dataclass(frozen=True)
class Grade:
    """What is believed of one result document."""

    exercise: str
    status: str
    score: float
    points: float
    whole: bool
    """Whether a hidden check was among the checks."""
    level: str
    seed: int | None

    @classmethod
    def read(cls, document: Any) -> Grade:
        """Take the few known fields of a document, or raise `Refusal`."""
        try:
            exercise, status, level = document["exercise"], document["status"], document["sandbox"]["level"]
            score, points, label = document["score"], document["points"], document["seed_label"]
            whole = any(check["hidden"] is True for check in document["checks"])
        except (TypeError, KeyError) as error:
            raise Refusal(f"a result has no field {error}") from None
        if not (isinstance(exercise, str) and EXERCISE.fullmatch(exercise)):
            raise Refusal("a result's exercise is no id")
        if status not in tuple(VERDICTS) or level not in LEVELS:
            raise Refusal("a result has an unknown status or level")
        if {type(score), type(points)} - {int, float} or not 0 <= score <= points <= MOST_POINTS:  # nan is in no range
            raise Refusal("a result's points are no points")
        seed = SEED.fullmatch(label) if isinstance(label, str) else None
        return cls(exercise, status, float(score), float(points), whole, level, int(seed[1]) if seed else None)


def grades(zipped: bytes) -> list[Grade]:
    """Read the results in an artifact, or raise `Refusal`."""
    try:
        with zipfile.ZipFile(io.BytesIO(zipped)) as archive, archive.open(MEMBER) as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise Refusal(f"{MEMBER} is larger than {MOST_BYTES >> 20} MB")
        documents = json.loads(content)
    except UNREADABLE as error:
        raise Refusal(f"the artifact cannot be read: {type(error).__name__}") from None
    if not isinstance(documents, list) or len(documents) > MOST_RESULTS:
        raise Refusal(f"{MEMBER} is no list of at most {MOST_RESULTS} results")
    return [Grade.read(document) for document in documents]


def table(found: list[Grade], sha: str) -> str:
    """Return the comment's text on the grades of a commit."""
    if not found:
        return f"Nothing to grade: the commit {sha} changes no exercise's files."
    rows = ["| exercise | | points | sandbox | seed |", "|---|---|---|---|---|"]
    for grade in found:
        points = "" if grade.status == "could_not_grade" else f"{grade.score:g} of {grade.points:g}"
        seed = "" if grade.seed is None else str(grade.seed)
        part = "" if grade.whole or grade.status != "passed" else " (visible checks only)"
        rows.append(f"| `{grade.exercise}` | {VERDICTS[grade.status]}{part} | {points} | {grade.level} | {seed} |")
    return "\n".join([*rows, "", f"Commit {sha}. {ADVICE}"])


class GitHub:
    """The few questions asked of GitHub's API, about one repository."""

    def __init__(self, api: str, repository: str, token: str) -> None:
        self._base, self._token = f"{api}/repos/{repository}", token

    def ask(self, path: str, document: dict[str, Any] | None = None, method: str | None = None) -> Any:
        """Return the answer, as JSON, to a GET, or to a POST or PATCH of a document."""
        return json.loads(self.read(path, MOST_BYTES * 8, document, method))

    def read(self, path: str, most: int, document: dict[str, Any] | None = None, method: str | None = None) -> bytes:
        """Return the answer as bytes, or raise `Refusal` when there are more than `most`."""
        data = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(self._base + path, data, method=method)
        request.add_header("Accept", "application/vnd.github+json")
        request.add_header("X-GitHub-Api-Version", "2022-11-28")
        request.add_unredirected_header("Authorization", f"Bearer {self._token}")  # not for whom it redirects to
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            content: bytes = answer.read(most + 1)
        if len(content) > most:
            raise Refusal(f"GitHub's answer is larger than {most} bytes")
        return content

    def pull(self, run: dict[str, Any]) -> dict[str, Any]:
        """Return the open pull request that a run was of: the one with its head, by name and by commit."""
        owner = (run["head_repository"] or {}).get("owner", {}).get("login")
        head = urllib.parse.quote(f"{owner}:{run['head_branch']}", safe="")
        pulls = self.ask(f"/pulls?state=open&per_page=100&head={head}")
        same = [pull for pull in pulls if pull["head"]["sha"] == run["head_sha"]]
        if len(same) != 1:
            raise Refusal(f"{len(same)} open pull requests have the commit that was graded; one is needed")
        (pull,) = same
        if pull["base"]["ref"] != pull["base"]["repo"]["default_branch"]:
            raise Refusal("the pull request is not for the default branch")
        if pull["created_at"] > run["created_at"]:
            raise Refusal("the run is older than the pull request, and may be of another one")
        return dict(pull)

    def changes_workflows(self, pull: dict[str, Any]) -> bool:
        """Return whether a pull request changes `.github/`, or more files than GitHub tells of."""
        files = self.ask(f"/compare/{pull['base']['sha']}...{pull['head']['sha']}?per_page=1")["files"]
        names = [name for file in files for name in (file["filename"], file.get("previous_filename")) if name]
        return len(files) >= MOST_FILES or any(name.startswith(".github/") for name in names)

    def artifact(self, run: int) -> bytes:
        """Return the small artifact of a run, zipped."""
        found = self.ask(f"/actions/runs/{run}/artifacts?name={ARTIFACT}&per_page=100")["artifacts"]
        found = [artifact for artifact in found if artifact["name"] == ARTIFACT and not artifact["expired"]]
        if not found:
            raise Refusal("the run left no results: it graded nothing, or was stopped")
        newest = max(found, key=lambda artifact: artifact["id"])  # each attempt of a run leaves one
        if newest["size_in_bytes"] > MOST_ZIPPED:
            raise Refusal(f"the artifact is larger than {MOST_ZIPPED >> 20} MB")
        return self.read(f"/actions/artifacts/{int(newest['id'])}/zip", MOST_ZIPPED)

    def comment(self, number: int, text: str) -> None:
        """Write the comment into a pull request, over the one of before."""
        body = {"body": f"{MARK}\n{text}"}
        for page in range(1, MOST_PAGES + 1):
            comments = self.ask(f"/issues/{number}/comments?per_page=100&page={page}")
            for comment in comments:
                if (comment["user"] or {}).get("login") == AUTHOR and comment["body"].startswith(MARK):
                    self.ask(f"/issues/comments/{comment['id']}", body, "PATCH")
                    return
            if len(comments) < 100:
                break
        self.ask(f"/issues/{number}/comments", body, "POST")


def say(github: GitHub, run: dict[str, Any]) -> str:
    """Comment on the pull request of a run; return a line for the log."""
    if run["event"] != "pull_request" or run["path"].partition("@")[0] != WORKFLOW:
        raise Refusal(f"the run is not one of {WORKFLOW} for a pull request")
    pull = github.pull(run)
    if github.changes_workflows(pull):
        text = UNTRUSTED
    else:
        try:
            text = table(grades(github.artifact(int(run["id"]))), run["head_sha"])
        except Refusal as refusal:  # what an older comment says is not this commit's
            text = f"There is no grade of the commit {run['head_sha']}: {refusal}."
    github.comment(int(pull["number"]), text)
    return f"commented on #{int(pull['number'])}"


def main() -> int:
    """Comment as the event asks; 0 also when there is nothing to say."""
    event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    names = ("GITHUB_API_URL", "GITHUB_REPOSITORY", "GITHUB_TOKEN")
    try:
        print(say(GitHub(*(os.environ[name] for name in names)), event["workflow_run"]))
    except Refusal as refusal:
        print(f"No comment: {refusal}.")
    except (OSError, http.client.HTTPException, zlib.error) as error:
        print(f"GitHub did not answer as it should: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
