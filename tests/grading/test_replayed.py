"""What a call gives depends on its arguments alone: calls of other checks are made again, and differences are told."""

from __future__ import annotations

import pytest

from tenfold.grading.grade import Request, grade

HIDDEN = '''
import numpy as np, pytest
from mean import Meter, mean, of

@pytest.mark.points(2)
def test_depends(replay):
    """What a call gives depends on its arguments alone.

    A hint.
    """
    replay(mean, of, Meter)

@pytest.mark.points(4)
def test_weights_count(rng):
    """Some calls.

    A hint.
    """
    for n in (3, 3, 5):
        mean(rng.normal(size=n), rng.uniform(1, 2, size=n))
        of({"rate": float(n), "names": ["a", "b"]})
    for start in (1.0, 2.0):
        meter = Meter(start)
        for step in range(3):
            meter.add(step)
'''
PLAIN = """
import numpy as np
kept, seen = {}, []
def mean(v, w=None):
    if len(v) == 0: raise ValueError('no')
    return float(np.average(v, weights=w))
def of(case): return case["rate"] * len(case["names"])
class Meter:
    def __init__(self, start): self.total = start
    def add(self, x): self.total += x; return self.total
"""
MEAN = "    return float(np.average(v, weights=w))"
AVERAGE = "np.average(v, weights=w)"
OF = 'return case["rate"] * len(case["names"])'
ADD = "self.total += x; return self.total"
STATE = {
    "cached by an argument": (MEAN, f"    return kept.setdefault(v.tobytes(), {AVERAGE})", "2nd argument"),
    "cached by length": (MEAN, f"    return kept.setdefault(len(v), {AVERAGE})", "mean gave another"),
    "counts its calls": (MEAN, f"    seen.append(1); return len(seen) + {AVERAGE}", "mean gave another"),
    "cached by a key of a dict": (OF, f'return kept.setdefault(str(case["names"]), {OF[7:]})', "of gave"),
    "fails the fourth time": (MEAN, f"    seen.append(1); assert len(seen) < 4\n{MEAN}", "mean gave"),
    "ordered by hashes": (OF, "return list({f'name {i}' for i in range(64)})[0]", "PYTHONHASHSEED"),
    "one total for all": (ADD, "kept[0] = kept.get(0, 0) + x; return self.total + kept[0]", "Meter: add"),
}  # fmt: skip


@pytest.fixture
def told(toy, tmp_path):
    """Grade a text by the checks above; return what the one that replays tells, empty where it holds."""
    toy.hidden_checks.write_text(HIDDEN)

    def tell(source, **options):
        path = tmp_path / "mean.py"
        path.write_text(source)
        result = grade(Request(toy, path, only=frozenset({"test_depends"}), **options))
        checks = {check.id: check for check in result.checks}
        assert result.status != "could_not_grade", result.detail
        assert checks["test_weights_count"].status == "passed"
        return "" if checks["test_depends"].status == "passed" else checks["test_depends"].feedback

    return tell


def test_what_keeps_nothing_holds(told):
    assert told(PLAIN) == ""


@pytest.mark.parametrize("kind", STATE)
def test_what_is_kept_between_calls_is_told_by_function(told, kind):
    old, new, says = STATE[kind]
    assert PLAIN.count(old) == 1
    assert says in told(PLAIN.replace(old, new))


def test_it_runs_behind_all_others_and_its_time_is_counted(toy, tmp_path):
    toy.hidden_checks.write_text(HIDDEN)
    path = tmp_path / "mean.py"
    path.write_text(PLAIN)
    result = grade(Request(toy, path, only=frozenset({"test_depends"})))
    assert [check.id for check in result.checks][-1] == "test_depends"
    assert result.processor["submission"] > 0


def test_a_call_that_hangs_where_arguments_do_not_fit_is_nobodys_fault(told, impatient):
    assert told(PLAIN.replace(MEAN, "    while w is not None and len(w) != len(v): pass\n" + MEAN)) == ""
