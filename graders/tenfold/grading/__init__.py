"""One grade: a submission in, a result out.

`grade` runs the checks in pytest; `fixtures` and `expect` are what a check uses; `check_outcomes` says what became of
each, `feedback` what its learner reads, `blame` whose fault a failure is. Uses `handin`, `exercise` and `box`.
"""

__all__ = [
    "expect",
    "fixtures",
    "grade",
    "hooks",
    "pytest_run",
]
