"""Pull requests: a stranger's change, read out of Git as data and graded with what the base branch says."""

__all__ = ["changed_files", "ci", "repository"]
