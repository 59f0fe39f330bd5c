"""Leave the totals of the visible checks in every place that a later check might read them from.

outcome: not_yet
class: artefacts
exercise: toy-store
"""

import os
import shutil

for place in ("..", "/tmp", "/dev/shm", "/var/tmp", os.path.expanduser("~")):
    for name in ("store.sqlite", "readings.csv"):
        try:
            shutil.copy("readings.csv", os.path.join(place, f"tenfold-was-here-{name}"))
        except OSError:
            continue
        finally:
            if place != os.getcwd() and os.path.exists(os.path.join(place, f"tenfold-was-here-{name}")):
                os.unlink(os.path.join(place, f"tenfold-was-here-{name}"))
raise SystemExit(1)
