"""Tests of feature_window, rule by rule: each builds what it needs, and asks for nothing but what the rules promise."""

# ruff: noqa: D103  the name of a test says what it is about

import math

import pytest
from feature_window import FeatureWindow

NOTHING = {"count": 0, "sum": 0, "mean": None, "min": None, "max": None, "last": None}


def window_of(*events, width=100, lateness=1000):
    """Return a window that has stored (key, time, value) events, the ids being their places."""
    window = FeatureWindow(width, lateness)
    for number, (key, time, value) in enumerate(events):
        assert window.add(f"e{number}", key, time, value) is True
    return window


def count(window, at, key="a"):
    return window.features(key, at)["count"]


# 1 and 2: what a window is made of, and what it refuses


@pytest.mark.parametrize(("width", "lateness"), [(0, 0), (-1, 0), (10, -1)])
def test_impossible_settings_are_refused(width, lateness):
    with pytest.raises(ValueError):  # noqa: PT011
        FeatureWindow(width, lateness)


def test_smallest_settings_are_taken():
    window = FeatureWindow(1)
    assert window.add("e", "a", 5, 1) is True
    assert [count(window, at) for at in (4, 5, 6)] == [0, 1, 0]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_bad_value_changes_nothing(bad):
    window = window_of(("a", 0, 1), lateness=0)
    with pytest.raises(ValueError):  # noqa: PT011
        window.add("bad", "a", 50, bad)
    assert window.watermark == 0
    assert count(window, 50) == 1
    assert window.add("bad", "a", 1, 2) is True


@pytest.mark.parametrize("time", [0, 50, -50])
@pytest.mark.parametrize("name", ["e0", "new"])
def test_a_bad_value_is_refused_whatever_the_rest(name, time):
    window = window_of(("a", 0, 1), lateness=0)
    with pytest.raises(ValueError):  # noqa: PT011
        window.add(name, "b", time, math.nan)


# 3: each id once


@pytest.mark.parametrize("key", ["a", "b"])
def test_an_id_is_stored_once_under_whatever_key(key):
    window = window_of(("a", 10, 1), lateness=5)
    assert window.add("e0", key, 40, 7) is False
    assert window.watermark == 10
    assert window.features("a", 50) == {"count": 1, "sum": 1, "mean": 1, "min": 1, "max": 1, "last": 1}
    assert count(window, 50, "b") == 0
    assert window.add("next", "a", 5, 1) is True


def test_equal_events_with_other_ids_all_count():
    window = window_of(("a", 10, 3), ("a", 10, 3), ("a", 11, 3))
    assert window.features("a", 20) == {"count": 3, "sum": 9, "mean": 3, "min": 3, "max": 3, "last": 3}


def test_ids_differ_by_case():
    window = FeatureWindow(100)
    assert [window.add(name, "a", 10, 1) for name in ("id1", "ID1", "id10", "id")] == [True] * 4
    assert [window.add(name, "a", 10, 1) for name in ("id1", "ID1", "id10", "id")] == [False] * 4


# 4: the watermark, and what comes too late


def test_the_watermark_is_the_largest_time():
    window = FeatureWindow(100, 50)
    seen = [window.watermark]
    for number, time in enumerate((-7, 20, 10, 30)):
        window.add(str(number), "ab"[number % 2], time, 1)
        seen.append(window.watermark)
    assert seen == [None, -7, 20, 20, 30]


@pytest.mark.parametrize("lateness", [0, 1, 20])
@pytest.mark.parametrize("newest", [0, 100, -100])
def test_only_what_is_later_than_allowed_is_dropped(newest, lateness):
    window = window_of(("a", newest, 1), lateness=lateness)
    assert window.add("late", "b", newest - lateness - 1, 1) is False
    assert window.watermark == newest
    assert count(window, newest, "b") == 0
    assert window.add("late", "b", newest - lateness, 1) is True  # its id was not taken
    assert count(window, newest, "b") == 1


def test_lateness_counts_from_the_largest_time_not_from_the_last():
    window = window_of(("a", 100, 1), ("a", 90, 1), lateness=10)
    assert window.add("late", "a", 89, 1) is False
    assert window.add("late", "b", 80, 1) is False
    assert count(window, 100) == 2


# 5: the window and its figures


def test_the_window_is_open_at_its_start_and_closed_at_its_end():
    window = window_of(("a", 1003, 1))
    assert [count(window, at) for at in (1002, 1003, 1102, 1103)] == [0, 1, 1, 0]


def test_any_moment_may_be_asked_for_in_any_order():
    window = window_of(*[("a", time, time) for time in range(0, 500, 10)])
    for at in (490, 250, 45, 555, -1, 10_000, 250):
        inside = [time for time in range(0, 500, 10) if at - 100 < time <= at]
        assert window.features("a", at)["count"] == len(inside)
        assert window.features("a", at)["last"] == (inside[-1] if inside else None)


