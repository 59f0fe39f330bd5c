"""What Git refuses is one line that says what mends it."""

from __future__ import annotations

import subprocess

import pytest

from tenfold.errors import MachineError
from tenfold.git import git
from tenfold.handout.pulls.repository import Repository


@pytest.fixture
def anothers(tmp_path, monkeypatch):
    """Give a repository that Git takes for another owner's."""
    subprocess.run(["git", "init", "-q", tmp_path / "it"], check=True)
    (tmp_path / "settings").write_text("")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "settings"))
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    return tmp_path / "it"


@pytest.mark.parametrize("ask", [lambda folder: git(folder, "rev-parse", "HEAD"), Repository])
def test_a_repository_of_another_owner_names_the_command_that_trusts_it(anothers, ask):
    with pytest.raises(MachineError) as caught:
        ask(anothers)
    said = str(caught.value)
    assert "belongs to somebody else" in said
    assert f"git config --global --add safe.directory {anothers}" in said
    assert "\n" not in said


def test_a_warning_is_not_the_reason(tmp_path, monkeypatch):
    (tmp_path / "git").write_text("#!/bin/sh\necho 'warning: of no use' >&2\necho 'fatal: the reason' >&2\nexit 128\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(MachineError, match="fatal: the reason"):
        git(tmp_path, "status")


def test_where_there_is_no_repository_a_line_says_so(tmp_path):
    with pytest.raises(MachineError, match="not a git repository"):
        git(tmp_path, "rev-parse", "HEAD")
