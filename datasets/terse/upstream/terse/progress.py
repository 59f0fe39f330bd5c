"""One line on the way of a download."""

from terse.durations import duration
from terse.sizes import size


def progress(done, total, seconds):
    """Return a line such as "512.0 KiB of 2.0 MiB (25 %), 9.0 s left".

    done, total: bytes, 0 <= done <= total, total above 0. seconds: time taken so far.
    """
    if not 0 <= done <= total or not total:
        raise ValueError(f"{done} of {total} bytes is no progress")
    line = f"{size(done)} of {size(total)} ({100 * done // total:.0f} %)"
    if not done or done == total:
        return line
    return f"{line}, {duration(seconds * (total - done) / done)} left"
