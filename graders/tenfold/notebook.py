"""``%load_ext tenfold.notebook``: what an exercise's notebook runs in a student's Jupyter."""

from .learner.jupyter import load_ipython_extension

__all__ = ["load_ipython_extension"]
