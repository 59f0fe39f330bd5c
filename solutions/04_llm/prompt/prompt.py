"""Prompts that route messages to teams: as many examples as fit, mixed, and a text that cannot leave its place."""

import hashlib
import re

import numpy as np

CUE = " =>"  # what stands between a text and its label: few tokens, so that more examples fit
MARK = " … "  # stands for what was cut out of a long text
ROOM = 40  # tokens that the statement keeps free for the text; a longer example costs more than it teaches
KEPT = 2  # examples of each label that are left for the probes
PROBES = 4  # of each label


def clean(text):
    """Return a text that cannot end its line, its quotes, or its turn."""
    return " ".join(text.split()).replace('"', "'").replace("<|", "< |")


def mixed(text):
    """Return a key that puts texts in an order that is arbitrary, so that like texts are apart, but always the same."""
    return hashlib.sha256(text.encode()).hexdigest()


def rows(examples, labels, count):
    """Return {label: its texts}, cleaned, each once, in an order that does not depend on that of the examples."""
    found = {label: {clean(text) for text, given in examples if given == label} for label in sorted(labels)}
    return {label: sorted((text for text in texts if count(text) <= ROOM), key=mixed) for label, texts in found.items()}


def head(found, n):
    """Return the prompt up to the text: n rounds, and in each round one example of every label."""
    return "".join(f'"{found[label][i]}"{CUE} {label}\n' for i in range(n) for label in found)


def shots(found, budget, count):
    """Return how many examples of each label fit."""
    most = min(len(texts) for texts in found.values()) - KEPT
    n = 0
    while n < most and count(head(found, n + 1) + '""' + CUE) + ROOM <= budget:
        n += 1
    if n == 0:
        raise ValueError("the budget has no room for one example of each label")
    return n


def prompts(examples, labels, texts, budget, count):
    """Return one prompt for each text. Only the text differs, so that what comes before it is computed once."""
    found = rows(examples, labels, count)
    start = head(found, shots(found, budget, count))
    return [_prompt(start, clean(text), budget, count) for text in texts]


def _prompt(start, text, budget, count):
    """Return the prompt with the whole text, else with as much of its two ends as fits."""

    def ends(k):
        return f'{start}"{text[:k]}{MARK}{text[len(text) - k :]}"{CUE}'

    whole = f'{start}"{text}"{CUE}'
    if count(whole) <= budget:
        return whole
    low, high = 0, len(text) // 2
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if count(ends(middle)) <= budget else (low, middle - 1)
    return ends(low)


def probes(examples, labels, budget, count):
    """Return the next few examples of each label: like the texts to come, and never shown."""
    found = rows(examples, labels, count)
    n = shots(found, budget, count)
    each = min(PROBES, *(len(texts) - n for texts in found.values()))
    return [text for texts in found.values() for text in texts[n : n + each]]


def decide(scores, probed):
    """Return the label that gains most on its own average: the prompt's taste for a label is taken off."""
    return int(np.argmax(np.asarray(scores) - np.mean(probed, axis=0)))


def parse(answer, labels):
    """Return the one label that the first line names, or None."""
    line = next((line for line in answer.splitlines() if line.strip()), "")
    places = [(start, end, label) for label in labels for start, end in spans(line, label)]
    named = {label for start, end, label in places if not inside(start, end, places)}
    return named.pop() if len(named) == 1 else None


def spans(line, label):
    """Return where a line has a label as a whole word; looking ahead, so that one place may overlap the next."""
    pattern = rf"(?<!\w)(?=({re.escape(label)})(?!\w))"
    return [match.span(1) for match in re.finditer(pattern, line, flags=re.IGNORECASE)]


def inside(start, end, places):
    """Return whether a longer label stands around a place: "red oak" around "oak"."""
    return any(first <= start and end <= last and last - first > end - start for first, last, _ in places)
