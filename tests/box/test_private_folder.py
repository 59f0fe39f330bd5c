"""The grader touches only plain files of a box's folder, whatever the box puts there meanwhile."""

from __future__ import annotations

import os
import threading

import pytest

from tenfold.box.private_folder import Folder
from tenfold.errors import SubmissionError


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "box", None)


def test_what_is_written_can_be_read(folder):
    folder.write("a", b"1")
    folder.write("deep/er/b", b"2")
    folder.write("a", b"3")
    assert (folder.read("a"), folder.read("deep/er/b")) == (b"3", b"2")


@pytest.mark.parametrize("name", ["/etc/passwd", "../x", "", "a/../../x"])
def test_a_name_outside_is_the_callers_mistake(folder, name):
    with pytest.raises(ValueError, match="inside"):
        folder.read(name)


@pytest.mark.parametrize("kind", ["link", "hard link", "pipe", "folder", "nothing", "behind a link"])
def test_only_plain_files_are_touched(folder, tmp_path, kind):
    secret, name = tmp_path / "secret", "x"
    secret.write_text("hidden")
    if kind == "link":
        (folder.path / "x").symlink_to(secret)
    elif kind == "hard link":
        (folder.path / "x").hardlink_to(secret)
    elif kind == "pipe":
        os.mkfifo(folder.path / "x")
    elif kind == "folder":
        (folder.path / "x").mkdir()
    elif kind == "behind a link":
        (folder.path / "l").symlink_to(tmp_path)
        name = "l/secret"
    with pytest.raises(SubmissionError):
        folder.read(name)
    if kind != "nothing":
        with pytest.raises(SubmissionError):
            folder.write(name, b"overwritten")
    assert secret.read_text() == "hidden"


def test_a_file_that_is_too_large_is_refused(folder):
    folder.write("a", b"x" * ((1 << 20) + 1))
    with pytest.raises(SubmissionError, match="larger than 1 MB"):
        folder.read("a", most_mb=1)


def test_a_folder_that_becomes_a_link_while_it_is_read_leads_nowhere(folder, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "f").write_text("hidden")
    folder.write("d/f", b"own")
    stop = threading.Event()

    def swap():
        while not stop.is_set():
            os.rename(folder.path / "d", folder.path / "e")
            os.symlink(outside, folder.path / "d")
            os.unlink(folder.path / "d")
            os.rename(folder.path / "e", folder.path / "d")

    thread = threading.Thread(target=swap)
    thread.start()
    seen = set()
    for _ in range(3000):
        try:
            seen.add(folder.read("d/f"))
        except SubmissionError:
            continue
    stop.set()
    thread.join()
    seen.add(folder.read("d/f"))  # on a busy machine every try may have met a link
    assert seen == {b"own"}


def test_a_folder_is_removed_however_deep_and_closed_it_is(folder):
    top = os.getcwd()
    os.chdir(folder.path)
    try:
        for _ in range(3000):
            os.mkdir("deep")
            os.chdir("deep")
        os.chmod("..", 0)
    finally:
        os.chdir(top)
    folder.remove()
    assert not folder.path.exists()
