import pytest

from terse import count


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (7, "7"), (999, "999"), (1000, "1.0k"), (12345, "12.3k"), (-2500000, "-2.5M"), (3e15, "3000.0T")],
)
def test_count(value, text):
    assert count(value) == text


def test_rounding_up_to_a_thousand_changes_the_suffix():
    assert count(999.7) == "1.0k"
    assert count(999_999) == "1.0M"
    assert count(-999_999) == "-1.0M"


def test_digits():
    assert count(12345, digits=0) == "12k"
    assert count(12345, 3) == "12.345k"
    with pytest.raises(ValueError, match="digits"):
        count(1, digits=7)


def test_what_is_not_finite():
    with pytest.raises(ValueError, match="finite"):
        count(float("nan"))
