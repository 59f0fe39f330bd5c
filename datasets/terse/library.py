"""The library as it was before the fix. Any Python reads this file: a learner's own makes the repository with it."""

from pathlib import Path

TOP = Path(__file__).resolve().parent / "upstream"
SKIPPED = {"__pycache__", ".pytest_cache", ".ruff_cache", ".mypy_cache", ".hypothesis", ".benchmarks", ".DS_Store"}


def upstream():
    """Return the library before the fix: path to contents."""
    paths = [path for path in TOP.rglob("*") if path.is_file() and not SKIPPED & set(path.parts)]
    return {path.relative_to(TOP).as_posix(): path.read_bytes().replace(b"\r\n", b"\n") for path in sorted(paths)}
