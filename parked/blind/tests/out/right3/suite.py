"""Tests of `feature_window` as tables: each row is a story, told to a new window step by step."""

from feature_window import FeatureWindow

import pytest

NAN, INF = float("nan"), float("inf")
TOP = 999_999_999
NO = "raises"


def figures(found, values, last):
    assert isinstance(found, dict)
    assert sorted(found) == ["count", "last", "max", "mean", "min", "sum"]
    assert found["count"] == len(values)
    if not values:
        assert found["sum"] == 0
        assert (found["mean"], found["min"], found["max"], found["last"]) == (None, None, None, None)
        return
    size = sum(abs(value) for value in values)
    assert abs(found["sum"] - sum(sorted(values, key=abs))) <= 1.0001e-9 * size
    assert abs(found["mean"] - sum(sorted(values, key=abs)) / len(values)) <= 1.0001e-9 * size / len(values)
    assert (found["min"], found["max"], found["last"]) == (min(values), max(values), last)


def tell(window, steps):
    """Take each step: what is called, its arguments, and what must come."""
    for step in steps:
        what, *rest = step
        if what == "add":
            *event, wanted = rest
            if wanted is NO:
                with pytest.raises(ValueError):
                    window.add(*event)
            else:
                assert window.add(*event) is wanted, step
        elif what == "mark":
            assert window.watermark == rest[0], step
        elif what == "of":  # key, moment, values in the order of time and storing
            key, at, values = rest
            figures(window.features(key, at), values, values[-1] if values else None)
        elif what == "busy":
            found = window.busiest(rest[0])
            assert isinstance(found, list) and found == rest[1], step
        elif what == "forget":
            found = window.forget(rest[0])
            assert found is not None and found == rest[1], step
        else:
            raise ValueError(what)


