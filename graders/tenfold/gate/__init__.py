"""The gate: prove that graders are right, by grading starter, junk, solutions and mutants.

Uses `grading` for each trial, `exercise` for what is tried and for the proof.
"""

__all__ = ["junk", "plain_pytest", "verify"]
