"""What a call gives depends on its arguments alone: calls of other checks are made again, and differences are told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tenfold.grading.grade import Request, grade

HIDDEN = '''
import numpy as np, pandas as pd, pytest
from mean import Meter, mean, of, shares

@pytest.mark.points(2)
def test_depends(replay):
    """What a call gives depends on its arguments alone.

    A hint.
    """
    replay(mean, of, shares, Meter)

@pytest.mark.points(1)
def test_arguments_stay(untouched):
    """No call changes its arguments.

    A hint.
    """
    untouched(mean, of, (shares, (pd.DataFrame({"x": [1.0, 2.0]}), [1, 2])), (shares, (pd.DataFrame({"x": [1]}), [1])))

@pytest.mark.points(4)
def test_weights_count(rng):
    """Some calls.

    A hint.
    """
    for n in (3, 3, 5):
        mean(rng.normal(size=n), rng.uniform(1, 2, size=n))
        of({"rate": float(n), "names": ["a", "b"]})
        shares(pd.DataFrame({"x": rng.uniform(1, 2, size=n)}), [n, 1])
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
def shares(frame, power):
    x = frame["x"].to_numpy() ** power[0]
    return x / x.sum()
class Meter:
    def __init__(self, start): self.total = start
    def add(self, x): self.total += x; return self.total
"""
MEAN = "    return float(np.average(v, weights=w))"
AVERAGE = "np.average(v, weights=w)"
OF = 'return case["rate"] * len(case["names"])'
SHARES = "    return x / x.sum()"
ADD = "self.total += x; return self.total"
STATE = {
    "cached by an argument": (MEAN, f"    return kept.setdefault(v.tobytes(), {AVERAGE})", "2nd argument"),
    "cached by length": (MEAN, f"    return kept.setdefault(len(v), {AVERAGE})", "mean gave another"),
    "counts its calls": (MEAN, f"    seen.append(1); return len(seen) + {AVERAGE}", "mean gave another"),
    "cached by a key of a dict": (OF, f'return kept.setdefault(str(case["names"]), {OF[7:]})', "of gave"),
    "fails the fourth time": (MEAN, f"    seen.append(1); assert len(seen) < 4\n{MEAN}", "mean gave"),
    "ordered by hashes": (OF, "return list({f'name {i}' for i in range(64)})[0]", "PYTHONHASHSEED"),
    "one buffer for all": (
        SHARES, "    b = kept.setdefault(0, np.empty(99))[:len(x)]; b[:] = x / x.sum(); return b",
        "what shares had returned was changed by a later call",
    ),
    "hands out what it keeps": (
        SHARES, "    return kept.setdefault((x.tobytes(), *power), x / x.sum())",
        "shares gave another answer once what it had returned was overwritten",
    ),
    "cached by the table itself": (
        SHARES, "    seen.append(frame); return kept.setdefault(id(frame), x / x.sum()).copy()",
        "shares gave another answer for an array, list or dict that held other values before",
    ),
    "cached by the dict itself": (
        OF, f'seen.append(case); return kept.setdefault(id(case), {OF[7:]})',
        "of gave another answer for an array, list or dict that held other values before",
    ),
    "one total for all": (ADD, "kept[0] = kept.get(0, 0) + x; return self.total + kept[0]", "Meter: add"),
}  # fmt: skip


@pytest.fixture
def told(toy, tmp_path):
    """Grade a text by the checks above; return what one that makes calls again tells, empty where it holds."""
    toy.hidden_checks.write_text(HIDDEN)

    def tell(source, name="test_depends", **options):
        path = tmp_path / "mean.py"
        path.write_text(source)
        result = grade(Request(toy, path, only=frozenset({name}), **options))
        checks = {check.id: check for check in result.checks}
        assert result.status != "could_not_grade", result.detail
        assert checks["test_weights_count"].status == "passed"
        return "" if checks[name].status == "passed" else checks[name].feedback

    return tell


def test_what_keeps_nothing_holds(told):
    assert told(PLAIN) == ""


@pytest.mark.parametrize("kind", STATE)
def test_what_is_kept_between_calls_is_told_by_function(told, kind):
    old, new, says = STATE[kind]
    assert PLAIN.count(old) == 1
    assert says in told(PLAIN.replace(old, new))


