"""Written beside the submission: what only somebody in the same process sees, and what another Python process gives."""

import json
import re
import sys
from pathlib import Path

import numpy as np
import prompt


def copied(arguments):
    """Return arguments of which every list and array is a new one."""
    return [value.copy() if isinstance(value, (list, np.ndarray)) else value for value in arguments]


def memory(name, arguments, count):
    """Return the arguments of a call afterwards, and what it gives again once its answer was overwritten."""
    function, held = getattr(prompt, name), copied(arguments)
    answer = function(*held, count)
    left = copied(held)
    if isinstance(answer, list):
        answer[:] = ["overwritten"] * len(answer)
    return [left, function(*copied(arguments), count)]


def in_place(name, first, second, *count):
    """Make a call, and another for which the same lists and arrays hold other contents.

    Returns what the first call gave, at once and after the second one, and what the second one gave.
    """
    function, held = getattr(prompt, name), copied(first)
    answer = function(*held, *count)
    (at_once,) = copied([answer])
    for place, new in enumerate(second):
        if isinstance(new, (list, np.ndarray)):
            held[place][:] = new
        else:
            held[place] = new
    found = function(*held, *count)
    return [at_once, answer, found]


def about(text):
    """Return about how many tokens a text has: the tokenizer is not here."""
    return len(re.findall(r"[^\W\d_]{1,6}|\d|[^\w\s]|_", text))


def answers(calls):
    """Return what calls give where a text has about as many tokens as it has short words, digits and signs."""
    return [getattr(prompt, name)(*arguments, about) for name, arguments in calls]


if __name__ == "__main__":
    asked = [
        (name, [[(text, label) for text, label in examples], *rest])
        for name, (examples, *rest) in json.loads(Path("asked.json").read_text(encoding="utf-8"))
    ]
    print("\n" + json.dumps(answers(asked)), file=sys.stdout)
