"""End by a signal that has no name while the module loads, so that nothing at all is graded.

outcome: not_yet
says: your program was stopped
class: ends
"""

import os

os.kill(os.getpid(), 63)
