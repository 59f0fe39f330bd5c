"""Tests of `feature_window`, one rule after the other."""

from feature_window import FeatureWindow

import math

import pytest

NAN, INF = float("nan"), float("inf")
TOP = 999_999_999
NOTHING = {"count": 0, "sum": 0, "mean": None, "min": None, "max": None, "last": None}


def filled(width, lateness, *events):
    """Return a window with events (id, key, time, value), all of which are stored."""
    window = FeatureWindow(width, lateness)
    for event in events:
        assert window.add(*event) is True
    return window


def counts(window, key, *moments):
    return [window.features(key, at)["count"] for at in moments]


def near(found, wanted):
    """Rule 5: how right a sum, or a mean, is of values that are not of both signs."""
    return abs(found - wanted) <= 1e-9 * abs(wanted)


def same(found, wanted):
    """Are these the figures, of values that are not of both signs?"""
    exact = ("count", "min", "max", "last") if wanted["count"] else tuple(wanted)
    assert set(found) == set(wanted)
    assert [found[name] for name in exact] == [wanted[name] for name in exact]
    return wanted["count"] == 0 or (near(found["sum"], wanted["sum"]) and near(found["mean"], wanted["mean"]))


def close(found, values):
    """Rule 5: how right a sum is, and a mean."""
    total, size = math.fsum(values), math.fsum(map(abs, values))
    assert found["count"] == len(values)
    assert abs(found["sum"] - total) <= 1e-9 * size
    assert abs(found["mean"] - total / len(values)) <= 1e-9 * size / len(values) * 1.000001
    assert found["min"] == min(values)
    assert found["max"] == max(values)


# rule 1


@pytest.mark.parametrize("width, lateness", [(0, 0), (-1, 0), (-TOP, 0), (0, 5), (1, -1), (100, -1), (5, -TOP), (0, -1), (-1, -1)])
def test_bad_sizes_are_refused(width, lateness):
    with pytest.raises(ValueError):
        FeatureWindow(width, lateness)


def test_bad_width_is_refused_without_lateness():
    for width in (0, -1, -100):
        with pytest.raises(ValueError):
            FeatureWindow(width)


@pytest.mark.parametrize("width, lateness", [(1, 0), (1, 1), (2, 0), (1, TOP), (TOP, 0), (TOP, TOP), (5, 6), (5, 5), (6, 5)])
def test_good_sizes_are_allowed(width, lateness):
    window = FeatureWindow(width, lateness)
    assert window.watermark is None
    assert window.add("e1", "a", 0, 1) is True
    if lateness < TOP:
        assert window.add("e2", "a", -lateness - 1, 1) is False
    assert window.add("e2", "a", -lateness, 1) is True
    assert counts(window, "a", width - 1, width) == [2 if lateness == 0 else 1, 0]


def test_lateness_is_zero_where_none_is_given():
    window = FeatureWindow(100)
    assert window.add("e1", "a", 10, 1) is True
    assert window.add("e2", "a", 9, 1) is False
    assert window.add("e3", "a", 10, 1) is True
    window = FeatureWindow(100, lateness=3)
    assert window.add("e1", "a", 10, 1) is True
    assert window.add("e2", "a", 6, 1) is False
    assert window.add("e3", "a", 7, 1) is True


# rule 2


@pytest.mark.parametrize("value", [NAN, INF, -INF])
def test_no_number_is_refused_and_changes_nothing(value):
    window = FeatureWindow(100, 5)
    with pytest.raises(ValueError):
        window.add("e1", "a", 10, value)
    assert window.watermark is None
    assert window.features("a", 10) == NOTHING
    assert window.busiest(10) == []
    assert window.forget("a") == 0
    assert window.add("e1", "a", 3, 2.5) is True
    with pytest.raises(ValueError):
        window.add("e2", "a", 50, value)  # a later time
    assert window.watermark == 3
    assert same(window.features("a", 60), {"count": 1, "sum": 2.5, "mean": 2.5, "min": 2.5, "max": 2.5, "last": 2.5})
    with pytest.raises(ValueError):
        window.add("e1", "a", 3, value)  # a stored id
    with pytest.raises(ValueError):
        window.add("e1", "b", 4, value)  # a stored id, another key
    with pytest.raises(ValueError):
        window.add("e3", "b", -50, value)  # late
    with pytest.raises(ValueError):
        window.add("e1", "b", -50, value)  # late, and a stored id
    assert window.busiest(60) == ["a"]
    assert window.features("b", 4) == NOTHING
    assert window.forget("b") == 0
    assert window.watermark == 3
    assert window.add("e3", "b", -2, 7) is True  # 3 - 5, so the watermark did not move, nor is the id taken
    assert window.add("e2", "a", 4, 8) is True
    assert window.forget("a") == 2
    with pytest.raises(ValueError):
        window.add("e1", "a", 4, value)  # a forgotten one


