"""What a learner does besides one grade: watch, see progress, read hints, begin again, see solutions after a pass.

Uses `reports` and `grading`.
"""

__all__ = [
    "jupyter",
    "next_hint",
    "progress",
    "progress_text",
    "skill_map",
    "solutions_after_pass",
    "starter_reset",
    "watch",
]
