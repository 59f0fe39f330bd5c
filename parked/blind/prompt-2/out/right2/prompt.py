"""Prompts that route messages to teams: a plan of a task, with the labels of each round in another order."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass
from statistics import fmean
from string import ascii_lowercase, ascii_uppercase

LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
WORD = re.compile(r"\w")
ELLIPSIS = " \u2026 "


def cleaned(text: str) -> str:
    """A text as a prompt shows it."""
    text = " ".join(text.split())
    text = text.replace('"', "'")
    return text.replace("<|", "< |")


@dataclass(frozen=True)
class Plan:
    """What the prompts of a task and a budget have in common, and what they leave out."""

    head: str
    cue: str
    left: tuple[tuple[str, ...], ...]  # for each label in sorted order, the texts not shown

    @classmethod
    def of(cls, examples, labels, budget, count, cue="\nTeam:") -> Plan:
        names = sorted(labels)
        texts = {name: [] for name in names}
        for text, name in sorted({(cleaned(text), label) for text, label in examples}):
            texts[name].append(text)
        for each in texts.values():
            each.sort(key=count)  # stable: texts of as many tokens stay in the order of the alphabet
        head, shown = "", 0
        for i in range(min(map(len, texts.values())) - 2):
            turn = i % len(names)
            order = names[turn:] + names[:turn]
            longer = head + "".join(f'"{texts[name][i]}"{cue} {name}\n' for name in order)
            if len(longer) > 45_000 or count(longer + '""' + cue) > budget - 40:
                break
            head, shown = longer, i + 1
        if not shown:
            raise ValueError("the budget has no room for one example of each label")
        return cls(head, cue, tuple(tuple(texts[name][shown:]) for name in names))

    def around(self, shown: str) -> str:
        return f'{self.head}"{shown}"{self.cue}'

    def prompt(self, text: str, budget: int, count) -> str:
        whole = self.around(cleaned(text))
        if count(whole) <= budget:
            return whole
        return self.around(shortened(cleaned(text), lambda shown: count(self.around(shown)) <= budget))


def shortened(text: str, fits) -> str:
    """The longest beginning and end that fit, equally long but for one character."""

    def piece(size: int) -> str:  # `size` characters of the text, an odd one at the beginning
        last = size // 2
        return text[: size - last] + ELLIPSIS + text[-last:]

    top = 64
    while top < len(text) and fits(piece(top)):
        top *= 2
    sizes = range(8, min(top, len(text)) + 1)  # 4 + 4 characters have at most 32 tokens
    best = bisect.bisect_left(sizes, True, key=lambda size: not fits(piece(size))) - 1
    return piece(sizes[max(best, 0)])


def prompts(examples, labels, texts, budget, count):
    """Return one prompt (str) for each text, of at most `budget` tokens each."""
    plan = Plan.of(examples, labels, budget, count)
    return [plan.prompt(text, budget, count) for text in texts]


def probes(examples, labels, budget, count):
    """Return texts of examples (list of str) that the prompt does not show, equally many of each label."""
    left = Plan.of(examples, labels, budget, count).left
    size = min(4, *map(len, left))
    return [texts[i] for i in range(size) for texts in left]


def decide(scores, probed):
    """Return the index (int) of the label that gains most over its mean of the probes."""
    means = [fmean(map(float, column)) for column in zip(*probed, strict=True)]
    return max(range(len(means)), key=lambda i: float(scores[i]) - means[i])


def places(label: str, line: str):
    """Where a label stands as a whole word in a line; both are in lower case."""
    start = line.find(label)
    while start >= 0:
        end = start + len(label)
        before, after = line[start - 1 : start] if start else "", line[end : end + 1]
        if not WORD.match(before) and not WORD.match(after):
            yield start, end
        start = line.find(label, start + 1)


def parse(answer, labels):
    """Return the one label (str) that the first line of a free answer names, or None."""
    for line in answer.splitlines():
        if line.strip():
            break
    else:
        return None
    line = line.translate(LOWER)
    longest = {}  # start: (end, label), the longest that stands there
    for label in labels:
        for start, end in places(label.translate(LOWER), line):
            if end > longest.get(start, (0, ""))[0]:
                longest[start] = end, label
    named, reached = set(), 0
    for start in sorted(longest):
        end, label = longest[start]
        if end > reached:
            named.add(label)
            reached = end
    return next(iter(named)) if len(named) == 1 else None
