import pytest

from terse import parse_duration, parse_size


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.5 KiB", 1536), ("20MB", 20e6), ("-3 B", -3), (" 7 ", 7), ("2 GiB", 2 << 30)],
)
def test_sizes(text, value):
    assert parse_size(text) == value


@pytest.mark.parametrize(("text", "value"), [("1.5 h", 5400), ("250ms", 0.25), ("2 d", 172800), ("9", 9)])
def test_durations(text, value):
    assert parse_duration(text) == value


@pytest.mark.parametrize("text", ["", "KiB", "1,5 KiB", "3 furlongs", "1.5 h 3 s"])
def test_other_texts(text):
    with pytest.raises(ValueError, match="units"):
        parse_size(text)
    with pytest.raises(ValueError, match="units"):
        parse_duration(text)
