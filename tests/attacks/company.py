"""Submit more than was asked for: a conftest, a compiled module, checks and a proof of one's own.

outcome: not_yet
class: links
builds: folder
"""

import sys
from pathlib import Path

folder = Path(sys.argv[1])
(folder / "mean.py").write_text("from helper import mean\n")
(folder / "helper.py").write_text("def mean(values, weights=None): return 3.0\n")
for name in ("conftest.py", "sitecustomize.py", "test_mean.py", "test_hidden.py", "mean.pth"):
    (folder / name).write_text("import os\nos._exit(0)\n")
(folder / "proof.json").write_text('{"status": "passed"}')
(folder / "pytest.ini").write_text("[pytest]\naddopts = --collect-only\n")
(folder / "mean.cpython-311-x86_64-linux-gnu.so").write_bytes(b"\x7fELF")
