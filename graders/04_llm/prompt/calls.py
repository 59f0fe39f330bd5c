"""Calls of `prompts` and `probes`; and calls of all four that differ in little, where what is kept of one is seen."""

from pathlib import Path

import numpy as np

from tenfold import Callback
from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
tasks, texts, answers, scores = (module(HERE / f"{name}.py") for name in ("tasks", "texts", "answers", "scores"))
model = module(HERE.parents[2] / "datasets" / "smollm2" / "model.py")

CALLS = 5_000  # of the tokenizer, in one call of the learner's, as the statement says; the reference makes about 100
NAMES = ("granite", "ivory", "comet")
FAVOUR, OTHER_LABELS = "the same scores, and probes that favour each label", "the same answer and other labels"


def counter():
    """Return the tokenizer for one call of the learner's."""
    model.tokenizer()  # unpacked here: a machine that cannot is not the learner's fault, nor is its time theirs
    return Callback(model.count, calls=CALLS)


def asked(task, some, budget=None):
    """Return the arguments of `prompts` for some texts of a task."""
    return task["examples"], task["labels"], some, task["budget"] if budget is None else budget, counter()


def without_texts(examples, labels, some, budget, *count):
    """Return the arguments of `probes` beside those of `prompts`."""
    return examples, labels, budget, *count


def given(*arguments):
    """Return the arguments of a call: what a judge goes by."""
    return arguments


def smallest(make, low=40, high=300):
    """Return two budgets, one apart: `make` raises ValueError for the first, and not for the second."""
    while high - low > 1:
        middle = (low + high) // 2
        try:
            make(middle)
            high = middle
        except ValueError:
            low = middle
    return low, high


def variants(rng, task, other):
    """Return arguments of `prompts` but for the tokenizer, by what is other than in the first ones."""
    examples, labels, budget = task["examples"], task["labels"], task["budget"]
    some = [task["texts"][0], texts.words(rng, 80), ""]
    foreign, renamed = tasks.named(other, labels)["examples"], tasks.named(task, NAMES)
    turned = dict(zip(labels, [*labels[1:], labels[0]], strict=True))
    relabelled = [(text, turned[label]) for text, label in examples]
    return {
        "the same arguments": (examples, labels, some, budget),
        "other texts": (examples, labels, [task["texts"][1], texts.words(rng, 80), "x"], budget),
        "a larger budget": (examples, labels, some, budget + 60),
        "other examples": (foreign, labels, some, budget),
        "some other examples": ([examples[0], *foreign[1:-1], examples[-1]], labels, some, budget),
        "other labels of the same examples": (relabelled, labels, some, budget),
        "other names of the same teams": (renamed["examples"], renamed["labels"], some, budget),
    }


def under_many_names(task):
    """Return calls of both functions with labels that sets of texts hold in many orders."""
    named = [task, *(tasks.named(task, names) for names in tasks.LABELS.values()), tasks.named(task, NAMES)]
    of_prompts = [[each["examples"], each["labels"], [each["texts"][0]], 280] for each in named]
    return [["prompts", args] for args in of_prompts] + [["probes", list(without_texts(*args))] for args in of_prompts]


def of_decide(rng):
    """Return calls of `decide` that differ in one argument alone, by which."""
    (own, probed), (other_own, other) = scores.case(rng, 3, 6), scores.case(rng, 3, 6)
    turned = probed[:, [1, 2, 0]]
    found = {
        "the same scores and other probes": [(own, rows) for rows in (probed, other, turned, probed[:1], probed[::-1])],
        FAVOUR: [(own, rows) for rows in own + 5 - 10 * np.eye(3)[:, None]],
        "the same probes and other scores": [
            (row, probed) for row in (own, other_own, own[[2, 0, 1]], own + 5, other[0])
        ],
    }
    return {kind: [pair for pair in some if scores.settled(*pair)] for kind, some in found.items()}


def of_parse(rng):
    """Return calls of `parse` that differ in one argument alone, by which."""
    a, b, c, d, e, f = (str(name) for name in rng.permutation(answers.NAMES))
    answer = f"{a} or {b.title()}, {c} {a}"
    labels = ([a, d, e], [b, d, e], [d, e, f], [a, b, e], [c, d, f], [f"{c} {a}", e, f], [b.upper(), d, e])
    unsorted = ["yak", "zebra x", "a", "ant and bee"]
    return {
        OTHER_LABELS: [(answer, some) for some in labels],
        "the same labels in other orders": [("a yak", unsorted), ("a yak", unsorted[::-1]), ("Yak", unsorted)],
        "the same labels and other answers": [(f"{x} {y}", labels[0]) for x in (a, d, "x") for y in (f, e, "y")],
    }
