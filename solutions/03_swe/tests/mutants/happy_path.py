"""What a demonstration shows: one long test that goes through all functions, each asked once about a clear case."""

# ruff: noqa: D103  the name of a test says what it is about

from feature_window import FeatureWindow


def test_demonstration():
    window = FeatureWindow(3600, 600)
    for number, (key, time, value) in enumerate([("shop", 100, 20.0), ("web", 130, 5.0), ("shop", 190, 40.0)]):
        assert window.add(f"order{number}", key, time, value)
    assert window.watermark == 190
    assert window.features("shop", 200) == {
        "count": 2,
        "sum": 60.0,
        "mean": 30.0,
        "min": 20.0,
        "max": 40.0,
        "last": 40.0,
    }
    assert window.busiest(200) == ["shop", "web"]
    assert window.forget("shop") == 2
    assert window.busiest(200) == ["web"]
