"""Visible checks: the form of a prompt, its budget, and the two worked examples."""

from pathlib import Path

import pytest
from prompt import decide, parse, prompts

from tenfold import Callback, expect
from tenfold.datasets import module

DATA = Path(__file__).resolve().parents[3] / "datasets" / "smollm2"
model, form = module(DATA / "model.py"), module(DATA / "form.py")
CALLS = 5_000


def say(holds, called, came, wanted):
    """Fail with a sentence unless something holds."""
    if not holds:
        raise AssertionError(f"{called} gives {came}; wanted: {wanted}")


def made(task, texts, budget):
    """Return the prompts of one call, and what each is made of."""
    model.tokenizer()  # unpacked here: a machine that cannot is not your fault, nor is its time yours
    given = prompts(task["examples"], task["labels"], texts, budget, Callback(model.count, calls=CALLS))
    given = [expect.text(each) for each in expect.sequence(given, length=len(texts))]
    return given, [form.opened(each, task["labels"]) for each in given]


@pytest.mark.points(1)
def test_prompts_have_the_form(public):
    """Each prompt shows whole examples with their own labels, then the text, then the cue.

    Print one of your prompts. Could you tell, from the prompt alone, where the text begins and ends?
    """
    task, called = public("smollm2"), "the prompt of a public message"
    _, forms = made(task, task["texts"][:5], task["budget"])
    for text, each in zip(task["texts"], forms, strict=False):
        say(each.shown == text, called, f"{each.shown!r} as the text", repr(text))
        for label in task["labels"]:
            say(label in dict(each.examples).values(), called, f"no example of {label}", "at least one")
        for shown, label in each.examples:
            known = (shown, label) in task["examples"]
            say(known, called, f"the example {shown!r} for {label}", "examples and labels as they are given")


@pytest.mark.points(1)
@pytest.mark.needs("test_prompts_have_the_form")
def test_prompts_stay_in_budget(public):
    """No prompt has more tokens than its budget, and 40 are left for the text.

    `count` is the model's own tokenizer. A token is neither a word nor four letters.
    """
    task = public("smollm2")
    for budget in (120, 160, 220):
        given, forms = made(task, task["texts"][:3], budget)
        called, most = f"prompts(…, budget={budget}, …)", max(map(model.count, given))
        say(most <= budget, called, f"a prompt of {most} tokens", f"at most {budget}")
        around = model.count(f'{forms[0].head}""{forms[0].cue}')
        say(around <= budget - 40, called, f"{around} tokens around the text", f"at most {budget - 40}")


@pytest.mark.points(1)
def test_decision_of_the_worked_example(rng):
    """The label that gains most over the probes wins, not the likeliest.

    The model likes the first label whatever the text says. What does this text add?
    """
    scores, probed = [-1.0, -2.5, -3.0], [[-0.5, -4.0, -3.5], [-0.7, -3.6, -2.5]]
    for _ in range(10):  # the same numbers, the labels in another order
        order = [int(i) for i in rng.permutation(3)]
        own, rows = [scores[i] for i in order], [[row[i] for i in order] for row in probed]
        found = expect.integer(decide(own, rows))
        say(found == order.index(1), f"decide({own}, {rows})", found, f"{order.index(1)}, which gains most on its mean")


@pytest.mark.points(1)
def test_answers_of_the_worked_example():
    """The first line of a free answer names one label, or none is taken.

    "mapleton" is not "maple", and who names two has not decided.
    """
    labels = ["maple", "copper"]
    for answer, wanted in (
        ("\n Maple.\ncopper", "maple"),
        ("The team is **copper**", "copper"),
        ("maple or copper", None),
        ("mapleton", None),
    ):
        found = parse(answer, labels)
        found = found if found is None else expect.text(found)
        say(found == wanted, f"parse({answer!r}, {labels})", repr(found), repr(wanted))
