"""The comment on a pull request believes nothing of a stranger's run but numbers, ids and words of closed lists."""

from __future__ import annotations

import io
import json
import runpy
import threading
import urllib.parse
import zipfile
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import TCPServer
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = SimpleNamespace(**runpy.run_path(str(ROOT / "ci" / "comment.py")))
HEAD, BASE = "a" * 40, "b" * 40
RESULT = {
    "exercise": "toy-mean",
    "status": "not_yet",
    "score": 7.5,
    "points": 9,
    "sandbox": {"level": "strong", "limits": {}},
    "seed_label": "seed 12345",
    "checks": [{"hidden": False}, {"hidden": True}],
    "message": "@everyone ![x](http://evil.example)",
}
RUN = {
    "id": 7,
    "event": "pull_request",
    "path": ".github/workflows/grade.yml",
    "head_sha": HEAD,
    "head_branch": "work/ü",
    "head_repository": {"owner": {"login": "ada"}},
    "created_at": "2026-11-23T10:00:00Z",
}


def zipped(content: object, name: str = "results.json", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr(name, content if isinstance(content, bytes | str) else json.dumps(content))
    return file.getvalue()


CORRUPT = zipped([RESULT], method=zipfile.ZIP_LZMA)
CORRUPT = CORRUPT[:60] + bytes(20) + CORRUPT[80:]


class Site:
    """A stand-in for GitHub: what it knows, and what it was told."""

    def __init__(self) -> None:
        base = {"sha": BASE, "ref": "main", "repo": {"default_branch": "main"}}
        self.pulls = [{"number": 3, "head": {"sha": HEAD}, "base": base, "created_at": "2026-11-23T09:00:00Z"}]
        self.files = [{"filename": "exercises/01_toy/mean/mean.py"}]
        self.artifacts = [{"id": 11, "name": "grade-results", "expired": False, "size_in_bytes": 400}]
        self.zip = zipped([RESULT])
        self.comments: list[dict[str, object]] = []
        self.told: list[tuple[str, str, str]] = []
        self.storage_saw: list[str | None] = []

    def answer(self, path: str) -> object:
        url = urllib.parse.urlsplit(path)
        query = urllib.parse.parse_qs(url.query)
        match url.path.removeprefix("/repos/o/r"):
            case "/pulls":
                assert query["head"] == ["ada:work/ü"]
                return self.pulls
            case place if place == f"/compare/{BASE}...{HEAD}":
                return {"files": self.files}
            case "/actions/runs/7/artifacts":
                return {"artifacts": self.artifacts}
            case "/issues/3/comments":
                page = int(query["page"][0])
                return self.comments[100 * (page - 1) : 100 * page]
        raise AssertionError(path)


@pytest.fixture
def site():
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/repos/o/r/actions/artifacts/11/zip":
                self.send_response(302)
                self.send_header("Location", "/storage")
                self.end_headers()
                return
            if self.path == "/storage":
                site.storage_saw.append(self.headers["Authorization"])
                self.reply(site.zip)
                return
            assert self.headers["Authorization"] == "Bearer t0ken"
            self.reply(json.dumps(site.answer(self.path)).encode())

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            site.told.append((self.command, self.path.removeprefix("/repos/o/r"), body["body"]))
            self.reply(b"{}")

        do_PATCH = do_POST  # noqa: N815 - the name is the server's

        def reply(self, content):
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    with TCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        site.github = SCRIPT.GitHub(f"http://127.0.0.1:{server.server_address[1]}", "o/r", "t0ken")
        yield site
        server.shutdown()
        thread.join()


def test_a_grade_becomes_a_comment(site):
    assert SCRIPT.say(site.github, RUN) == "commented on #3"
    ((method, path, body),) = site.told
    assert (method, path) == ("POST", "/issues/3/comments")
    assert "| `toy-mean` | ✗ not yet | 7.5 of 9 | strong | 12345 |" in body
    assert HEAD in body
    assert "advice" in body
    assert "evil" not in body
    assert site.storage_saw == [None], "the token goes to GitHub alone"


def test_the_comment_of_before_is_written_over_and_only_the_bots_own(site):
    site.comments = [
        {"id": 1, "user": {"login": "ada"}, "body": f"{SCRIPT.MARK} mine"},
        {"id": 2, "user": None, "body": "a ghost's"},
        *({"id": 100 + n, "user": {"login": "eve"}, "body": ""} for n in range(100)),
        {"id": 5, "user": {"login": SCRIPT.AUTHOR}, "body": f"{SCRIPT.MARK}\nold"},
    ]
    SCRIPT.say(site.github, RUN)
    ((method, path, _),) = site.told
    assert (method, path) == ("PATCH", "/issues/comments/5")


@pytest.mark.parametrize(
    "file",
    [
        {"filename": ".github/workflows/grade.yml"},
        {"filename": "old.yml", "previous_filename": ".github/workflows/grade.yml"},
    ],
)
def test_a_changed_workflow_gets_no_grade_repeated(site, file):
    site.files.append(file)
    SCRIPT.say(site.github, RUN)
    ((_, _, body),) = site.told
    assert "by hand" in body
    assert "toy-mean" not in body


def test_more_files_than_github_tells_of_count_as_a_changed_workflow(site):
    site.files = [{"filename": f"{n}.txt"} for n in range(SCRIPT.MOST_FILES)]
    SCRIPT.say(site.github, RUN)
    assert "toy-mean" not in site.told[0][2]


def refused(site, run=RUN):
    with pytest.raises(SCRIPT.Refusal) as caught:
        SCRIPT.say(site.github, run)
    assert site.told == []
    return str(caught.value)


def lost(site):
    """Return what is said where a run left no grade: nothing that an older comment says may stand."""
    SCRIPT.say(site.github, RUN)
    text = site.told[-1][2]
    assert f"There is no grade of the commit {HEAD}" in text
    assert "toy-mean" not in text
    return text


def test_a_pull_request_for_another_branch_is_refused(site):
    site.pulls[0]["base"]["ref"] = "old"
    assert "not for the default branch" in refused(site)


def test_a_run_from_before_the_pull_request_is_refused(site):
    site.pulls[0]["created_at"] = "2026-11-23T10:00:01Z"
    assert "older than the pull request" in refused(site)


def test_visible_checks_alone_are_said_to_be_that(site):
    site.zip = zipped([RESULT | {"status": "passed", "score": 9, "checks": [{"hidden": False}]}])
    SCRIPT.say(site.github, RUN)
    assert "✓ passed (visible checks only) |" in site.told[0][2]


def test_a_change_of_no_exercise_is_said_to_be_that(site):
    site.zip = zipped([])
    SCRIPT.say(site.github, RUN)
    assert "Nothing to grade" in site.told[0][2]


def test_another_commit_than_the_pull_requests_is_refused(site):
    site.pulls[0]["head"]["sha"] = "c" * 40
    assert "0 open pull requests" in refused(site)


def test_two_pull_requests_of_one_commit_are_refused(site):
    site.pulls *= 2
    assert "2 open pull requests" in refused(site)


@pytest.mark.parametrize("change", [{"path": ".github/workflows/other.yml"}, {"event": "push"}])
def test_a_run_of_something_else_is_refused(site, change):
    assert "not one of" in refused(site, RUN | change)


def test_no_artifact_or_a_large_one_is_refused(site):
    site.artifacts[0]["size_in_bytes"] = SCRIPT.MOST_ZIPPED + 1
    assert "larger" in lost(site)
    site.artifacts[0]["expired"] = True
    assert "left no results" in lost(site)
    site.artifacts = [{**site.artifacts[0], "expired": False, "size_in_bytes": 1}]
    site.zip = bytes(SCRIPT.MOST_ZIPPED + 1)
    assert "larger" in lost(site), "whatever size was told"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"not a zip", "cannot be read"),
        (zipped([RESULT], name="other.json"), "cannot be read"),
        (zipped(b"\xff{"), "cannot be read"),
        (CORRUPT, "cannot be read"),
        (zipped("[" * 100_000), "cannot be read"),
        (zipped("[" + "1" * 5000 + "]"), "cannot be read"),
        (zipped(b" " * (SCRIPT.MOST_BYTES + 1)), "larger than"),
        (zipped({"exercise": "toy-mean"}), "no list"),
        (zipped([RESULT] * (SCRIPT.MOST_RESULTS + 1)), "no list"),
        (zipped([[]]), "no field"),
        (zipped([{}]), "no field"),
        (zipped([RESULT | {"exercise": "toy-mean`\n# passed"}]), "no id"),
        (zipped([RESULT | {"exercise": ["toy-mean"]}]), "no id"),
        (zipped([RESULT | {"status": "passed!"}]), "unknown status"),
        (zipped([RESULT | {"status": {}}]), "unknown status"),
        (zipped([RESULT | {"sandbox": {"level": "@all"}}]), "unknown status or level"),
        (zipped([RESULT | {"sandbox": None}]), "no field"),
        (zipped([RESULT | {"score": 10}]), "no points"),
        (zipped([RESULT | {"score": "7"}]), "no points"),
        (zipped([RESULT | {"score": True}]), "no points"),
        (zipped([RESULT | {"score": float("nan")}]), "no points"),
        (zipped([RESULT | {"points": float("inf")}]), "no points"),
        (zipped([RESULT | {"points": 10**400}]), "no points"),
    ],
)
def test_what_is_no_result_is_refused(site, content, says):
    site.zip = content
    assert says in lost(site)


def test_a_seed_that_is_no_number_is_left_out(site):
    site.zip = zipped([RESULT | {"seed_label": "seed 1 @all"}, RESULT | {"seed_label": None}])
    SCRIPT.say(site.github, RUN)
    assert site.told[0][2].count("| strong |  |") == 2


def test_refusals_end_with_0_and_faults_of_github_with_2(site, tmp_path, monkeypatch, capsys):
    event = tmp_path / "event.json"
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(event))
    monkeypatch.setenv("GITHUB_API_URL", site.github._base.removesuffix("/repos/o/r"))
    monkeypatch.setenv("GITHUB_REPOSITORY", "o/r")
    monkeypatch.setenv("GITHUB_TOKEN", "t0ken")
    event.write_text(json.dumps({"workflow_run": RUN | {"event": "push"}}))
    assert SCRIPT.main() == 0
    assert "No comment" in capsys.readouterr().out
    event.write_text(json.dumps({"workflow_run": RUN}))
    assert SCRIPT.main() == 0
    assert len(site.told) == 1
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:1")
    assert SCRIPT.main() == 2
