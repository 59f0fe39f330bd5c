"""The same exercises as nbgrader assignments, graded outside the kernel.

What nbgrader itself loads, `nbgrader_config.py` of a course, calls `configure`; all else is behind the words
``tenfold nbgrader``.
"""

from .config import configure

__all__ = ["configure"]
