"""Submit a folder that is reached through a link to the solutions, and names what it holds in a notebook.

outcome: could_not_grade
says: is not a notebook that can be read | is missing from
class: links
builds: work.ipynb
"""

import json
import sys
from pathlib import Path

cell = {"cell_type": "code", "source": ["# file: ../../solutions/01_toy/mean/mean.py\n", "pass"]}
Path(sys.argv[1], "work.ipynb").write_text(json.dumps({"cells": [cell, None]}))
