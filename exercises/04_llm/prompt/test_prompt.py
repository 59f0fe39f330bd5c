"""Visible checks: the form of a prompt, its budget, and the two worked examples."""

from pathlib import Path

import pytest
from prompt import decide, parse, prompts

from tenfold import Callback, expect
from tenfold.datasets import module

DATA = Path(__file__).resolve().parents[3] / "datasets" / "smollm2"
model, form = module(DATA / "model.py"), module(DATA / "form.py")
CALLS = 5_000


def made(task, texts, budget):
    """Return the prompts of one call, and what each is made of."""
    model.tokenizer()  # unpacked here: a machine that cannot is not your fault, nor is its time yours
    given = prompts(task["examples"], task["labels"], texts, budget, Callback(model.count, calls=CALLS))
    given = [expect.text(each) for each in expect.sequence(given, length=len(texts))]
    return given, form.all_opened(given, task["labels"])


@pytest.mark.points(1)
def test_prompts_have_the_form(public):
    """Each prompt shows whole examples with their own labels, then the text, then the cue.

    Print one of your prompts. Could you tell, from the prompt alone, where the text begins and ends?
    """
    task = public("smollm2")
    _, forms = made(task, task["texts"][:5], task["budget"])
    for text, each in zip(task["texts"], forms, strict=False):
        assert each.shown == text, "the text is not shown as it is"
        assert {label for _, label in each.examples} == set(task["labels"]), "a label has no example"
        assert set(each.examples) <= set(task["examples"]), "an example is not as it was given"


@pytest.mark.points(1)
def test_prompts_stay_in_budget(public):
    """No prompt has more tokens than its budget, and 40 are left for the text.

    `count` is the model's own tokenizer. A token is neither a word nor four letters.
    """
    task = public("smollm2")
    for budget in (120, 160, 220):
        given, forms = made(task, task["texts"][:3], budget)
        assert max(map(model.count, given)) <= budget, "a prompt is over its budget"
        assert model.count(forms[0].head + '""' + forms[0].cue) <= budget - 40, "too little room for the text"


@pytest.mark.points(1)
def test_decision_of_the_worked_example(rng):
    """The label that gains most over the probes wins, not the likeliest.

    The model likes the first label whatever the text says. What does this text add?
    """
    scores, probed = [-1.0, -2.5, -3.0], [[-0.5, -4.0, -3.5], [-0.7, -3.6, -2.5]]
    for _ in range(10):  # the same numbers, the labels in another order
        order = [int(i) for i in rng.permutation(3)]
        found = decide([scores[i] for i in order], [[row[i] for i in order] for row in probed])
        assert expect.integer(found) == order.index(1)


@pytest.mark.points(1)
def test_answers_of_the_worked_example():
    """The first line of a free answer names one label, or none is taken.

    "mapleton" is not "maple", and who names two has not decided.
    """
    labels = ["maple", "copper"]
    assert expect.text(parse("\n Maple.\ncopper", labels)) == "maple"
    assert expect.text(parse("The team is **copper**", labels)) == "copper"
    assert parse("maple or copper", labels) is None
    assert parse("mapleton", labels) is None
