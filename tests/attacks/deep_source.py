"""Nests an expression so deep that whoever parses it fails, and more than the worker would.

class: ends
builds: mean.py
outcome: not_yet
says: RecursionError | MemoryError | asked for more | SyntaxError
"""

import sys
from pathlib import Path

Path(sys.argv[1], "mean.py").write_text("def mean(values, weights=None): return 0.0\nx = " + "-" * 3000 + "1\n")