STORIES = {
    "rule 1: no lateness by default": ((5,), [("add", "e", "a", 3, 1, True), ("add", "f", "a", 2, 1, False), ("add", "f", "a", 3, 1, True)]),
    "rule 1: least width": ((1, 0), [("add", "e", "a", 3, 1, True), ("of", "a", 2, []), ("of", "a", 3, [1]), ("of", "a", 4, [])]),
    "rule 1: greatest": (
        (TOP, TOP),
        [("add", "e", "a", TOP, 1, True), ("add", "f", "a", 0, 2, True), ("add", "g", "a", -1, 3, False), ("of", "a", TOP, [1]), ("of", "a", TOP - 1, [2])],
    ),
    "rule 1: lateness beyond width": (
        (2, 9),
        [("add", "e", "a", 9, 1, True), ("add", "f", "a", -1, 2, False), ("add", "f", "a", 0, 2, True), ("of", "a", 0, [2]), ("of", "a", 1, [2]), ("of", "a", 2, []), ("of", "a", 9, [1])],
    ),
    "rule 2: whatever the other arguments": (
        (10, 2),
        [
            *[("add", "e", "a", 9, bad, NO) for bad in (NAN, INF, -INF)],
            ("mark", None),
            ("of", "a", 9, []),
            ("busy", 9, []),
            ("forget", "a", 0),
            ("add", "e", "a", 1, 4, True),
            *[("add", name, key, time, bad, NO) for bad in (NAN, INF, -INF) for name in "ef" for key in "ab" for time in (-90, 1, 90)],
            ("mark", 1),
            ("of", "a", 5, [4]),
            ("of", "b", 5, []),
            ("of", "a", 90, []),
            ("busy", 5, ["a"]),
            ("busy", 90, []),
            ("forget", "b", 0),
            ("add", "f", "b", -1, 5, True),
            ("forget", "a", 1),
            ("add", "e", "a", 1, NAN, NO),
            ("add", "e", "a", 1, 1, False),
        ],
    ),
    "rule 2: what is finite": ((10,), [("add", f"e{i}", f"k{i}", 0, v, True) for i, v in enumerate((0, -0.0, TOP, -TOP, 1e-300))] + [("of", "k2", 0, [TOP]), ("of", "k4", 0, [1e-300])]),
    "rule 3: the first one counts": (
        (10, 5),
        [
            ("add", "e", "a", 9, 4, True),
            *[("add", "e", key, time, 7, False) for key in "ab" for time in (-50, 4, 8, 9, 10, 90)],
            ("mark", 9),
            *[("of", "a", at, [4] if 9 <= at < 19 else []) for at in (4, 8, 9, 10, 18, 19, 90)],
            *[("of", "b", at, []) for at in (4, 8, 9, 10, 18, 19, 90)],
            ("busy", 9, ["a"]),
            ("busy", 90, []),
            ("forget", "b", 0),
            ("add", "f", "b", 4, 1, True),
            ("forget", "a", 1),
            ("add", "e", "a", 9, 1, False),
            ("add", "e", "b", 99, 1, False),
            ("mark", 9),
        ],
    ),
    "rule 3: out of every window": ((1,), [("add", "e", "a", 0, 1, True), ("add", "f", "a", 9999, 1, True), ("add", "e", "b", 9999, 1, False), ("of", "a", 0, [1])]),
    "rule 3: ids are texts": (
        (10,),
        [("add", name, "a", 1, 1, True) for name in ("1", "01", "e", "E", "x" * 40, "x" * 39, "x" * 39 + "z", "1e0", "True")]
        + [("add", "ab", "c", 1, 1, True), ("add", "a", "bc", 1, 1, True), ("add", "abc", "d", 1, 1, True), ("add", "E", "q", 1, 1, False), ("add", "x" * 40, "q", 1, 1, False)],
    ),
    "rule 4: over all keys": (
        (50, 3),
        [
            ("mark", None),
            ("add", "e", "a", -10, 1, True),
            ("mark", -10),
            ("add", "f", "b", -14, 1, False),
            ("mark", -10),
            ("of", "b", -10, []),
            ("busy", -10, ["a"]),
            ("forget", "b", 0),
            ("add", "f", "b", -13, 2, True),
            ("mark", -10),
            ("add", "g", "b", -13, 3, True),
            ("add", "h", "c", 0, 5, True),
            ("mark", 0),
            ("add", "i", "a", -4, 1, False),
            ("add", "i", "a", -3, 6, True),
            ("add", "j", "a", 7, 7, True),
            ("add", "k", "c", 3, 1, False),
            ("add", "k", "c", 4, 8, True),
            ("mark", 7),
            ("of", "a", 7, [1, 6, 7]),
            ("of", "b", 7, [2, 3]),
            ("of", "c", 7, [5, 8]),
            ("busy", 7, ["a", "b", "c"]),
        ],
    ),
    "rule 4: from zero": ((50,), [("add", "e", "a", 0, 1, True), ("mark", 0), ("add", "f", "a", -1, 1, False), ("add", "f", "b", -1, 1, False), ("mark", 0), ("add", "f", "b", 0, 1, True)]),
    "rule 4: zero, with lateness": ((50, 1), [("add", "e", "a", 0, 1, True), ("add", "f", "a", -2, 1, False), ("add", "f", "b", -1, 1, True), ("add", "g", "b", -2, 1, False), ("mark", 0)]),
    "rule 4: a key's first event may be late": ((50, 2), [("add", "e", "a", 100, 1, True), ("add", "f", "b", 97, 1, False), ("of", "b", 100, []), ("add", "f", "b", 98, 1, True), ("mark", 100)]),
    "rule 4: greatest times": ((5,), [("add", "e", "a", -TOP, 1, True), ("of", "a", -TOP, [1]), ("add", "f", "a", TOP, 2, True), ("of", "a", TOP, [2]), ("of", "a", -TOP + 4, [1]), ("of", "a", -TOP + 5, [])]),
    "rule 5: past, future, past": (
        (10, 3),
        [
            *[("add", f"e{t}", "a", t, t, True) for t in (-20, -15, -10, -5, 0, 5, 30)],
            *[("of", "a", at, [t for t in (-20, -15, -10, -5, 0, 5, 30) if at - 10 < t <= at]) for at in (30, -20, 500, -21, -500, 0, 39, 40, 4, 5, 9, 10, -11, -10, -5, 15, 14)],
            ("busy", 39, ["a"]),
            ("busy", 40, []),
            ("busy", -21, []),
            ("busy", -20, ["a"]),
            ("mark", 30),
        ],
    ),
    "rule 5: late ones have their place": (
        (5, 99),
        [
            ("add", "e", "a", 50, 1, True),
            ("add", "f", "a", 48, 2, True),
            ("of", "a", 50, [2, 1]),
            ("add", "g", "a", 49, 0, True),
            ("of", "a", 50, [2, 0, 1]),
            ("of", "a", 49, [2, 0]),
            ("add", "h", "a", 49, -3, True),
            ("of", "a", 49, [2, 0, -3]),
            ("of", "a", 53, [0, -3, 1]),
            ("of", "a", 54, [1]),
            ("add", "i", "a", 50, -9, True),
            ("add", "d", "a", 50, -8, True),
            ("add", "b", "b", 51, 70, True),
            ("of", "a", 54, [1, -9, -8]),
            ("add", "c", "a", 10, 5, True),
            ("of", "a", 54, [1, -9, -8]),
            ("of", "a", 12, [5]),
        ],
    ),
    "rule 5: equal events": ((5,), [("add", f"e{i}", "a", 3, 2.5, True) for i in range(2000)] + [("of", "a", 3, [2.5] * 2000), ("of", "a", 7, [2.5] * 2000), ("of", "a", 8, []), ("forget", "a", 2000)]),
    "rule 5: great ones before": (
        (10,),
        [("add", "e", "a", 0, 987_654_321.1, True), ("add", "f", "a", 1, TOP, True), ("add", "g", "a", 11, 0.1, True), ("add", "h", "a", 12, 0.2, True), ("add", "i", "a", 22, 876_543_210.9, True)]
        + [("of", "a", 12, [0.1, 0.2]), ("of", "a", 11, [0.1]), ("of", "a", 21, [0.2]), ("of", "a", 22, [876_543_210.9])],
    ),
    "rule 5: other keys": ((5,), [("add", "e", "a", 1, 1, True), ("add", "f", "ab", 2, 20, True), ("add", "g", "A", 3, 300, True), ("of", "a", 3, [1]), ("of", "ab", 3, [20]), ("of", "A", 3, [300]), ("of", "b", 3, [])]),
    "rule 6: most events of the window": (
        (10,),
        [("add", f"a{i}", "a", 0, 9, True) for i in range(12)]
        + [("add", f"b{i}", "b", 5, 1, True) for i in range(9)]
        + [("add", f"c{i}", "c", 5, -1, True) for i in range(10)]
        + [("busy", 5, ["a", "c", "b"]), ("busy", 9, ["a", "c", "b"]), ("busy", 10, ["c", "b"]), ("busy", 14, ["c", "b"]), ("busy", 15, []), ("busy", 0, ["a"]), ("busy", 4, ["a"]), ("busy", -1, [])]
        + [("add", "c9", "b", 6, 1, False), ("add", "b9", "b", 6, 1, True), ("busy", 6, ["a", "b", "c"]), ("busy", 5, ["a", "c", "b"])],
    ),
    "rule 6: equal ones as sorted": (
        (10,),
        [("add", f"e{i}", key, 5, i, True) for i, key in enumerate(["b", "a", "B", "10", "9", "ab", "Z", "aB", "a0"])]
        + [("busy", 5, ["10", "9", "B", "Z", "a", "a0", "aB", "ab", "b"]), ("add", "x", "b", 5, 0, True), ("add", "y", "Z", 5, 0, True), ("busy", 5, ["Z", "b", "10", "9", "B", "a", "a0", "aB", "ab"])],
    ),
    "rule 6: many keys": ((10,), [("add", f"e{i}", f"k{i}", 5, 1, True) for i in range(150)] + [("busy", 5, sorted(f"k{i}" for i in range(150)))]),
    "rule 7: this one key": (
        (10, 30),
        [
            ("add", "e", "a", 100, 1, True),
            ("add", "f", "a", 75, 2, True),
            ("add", "g", "b", 100, 3, True),
            ("add", "h", "aa", 100, 4, True),
            ("add", "i", "A", 100, 5, True),
            ("add", "j", "a", 100, 1, True),
            ("forget", "c", 0),
            ("busy", 100, ["a", "A", "aa", "b"]),
            ("forget", "a", 3),
            ("of", "a", 100, []),
            ("of", "a", 75, []),
            ("of", "b", 100, [3]),
            ("of", "aa", 100, [4]),
            ("of", "A", 100, [5]),
            ("busy", 100, ["A", "aa", "b"]),
            ("busy", 75, []),
            ("mark", 100),
            ("forget", "a", 0),
            *[("add", name, key, 100, 9, False) for name in "efj" for key in "ab"],
            ("add", "k", "a", 69, 9, False),
            ("add", "k", "a", 70, 9, True),
            ("of", "a", 70, [9]),
            ("forget", "a", 1),
            ("forget", "b", 1),
        ],
    ),
    "rule 7: the only key": (
        (10,),
        [("forget", "a", 0), ("mark", None), ("add", "e", "a", -7, 1, True), ("forget", "a", 1), ("mark", -7), ("add", "f", "a", -8, 1, False), ("add", "e", "b", -7, 1, False), ("busy", -7, []), ("add", "f", "b", -7, 1, True)],
    ),
    "rule 8: answers after changes": (
        (10, 9),
        [
            ("of", "a", 5, []),
            ("busy", 5, []),
            ("add", "e", "a", 5, 1, True),
            ("of", "a", 5, [1]),
            ("of", "b", 5, []),
            ("busy", 5, ["a"]),
            ("of", "a", 900, []),
            ("busy", 900, []),
            ("of", "a", -900, []),
            ("mark", 5),
            ("add", "f", "b", 4, 3, True),
            ("add", "g", "a", -4, 2, True),
            ("of", "a", 5, [2, 1]),
            ("of", "b", 5, [3]),
            ("busy", 5, ["a", "b"]),
            ("forget", "b", 1),
            ("of", "b", 5, []),
            ("busy", 5, ["a"]),
        ],
    ),
}


