"""In a view of one's own, reading a file leaves no mark on it, and nobody is mightier in it than before."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

READ = """
import os, sys
from pathlib import Path
from tenfold.box.inside import mounts
place, own = Path(sys.argv[1]), sys.argv[2] == "own"
file = place / "file"
os.utime(file, (1, 2))
if own and not mounts.own(place / "den", [Path(mounts.__file__).parent, place]):
    print("cannot")
    raise SystemExit
before = os.stat(file).st_atime, os.stat(place).st_atime
file.read_bytes()
os.listdir(place)
(place / "den" / "new").write_text("x")
print("same" if (os.stat(file).st_atime, os.stat(place).st_atime) == before else "marked")
print(open("/proc/self/status").read().split("CapEff:")[1].split()[0].strip("0") or "none")
"""


def read(place, how, **as_user):
    given = {"env": {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, "cwd": "/", **as_user}
    ran = subprocess.run([sys.executable, "-c", READ, place, how], capture_output=True, text=True, **given)
    assert ran.returncode == 0, ran.stderr
    if "cannot" in ran.stdout:
        pytest.skip("this machine does not let one have such a view")
    return ran.stdout.split()


@pytest.fixture
def place(tmp_path):
    tmp_path.chmod(0o755)
    (tmp_path / "den").mkdir()
    (tmp_path / "file").write_text("x")
    os.utime(tmp_path / "file", (1, 2))
    os.utime(tmp_path, (1, 2))
    return tmp_path


def test_reading_leaves_no_mark(place):
    if read(place, "plain")[0] == "same":
        pytest.skip("this file system writes no time of access")
    assert read(place, "own")[0] == "same"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_others_need_a_user_namespace_and_keep_none_of_its_might():
    nobody = {"user": 54321, "group": 54321, "extra_groups": []}
    if subprocess.run([sys.executable, "-c", "import os"], cwd="/", **nobody).returncode:
        pytest.skip("this Python is shut to other users")
    place = Path("/tmp") / f"tenfold-mounts-{os.getpid()}"
    (place / "den").mkdir(parents=True)
    try:
        (place / "file").write_text("x")
        for path in (place, place / "den", place / "file"):
            os.chown(path, 54321, 54321)
        assert read(place, "own", **nobody) == ["same", "none"]
    finally:
        subprocess.run(["rm", "-rf", place], check=True)
