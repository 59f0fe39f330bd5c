"""Leave a link to a file of the machine's where the grader will open an artefact.

outcome: not_yet
says: store.sqlite cannot be opened
class: artefacts
exercise: toy-store
"""

import os

os.symlink("/etc/passwd", "store.sqlite")
