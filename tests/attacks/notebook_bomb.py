"""Submit a notebook nested deeper than a parser's stack.

outcome: could_not_grade
says: is not a notebook that can be read
class: links
builds: work.ipynb
"""

import sys
from pathlib import Path

Path(sys.argv[1], "work.ipynb").write_text('{"cells": ' + "[" * 2_000_000)