def test_many_events_are_all_counted():
    window = window_of(*[("a", number // 4, number) for number in range(400)])
    found = window.features("a", 99)
    assert (found["count"], found["sum"], found["min"], found["max"], found["last"]) == (400, 79_800, 0, 399, 399)


def test_figures_of_events_out_of_order():
    window = window_of(("a", 30, 1.25), ("b", 35, 1000), ("a", 20, 8), ("a", 40, -2.5), ("a", 25, 0), ("A", 26, 99))
    found = window.features("a", 50)
    assert set(found) == {"count", "sum", "mean", "min", "max", "last"}
    assert (found["count"], found["min"], found["max"], found["last"]) == (4, -2.5, 8, -2.5)
    assert found["sum"] == pytest.approx(6.75, rel=1e-9)
    assert found["mean"] == pytest.approx(1.6875, rel=1e-9)


@pytest.mark.parametrize("value", [16_777_217, -0.1, 123_456_789.123])
def test_figures_keep_all_digits(value):
    found = window_of(("a", 1, value), ("a", 2, value)).features("a", 2)
    assert (found["min"], found["max"], found["last"]) == (value, value, value)
    assert found["sum"] == pytest.approx(2 * value, rel=1e-9)
    assert found["mean"] == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize("sign", [1, -1])
def test_figures_on_one_side_of_zero(sign):
    window = window_of(*[("a", time, sign * value) for time, value in enumerate((3, 5, 4))])
    found = window.features("a", 2)
    assert sorted([sign * found["min"], sign * found["max"]]) == [3, 5]
    assert found["min"] < found["max"]


def test_zeros_are_values():
    window = window_of(("a", 1, 0), ("a", 2, 0))
    assert window.features("a", 2) == {"count": 2, "sum": 0, "mean": 0, "min": 0, "max": 0, "last": 0}


@pytest.mark.parametrize("values", [(1, 9, 5), (9, 5, 1), (5, 1, 9)])
def test_last_of_equal_times_is_the_one_stored_last(values):
    window = window_of(*[("a", 10, value) for value in values], ("a", 9, 100))
    assert window.features("a", 10)["last"] == values[-1]


@pytest.mark.parametrize(("key", "at"), [("nobody", 10), ("a", 9), ("a", 110)])
def test_no_events_have_no_figures(key, at):
    assert window_of(("a", 10, 4)).features(key, at) == NOTHING


def test_reading_changes_nothing():
    window = window_of(("a", 10, 4), lateness=5)
    for at in (10_000, -10_000):
        window.features("a", at)
        window.busiest(at)
    assert window.watermark == 10
    assert window.add("more", "a", 5, 6) is True
    assert window.features("a", 20)["sum"] == 10


def test_what_comes_later_changes_the_answer():
    window = window_of(("a", 10, 4))
    assert count(window, 20) == 1
    window.add("more", "a", 15, 6)
    assert window.features("a", 20)["sum"] == 10


# 6: the busiest keys


def test_busiest_by_count_in_the_window_then_by_name():
    window = window_of(
        *[("old", time, 1) for time in range(5)],
        *[("c", 200, -5), ("b", 210, 1), ("d", 220, 50), ("a", 230, 1), ("c", 240, -5), ("a", 250, 1), ("a", 900, 1)],
    )
    assert window.busiest(250) == ["a", "c", "b", "d"]
    assert window.busiest(99) == ["old"]
    assert window.busiest(310) == ["a", "c", "d"]
    assert window.busiest(5000) == []


def test_busiest_prefers_the_key_of_the_window_not_of_all_time():
    window = window_of(*[("a", time, 1) for time in range(5)], ("b", 200, 1), ("b", 201, 1), ("a", 202, 1))
    assert window.busiest(202) == ["b", "a"]


def test_busiest_has_equal_keys_in_the_order_of_sorted():
    names = ["b", "A", "a10", "B", "a9", "a", "Ab"]
    assert window_of(*[(name, 10, 1) for name in names]).busiest(10) == sorted(names)


# 7: forgetting


def test_forget_removes_all_events_of_one_key():
    window = window_of(("a", 10, 1), ("ab", 11, 1), ("a", 500, 1), ("b", 400, 1), lateness=1000)
    assert window.forget("nobody") == 0
    assert window.forget("a") == 2
    assert window.forget("a") == 0
    assert [window.features("a", at) for at in (10, 500)] == [NOTHING, NOTHING]
    assert (count(window, 50, "ab"), count(window, 400, "b")) == (1, 1)
    assert window.busiest(500) == []


def test_forget_keeps_ids_and_watermark():
    window = window_of(("a", 500, 1), ("b", 450, 1), lateness=60)
    window.forget("a")
    assert window.watermark == 500
    assert window.add("e0", "a", 500, 1) is False
    assert window.add("late", "a", 439, 1) is False
    assert window.add("new", "a", 440, 1) is True
    assert count(window, 500) == 1


# 8: nothing is shared


def test_windows_share_nothing():
    first, second = window_of(("a", 10, 1)), FeatureWindow(100)
    assert second.watermark is None
    assert count(second, 10) == 0
    assert second.add("e0", "a", 5, 1) is True
    assert count(first, 10) == 1


@pytest.mark.parametrize("at", [5, 10])
def test_answers_belong_to_the_caller(at):
    window = window_of(("a", 10, 1))
    window.features("a", at).clear()
    window.busiest(at).clear()
    assert count(window, at) == (at == 10)
    assert window.busiest(at) == ["a"] * (at == 10)
