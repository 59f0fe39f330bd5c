"""Submit a pipe that nobody writes to.

outcome: could_not_grade
says: Submit a plain file
class: links
builds: folder
"""

import os
import sys

os.mkfifo(os.path.join(sys.argv[1], "mean.py"))
