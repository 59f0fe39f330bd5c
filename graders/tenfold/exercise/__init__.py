"""What an exercise is: its folders and `exercise.toml`, its checks, mutants, hints, data and proof.

Nothing is graded here. Uses `box` for the limits that an exercise may lower.
"""

__all__ = [
    "bundle",
    "catalog",
    "check_functions",
    "contract",
    "coverage",
    "datasets",
    "exercise",
    "extras",
    "file_hash",
    "hints",
    "libraries",
    "misconceptions",
    "mutants",
    "new_exercise",
    "promises",
    "proof_record",
    "seeds",
]
