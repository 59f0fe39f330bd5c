"""What a box uses: the memory, tasks and files of a folder and of every process below the keeper.

On Linux all is read from ``/proc``, task by task, as a process whose first task has ended shows its memory and its
files in the others alone. What the kernel shows of nobody, a page or a file that only another kept, is charged at the
most that it can be. Source: proc(5).
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import psutil

DEEPEST = 64
MOST_FILES = 10_000
PAGE = os.sysconf("SC_PAGE_SIZE")
ANONYMOUS = "/dev/zero"  # what a shared mapping of no file is named

Inode = tuple[int, int]


class Broken(Exception):
    """A limit was passed; the text says which."""


@dataclass
class Usage:
    """What is used now, in bytes and tasks."""

    memory: int = 0
    tasks: int = 0
    unnamed: dict[Inode, int] = field(default_factory=dict)
    """Files without a name, those in memory alone included, each counted once."""
    shared: dict[Inode, int] = field(default_factory=dict)
    """Shared memory of no file."""


def below() -> list[psutil.Process]:
    """Return every process below this one: orphans come here too."""
    if not os.path.exists("/proc/self/task"):  # noqa: PTH110 - a path object costs more than the call
        return psutil.Process().children(recursive=True)
    found = []
    for number in _descendants(os.getpid()):
        with contextlib.suppress(psutil.Error):
            found.append(psutil.Process(number))
    return found


def _descendants(pid: int) -> Iterator[int]:
    """Yield the processes below one; fast, and it may miss some while others end."""
    for task in _names(f"/proc/{pid}/task"):
        for child in _read(f"/proc/{pid}/task/{task}/children").split():
            yield int(child)
            yield from _descendants(int(child))


def rests(process: psutil.Process) -> bool:
    """Return whether a process is stopped or has ended, with all its tasks."""
    if sys.platform != "linux":
        with contextlib.suppress(psutil.Error):
            return process.status() in (psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE)
        return True
    return set(_states(process)) <= set("TtZX")


def queues(process: psutil.Process) -> bool:
    """Return whether all of a process that does not rest has, or waits for, a processor: a signal waits there too."""
    return set(_states(process)) <= set("RTtZX")


def _states(process: psutil.Process) -> str:
    """Return the letter of each task of a process, as in proc(5)."""
    told = [_read(f"/proc/{process.pid}/task/{task}/stat") for task in _names(f"/proc/{process.pid}/task")]
    return "".join(state.rpartition(")")[2].split()[0] for state in told if state)


def of_processes(processes: list[psutil.Process], most_file: int) -> Usage:
    """Return what processes use together.

    Parameters
    ----------
    processes
        Which.
    most_file
        The bytes that the largest file may have: charged for one that cannot be looked at.
    """
    used = Usage()
    for process in processes:
        if sys.platform == "linux":
            _add(used, process.pid, most_file)
        else:
            with contextlib.suppress(psutil.Error):
                used.memory += process.memory_info().rss
                used.tasks += process.num_threads()
    return used


def of_folder(folder: str) -> int:
    """Return the bytes that the files of a folder take on the disk."""
    count, total, todo = 0, 0, [(folder, 0)]
    while todo:
        place, depth = todo.pop()
        if depth > DEEPEST:
            raise Broken(f"it nested folders more than {DEEPEST} deep")
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    count += 1
                    if count > MOST_FILES:
                        raise Broken(f"it kept more than {MOST_FILES} files")
                    with contextlib.suppress(FileNotFoundError):  # it has just been removed
                        if entry.is_dir(follow_symlinks=False):
                            todo.append((entry.path, depth + 1))
                        total += entry.stat(follow_symlinks=False).st_blocks * 512
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            raise Broken("it closed a folder to those who watch its size") from None
    return total


def _add(used: Usage, pid: int, most_file: int) -> None:
    tasks = _names(f"/proc/{pid}/task")
    used.tasks += len(tasks)
    for task in tasks:
        _add_open(used, f"/proc/{pid}/task/{task}")
    for task in tasks:
        place = f"/proc/{pid}/task/{task}"
        if resident := _resident(place):
            used.memory += resident
            _add_mapped(used, place, f"/proc/{pid}/map_files", most_file)
            return


def _add_open(used: Usage, place: str) -> None:
    """Add the open files of one task that have no name."""
    try:
        numbers = os.listdir(f"{place}/fd")  # noqa: PTH208 - names only
    except PermissionError:
        if _resident(place):  # what is about to end has no memory any more, and its files are root's
            raise Broken("it closed its files to those who watch their size") from None
        return
    except OSError:
        return  # the task has ended
    for number in numbers:
        with contextlib.suppress(OSError):  # it has just been closed
            found = os.stat(f"{place}/fd/{number}")  # noqa: PTH116 - the file behind the link
            if stat.S_ISREG(found.st_mode) and found.st_nlink == 0:
                used.unnamed[found.st_dev, found.st_ino] = found.st_blocks * 512


def _add_mapped(used: Usage, place: str, files: str, most_file: int) -> None:
    """Add the shared mappings of one process whose file has no name: neither resident pages nor descriptors show it."""
    for line in _read(f"{place}/maps").splitlines():
        span, may, offset, device, inode, *name = line.split(maxsplit=5)
        if may[3] != "s" or not name or not name[0].endswith(" (deleted)"):
            continue
        major, minor = (int(part, 16) for part in device.split(":"))
        key = os.makedev(major, minor), int(inode)
        start, end = (int(part, 16) for part in span.split("-"))
        shown = int(offset, 16) + end - start
        anonymous = name[0].startswith(ANONYMOUS)
        try:
            size = os.stat(f"{files}/{span}").st_blocks * 512  # noqa: PTH116 - only the mightiest may
        except OSError:
            size = shown if anonymous else used.unnamed.get(key, max(shown, most_file))
        (used.shared if anonymous else used.unnamed)[key] = size


def _resident(place: str) -> int:
    """Return the bytes of memory of a task."""
    return int((_read(f"{place}/statm").split() or "00")[1]) * PAGE


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - names only
    except OSError:
        return []  # the process has ended


def _read(path: str) -> str:
    try:
        with open(path, errors="replace") as file:  # noqa: PTH123 - a path object costs more than the file
            return file.read()
    except OSError:
        return ""  # the process has ended
