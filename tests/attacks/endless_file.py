"""Submit a file without an end, and one larger than any code.

outcome: could_not_grade
says: is larger than 2 MB
class: links
builds: folder
"""

import sys
from pathlib import Path

with Path(sys.argv[1], "mean.py").open("wb") as file:
    file.truncate(1 << 40)
