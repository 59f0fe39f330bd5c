"""What the `nbgrader_config.py` of a course calls."""

from .handout.nbgrader import configure

__all__ = ["configure"]
