# Statement: "Of two that only overlap, each counts."
# Wrong: one alternation eats the first: 'red oak leaf' with labels 'red oak' and 'oak leaf' gives 'red oak', not None.
"""Prompts that route messages to teams. The statement is in README.md."""

import re

import numpy as np

CUE = " =>"
ROOM = 40
MARK = " … "


def clean(text):
    return " ".join(text.split()).replace('"', "'").replace("<|", "< |")


def table(examples, labels, count):
    """Return the sorted labels, and for each its different cleaned texts, cheapest first."""
    names = sorted(labels)
    found = {name: set() for name in names}
    for text, label in examples:
        found[label].add(clean(text))
    return names, [sorted(found[name], key=lambda text: (count(text), text)) for name in names]


def layout(examples, labels, budget, count):
    """Return the head, the rows of texts, and how many of each row the head shows."""
    names, rows = table(examples, labels, count)
    most = min(len(row) for row in rows) - 2
    head, rounds = "", 0
    while rounds < most:
        longer = head + "".join(f'"{row[rounds]}"{CUE} {name}\n' for name, row in zip(names, rows))
        if count(f'{longer}""{CUE}') > budget - ROOM:
            break
        head, rounds = longer, rounds + 1
    if rounds == 0:
        raise ValueError("no room for one example of each label")
    return head, rows, rounds


def fit(head, text, budget, count):
    """Return the prompt of a cleaned text, without its middle where it is too long."""

    def whole(shown):
        return f'{head}"{shown}"{CUE}'

    def cut(k):
        return whole(text[:k] + MARK + text[len(text) - k :])

    if count(whole(text)) <= budget:
        return whole(text)
    most = len(text) // 2
    low, high = 0, 8
    while high <= most and count(cut(high)) <= budget:
        low, high = high, 2 * high
    high = min(high, most + 1)
    while high - low > 1:
        middle = (low + high) // 2
        if count(cut(middle)) <= budget:
            low = middle
        else:
            high = middle
    return cut(low)


def prompts(examples, labels, texts, budget, count):
    """Return one prompt (str) for each text, of at most `budget` tokens each."""
    head, _, _ = layout(examples, labels, budget, count)
    return [fit(head, clean(text), budget, count) for text in texts]


def probes(examples, labels, budget, count):
    """Return texts of examples (list of str) that the prompt does not show, equally many of each label."""
    _, rows, rounds = layout(examples, labels, budget, count)
    each = min(6, min(len(row) - rounds for row in rows))
    return [text for row in rows for text in row[rounds : rounds + each]]


def decide(scores, probed):
    """Return the index (int) of the label that gains most on its own mean."""
    gain = np.array(scores, dtype=np.float64) - np.array(probed, dtype=np.float64).mean(axis=0)
    return int(gain.argmax())


def parse(answer, labels):
    """Return the one label (str) that the first line of a free answer names, or None."""
    line = next((line for line in answer.splitlines() if line.strip()), "")
    known = {label.lower(): label for label in labels}
    either = "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True))
    named = {known[m.group().lower()] for m in re.finditer(rf"(?<!\w)(?:{either})(?!\w)", line, re.IGNORECASE)}
    return named.pop() if len(named) == 1 else None
