"""Saving grades the visible checks again, in a terminal as a learner has it; Enter grades all."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time

import pytest
from tests.conftest import PATIENCE

STYLE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@pytest.fixture
def terminal(course, tmp_path):
    """Start `tenfold watch toy-mean` on a copy of the tiny course, in a terminal of its own."""
    shutil.copytree(course, tmp_path / "course")
    ours, theirs = pty.openpty()
    argv = [sys.executable, "-m", "tenfold.cli", "watch", "toy-mean"]
    process = subprocess.Popen(
        argv, cwd=tmp_path / "course", stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)

    class Terminal:
        work = tmp_path / "course" / "exercises" / "01_toy" / "mean" / "mean.py"
        said = ""

        def shows(self, text):
            deadline = time.monotonic() + PATIENCE
            while text not in self.said and time.monotonic() < deadline:
                if select.select([ours], [], [], 0.1)[0]:
                    self.said = STYLE.sub("", self.said + os.read(ours, 1 << 16).decode(errors="replace"))
            found, self.said = text in self.said, self.said.partition(text)[2]
            return found

        def types(self, text):
            os.write(ours, text.encode())

        def ends(self):
            process.send_signal(signal.SIGINT)
            return process.wait(PATIENCE)

    yield Terminal()
    process.kill()
    process.wait()
    os.close(ours)


def test_a_save_is_graded_and_enter_grades_everything(terminal, toy):
    assert terminal.shows("NOT YET  0 of 3")
    assert terminal.shows("Watching mean.py")
    shutil.copy(toy.solution / "mean.py", terminal.work)
    assert terminal.shows("PASSED (visible checks only)  3 of 3")
    assert terminal.shows("All visible checks hold")
    terminal.types("\n")
    assert terminal.shows("PASSED  9 of 9")
    assert '"passed": true' in (terminal.work.parents[3] / ".tenfold" / "progress.json").read_text()
    terminal.work.unlink()
    assert terminal.shows("is missing from")
    terminal.work.write_text("def mean(values, weights=None) return 1")
    assert terminal.shows("SyntaxError")
    assert terminal.ends() == 0
