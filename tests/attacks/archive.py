"""Submit an archive under the name of the work, with a path out of its folder inside.

outcome: not_yet
class: links
builds: folder
"""

import sys
import zipfile
from pathlib import Path

with zipfile.ZipFile(Path(sys.argv[1], "mean.py"), "w") as archive:
    archive.writestr("__main__.py", "def mean(values, weights=None): return 3.0")
    archive.writestr("../../../tmp/tenfold-was-here", "x")