def test_great_and_small_numbers_are_values():
    window = FeatureWindow(100)
    for i, value in enumerate([TOP, -TOP, 0, 0.0, -0.0, 1e-300, 999_999_998.5]):
        assert window.add(f"e{i}", "a", i, value) is True
        assert window.features("a", i)["last"] == value
    assert counts(window, "a", 6) == [7]


# rule 3


def test_an_id_is_stored_once():
    window = filled(100, 0, ("e1", "a", 10, 2.5))
    assert window.add("e1", "a", 10, 2.5) is False
    assert window.add("e1", "a", 10, 9) is False
    assert window.add("e1", "a", 20, 9) is False
    assert window.add("e1", "b", 20, 9) is False
    assert window.add("e1", "b", 10, 9) is False
    assert window.watermark == 10
    for at in (10, 20, 109):
        assert same(window.features("a", at), {"count": 1, "sum": 2.5, "mean": 2.5, "min": 2.5, "max": 2.5, "last": 2.5})
        assert window.features("b", at) == NOTHING
        assert window.busiest(at) == ["a"]
    assert window.add("e2", "b", 10, 4) is True  # still in time
    assert window.forget("a") == 1


def test_an_id_stays_taken_far_from_its_window():
    window = filled(5, 0, ("e1", "a", 0, 0), ("e2", "b", 1000, 1), ("e3", "a", 2000, 2))
    assert window.add("e1", "a", 2000, 3) is False
    assert window.add("e2", "a", 3000, 3) is False
    assert window.add("e1", "c", 3000, 3) is False
    assert window.watermark == 2000
    assert counts(window, "a", 0, 1000, 2000, 3000) == [1, 0, 1, 0]
    assert window.busiest(3000) == []


def test_ids_and_keys_are_told_apart_by_every_letter():
    names = ["a", "A", "aa", "b", "1", "01", "10", "1e0", "x" * 40, "x" * 39, "x" * 39 + "y", "y" + "x" * 39, "None", "0", "00"]
    window = FeatureWindow(100)
    for i, name in enumerate(names):
        assert window.add(name, name, 5, i) is True
    for i, name in enumerate(names):
        assert window.add(name, name, 5, 77) is False
        assert same(window.features(name, 5), {"count": 1, "sum": i, "mean": i, "min": i, "max": i, "last": i})
    assert window.busiest(5) == sorted(names)
    assert window.add("ab", "c", 5, 1) is True
    assert window.add("a2", "bc", 5, 1) is True
    assert window.add("abc", "d", 5, 1) is True


def test_many_ids_are_remembered():
    window = FeatureWindow(10)
    for i in range(3000):
        assert window.add(f"e{i}", "a", i, i) is True
    for i in (0, 1, 999, 1000, 1500, 2990, 2999):
        assert window.add(f"e{i}", "b", 5000, 1) is False
    assert window.watermark == 2999
    assert counts(window, "a", 0, 5, 9, 10, 1000, 2999, 3008, 3009) == [1, 6, 10, 10, 10, 10, 1, 0]


# rule 4


def test_watermark_is_the_largest_time_over_all_keys():
    window = FeatureWindow(100, 10)
    assert window.watermark is None
    for i, (key, time, wanted) in enumerate([("a", -20, -20), ("b", -25, -20), ("b", -5, -5), ("a", -5, -5), ("c", -15, -5), ("c", 0, 0), ("a", -10, 0), ("b", 7, 7), ("a", 3, 7)]):
        assert window.add(f"e{i}", key, time, 1) is True
        assert window.watermark == wanted


