"""Let the model route the texts of a task with somebody's prompts, and say which share is right."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tenfold import expect
from tenfold.datasets import module

HERE = Path(__file__).parent
model, form = module(HERE / "model.py"), module(HERE / "form.py")

MOST_PROBES = 6  # of each label


def routed(
    task: dict[str, Any],
    prompts: Callable[..., Any],
    probes: Callable[..., Any],
    decide: Callable[..., Any],
    count: Callable[[str], int],
    between: Callable[[], object] = lambda: None,
) -> tuple[float, float]:
    """Return the share of texts that are routed rightly: as `decide` says, and by the likeliest label.

    `between` is called once all prompts are made: the grader starts the learner's process anew there, so that `decide`
    knows nothing but its numbers.

    Raises
    ------
    AssertionError
        A prompt has not the form, or is over the budget.
    """
    given, labels, budget = task["examples"], task["labels"], task["budget"]
    tried = [expect.text(text) for text in expect.sequence(probes(given, labels, budget, count))]
    assert 0 < len(tried) <= MOST_PROBES * len(labels), "there are no probes, or too many"
    texts = [*task["texts"], *tried]
    made = [expect.text(p) for p in expect.sequence(prompts(given, labels, texts, budget, count), length=len(texts))]
    forms = form.all_opened(made, labels)
    assert [each.shown for each in forms] == [form.clean(text) for text in texts], "a text is not shown whole"
    assert max(map(model.count, made)) <= budget, "a prompt is over its budget"
    between()
    scores = model.load().label_scores(made, [f" {label}" for label in labels])
    asked, probed = scores[: len(task["texts"])], scores[len(task["texts"]) :]
    said = [expect.integer(decide(row, probed)) for row in asked]
    answers = np.array(task["answers"])
    return float(np.mean(np.array(said) == answers)), float(np.mean(asked.argmax(axis=1) == answers))


if __name__ == "__main__":  # python datasets/smollm2/route.py 9: the public task and 9 others, with your prompt.py
    from tenfold.datasets import public

    sys.path.insert(0, str(HERE.parents[1] / "exercises" / "04_llm" / "prompt"))
    import prompt

    more = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    make = module(HERE / "make.py")
    found = []
    for task in [public("smollm2"), *(make.draw(np.random.default_rng(i)) for i in range(more))]:
        found.append(routed(task, prompt.prompts, prompt.probes, prompt.decide, model.count))
        print("right: {:.0%} as you decide, {:.0%} by the likeliest label".format(*found[-1]), flush=True)
    print("mean:  {:.0%}, {:.0%}".format(*np.mean(found, axis=0)))
