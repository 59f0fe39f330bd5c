import pytest

from terse import progress


def test_on_the_way():
    assert progress(524288, 2097152, 3) == "512.0 KiB of 2.0 MiB (25 %), 9.0 s left"


def test_at_both_ends():
    assert progress(0, 1000, 0) == "0 B of 1000 B (0 %)"
    assert progress(2048, 2048, 5) == "2.0 KiB of 2.0 KiB (100 %)"


def test_nonsense():
    with pytest.raises(ValueError, match="progress"):
        progress(5, 4, 1)
    with pytest.raises(ValueError, match="progress"):
        progress(0, 0, 1)
