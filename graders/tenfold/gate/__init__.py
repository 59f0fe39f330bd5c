"""The gate: prove that graders are right, by grading starter, junk, solutions, mutants and small edits.

Uses `grading` for each trial, `exercise` for what is tried and for the proof.
"""

__all__ = ["junk", "mutation", "plain_pytest", "verify"]