@pytest.mark.parametrize("lateness", [0, 1, 7, 200])
@pytest.mark.parametrize("mark", [-300, -7, -1, 0, 1, 7, 300])
def test_late_events_are_refused_and_change_nothing(mark, lateness):
    for key in ("a", "b"):
        window = filled(50, lateness, ("e1", "a", mark, 2.5))
        edge = mark - lateness
        for time in (edge - 1, edge - 2, edge - 1000):
            assert window.add("e2", key, time, 9) is False
            assert window.watermark == mark
            assert window.forget("b") == 0
            assert window.features(key, time) == NOTHING
            assert window.busiest(time) == []
        assert window.features("a", mark)["last"] == 2.5
        assert counts(window, "a", mark) == [1]
        assert window.busiest(mark) == ["a"]
        assert window.add("e2", key, edge, 9) is True  # the id was not taken
        assert window.watermark == mark
        assert window.features(key, edge)["max"] == 9
        assert window.add("e3", key, edge, 11) is True  # as late again: the mark did not move down
        assert window.add("e4", key, edge - 1, 11) is False
        assert window.add("e4", key, mark + 1, 11) is True
        assert window.watermark == mark + 1
        assert window.add("e5", key, edge, 11) is False
        assert window.add("e5", key, edge + 1, 11) is True


def test_first_event_may_have_any_time():
    for time in (-TOP, -1, 0, 1, TOP):
        window = filled(1, 0, ("e1", "a", time, 5))
        assert window.watermark == time
        assert window.features("a", time)["last"] == 5
    window = filled(10, TOP, ("e1", "a", TOP, 1), ("e2", "b", 0, 1))
    assert window.add("e3", "b", -1, 1) is False


def test_lateness_greater_and_less_than_width():
    window = filled(5, 50, ("e1", "a", 100, 1), ("e2", "a", 50, 2), ("e3", "a", 60, 3))
    assert window.add("e4", "a", 49, 4) is False
    assert counts(window, "a", 49, 50, 54, 55, 60, 64, 65, 100, 104, 105) == [0, 1, 1, 0, 1, 1, 0, 1, 1, 0]
    window = filled(50, 5, ("e1", "a", 100, 1), ("e2", "a", 95, 2))
    assert window.add("e3", "a", 94, 3) is False
    assert counts(window, "a", 94, 95, 99, 100, 144, 145, 149, 150) == [0, 1, 1, 2, 2, 1, 1, 0]


# rule 5: which events


@pytest.mark.parametrize("time", [-1000, -3, 0, 3, 1000])
@pytest.mark.parametrize("width", [1, 2, 10])
def test_window_is_open_at_its_start_and_closed_at_its_end(width, time):
    for lateness in (0, 4):
        window = filled(width, lateness, ("e1", "a", time, 2))
        wanted = [0, 0, 1, 1, 0, 0, 0]
        moments = [time - 1000, time - 1, time, time + width - 1, time + width, time + width + 1, time + width + lateness + 50]
        assert counts(window, "a", *moments) == wanted
        assert counts(window, "a", *moments[::-1]) == wanted[::-1]
        assert [window.busiest(at) for at in moments] == [["a"] * n for n in wanted]


def test_any_moment_in_any_order():
    window = FeatureWindow(10)
    for time in range(0, 100, 5):
        assert window.add(f"e{time}", "a", time, time) is True
    for at in (95, 0, 500, 4, 5, 104, 105, -1, 50, 12, 99, 9, 10):
        values = [time for time in range(0, 100, 5) if at - 10 < time <= at]
        found = window.features("a", at)
        assert found["count"] == len(values)
        assert near(found["sum"], sum(values))
        assert found["last"] == (values[-1] if values else None)


def test_events_out_of_order_are_found():
    times = [50, 20, 40, 10, 45, 15, 60, 11, 60, 20, 59]
    window = FeatureWindow(10, 100)
    for i, time in enumerate(times):
        assert window.add(f"e{i}", "a", time, i) is True
        for at in range(0, 75):
            inside = [(t, j) for j, t in enumerate(times[: i + 1]) if at - 10 < t <= at]
            found = window.features("a", at)
            assert found["count"] == len(inside)
            assert found["last"] == (max(inside)[1] if inside else None)
            assert near(found["sum"], sum(j for _, j in inside))


