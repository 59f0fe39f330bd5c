import pytest

from terse import size


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 B"), (512, "512 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (-3 << 20, "-3.0 MiB")],
)
def test_binary(value, text):
    assert size(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(999, "999 B"), (1000, "1.0 kB"), (20_000_000, "20.0 MB"), (5e18, "5000.0 PB")],
)
def test_decimal(value, text):
    assert size(value, binary=False) == text


def test_digits():
    assert size(1536, digits=0) == "2 KiB"
    assert size(1600, 3) == "1.562 KiB"
    assert size(1600, 2, False) == "1.60 kB"
    with pytest.raises(ValueError, match="digits"):
        size(1, digits=-1)


def test_zero_has_no_sign():
    assert size(-0.2) == "0 B"


def test_what_is_not_finite():
    with pytest.raises(ValueError, match="finite"):
        size(float("inf"))
