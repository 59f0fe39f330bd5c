"""Take disk space in files that are under way between two ends of a socket, open in no process.

outcome: not_yet
says: MB in files | your code raised PermissionError | processor time | waited for
level: medium
class: resources
"""

import os
import socket
import time

BLOCK = b"x" * (16 << 20)


def mean(values, weights=None):
    here, there = socket.socketpair()
    for _ in range(7):
        file = os.memfd_create("none")
        for _ in range(15):
            os.write(file, BLOCK)
        socket.send_fds(here, [b"."], [file])
        os.close(file)
    time.sleep(600)
    there.close()