def test_only_the_key_asked_for():
    window = filled(100, 0, ("e1", "a", 1, 1), ("e2", "b", 2, 20), ("e3", "ab", 3, 300), ("e4", "a", 4, 4000))
    assert same(window.features("a", 5), {"count": 2, "sum": 4001, "mean": 2000.5, "min": 1, "max": 4000, "last": 4000})
    assert same(window.features("b", 5), {"count": 1, "sum": 20, "mean": 20, "min": 20, "max": 20, "last": 20})
    assert window.features("c", 5) == NOTHING
    assert window.features("A", 5) == NOTHING


def test_without_events_there_are_no_figures():
    window = FeatureWindow(10)
    for at in (-5, 0, 5):
        assert window.features("a", at) == NOTHING
    assert window.add("e1", "a", 100, 5) is True
    for at in (0, 99, 110, 500):
        found = window.features("a", at)
        assert isinstance(found, dict)
        assert found == NOTHING
        assert all(found[name] is None for name in ("mean", "min", "max", "last"))


# rule 5: figures


@pytest.mark.parametrize(
    "values",
    [
        [7],
        [0],
        [-3],
        [5, 1, 2, 20],
        [-5, -1, -2, -20],
        [3, 0, 0, -9, 1],
        [1, 2],
        [-1, -2],
        [0, 0, 5],
        [0, 5],
        [0, -5],
        [5, 0],
        [-5, 0],
        [2.5, 2.5, 2.5, 1],
        [0.1, 0.2, 0.3],
        [1 / 3, 2 / 3, 1e-7, 123.456789012345],
        [1e-12, 3e-12],
        [0.1234567890123, 0.1234567890124],
        [16777217, 16777219, 999_999_999, 999_999_997],
        [-999_999_999, 999_999_999, 1e-3],
        [10, 9, 100],
        [4, -4],
    ],
)
def test_figures(values):
    window = FeatureWindow(1000)
    for i, value in enumerate(values):
        assert window.add(f"e{i}", "a", i, value) is True
        found = window.features("a", i)
        assert set(found) == set(NOTHING)
        close(found, values[: i + 1])
        assert found["last"] == value
    window = FeatureWindow(1000)
    for i, value in enumerate(values):  # at one time
        assert window.add(f"e{i}", "a", 3, value) is True
        found = window.features("a", 3)
        close(found, values[: i + 1])
        assert found["last"] == value


def test_figures_come_from_the_window_alone():
    window = filled(10, 0, ("e1", "a", 0, 999_999_999), ("e2", "a", 1, -999_999_998.7), ("e3", "a", 20, 0.1), ("e4", "a", 21, 0.3))
    window.add("e5", "a", 40, 888_888_888.8)
    close(window.features("a", 25), [0.1, 0.3])
    close(window.features("a", 20), [0.1])
    close(window.features("a", 30), [0.3])
    close(window.features("a", 5), [999_999_999, -999_999_998.7])


def test_last_is_by_time_and_then_by_storing():
    window = filled(100, 100, ("e9", "a", 10, 5), ("e5", "a", 10, 3), ("e7", "a", 10, 4))
    assert window.features("a", 10)["last"] == 4
    assert window.add("e1", "a", 5, 99) is True  # stored last, but earlier
    assert window.features("a", 10)["last"] == 4
    assert window.add("e2", "b", 12, 1000) is True
    assert window.add("e3", "a", 11, 1) is True
    assert window.add("e4", "a", 10, 2) is True  # late, of equal time
    assert window.features("a", 10)["last"] == 2
    assert window.features("a", 11)["last"] == 1
    assert window.features("a", 9)["last"] == 99
    assert window.add("e0", "a", 11, 0) is True
    assert window.features("a", 11)["last"] == 0


def test_all_equal_events_count():
    window = FeatureWindow(5)
    for i in range(3000):
        assert window.add(f"e{i}", "a", 7, 0.1) is True
    close(window.features("a", 7), [0.1] * 3000)
    assert window.features("a", 7)["last"] == 0.1
    assert window.busiest(7) == ["a"]
    assert window.forget("a") == 3000


# rule 6


