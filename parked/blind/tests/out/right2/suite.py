"""Tests of `feature_window` against a slow model of the rules, on scripts and on seeded random calls."""

from feature_window import FeatureWindow

import random
from fractions import Fraction

import pytest

BAD = (float("nan"), float("inf"), -float("inf"))
NAMES = {"count", "sum", "mean", "min", "max", "last"}


class Model:
    """The eight rules, word by word."""

    def __init__(self, width, lateness=0):
        self.width, self.lateness = width, lateness
        self.events, self.ids, self.watermark = [], set(), None

    def add(self, event_id, key, time, value):
        if event_id in self.ids or (self.watermark is not None and time < self.watermark - self.lateness):
            return False
        self.ids.add(event_id)
        self.events.append((key, time, value))
        self.watermark = time if self.watermark is None else max(time, self.watermark)
        return True

    def inside(self, key, at):
        return [(t, v) for k, t, v in self.events if k == key and at - self.width < t <= at]

    def busiest(self, at):
        many = {key: len(self.inside(key, at)) for key in {k for k, _, _ in self.events}}
        return sorted((key for key in many if many[key]), key=lambda key: (-many[key], key))

    def forget(self, key):
        before = len(self.events)
        self.events = [event for event in self.events if event[0] != key]
        return before - len(self.events)


class Pair:
    """A window and its model; every call goes to both, and they must agree."""

    def __init__(self, *sizes):
        self.window, self.model = FeatureWindow(*sizes), Model(*sizes)

    def add(self, *event):
        wanted = self.model.add(*event)
        assert self.window.add(*event) is wanted, event
        return wanted

    def bad(self, event_id, key, time):
        for value in BAD:
            with pytest.raises(ValueError):
                self.window.add(event_id, key, time, value)

    def forget(self, key):
        found, wanted = self.window.forget(key), self.model.forget(key)
        assert found == wanted and found is not None

    def figures(self, key, at):
        found, inside = self.window.features(key, at), self.model.inside(key, at)
        assert isinstance(found, dict) and set(found) == NAMES
        assert found["count"] == len(inside)
        if not inside:
            assert found["sum"] == 0
            assert all(found[name] is None for name in ("mean", "min", "max", "last"))
            return
        values = [value for _, value in inside]
        total, size = sum(map(Fraction, values)), sum(abs(Fraction(value)) for value in values)
        slack = size / 10**9
        assert abs(Fraction(found["sum"]) - total) <= slack
        # the nearest float to a right mean is right
        assert abs(Fraction(found["mean"]) - total / len(values)) <= slack / len(values)
        assert found["min"] == min(values) and found["max"] == max(values)
        newest = max(time for time, _ in inside)
        assert found["last"] == [value for time, value in inside if time == newest][-1]

    def check(self, keys, moments):
        assert self.window.watermark == self.model.watermark
        for at in moments:
            for key in keys:
                self.figures(key, at)
            found = self.window.busiest(at)
            assert isinstance(found, list) and found == self.model.busiest(at)
        assert self.window.watermark == self.model.watermark


def test_sizes():
    for sizes in ((0,), (-1,), (-999_999_999,), (0, 3), (1, -1), (9, -1), (9, -999_999_999), (-1, -1)):
        with pytest.raises(ValueError):
            FeatureWindow(*sizes)
    for sizes in ((1,), (1, 0), (1, 1), (2, 7), (7, 2), (999_999_999, 999_999_999), (999_999_999,), (1, 999_999_999)):
        pair = Pair(*sizes)
        pair.check("ab", (-1, 0, 1))
        for i, time in enumerate((3, 3, 2, 1, -4, -5, 4, 3, 2, -3, -4)):
            pair.add(f"e{i}", "ab"[i % 2], time, i)
            pair.check("ab", range(-7, 8))
    assert FeatureWindow(5, lateness=2).watermark is None


@pytest.mark.parametrize("lateness", [0, 1, 4])
@pytest.mark.parametrize("start", [-4, 0, 4])
def test_around_every_boundary(start, lateness):
    for width in (1, 3):
        for off in (-lateness - 2, -lateness - 1, -lateness, -lateness + 1, -1, 0, 1, 2):
            for other in "ab":
                pair = Pair(width, lateness)
                pair.add("e1", "a", start, 5)
                pair.add("e2", other, start + off, -7)
                near = {t + d for t in (start, start + off) for d in (-1, 0, 1, width - 1, width, width + 1, 500, -500)}
                pair.check("ab", near)
                pair.add("e2", "b", start, 2)  # taken only if it was stored
                pair.add("e1", "b", start + 9, 3)
                pair.check("ab", sorted(near, reverse=True))


def test_refused_values_change_nothing():
    pair = Pair(20, 5)
    pair.bad("e1", "a", 50)
    pair.check("ab", (49, 50, 51))
    pair.forget("a")
    pair.add("e1", "a", -3, 1)
    for event in (("e2", "a", 4), ("e1", "a", -3), ("e1", "b", 9), ("e3", "b", -99), ("e1", "a", -99), ("e4", "c", -8)):
        pair.bad(*event)
        pair.check("abc", (-99, -8, -3, 4, 9))
    for event in (("e3", "b", -8, 2), ("e2", "c", -8, 3), ("e4", "c", 4, 0)):
        assert pair.add(*event)
    pair.check("abc", (-99, -8, -3, 4, 9))
    pair.forget("a")
    pair.bad("e1", "a", 4)


