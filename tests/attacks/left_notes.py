"""Leave notes of one check for the next: in files, in shared memory, in the environment, in a module.

outcome: not_yet
level: medium
says: FoundNothing
class: timing
"""

import builtins
import contextlib
import ctypes
import os
import pathlib
import sys


class FoundNothing(BaseException):
    """Said when no note of an earlier check is there."""


def mean(values, weights=None):
    found = hasattr(builtins, "note") or "NOTE" in os.environ or hasattr(sys.modules["numpy"], "note")
    folders = ("/dev/shm", "/tmp", "/var/tmp", "/run", "/dev/mqueue", "..", "../..", ".", os.environ["HOME"])
    notes = [pathlib.Path(folder) / "tenfold-was-here-note" for folder in folders]
    found = found or any(map(os.path.exists, notes))
    for note in notes:
        with contextlib.suppress(OSError):
            note.write_text("seen")
    shared = ctypes.CDLL(None).shmget(0x7E4F01D, 4096, 0)
    ctypes.CDLL(None).shmget(0x7E4F01D, 4096, 0o1666)
    builtins.note = sys.modules["numpy"].note = os.environ["NOTE"] = "seen"
    if found or shared >= 0:
        raise RuntimeError("a note")
    raise FoundNothing