def test_busiest_counts_events_of_the_window():
    window = FeatureWindow(10, 100)
    for i, (key, time, value) in enumerate([("a", 1, 1), ("a", 2, 1), ("a", 3, 1), ("b", 20, 1), ("b", 21, 1), ("c", 22, 500), ("a", 22, 3), ("a", 23, 3), ("a", 23, 3), ("d", 40, 9)]):
        assert window.add(f"e{i}", key, time, value) is True
    found = window.busiest(23)
    assert isinstance(found, list)
    assert found == ["a", "b", "c"]
    assert window.busiest(22) == ["b", "a", "c"]
    assert window.busiest(21) == ["b"]
    assert window.busiest(3) == ["a"]
    assert window.busiest(0) == []
    assert window.busiest(13) == []
    assert window.busiest(12) == ["a"]
    assert window.busiest(30) == ["a", "b", "c"]
    assert window.busiest(31) == ["a", "c"]
    assert window.busiest(49) == ["d"]
    assert window.busiest(50) == []


def test_equal_keys_are_sorted():
    keys = ["b", "B", "a", "10", "9", "Z", "z", "aa", "0a", "aB", "ab"]
    window = FeatureWindow(10)
    for i, key in enumerate(keys):
        assert window.add(f"e{i}", key, 5, len(keys) - i) is True
    assert window.busiest(5) == sorted(keys)
    assert window.add("f1", "z", 6, 0) is True
    assert window.add("f2", "Z", 6, 0) is True
    assert window.busiest(6) == ["Z", "z"] + sorted(set(keys) - {"z", "Z"})
    assert window.busiest(5) == sorted(keys)


def test_busiest_of_many_keys_and_many_events():
    window, serial = FeatureWindow(1), 0
    wanted = {}
    for n, key in enumerate(["c", "x", "a", "m"] * 8):
        key = f"{key}{n}"
        wanted[key] = n % 13 + 1
        for _ in range(wanted[key]):
            serial += 1
            assert window.add(f"e{serial}", key, 0, -n) is True
    assert window.busiest(0) == sorted(wanted, key=lambda key: (-wanted[key], key))
    assert window.busiest(1) == []
    assert window.busiest(-1) == []
    assert FeatureWindow(5).busiest(0) == []


# rule 7


def test_forget_removes_one_key():
    window = FeatureWindow(10, 50)
    for event in [("e1", "a", 1, 1), ("e2", "a", 100, 2), ("e3", "b", 100, 3), ("e4", "ab", 100, 4), ("e5", "a", 90, 5), ("e6", "A", 100, 6)]:
        assert window.add(*event) is True
    assert window.forget("nobody") == 0
    assert window.busiest(100) == ["A", "a", "ab", "b"]
    assert window.forget("a") == 3
    for at in (1, 90, 100, 105):
        assert window.features("a", at) == NOTHING
    assert window.busiest(100) == ["A", "ab", "b"]
    assert window.busiest(1) == []
    assert [window.features(key, 100)["last"] for key in ("b", "ab", "A")] == [3, 4, 6]
    assert window.forget("a") == 0
    for event_id in ("e1", "e2", "e5"):
        assert window.add(event_id, "a", 100, 9) is False
        assert window.add(event_id, "c", 200, 9) is False
    assert window.watermark == 100
    assert window.features("c", 200) == NOTHING
    assert window.add("f1", "a", 49, 8) is False
    assert window.add("f1", "a", 100, 8) is True
    assert same(window.features("a", 100), {"count": 1, "sum": 8, "mean": 8, "min": 8, "max": 8, "last": 8})
    assert window.forget("a") == 1
    assert window.add("f1", "a", 100, 8) is False
    assert window.forget("b") == 1


def test_watermark_stays_when_its_key_is_forgotten():
    for mark in (-50, 0, 50):
        window = filled(10, 3, ("e1", "a", mark, 1))
        assert window.forget("a") == 1
        assert window.watermark == mark
        assert window.add("e2", "a", mark - 4, 1) is False
        assert window.add("e2", "b", mark - 4, 1) is False
        assert window.add("e1", "b", mark, 1) is False
        assert window.busiest(mark) == []
        assert window.add("e2", "b", mark - 3, 1) is True
        assert window.watermark == mark
    window = FeatureWindow(10)
    assert window.forget("a") == 0
    assert window.forget("a") is not None
    assert window.watermark is None
    assert window.add("e1", "a", -5, 1) is True


# rule 8


