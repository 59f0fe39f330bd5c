"""A slower machine gets more time, no machine gets less, and the work is timed once a boot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tenfold.box import machine_speed
from tenfold.box.limits import Limits
from tenfold.box.meter import Late, Meter


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    machine_speed.factor.cache_clear()
    yield tmp_path / "tenfold" / "speed.json"
    machine_speed.factor.cache_clear()


@pytest.mark.parametrize(
    ("seconds", "factor"),
    [(0.1, 1.0), (1.0, 1.0), (1.26, 1.3), (2.0, 2.0), (50.0, machine_speed.MOST)],
    ids=["faster", "the same", "slower", "half as fast", "far slower"],
)
def test_a_slower_machine_gets_more_time_within_bounds(cache, monkeypatch, seconds, factor):
    monkeypatch.setattr(machine_speed, "_timed", lambda: seconds * machine_speed.REFERENCE)
    assert machine_speed.factor() == factor


def test_the_work_is_timed_once_and_kept(cache, monkeypatch):
    first = machine_speed.factor()
    monkeypatch.setattr(machine_speed, "_timed", lambda: pytest.fail("timed again"))
    machine_speed.factor.cache_clear()
    assert machine_speed.factor() == first
    assert [path.name for path in cache.parent.iterdir()] == ["speed.json"]


@pytest.mark.parametrize("kept", ["", "{}", "[]", '{"key": 1, "seconds": 1}', "nonsense"])
def test_what_cannot_be_read_or_is_of_another_boot_is_timed_anew(cache, monkeypatch, kept):
    cache.parent.mkdir()
    cache.write_text(kept)
    monkeypatch.setattr(machine_speed, "_timed", lambda: 2 * machine_speed.REFERENCE)
    assert machine_speed.factor() == 2.0
    assert json.loads(cache.read_text())["seconds"] == 2 * machine_speed.REFERENCE


def test_a_folder_that_cannot_be_written_is_no_hindrance(cache, monkeypatch):
    cache.parent.write_text("a file where the folder should be")
    assert machine_speed.factor() >= 1


def test_the_limit_that_a_slower_machine_gets_is_told(monkeypatch):
    monkeypatch.setattr(machine_speed, "factor", lambda: 1.5)
    meter = Meter(Limits(seconds=2.0, total=8.0))
    meter.all.used = 11.9
    meter.judge()
    meter.all.used = 12.1
    with pytest.raises(
        Late, match=r"more than 12 s .*\(the limit of one grade: 8 s, times 1.5 on this slower machine\)"
    ):
        meter.judge()
