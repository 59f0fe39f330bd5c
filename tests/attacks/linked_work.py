"""Submit a link to the reference solution.

outcome: could_not_grade
says: Submit a plain file, not a link
class: links
builds: folder
"""

import sys
from pathlib import Path

solution = Path(__file__).parents[1] / "course/solutions/01_toy/mean/mean.py"
Path(sys.argv[1], "mean.py").symlink_to(solution)