def test_two_windows_share_nothing():
    one, two = FeatureWindow(10, 5), FeatureWindow(20)
    assert one.add("e1", "a", 100, 1) is True
    assert two.watermark is None
    assert two.features("a", 100) == NOTHING
    assert two.busiest(100) == []
    assert two.forget("a") == 0
    assert two.add("e1", "a", 50, 2) is True
    assert (one.watermark, two.watermark) == (100, 50)
    assert one.features("a", 100)["last"] == 1
    assert two.features("a", 50)["last"] == 2
    assert counts(one, "a", 109, 110) == [1, 0]
    assert counts(two, "a", 69, 70) == [1, 0]
    assert two.add("e2", "a", 49, 2) is False
    assert one.add("e2", "a", 95, 3) is True
    assert one.forget("a") == 2
    assert two.features("a", 50)["count"] == 1
    assert two.add("e3", "b", 60, 2) is True
    three = FeatureWindow(10, 5)
    assert (three.watermark, three.busiest(100), three.features("a", 60)) == (None, [], NOTHING)
    assert two.busiest(60) == ["a", "b"]
    assert one.busiest(100) == []
    same = [FeatureWindow(10), FeatureWindow(10)]
    assert same[0].add("e1", "a", 5, 1) is True
    assert (same[0].features("a", 5)["count"], same[0].busiest(5)) == (1, ["a"])
    assert (same[1].features("a", 5)["count"], same[1].busiest(5)) == (0, [])


def test_asking_changes_nothing():
    window = filled(10, 5, ("e1", "a", 100, 1), ("e2", "b", 96, 2))
    for at in (5000, 100, -5000, 96, 106):
        window.features("a", at), window.features("nobody", at), window.busiest(at), window.watermark
    assert window.watermark == 100
    assert window.busiest(100) == ["a", "b"]
    assert window.forget("nobody") == 0
    assert counts(window, "a", 100, 109) == [1, 1]
    assert counts(window, "b", 96, 105) == [1, 1]
    assert window.add("e3", "a", 95, 3) is True
    assert window.add("e4", "nobody", 94, 3) is False


def test_answers_are_new_after_a_change():
    window = filled(10, 5, ("e1", "a", 100, 1))
    assert near(window.features("a", 100)["sum"], 1)
    assert window.features("b", 100) == NOTHING
    assert window.busiest(100) == ["a"]
    assert window.add("e2", "a", 100, 2) is True
    assert window.add("e3", "b", 99, 4) is True
    assert near(window.features("a", 100)["sum"], 3)
    assert near(window.features("b", 100)["sum"], 4)
    assert window.busiest(100) == ["a", "b"]
    assert window.forget("a") == 2
    assert window.features("a", 100) == NOTHING
    assert window.busiest(100) == ["b"]


def test_answers_belong_to_the_caller():
    window = filled(10, 5, ("e1", "a", 100, 1), ("e2", "b", 100, 2))
    other = FeatureWindow(10)
    full = {"count": 1, "sum": 1, "mean": 1, "min": 1, "max": 1, "last": 1}
    for key, at, wanted in [("a", 100, full), ("a", 5, NOTHING), ("a", 500, NOTHING), ("nobody", 100, NOTHING), ("nobody", 100, NOTHING), ("a", 100, full)]:
        found = window.features(key, at)
        assert same(found, wanted)
        found["count"] = 77
        found["more"] = 1
        assert same(window.features(key, at), wanted)
        found.clear()
        assert same(window.features(key, at), wanted)
        assert window.features("else", at) == NOTHING
        assert other.features(key, at) == NOTHING
    for at, wanted in [(100, ["a", "b"]), (5, []), (500, []), (100, ["a", "b"])]:
        found = window.busiest(at)
        found.append("c")
        assert window.busiest(at) == wanted
        found.clear()
        assert window.busiest(at) == wanted
        found.extend("xyz")
        assert window.busiest(at) == wanted
        assert other.busiest(at) == []
    assert window.add("e3", "a", 100, 1) is True
    kept, listed = window.features("a", 100), window.busiest(100)
    assert window.add("e4", "b", 100, 2) is True
    assert window.add("e5", "b", 100, 2) is True
    assert window.add("e6", "a", 100, 5) is True
    assert same(kept, {"count": 2, "sum": 2, "mean": 1, "min": 1, "max": 1, "last": 1})
    assert listed == ["a", "b"]
    assert window.forget("a") == 3
    assert window.forget("b") == 3
