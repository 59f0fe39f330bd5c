"""The code was pasted into the test file, and that is what the tests run."""

# ruff: noqa: D101, D103  the name of a test says what it is about


class FeatureWindow:
    def __init__(self, width, lateness=0):
        if width < 1 or lateness < 0:
            raise ValueError("width or lateness")
        self.width, self.events, self.seen = width, [], set()

    def add(self, event_id, key, time, value):
        if event_id in self.seen:
            return False
        self.seen.add(event_id)
        self.events.append((key, time, value))
        return True

    def features(self, key, at):
        values = [value for who, time, value in self.events if who == key and at - self.width < time <= at]
        return {"count": len(values), "sum": sum(values), "mean": sum(values) / len(values) if values else None}


def test_window_is_half_open():
    window = FeatureWindow(100)
    window.add("e", "a", 10, 1)
    assert [window.features("a", at)["count"] for at in (9, 10, 109, 110)] == [0, 1, 1, 0]


def test_ids_are_unique():
    window = FeatureWindow(100)
    assert [window.add("e", "a", 10, 1), window.add("e", "a", 10, 1)] == [True, False]


def test_no_events():
    assert FeatureWindow(100).features("a", 5) == {"count": 0, "sum": 0, "mean": None}
