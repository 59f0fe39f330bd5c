"""Prompts that route messages to teams: a small class, pure Python."""

import math
import re
from dataclasses import dataclass

CUE = " ->"
SPACE, SHORT, KEPT = 40, 40, 2


def tidy(text):
    text = " ".join(text.split())
    text = text.replace('"', "'")
    return text.replace("<|", "< |")


@dataclass(frozen=True)
class Plan:
    """What the prompts of one task and budget show, and what they leave out."""

    head: str
    unshown: tuple  # for each label, in sorted order, the texts left

    @classmethod
    def of(cls, examples, labels, budget, count):
        names = tuple(sorted(labels))
        short, long = [], []
        for name in names:
            texts = {tidy(text) for text, label in examples if label == name}
            cheap = {text for text in texts if count(text) <= SHORT}
            key = lambda text: (len(text.encode("utf-8")), text)  # noqa: E731
            short.append(sorted(cheap, key=key))
            long.append(sorted(texts - cheap, key=key))
        limit = min(min(len(s), len(s) + len(r) - KEPT) for s, r in zip(short, long))
        head = ""
        shown = 0
        for turn in range(limit):
            order = [(i + turn) % len(names) for i in range(len(names))]
            more = "".join('"' + short[i][turn] + '"' + CUE + " " + names[i] + "\n" for i in order)
            if count(head + more + '""' + CUE) + SPACE > budget:
                break
            head += more
            shown = turn + 1
        if not shown:
            raise ValueError(f"a budget of {budget} tokens has no room for one example of each label")
        return cls(head, tuple(tuple(s[shown:] + r) for s, r in zip(short, long)))

    def prompt(self, text):
        return self.head + '"' + text + '"' + CUE


def shorten(text, k):
    """Return k characters of either end, without white space at the cut where that keeps the thirds."""
    start, end = text[:k], text[len(text) - k :]
    bare = start.rstrip(), end.lstrip()
    shown = " … ".join(bare)
    if 3 * min(map(len, bare)) >= len(shown):
        return shown
    return start + " … " + end


def prompts(examples, labels, texts, budget, count):
    plan = Plan.of(examples, labels, budget, count)
    made = []
    for text in map(tidy, texts):
        prompt = plan.prompt(text)
        if count(prompt) > budget:
            good, step = 0, 1
            while good + step <= len(text) // 2 and count(plan.prompt(shorten(text, good + step))) <= budget:
                good += step
                step *= 2
            while step:
                if good + step <= len(text) // 2 and count(plan.prompt(shorten(text, good + step))) <= budget:
                    good += step
                step //= 2
            prompt = plan.prompt(shorten(text, good))
        made.append(prompt)
    return made


def probes(examples, labels, budget, count):
    unshown = Plan.of(examples, labels, budget, count).unshown
    many = min([4, *map(len, unshown)])
    return [left[i] for i in range(many) for left in unshown]


def decide(scores, probed):
    rows = [[float(value) for value in row] for row in probed]
    gains = [float(score) - math.fsum(row[i] for row in rows) / len(rows) for i, score in enumerate(scores)]
    return gains.index(max(gains))


def parse(answer, labels):
    for line in answer.splitlines():
        if line.strip():
            break
    else:
        return None
    longest = {}  # where a label starts: the longest that is named there
    for label in labels:
        for match in re.finditer(r"(?<!\w)(?=" + re.escape(label) + r"(?!\w))", line, re.IGNORECASE):
            other = longest.get(match.start(), "")
            if len(label) > len(other):
                longest[match.start()] = label
    names, covered = set(), 0
    for start in sorted(longest):
        end = start + len(longest[start])
        if end > covered:
            names.add(longest[start])
            covered = end
    return next(iter(names)) if len(names) == 1 else None
