"""Whose fault it is that a check or a grade broke off: the submission's, the grader's or the machine's."""

from __future__ import annotations

import errno

import pytest

from ..errors import FromSubmission, MachineError, MissingExtra, SubmissionError, Unreadable, UsageError
from ..result import Blame

NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN)
NO_LEAVE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO)
THEIRS = (FromSubmission, SubmissionError, Unreadable, AssertionError, pytest.fail.Exception)
NOBODYS = (MachineError, MissingExtra, UsageError, MemoryError, ImportError)


def blamed(error: BaseException) -> Blame:
    """Return whose fault an error is that a check or a grade broke off with."""
    if isinstance(error, THEIRS):
        return "submission"
    if isinstance(error, NOBODYS) or (isinstance(error, OSError) and error.errno in NO_SPACE + NO_LEAVE):
        return "machine"
    return "grader"
