"""The engine's version, which proofs and results name."""

__version__ = "0.1.0"
