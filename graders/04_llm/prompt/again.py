"""Calls of `prompts` and `probes` made again, as `replay` does for functions whose arguments are values alone."""

import itertools
import json
import sys
from pathlib import Path

from tenfold import expect
from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
calls = module(HERE / "calls.py")
DRIVER = (HERE / "driver.py").read_bytes()
KEPT = "what a call gives may depend on its arguments alone"


def told(found):
    """Return a list of texts."""
    return [expect.text(each) for each in expect.sequence(found)]


def of_both(arguments):
    """Return the arguments of each function but for the tokenizer, by its name."""
    return {"probes": calls.without_texts(*arguments), "prompts": arguments}


def after_others(functions, variants, restart):
    """Fail where an answer is another one than in a new process; return the answers of new processes."""

    def answered(arguments):
        return {name: told(functions[name](*some, calls.counter())) for name, some in of_both(arguments).items()}

    alone = {}
    for kind, arguments in variants.items():
        restart()
        alone[kind] = answered(arguments)
    restart()
    first = next(iter(variants))
    for kind in variants:
        for last in (first, kind):
            for name, found in answered(variants[last]).items():
                assert found == alone[last][name], f"{name} gave another answer after a call with {kind}: {KEPT}"
    return alone


def in_memory(submission, variants, alone):
    """Fail where an answer goes by what its lists held before, or is shared with another one."""
    submission.write("driver.py", DRIVER)
    first = of_both(next(iter(variants.values())))
    for kind, arguments in variants.items():
        for name, some in of_both(arguments).items():
            three = submission.call("driver", "in_place", name, first[name], some, calls.counter())
            one, later, found = map(told, expect.sequence(three, length=3))
            assert later == one, f"what {name} had returned was changed by a later call"
            same = found == alone[kind][name]
            assert same, f"{name} gave another answer for lists that held something else before: {KEPT}"
    for name, some in first.items():
        _, found = expect.sequence(submission.call("driver", "memory", name, some, calls.counter()), length=2)
        same = told(found) == next(iter(alone.values()))[name]
        assert same, f"{name} gave another answer once what it had returned was overwritten: {KEPT}"


def in_place(submission, name, right, read, arguments):
    """Fail where an answer of `decide` or `parse` goes by what its lists and arrays held before."""
    for first, second in itertools.pairwise(arguments):
        _, _, found = expect.sequence(submission.call("driver", "in_place", name, first, second), length=3)
        assert read(found) == right(*second), (
            f"{name} gave another answer for lists or arrays that held something else before: {KEPT}"
        )


def in_another_python(submission, restart, task):
    """Fail where a Python process that orders sets of texts otherwise gives another answer."""
    restart()
    submission.write("driver.py", DRIVER)
    asked = calls.under_many_names(task)
    here = [told(found) for found in expect.sequence(submission.call("driver", "answers", asked), length=len(asked))]
    submission.write("asked.json", json.dumps(asked).encode())
    ran = submission.run([sys.executable, "-R", "driver.py"])
    assert ran.code == 0, "it breaks in another Python process"
    try:
        there = json.loads(ran.output.strip().splitlines()[-1])
    except (ValueError, IndexError, RecursionError):
        raise AssertionError("it ends another Python process, or prints into its output") from None
    for (name, _), one, other in zip(asked, here, expect.sequence(there, length=len(asked)), strict=True):
        same = sorted(one) == sorted(told(other)) if name == "probes" else one == told(other)
        assert same, f"{name} gives another answer where Python orders a set of texts otherwise (PYTHONHASHSEED)"