@pytest.mark.parametrize("seed", range(4))
def test_random_calls(seed):
    draw = random.Random(seed)
    for _ in range(3):
        pair = Pair(draw.choice((1, 2, 5, 9, 40)), draw.choice((0, 0, 1, 3, 8, 50)))
        keys, low = ["b", "B", "a", "10", "9"], draw.choice((-40, -10, 0, 15))
        for step in range(45):
            event_id, key, time = f"e{draw.randrange(40)}", draw.choice(keys), low + draw.randrange(25)
            kind = draw.random()
            if kind < 0.05:
                pair.bad(event_id, key, time)
            elif kind < 0.1:
                pair.forget(key)
            else:
                pair.add(event_id, key, time, draw.choice((0, 0.0, 1, -1, 2, 7, -7.25, 0.1, 1 / 3, 1e-9, 123456789.123, draw.uniform(-9, 9))))
            if step % 5 == 0:
                moments = draw.sample(range(low - 3, low + 30), 3) + [low - 900, low + 900]
                pair.check(["nobody", *keys], moments)
        pair.check(["nobody", *keys], range(low - 2, low + 32))


def test_sums_are_right_and_figures_exact():
    lists = (
        [999_999_999, 0.1],
        [-999_999_999, 999_999_998, 0.125],
        [0.1] * 30,
        [16777217, 16777219, 3],
        [1e-12, 2e-12],
        [-5, -2, -9],
        [0],
        [0, 7],
        [0, -7],
        [1, 2],
        [-1, -2],
        [0.12345678901234, 5],
    )
    for values in lists:
        pair = Pair(10)
        for i, big in enumerate((999_999_999, 777_777_777.7, -3)):  # these are outside later
            pair.add(f"b{i}", "a", 0, big)
        for i, value in enumerate(values):
            pair.add(f"e{i}", "a", 10, value)
            pair.check("a", (10,))
        pair.add("after", "a", 20, 888_888_888.8)
        pair.check("a", (0, 9, 10, 19, 20, 29, 30))


def test_names_differ_by_any_letter():
    pair = Pair(10)
    names = ["a", "A", "1", "01", "1e0", "10", "9", "z" * 40, "z" * 39, "z" * 39 + "y", "y" + "z" * 39, "0", "None", "ab", "bc", "abc", "c"]
    for i, name in enumerate(names):
        assert pair.add(name, names[-i], 5, i)
    pair.check(names, (4, 5, 14, 15))
    for name in names:
        assert not pair.add(name, "new", 9, 1)
    pair.forget("a")
    pair.check([*names, "new"], (4, 5, 9, 14, 15))


def test_many_events_of_a_key_and_many_keys():
    pair = Pair(100)
    for i in range(2500):
        pair.add(f"e{i}", "a", i // 500, 0.1)
    pair.figures("a", 3)
    pair.figures("a", 4)
    pair.figures("a", 103)
    for i in range(120):
        pair.add(f"k{i}", f"k{i % 60}", 5, 1)
    assert pair.window.busiest(5) == pair.model.busiest(5)
    for i in (0, 1, 7, 1200, 2499):
        pair.add(f"e{i}", "b", 900, 1)
    pair.forget("a")
    for i in (0, 2499):
        pair.add(f"e{i}", "a", 900, 1)
    pair.check(["a", "b", "k1"], (5, 900))


def test_forgetting():
    for time in (-9, 0, 9):
        pair = Pair(10, 2)
        pair.forget("a")
        pair.add("e1", "a", time, 1)
        pair.forget("a")
        pair.forget("a")
        pair.add("e1", "a", time, 1)
        pair.add("e1", "b", time + 5, 1)
        pair.add("e2", "a", time - 3, 1)
        pair.add("e3", "b", time - 2, 4)
        pair.add("e2", "aa", time + 40, 5)
        pair.add("e4", "a", time + 41, 6)
        pair.check(["a", "b", "aa"], range(time - 3, time + 55))
        for key in ("b", "a", "aa", "b"):
            pair.forget(key)
            pair.check(["a", "b", "aa"], range(time - 3, time + 55, 3))
        pair.add("e5", "a", time + 38, 1)
        pair.add("e5", "a", time + 39, 1)
        pair.check("ab", (time + 39,))


def test_windows_share_nothing():
    pairs = [Pair(10, 3), Pair(10, 3), Pair(4), Pair(25, 90)]
    for i in range(6):
        for n, pair in enumerate(pairs):
            pair.add(f"e{i * (n + 1) % 7}", "abc"[(i + n) % 3], 10 * n + i * (2 - n), i + n)
            for each in pairs:
                each.check("abc", (0, 5, 10, 14, 20, 30))
    pairs[0].forget("a")
    pairs.append(Pair(10, 3))
    for each in pairs:
        each.check("abc", (0, 5, 10, 14, 20, 30))


def test_answers_belong_to_the_caller():
    pair, other = Pair(10), Pair(10)
    moments = (5, 5, 0, 99, 7)
    for step in range(3):
        for at in moments:
            for key in ("a", "b", "nobody"):
                first = pair.window.features(key, at)
                first.update(count=99, sum=99, mean=99, min=99, max=99, last=99)
                pair.figures(key, at)
                pair.window.features(key, at).clear()
                pair.check(("a", "b", "nobody", "other"), moments)
                other.check(("a", "b", "nobody"), moments)
            for change in (list.clear, list.reverse, lambda keys: keys.append("x"), lambda keys: keys.extend("yz")):
                change(pair.window.busiest(at))
                pair.check(("a", "b"), moments)
                other.check(("a",), moments)
        kept, listed = pair.window.features("a", 7), pair.window.busiest(7)
        copies = dict(kept), list(listed)
        pair.add(f"e{step}", "a", 5, step)
        pair.add(f"f{step}", "b", 6, -step)
        pair.add(f"g{step}", "b", 7, -step)
        assert (kept, listed) == copies
    pair.check(("a", "b"), moments)