@pytest.mark.parametrize("name", STORIES)
def test_story(name):
    sizes, steps = STORIES[name]
    tell(FeatureWindow(*sizes), steps)


@pytest.mark.parametrize("name", STORIES)
def test_story_beside_another_window(name):
    """Rule 8: what is done to one window is not seen in another, made before or after."""
    sizes, steps = STORIES[name]
    before = FeatureWindow(3, 1)
    assert before.add("e", "a", 777, 5) is True
    window = FeatureWindow(*sizes)
    after = FeatureWindow(4, 2)
    tell(window, steps)
    tell(after, [("mark", None), ("busy", 5, []), ("of", "a", 5, []), ("add", "e", "a", 5, 1, True), ("add", "f", "a", 2, 1, False), ("add", "f", "a", 3, 2, True), ("of", "a", 6, [2, 1]), ("of", "a", 7, [1])])
    tell(before, [("mark", 777), ("busy", 777, ["a"]), ("of", "a", 779, [5]), ("of", "a", 780, []), ("add", "f", "b", 775, 1, False), ("add", "f", "b", 776, 1, True), ("forget", "a", 1)])


@pytest.mark.parametrize("sizes", [(0,), (-1,), (0, 0), (-TOP, 4), (1, -1), (8, -1), (8, -TOP), (0, -1)])
def test_sizes_are_refused(sizes):
    with pytest.raises(ValueError):
        FeatureWindow(*sizes)


