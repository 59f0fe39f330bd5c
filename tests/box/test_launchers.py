"""The words that wall in a fork server: nothing of the kit's content is shown, parents are open, root keeps little."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

import tenfold
from tenfold.box import launchers


def mounted(words):
    """Return what a bubblewrap command line binds."""
    return [Path(words[i + 1]) for i, word in enumerate(words) if word in ("--bind", "--ro-bind")]


@pytest.mark.parametrize("uid", [0, 1000])
def test_bubblewrap_shows_libraries_and_the_den_alone(monkeypatch, tmp_path, uid):
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    words = launchers.around("strong", tmp_path, loopback=False)
    shown = mounted(words)
    kit = Path(tenfold.__file__).parent
    assert tmp_path in shown
    assert not any(kit.is_relative_to(path) or Path.home() == path for path in shown)
    assert not any(part in str(path) for path in shown for part in ("exercises", "solutions", "datasets"))
    assert ("--unshare-user" in words) == (uid != 0)
    assert ("--cap-drop" in words) == (uid == 0)
    assert {"--unshare-net", "--unshare-pid", "--unshare-ipc"} <= set(words)
    assert "CAP_SYS_ADMIN" not in words


def test_parents_come_before_what_is_in_them(tmp_path):
    words = launchers.around("strong", tmp_path, loopback=True)
    made = [Path(words[i + 1]) for i, word in enumerate(words) if word == "--dir"]
    for path in mounted(words):
        for parent in path.parents[:-1]:
            bound = any(parent.is_relative_to(other) for other in mounted(words))
            assert bound or words.index(str(parent)) < words.index(str(path))
    assert len(made) == len(set(made))
    assert words[words.index("/dev/shm") - 1] == "--tmpfs"


def test_other_levels_take_no_program(tmp_path):
    assert launchers.around("weak", tmp_path, False) == launchers.around("medium", tmp_path, False) == []


def test_the_profile_for_macos_allows_the_den_and_the_interpreter(tmp_path):
    program, _, profile = launchers.around("sandbox-exec", tmp_path, False)
    assert program == "sandbox-exec"
    assert f'(allow file-write* (subpath "{tmp_path}")' in profile
    assert f'(subpath "{sys.prefix}")' in profile
    assert profile.count("(") == profile.count(")")
    assert "(deny network*)" in profile
