"""What a box may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one box may use, with all the processes that it starts."""

    seconds: float = 60.0
    """Processor time of one call, of all processes together; a slower machine gets more (`machine_speed`), and who
    waits for something else than a processor is stopped by the wall clock (`time_budget`)."""
    total: float = 120.0
    """Processor time of all calls of one grade, and of what goes on between them."""
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