TENSORS = '''
import pytest, torch
from mean import total

@pytest.mark.points(2)
def test_depends(replay):
    """What a call gives depends on its arguments alone.

    A hint.
    """
    replay(total)

@pytest.mark.points(4)
def test_weights_count():
    """Some calls.

    A hint.
    """
    for start in (1.0, 2.0):
        total(torch.arange(4.0) + start)
'''
KEPT_TENSORS = {
    "nothing": ("t * t.sum()", ""),
    "nothing, in memory that cannot be written": ("t.sum().expand(4)", ""),
    "nothing, in inference mode": ("torch.inference_mode()(lambda: t * t.sum())()", ""),
    "by the tensor itself": ("seen.append(t) or kept.setdefault(id(t), t + 1).clone()", "held other values before"),
    "what it hands out": ("kept.setdefault(t.sum().item(), t * t.sum())", "what it had returned was overwritten"),
}


@pytest.mark.parametrize("kind", KEPT_TENSORS)
def test_tensors_are_refilled_and_overwritten_as_arrays_are(toy, told, kind):
    toy.hidden_checks.write_text(TENSORS)
    answer, says = KEPT_TENSORS[kind]
    found = told(f"import torch\nkept, seen = {{}}, []\ndef total(t): return {answer}\n")
    assert says in found if says else found == ""


def test_it_runs_behind_all_others_and_its_time_is_counted(toy, tmp_path):
    toy.hidden_checks.write_text(HIDDEN)
    path = tmp_path / "mean.py"
    path.write_text(PLAIN)
    result = grade(Request(toy, path, only=frozenset({"test_depends"})))
    assert {check.id for check in result.checks[-2:]} == {"test_depends", "test_arguments_stay"}
    assert result.processor["submission"] > 0


def test_a_call_that_hangs_where_arguments_do_not_fit_is_nobodys_fault(told, impatient):
    assert told(PLAIN.replace(MEAN, "    while w is not None and len(w) != len(v): pass\n" + MEAN)) == ""


CHANGES = {
    "an array": ("    x = frame", "    frame.iloc[0, 0] = 0\n    x = frame", "shares"),
    "a list": ("    x = frame", "    power.append(2)\n    x = frame", "shares"),
    "the order of a dict": (OF, f'case["rate"] = case.pop("rate"); {OF}', "of"),
    "weights in place": (MEAN, f"    if w is not None: w /= w.sum()\n{MEAN}", "mean"),
}  # fmt: skip


@pytest.mark.parametrize("kind", CHANGES)
def test_a_call_that_changes_its_arguments_is_told(told, kind):
    old, new, name = CHANGES[kind]
    assert PLAIN.count(old) == 1
    assert f"{name} changed what it was given" in told(PLAIN.replace(old, new), "test_arguments_stay")


def test_an_answer_may_be_what_was_given(told):
    source = PLAIN.replace(SHARES, "    return power")
    assert told(source, "test_arguments_stay") == told(source) == ""


def test_arguments_of_a_function_that_no_check_calls_are_a_mistake_of_the_graders(toy, tmp_path):
    toy.hidden_checks.write_text(HIDDEN.replace("        of({", "        dict({"))
    (tmp_path / "mean.py").write_text(PLAIN)
    result = grade(Request(toy, tmp_path / "mean.py", only=frozenset({"test_arguments_stay"})))
    assert result.status == "could_not_grade"
    assert "no check calls of with values alone" in result.detail


def test_calls_that_are_made_again_may_take_as_long_as_any(toy, tmp_path):
    toy = replace(toy, limits=replace(toy.limits, seconds=1.0))
    toy.hidden_checks.write_text(HIDDEN.replace("untouched(mean,", "untouched(*6 * [(mean, (np.ones(3),))],"))
    slow = "    import time; end = time.process_time() + 0.4\n    while time.process_time() < end: pass\n"
    (tmp_path / "mean.py").write_text(PLAIN.replace(MEAN, slow + MEAN))
    result = grade(Request(toy, tmp_path / "mean.py", only=frozenset({"test_arguments_stay"})))
    assert [check.feedback for check in result.checks if check.status != "passed" and check.hidden] == []
