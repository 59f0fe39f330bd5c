"""Send datagrams to the programs of this machine: a pair of sockets is enough where it may be turned to any path.

outcome: not_yet
level: medium
says: FoundNothing
class: reads
"""

import contextlib
import socket

PATHS = ("/dev/log", "/run/systemd/journal/socket", "/run/dbus/system_bus_socket", "/run/docker.sock", "\0tenfold")


class FoundNothing(BaseException):
    """Said when no socket takes an address."""


def mean(values, weights=None):
    found = []
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET, socket.SOCK_STREAM):
        with contextlib.suppress(PermissionError):
            here, there = socket.socketpair(socket.AF_UNIX, kind)
            for path in PATHS:
                for attempt in (here.connect, there.bind, lambda to, end=here: end.sendto(b"<13>x", to)):
                    try:
                        attempt(path)
                    except PermissionError:
                        continue
                    except OSError as error:
                        found.append((kind, path, error.strerror))
                    else:
                        found.append((kind, path))
    if found:
        raise RuntimeError(found)
    raise FoundNothing
