"""The learner's modules seen from a check: values, handles, callbacks, and errors that say what happened."""

from __future__ import annotations

import copy

import numpy as np
import pandas as pd
import pytest

from tenfold.box import levels
from tenfold.box.callback import Callback
from tenfold.box.proxy import Module
from tenfold.errors import FromSubmission, SubmissionError
from tenfold.grading import expect

SOURCE = """
import os, sys, typing
import pandas as pd, torch
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
class Plan(typing.NamedTuple):
    price: float
    days: int
    def total(self): return self.price * self.days
class Worker(dict): pass
def plan(price): return Plan(price, 3)
def bill(plan): return plan.total()
def plans(n): return [Plan(1.0, i) for i in range(n)]
def beside(part): return {"a": 1.0, "more": globals()[part]()}
def period(): return pd.Period("2026-01", "M")
def zone(): return pd.Timestamp("2026-01-01", tz="EST5EDT")
def sparse(): return torch.eye(2).to_sparse()
def meta(): return torch.ones(2, device="meta")
def indexed(): return pd.Series([1.0, 2.0], index=pd.period_range("2026-01", periods=2, freq="M"))
def column(): return pd.DataFrame({"a": pd.period_range("2026-01", periods=2, freq="M"), "b": [1.0, 2.0]})
def circle(): found = []; found.append(found); return found
def long(): return [(i,) for i in range(300_000)]
def many(): return [object() for _ in range(300_000)]
def surrogate(): raise ValueError("no file '\\udcff'")
class Mute(ValueError):
    def __str__(self): raise KeyError("nothing to say")
def mute(): raise Mute()
def placed(): exec(compile("raise ValueError(1)", "\\ud800.py", "exec"))
def endless(): raise KeyError(10**5000)
def numbered(): raise OSError("a", "b")
class Loud(type):
    @property
    def __name__(cls): raise KeyError("name")
    def __eq__(cls, other): raise KeyError("eq")
    def __hash__(cls): raise KeyError("hash")
class Shy(metaclass=Loud):
    @property
    def __class__(self): raise KeyError("class")
def shy(): return Shy()
def raised(f, *args):
    try: f(*args)
    except TypeError as error: return str(error)
def heard(f): return f({"a": 1.0, "more": period(), "all": [(i,) for i in range(300_000)]})
def spoilt(f):
    try: heard(f)
    except RuntimeError as error: return str(error)
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
    # at this level one server, with the libraries loaded, serves all tests
    made = Module(work(SOURCE, levels.held()[0], ("pandas", "torch")), "work")
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


@pytest.mark.parametrize(
    "kind",
    [BrokenPipeError, ConnectionResetError, UnicodeError, UserWarning, FileExistsError, type("Own", (KeyError,), {})],
)
def test_an_error_of_a_callback_keeps_its_kind_there_and_back(module, kind):
    def refuse(_):
        raise kind("not today")

    with pytest.raises(kind if kind.__module__ == "builtins" else KeyError, match="not today"):
        module.apply(refuse, [0])


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


def test_a_namedtuple_is_a_tuple_and_is_still_what_it_was_for_its_own_code(module):
    plan = module.plan(2.5)
    assert plan == (2.5, 3)
    assert isinstance(plan, tuple)
    assert expect.sequence(plan, length=2) == [2.5, 3]
    price, days = plan
    assert (price, days) == (2.5, 3)
    assert plan.price == 2.5
    assert plan.total() == 7.5
    assert module.bill(plan) == 7.5
    assert expect.handle(plan, ["total"]) is plan
    assert not hasattr(plan, "nothing")
    assert type(copy.deepcopy(plan)) is tuple
    assert np.asarray(plan).tolist() == [2.5, 3.0]
    assert pd.Series(plan).tolist() == [2.5, 3.0]


def test_a_namedtuple_outlives_its_process_as_the_values_that_it_holds(module):
    plan = module.plan(2.5)
    module.__dict__["_session"].restart()
    assert module.double(plan) == (2.5, 3, 2.5, 3)


def test_thousands_of_namedtuples_cross_as_tuples(module):
    assert module.plans(40_000) == [(1.0, i) for i in range(40_000)]


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ("period", "an object of type Period"),
        ("sparse", "an object of type Tensor"),
        ("meta", "an object of type Tensor"),
        ("circle", None),
        ("long", r"an object of type list \(too large to be handed over\)"),
        ("many", r"an object of type list \(too large to be handed over\)"),
        ("shy", "an object of another class"),
    ],
)
def test_one_part_that_cannot_cross_fails_only_who_looks_at_it_and_is_named(module, part, says):
    found = module.beside(part)
    assert found["a"] == 1.0
    with pytest.raises(expect.Unexpected, match=says):
        expect.number(found["more"])
    with pytest.raises(expect.Unexpected, match=says):
        expect.number(getattr(module, part)())


def test_a_zone_of_any_name_crosses(module):
    assert module.zone() == pd.Timestamp("2026-01-01", tz="EST5EDT")


def test_an_index_or_a_column_that_cannot_cross_stays_behind_alone(module):
    assert expect.array(module.indexed()).tolist() == [1.0, 2.0]
    assert expect.series(module.indexed()).tolist() == [1.0, 2.0]
    with pytest.raises(expect.Unexpected, match="in the index: expected plain values, got an object of type PeriodInd"):
        expect.series(module.indexed(), index=True)
    table = expect.frame(module.column(), ["b"])
    assert table["b"].tolist() == [1.0, 2.0]
    with pytest.raises(expect.Unexpected, match="in the column 'a': expected plain values, got an object of type Per"):
        expect.frame(module.column(), ["a"])
    with pytest.raises(expect.Unexpected, match="got an object of type PeriodArray"):
        expect.array(table["a"])


def test_a_message_with_half_a_surrogate_pair_is_told_as_far_as_it_can_be(module):
    with pytest.raises(ValueError, match="no file"):
        module.surrogate()


@pytest.mark.parametrize(
    ("name", "kind"), [("mute", ValueError), ("placed", ValueError), ("endless", KeyError), ("numbered", OSError)]
)
def test_an_error_that_cannot_say_what_it_is_keeps_its_kind(module, name, kind):
    with pytest.raises(kind) as caught:
        getattr(module, name)()
    assert isinstance(caught.value, FromSubmission)


@pytest.mark.parametrize(
    "answer",
    [object(), np.array([10**30]), [(i,) for i in range(300_000)], "\ud800"],
    ids=["object", "array", "long", "text"],
)
def test_an_answer_of_a_callback_that_cannot_cross_is_raised_in_the_learners_code(module, answer):
    assert "cannot be handed over" in module.raised(lambda: answer)
    assert module.double(2) == 4


def test_what_a_callback_is_given_comes_in_parts_too(module):
    seen = []
    module.heard(lambda given: seen.append(given) or 1)
    assert seen[0]["a"] == 1.0
    with pytest.raises(SubmissionError, match="plain value is expected"):
        float(seen[0]["more"])
    with pytest.raises(SubmissionError, match="too large to be handed over"):
        float(seen[0]["all"])


@pytest.mark.parametrize("use", [len, list, lambda given: given[0], lambda given: given.inner])
def test_a_function_of_the_graders_asks_nothing_of_an_object_that_it_is_given(module, use):
    said = module.spoilt(lambda given: use(given["more"]))
    assert "an object was given to a function of the checks where a plain value is expected" in said
    assert module.double(2) == 4


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


@pytest.mark.parametrize("asked", [("nested", 40), ("large", 60_000_000)])
def test_what_comes_back_and_is_too_much_to_be_given_again_is_the_submissions(work, asked):
    source = "def nested(n): return [nested(n - 1)] if n else []\ndef large(n): return bytes(n)\ndef same(v): return v"
    session = work(source, levels.held()[0])
    answer = session.call("work", asked[0], asked[1:], {})
    with pytest.raises(SubmissionError, match="an answer of your program's cannot be given to it again"):
        session.call("work", "same", ([answer] * 9,), {})
    assert session.call("work", "same", (3,), {}) == 3
