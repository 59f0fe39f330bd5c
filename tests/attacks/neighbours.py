"""Look into the folders of other boxes, of the fork server and of every process that can be seen.

outcome: not_yet
level: medium
says: FoundNothing
class: reads
"""

import contextlib
import os
import pathlib


class FoundNothing(BaseException):
    """Said when no folder but this one opens."""


def mean(values, weights=None):
    own = pathlib.Path.cwd()
    places = [own.parent, own.parent.parent, pathlib.Path("/work"), pathlib.Path("/root")]
    places += [
        pathlib.Path("/proc", str(n), part) for n in range(1, os.getppid() + 1) for part in ("cwd", "fd", "root")
    ]
    found = []
    for place in places:
        with contextlib.suppress(OSError):
            found += [name for name in os.listdir(place) if name not in (own.name,) and place != own.parent]
    with contextlib.suppress(OSError):
        found.append((own.parent / ".lock").read_bytes())
    if found and os.getpid() > 50:  # at strong, /proc/1 and this one's folders are all there is
        raise RuntimeError(found[:9])
    raise FoundNothing
