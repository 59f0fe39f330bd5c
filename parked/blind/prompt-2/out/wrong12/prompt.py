# Statement: "Limits: 20 s of processor time a call … for answers that a model writes freely, of up to 100,000 characters"
# Wrong: each place is compared with every other: a line of 100,000 characters that names "a" and "a a" 50,000 times each takes minutes.
"""Prompts that route messages to teams: plain loops, the cheapest examples first."""

import math
import re

CUE = " =>"
GAP = " … "
ROOM = 40  # tokens that the head leaves for the text
KEPT = 2  # texts of each label that no head shows
MOST = 6  # probes of each label
WIDEST = 40_000  # characters of a head: with a text of 150,000 it can still be counted


def clean(text):
    """Return a text as prompts show it."""
    return " ".join(text.split()).replace('"', "'").replace("<|", "< |")


def pools(examples, labels, count):
    """Return, for each label in sorted order, its cleaned texts, each once, those of fewest tokens first."""
    rows = {label: set() for label in sorted(labels)}
    for text, label in examples:
        rows[label].add(clean(text))
    return {label: sorted(found, key=lambda each: (count(each), each)) for label, found in rows.items()}


def header(rows, rounds):
    """Return the examples of so many rounds."""
    lines = []
    for i in range(rounds):
        for label, found in rows.items():
            lines.append(f'"{found[i]}"{CUE} {label}\n')
    return "".join(lines)


def rounds_shown(rows, budget, count):
    """Return how many rounds the head of this budget shows."""
    most = min(len(found) for found in rows.values()) - KEPT
    shown = 0
    while shown < most:
        head = header(rows, shown + 1)
        if len(head) > WIDEST or count(f'{head}""{CUE}') + ROOM > budget:
            break
        shown += 1
    if shown == 0:
        raise ValueError(f"a budget of {budget} tokens has no room for one example of each label")
    return shown


def cut(text, first, last):
    """Return the first and last characters of a text."""
    return text[:first] + GAP + text[len(text) - last :]


def fitted(text, head, budget, count):
    """Return a cleaned text, or as much of it as the budget takes."""

    def fits(shown):
        return count(f'{head}"{shown}"{CUE}') <= budget

    if fits(text):
        return text
    over = len(text) // 2 + 1
    low, high = 3, min(budget, over)  # 3 + 3 characters have at most 24 tokens
    while high < over and fits(cut(text, high, high)):
        low, high = high, min(2 * high, over)
    while high - low > 1:
        middle = (low + high) // 2
        if fits(cut(text, middle, middle)):
            low = middle
        else:
            high = middle
    first = last = low
    for _ in range(8):
        for more, rest in ((first + 1, last), (first, last + 1)):
            third = more + rest + len(GAP) <= 3 * min(more, rest)
            if third and more + rest <= len(text) and fits(cut(text, more, rest)):
                first, last = more, rest
                break
        else:
            break
    return cut(text, first, last)


def prompts(examples, labels, texts, budget, count):
    """Return one prompt (str) for each text, of at most `budget` tokens each."""
    rows = pools(examples, labels, count)
    head = header(rows, rounds_shown(rows, budget, count))
    return [f'{head}"{fitted(clean(text), head, budget, count)}"{CUE}' for text in texts]


def probes(examples, labels, budget, count):
    """Return texts of examples (list of str) that the prompt does not show, equally many of each label."""
    rows = pools(examples, labels, count)
    shown = rounds_shown(rows, budget, count)
    each = min(MOST, min(len(found) for found in rows.values()) - shown)
    return [text for found in rows.values() for text in found[shown : shown + each]]


def decide(scores, probed):
    """Return the index (int) of the label that gains most over its mean of the probes."""
    gains = []
    for i, score in enumerate(scores):
        mean = math.fsum(float(row[i]) for row in probed) / len(probed)
        gains.append(float(score) - mean)
    return gains.index(max(gains))


def parse(answer, labels):
    """Return the one label (str) that the first line of a free answer names, or None."""
    line = next((line for line in answer.splitlines() if line.strip()), "")
    spans = []
    for label in labels:
        pattern = rf"(?<!\w)(?={re.escape(label)}(?!\w))"  # takes no character: those that overlap are found
        for found in re.finditer(pattern, line, re.IGNORECASE):
            spans.append((found.start(), found.start() + len(label), label))
    named = set()
    for start, end, label in spans:
        longer = any(s <= start and end <= e and e - s > end - start for s, e, _ in spans)
        if not longer:
            named.add(label)
    return named.pop() if len(named) == 1 else None