@pytest.mark.parametrize(
    "values",
    [[7], [0], [-7], [1, 2], [-1, -2], [0, 3], [0, -3], [3, 0], [9, 1, 4, 4, 30], [-9, -1, -4, -30], [0.1, 0.2, 0.3], [1 / 3, 1e-12], [16777217, 16777219], [0.123456789012345, 0.1], [TOP, -TOP, 0.5], [10, 9, 100], [5, -5]],
)
def test_figures(values):
    apart, together = FeatureWindow(1000), FeatureWindow(1000)
    for i, value in enumerate(values):
        assert apart.add(f"e{i}", "a", i - 2, value) is True
        assert together.add(f"e{9 - i}", "a", 0, value) is True
        figures(apart.features("a", i - 2), values[: i + 1], value)
        figures(together.features("a", 999), values[: i + 1], value)


def test_answers_belong_to_the_caller():
    window, other = FeatureWindow(10), FeatureWindow(10)
    assert window.add("e", "a", 5, 3) is True
    assert window.add("f", "b", 5, 4) is True
    wanted = [("of", "a", 5, [3]), ("of", "b", 5, [4]), ("of", "c", 5, []), ("of", "a", 99, []), ("busy", 5, ["a", "b"]), ("busy", 99, []), ("busy", 4, [])]
    nothing = [("of", "a", 5, []), ("of", "c", 99, []), ("busy", 5, []), ("mark", None)]
    for key, at in [("a", 5), ("b", 5), ("c", 5), ("a", 99), ("a", 4)] * 2:
        found = window.features(key, at)
        found["count"] = found["last"] = found["new"] = 1234
        tell(window, wanted)
        found.clear()
        tell(window, wanted)
        tell(other, nothing)
    for at in (5, 99, 4, 5, 99):
        found = window.busiest(at)
        found.append("q")
        tell(window, wanted)
        found.clear()
        tell(window, wanted)
        window.busiest(at).extend(["q", "r"])
        tell(window, wanted)
        tell(other, nothing)
    kept, listed = window.features("a", 5), window.busiest(5)
    tell(window, [("add", "g", "b", 5, 1, True), ("add", "h", "a", 5, 2, True), ("forget", "b", 2)])
    figures(kept, [3], 3)
    assert listed == ["a", "b"]


def test_ids_are_remembered_however_many():
    window = FeatureWindow(10, 5)
    for i in range(2500):
        assert window.add(f"e{i}", f"k{i % 3}", i, 1) is True
    for i in (0, 1, 500, 1500, 2490, 2499):
        assert window.add(f"e{i}", "k0", 2499, 1) is False
    tell(window, [("mark", 2499), ("of", "k0", 0, [1]), ("of", "k1", 10, [1, 1, 1, 1]), ("of", "k2", 10, [1, 1, 1])])
