"""What can go wrong, and whose fault it is.

::

    Exception
    ├── TenfoldError            one plain line for the person at the terminal
    │   ├── UsageError          wrong words: an unknown exercise, a path that is not there
    │   ├── Unreadable          the submission cannot be taken in: missing, too large, a link
    │   ├── AuthoringError      the kit's own content is wrong
    │   ├── MissingExtra        a group of packages that the exercise needs is not installed
    │   └── MachineError        this machine could not run a box
    ├── SubmissionError         raised inside a check: the submission did something that fails it
    │   └── OutOfTime           it was stopped by a limit of time
    └── FromSubmission          mixed into built-in exceptions that the learner's code raised
"""


class TenfoldError(Exception):
    """Base of the errors that end a command with one line and what to do next."""


class UsageError(TenfoldError):
    """The command was given something that does not exist or does not fit."""


class Unreadable(TenfoldError):
    """The submission cannot be taken in."""


class AuthoringError(TenfoldError):
    """An exercise breaks the contract of CONTRIBUTING.md."""


class MissingExtra(TenfoldError):
    """A group of packages that the exercise needs is not installed."""


class MachineError(TenfoldError):
    """The machine could not start or keep a box; nobody's work is to blame."""


class SubmissionError(Exception):
    """The submission broke off, broke a limit or broke the interface; the text is safe to show.

    Attributes
    ----------
    detail : str
        What the submission itself says of it: for visible checks only, as it may carry hidden data.
    missing : bool
        Whether a name was asked for that is not there.
    """

    missing = False

    def __init__(self, text: str, detail: str = "") -> None:
        super().__init__(text)
        self.detail = detail


class OutOfTime(SubmissionError):
    """The submission was stopped by a limit of time: what the check is about is not known to be wrong."""


class FromSubmission(Exception):
    """Mixed into an exception that was raised by the learner's code and rebuilt here.

    Attributes
    ----------
    where : str
        ``file, line N`` of the innermost frame in the learner's own files, or an empty string.
    kind : str
        The name of the exception as the learner's code raised it.
    limit : str
        The limit of the box behind it, in words, where there is one.
    """

    where: str = ""
    kind: str = ""
    limit: str = ""
