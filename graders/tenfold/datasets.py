"""Draws of data, as statements and checks use them."""

from .exercise.datasets import draw, module, public

__all__ = ["draw", "module", "public"]
