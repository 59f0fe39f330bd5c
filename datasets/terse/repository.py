"""The library's Git repository: made anew from its files, and a branch put on it with `git am`, as a maintainer does.

The grader runs this in a box of its own. It runs nothing of the branch: it has Git apply it, and reads what came out.
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

MOST_COMMITS = 8
MOST_FILES = 60
MOST_BYTES = 200_000
SECONDS = 600  # beyond every limit of a grade, which counts processor time: for who runs this without one
SUBJECT = "terse 0.4.1, and progress with the time left"
WHO = {"NAME": "terse", "EMAIL": "terse@example.org", "DATE": "2026-01-05T12:00:00+0000"}
SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.autocrlf": "false",
    "core.fileMode": "false",
    "core.symlinks": "false",
    "core.protectNTFS": "true",
    "core.protectHFS": "true",
    "core.fsmonitor": "false",
    "commit.gpgSign": "false",
    "am.threeWay": "false",
    "gc.auto": "0",
}


class Refused(Exception):
    """Git said no; the text is its own."""


class Repository:
    """A repository in a folder, and Git without anybody's own settings."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self._settings = [part for item in SETTINGS.items() for part in ("-c", "=".join(item))]
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP") if name in os.environ}
        people = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in WHO.items()}
        self._environment = {**kept, **people, "HOME": str(folder), "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
        self._blobs = {}
        self._environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_ATTR_NOSYSTEM": "1"}

    def git(self, *arguments, fails=False, given=None):
        """Run Git and return its output, or raise `Refused`: a verdict on the branch, which no clock may give."""
        try:
            done = subprocess.run(
                ["git", *self._settings, *arguments],
                cwd=self.folder,
                env=self._environment,
                input=b"" if given is None else given,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            late = f"git {arguments[0]} had not come to an end after {SECONDS} s: is this machine very busy?"
            raise TimeoutError(late) from None
        if done.returncode and not fails:
            raise Refused(done.stdout.decode(errors="replace"))
        return done.stdout

    def make(self, files):
        """Begin a repository with one commit; the same files give the same commit id everywhere."""
        git = self.folder / ".git"  # by hand: `git init` copies templates and changes modes, which a box forbids
        for part in ("objects", "refs/heads"):
            (git / part).mkdir(parents=True)
        (git / "HEAD").write_text("ref: refs/heads/main\n")
        (git / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tautocrlf = false\n")
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        self.git("add", "--force", "--", *sorted(files))
        self.git("commit", "--quiet", "--no-verify", "-m", SUBJECT)

    def tree(self, commit):
        """Return the files of a commit: path to (mode, content)."""
        entries = self.git("ls-tree", "-r", "-z", commit).decode(errors="replace").split("\0")[:-1]
        if len(entries) > MOST_FILES:
            raise Refused(f"a commit holds more than {MOST_FILES} files")
        found = {}
        for entry in entries:
            kind, path = entry.split("\t", 1)
            mode, what, name = kind.split()
            if name not in self._blobs:
                self._blobs[name] = self.git("cat-file", "blob", name) if what == "blob" else b""
            found[path] = (mode, self._blobs[name])
        return found


def applied(files, patch):
    """Put a mailbox of patches on the library and return what comes out, as plain values.

    Parameters
    ----------
    files
        The library before: path to contents.
    patch
        What ``git format-patch --stdout main`` printed.

    Returns
    -------
    dict
        ``git``: whether Git is on this machine. ``refused``: why the patches do not apply, or an empty text.
        ``commits``: one dict each, oldest first, of ``message``, ``files`` (path to contents), ``modes`` (path to
        Git's mode), ``touched`` (paths). ``clean``: whether ``git diff --check`` finds no bad white space.
        ``lines``: path to lines added and deleted by the branch as a whole.
    """
    answer = {"git": shutil.which("git") is not None, "refused": "", "commits": [], "clean": True, "lines": {}}
    if not answer["git"]:
        return answer
    folder = tempfile.mkdtemp()
    try:
        return {**answer, **_applied(Repository(folder), files, patch)}
    except Refused as error:
        return {**answer, "refused": _short(str(error))}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _short(said):
    for advice in ("\nhint:", "\nWhen you have resolved"):
        said = said.partition(advice)[0]
    return said.strip()[:600] or "git am says no"


def _applied(repository, files, patch):
    if not re.match(rb"From [0-9a-f]{40} ", patch):
        raise Refused("it is not what `git format-patch --stdout main` prints; is it the starter still?")
    if len(patch) > MOST_BYTES:
        raise Refused(f"the file is larger than {MOST_BYTES // 1000} kB")
    if b"\0" in patch or re.search(rb"^(GIT binary patch|copy from )", patch, re.MULTILINE):
        raise Refused("the file holds a binary patch, a copy, or is not plain text (UTF-16 from a Windows shell?)")
    if len(re.findall(rb"^From [0-9a-f]{40} ", patch, re.MULTILINE)) > MOST_COMMITS:
        raise Refused(f"the branch has more than {MOST_COMMITS} commits")
    repository.make(files)
    start = repository.git("rev-parse", "HEAD").decode().strip()
    mailbox = repository.folder / ".git" / "fix.patch"
    mailbox.write_bytes(patch)
    repository.git("am", "--quiet", "--patch-format=mbox", "--no-gpg-sign", "--", str(mailbox))
    names = repository.git("rev-list", "--reverse", f"{start}..HEAD").decode().split()
    if not 1 <= len(names) <= MOST_COMMITS:
        raise Refused(f"the branch has {len(names)} commits, not 1 to {MOST_COMMITS}")
    return {
        "commits": [_commit(repository, name) for name in names],
        "clean": not repository.git("diff", "--no-ext-diff", "--check", start, "HEAD", fails=True),
        "lines": _lines(repository.git("diff", "--no-ext-diff", "--numstat", "-z", "--no-renames", start, "HEAD")),
    }


def _commit(repository, name):
    tree = repository.tree(name)
    touched = repository.git("diff-tree", "-r", "-z", "--no-renames", "--no-commit-id", "--name-only", name)
    return {
        "message": repository.git("show", "-s", "--format=%B", name).decode(errors="replace").strip(),
        "files": {path: content for path, (_, content) in tree.items()},
        "modes": {path: mode for path, (mode, _) in tree.items()},
        "touched": touched.decode(errors="replace").split("\0")[:-1],
    }


def _lines(numstat):
    rows = [row.split("\t", 2) for row in numstat.decode(errors="replace").split("\0")[:-1]]
    return {path: [int(count) if count.isdigit() else 10**6 for count in counts] for *counts, path in rows}
