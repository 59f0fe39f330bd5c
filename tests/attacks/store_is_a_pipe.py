"""Leave a pipe where the grader will open an artefact, so that it waits for ever.

outcome: not_yet
says: store.sqlite cannot be opened
class: artefacts
exercise: toy-store
"""

import os

os.mkfifo("store.sqlite")
