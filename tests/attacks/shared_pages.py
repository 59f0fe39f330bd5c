"""Take memory that is mapped and shared, but lies in no process: written, then dropped from the page table.

outcome: not_yet
says: memory | your code raised PermissionError | processor time | waited for
class: resources
"""

import mmap
import time


def mean(values, weights=None):
    hold = []
    for _ in range(24):  # 1.5 GB where 512 MB may be used; it could go on to the last page
        part = mmap.mmap(-1, 64 << 20)
        for at in range(0, len(part), mmap.PAGESIZE):
            part[at] = 1
        part.madvise(mmap.MADV_DONTNEED)
        hold.append(part)
    time.sleep(600)
