"""The rules once more as a slow model, and two thousand drawn calls that must give the same answers."""

# ruff: noqa: D101, D103  the name of a test says what it is about

import random
from math import inf, nan

import pytest
from feature_window import FeatureWindow

KEYS = ["a", "aa", "A", "b", "c", "k1"]


class Model:
    def __init__(self, width, lateness):
        self.width, self.lateness, self.ids, self.rows, self.top = width, lateness, set(), [], None

    def add(self, event_id, key, time, value):
        if value in (inf, -inf) or value != value:
            return ValueError
        if event_id in self.ids or (self.top is not None and time < self.top - self.lateness):
            return False
        self.ids.add(event_id)
        self.rows.append((key, time, value))
        self.top = time if self.top is None else max(time, self.top)
        return True

    def inside(self, key, at):
        return [row for row in self.rows if row[0] == key and at - self.width < row[1] <= at]

    def features(self, key, at):
        rows = self.inside(key, at)
        if not rows:
            return {"count": 0, "sum": 0, "mean": None, "min": None, "max": None, "last": None}
        values = [row[2] for row in rows]
        last = sorted(rows, key=lambda row: row[1])[-1][2]
        total = sum(values)
        figures = {"count": len(rows), "min": min(values), "max": max(values), "last": last}
        return {**figures, "sum": total, "mean": total / len(rows)}

    def busiest(self, at):
        sizes = {key: len(self.inside(key, at)) for key in KEYS}
        return sorted([key for key in KEYS if sizes[key]], key=lambda key: (-sizes[key], key))

    def forget(self, key):
        before = len(self.rows)
        self.rows = [row for row in self.rows if row[0] != key]
        return before - len(self.rows)


def result(function, *arguments):
    try:
        return function(*arguments)
    except ValueError:
        return ValueError


def same_answers(window, model, moments):
    assert window.watermark == model.top
    for at in moments:
        assert window.busiest(at) == model.busiest(at)
        for key in KEYS:
            found, wanted = window.features(key, at), model.features(key, at)
            assert found.keys() == wanted.keys()
            for name in ("count", "min", "max", "last"):
                assert found[name] == wanted[name]
            for name in ("sum", "mean"):
                assert found[name] == (
                    None if wanted[name] is None else pytest.approx(wanted[name], rel=1e-9, abs=1e-9)
                )
            found.clear()


@pytest.mark.parametrize("seed", range(30))
def test_same_answers_as_the_model(seed):
    rng = random.Random(seed)
    width, lateness = rng.choice([1, 2, 5, 30]), rng.choice([0, 0, 1, 3, 20])
    start = rng.choice([-40, -5, 0, 0, 1000])
    spread = rng.choice([3, 10, 30])
    sign = rng.choice([-1, 1, 0])
    window, model = FeatureWindow(width, lateness), Model(width, lateness)
    clock = start
    for step in range(60):
        value = rng.choice([0, rng.randint(-9, 9), rng.randint(-99, 99) / 8, rng.randint(1, 99) / 31])
        value = sign * abs(value) if sign else value
        if rng.random() < 0.08:
            value = rng.choice([nan, inf, -inf])
        event = (str(rng.randrange(step + 3)), rng.choice(KEYS), clock + rng.randint(-spread, 2), value)
        assert result(window.add, *event) == model.add(*event), event
        if rng.random() < 0.3:
            same_answers(window, model, [clock + rng.randint(-40, 40), event[2], event[2] + width, event[2] - 1])
        if rng.random() < 0.05:
            key = rng.choice(KEYS)
            assert window.forget(key) == model.forget(key)
        clock += rng.choice([0, 0, 1, 5])
    same_answers(window, model, range(start - 35, clock + 35, 3))


@pytest.mark.parametrize("lateness", [0, 4])
@pytest.mark.parametrize("first", [0, -3, 9])
def test_edge_of_lateness(first, lateness):
    window = FeatureWindow(10, lateness)
    calls = [("e", "a", first), ("x", "b", first - lateness - 1), ("x", "b", first - lateness), ("y", "a", first)]
    assert [window.add(*call, 1) for call in calls] == [True, False, True, True]


def test_many_in_one_window():
    window = FeatureWindow(50)
    for number in range(200):
        window.add(f"n{number}", "a", 7, 1.5)
    assert [window.features("a", 7)[name] for name in ("count", "sum", "last")] == [200, 300, 1.5]
    assert window.forget("a") == 200
    assert window.add("n0", "a", 7, 1) is False


def test_names_that_look_alike():
    window, names = FeatureWindow(5), ["K", "k", "kk", "K2", "k10"]
    for name in names:
        assert window.add(name, name, 1, 1) is True
    for name in names:
        assert window.add(name, name, 1, 1) is False
    assert window.busiest(1) == ["K", "K2", "k", "k10", "kk"]


@pytest.mark.parametrize("arguments", [(0,), (-5, 3), (1, -1), (7, -7)])
def test_settings_below_the_least(arguments):
    with pytest.raises(ValueError):  # noqa: PT011
        FeatureWindow(*arguments)


def test_settings_at_the_least():
    FeatureWindow(1, 0)


def test_two_windows():
    one, two = FeatureWindow(10), FeatureWindow(10)
    assert one.add("e", "a", 5, 1) is True
    assert (two.watermark, two.busiest(5), two.features("a", 5)["count"]) == (None, [], 0)
    assert two.add("e", "a", 1, 1) is True


def test_lists_are_the_callers():
    window = FeatureWindow(10)
    window.add("e", "a", 5, 1)
    window.busiest(5).append("b")
    window.features("z", 5)["count"] = 8
    assert window.busiest(5) == ["a"]
    assert window.features("z", 5)["count"] == 0
