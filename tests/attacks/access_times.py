"""Mark files that may be read by reading them: the time of access says so to the next check.

outcome: not_yet
level: medium
says: FoundNothing
class: timing
"""

import contextlib
import os
import sys
import time


class FoundNothing(BaseException):
    """Said when no reading has left a mark."""


def mean(values, weights=None):
    marked, now = [], time.time()
    for top in ("/usr/share", sys.prefix, "/usr/lib"):
        for base, folders, names in os.walk(top):
            for path in [base, *(os.path.join(base, name) for name in names[:20])]:
                with contextlib.suppress(OSError):
                    before = os.stat(path)
                    if before.st_mtime < before.st_atime > now - 86400:
                        continue  # it would be written once a day
                    if path == base:
                        os.listdir(path)
                    else:
                        with open(path, "rb") as file:
                            file.read(1)
                    if os.stat(path).st_atime != before.st_atime:
                        marked.append(path)
            del folders[9:]
            if time.time() > now + 1 or marked:
                break
    if marked:
        raise RuntimeError(marked)
    raise FoundNothing
