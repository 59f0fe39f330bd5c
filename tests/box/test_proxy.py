"""The learner's modules seen from a check: values, handles, callbacks, and errors that say what happened."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tenfold.box.callback import Callback
from tenfold.box.proxy import Module
from tenfold.errors import FromSubmission, SubmissionError
from tenfold.grading import expect

SOURCE = """
import os, sys
LIMIT = 3

class Model:
    kind = "linear"
    def __init__(self, frame): self.columns = list(frame.columns); self.inner = Inner()
    def predict(self, x): return x * 2
    def __len__(self): return len(self.columns)
    def __getitem__(self, i): return self.columns[i]
    def __iter__(self): return iter(self.columns)

class Inner:
    def depth(self): return 7

class Odd(ValueError): pass

def double(x): return x * 2
def use(model, x): return model.predict(x)
def numbers(): yield from (1, 2, 3)
def apply(f, xs): return [f(x) for x in xs]
def count(f, n):
    try:
        for i in range(n): f(i)
    except RuntimeError as error: return str(error)
def odd(): raise Odd("strange")
def leave(): sys.exit(0)
def die(): os._exit(3)
def crash(): import ctypes; ctypes.string_at(0)
def partial(a, b, *, c=1): return a
def state(): state.n = getattr(state, "n", 0) + 1; return state.n
def always():
    class Always:
        def __eq__(self, other): return True
        def __float__(self): return 1.0
        def __array__(self, *a, **k): import numpy; return numpy.ones(3)
    return Always()
"""


@pytest.fixture
def module(work):
    made = Module(work(SOURCE), "work")
    made.__dict__["_collecting"] = False
    return made


def test_values_and_constants_come_as_they_are(module):
    assert module.double(2.5) == 5.0
    assert np.array_equal(module.double(np.arange(3)), [0, 2, 4])
    assert module.LIMIT == 3


def test_an_object_stays_there_and_is_used_through_its_handle(module):
    model = module.Model(pd.DataFrame({"a": [1], "b": [2]}))
    assert model.predict(4) == 8
    assert model.columns == ["a", "b"]
    assert model.inner.depth() == 7
    assert len(model) == 2
    assert model[1] == "b"
    assert list(model) == ["a", "b"]
    assert module.use(model, 5) == 10
    assert module.Model.kind == "linear"


def test_a_generator_is_read_item_by_item(module):
    assert list(module.numbers()) == [1, 2, 3]


def test_a_callback_runs_here_and_has_a_budget(module):
    seen = []
    assert module.apply(lambda x: seen.append(x) or x + 1, [1, 2]) == [2, 3]
    assert seen == [1, 2]
    black_box = Callback(lambda i: i, calls=5)
    assert "budget of 5" in module.count(black_box, 100)
    assert black_box.calls == 5


def test_an_error_in_a_callback_is_raised_in_the_learners_code(module):
    with pytest.raises(ZeroDivisionError) as caught:
        module.apply(lambda x: 1 / x, [0])
    assert isinstance(caught.value, FromSubmission)


def test_an_exception_keeps_its_built_in_kind_its_text_and_its_place(module):
    with pytest.raises(ValueError, match="strange") as caught:
        module.odd()
    assert isinstance(caught.value, FromSubmission)
    assert caught.value.where.startswith("work.py, line ")


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda m: m.nothing(), "nothing is not there"),
        (lambda m: m.double(), "double does not take"),
        (lambda m: m.partial(1, 2, d=3), "partial does not take"),
        (lambda m: m.leave(), r"exit\(\)"),
        (lambda m: m.crash(), r"crashed \(SIGSEGV\)"),
        (lambda m: m.die(), "ended by itself"),
        (lambda m: m.Model(pd.DataFrame()).missing(), "missing is not there"),
    ],
    ids=["missing", "too few", "unknown keyword", "sys.exit", "crash", "os._exit", "missing method"],
)
def test_what_breaks_the_interface_says_so_in_a_line(module, call, text):
    with pytest.raises(SubmissionError, match=text):
        call(module)


def test_a_worker_that_died_is_started_anew_and_its_handles_are_lost(module):
    model = module.Model(pd.DataFrame())
    with pytest.raises(SubmissionError):
        module.die()
    assert module.double(1) == 2
    with pytest.raises(SubmissionError, match="lost"):
        model.predict(1)


@pytest.mark.parametrize(
    "use",
    [
        lambda h: h == 1.0,
        lambda h: h != 1.0,
        lambda h: bool(h),
        lambda h: float(h),
        lambda h: h > 0,
        lambda h: np.asarray(h),
        lambda h: h in [1.0],
        lambda h: pytest.approx(1.0) == h,
        lambda h: expect.number(h),
        lambda h: expect.array(h),
    ],
)
def test_an_object_never_stands_for_a_value(module, use):
    liar = module.always()
    with pytest.raises((SubmissionError, expect.Unexpected)):
        use(liar)


def test_a_name_imported_during_collection_is_looked_up_when_it_is_used(work):
    module = Module(work("x = 1"), "work")
    missing = module.nowhere
    with pytest.raises(SubmissionError, match="nowhere"):
        missing(1)


def test_restart_forgets_what_was_kept_in_memory(module, work):
    assert [module.state(), module.state()] == [1, 2]
    module.__dict__["_session"].restart()
    assert module.state() == 1


def test_what_the_grader_cannot_send_is_its_own_mistake(module):
    with pytest.raises(TypeError):
        module.double(object())


@pytest.mark.parametrize("body", ["raise StopIteration", "yield 1\n    raise StopIteration"], ids=["at once", "later"])
def test_a_stop_that_the_learner_raises_is_never_taken_for_the_checks_own(work, body):
    module = Module(work(f"class Odd:\n  def __iter__(self):\n    {body}\ndef run(): raise StopIteration"), "work")
    module.__dict__["_collecting"] = False
    with pytest.raises(FromSubmission):
        list(module.Odd())
    with pytest.raises(FromSubmission):
        any(module.run() for _ in range(2))


@pytest.mark.parametrize("number", [10, 40, 63])
def test_any_signal_ends_a_worker_in_a_line(work, number):
    module = Module(work(f"import os\ndef run(): os.kill(os.getpid(), {number})"), "work")
    module.__dict__["_collecting"] = False
    with pytest.raises(SubmissionError, match="ended by a signal") as caught:
        module.run()
    assert str(caught.value.detail)
