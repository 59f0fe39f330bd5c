import pytest

from terse import clock, duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0.0 ms"), (0.25, "250.0 ms"), (1, "1.0 s"), (59, "59.0 s"), (90, "1.5 min"), (5400, "1.5 h")],
)
def test_duration(seconds, text):
    assert duration(seconds) == text


def test_days_are_the_last_unit():
    assert duration(864e5) == "1000.0 d"
    assert duration(-2 * 86400) == "-2.0 d"


def test_digits():
    assert duration(100, digits=0) == "2 min"
    assert duration(100, 3) == "1.667 min"
    with pytest.raises(ValueError, match="digits"):
        duration(1, digits=7)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00:00"), (59.7, "0:01:00"), (3599.5, "1:00:00"), (3723.4, "1:02:03"), (-61, "-0:01:01")],
)
def test_clock(seconds, text):
    assert clock(seconds) == text


def test_what_is_not_finite():
    with pytest.raises(ValueError, match="finite"):
        duration(float("nan"))
