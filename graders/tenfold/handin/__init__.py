"""What is handed in: the files that an exercise lists, out of a folder, a file or a notebook. Nothing of it is run.

Uses `exercise`.
"""

__all__ = ["notebook_cells", "places", "submission"]
