"""What a box may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one box may use, with all the processes that it starts."""

    seconds: float = 60.0
    """Wall time of one call."""
    total: float = 120.0
    """Wall time of all calls of one grade; a process may use that much processor time, and 5 s more."""
    memory_mb: int = 4096
    """Resident memory."""
    processes: int = 64
    """Processes and threads."""
    open_files: int = 256
    """Open files of one process."""
    file_mb: int = 256
    """Largest file it may write."""
    disk_mb: int = 1024
    """All its files."""
    network: str = "none"
    """``none`` or ``loopback``."""
