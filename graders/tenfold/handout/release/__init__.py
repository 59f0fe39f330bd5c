"""What leaves the kit: a learner's bundle and a course template, the same bytes for the same commit."""

__all__ = ["contents"]
