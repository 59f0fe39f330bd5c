"""Prompts that route messages to teams: small functions, itertools, and no regular expression for names."""

import re
from bisect import bisect_right
from itertools import count as numbers
from itertools import takewhile
from string import ascii_lowercase, ascii_uppercase

import numpy as np

INTRO = "Messages and their teams:\n"
CUE = " =>"
LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
WORD = re.compile(r"\w")


def cleaned(text):
    return re.sub(r"<\|", "< |", " ".join(text.split()).replace('"', "'"))


def quoted(text):
    return f'"{text}"{CUE}'


def grouped(examples, labels, count):
    pairs = {(label, cleaned(text)) for text, label in examples}
    ranked = sorted((count(text), text, label) for label, text in pairs)
    return {name: [text for _, text, label in ranked if label == name] for name in sorted(labels)}


def head_of(groups, rounds):
    lines = [f"{quoted(texts[i])} {name}\n" for i in range(rounds) for name, texts in groups.items()]
    return INTRO + "".join(lines)


def planned(examples, labels, budget, count):
    groups = grouped(examples, labels, count)
    most = min(map(len, groups.values())) - 2

    def fits(rounds):
        return rounds <= most and count(head_of(groups, rounds) + quoted("")) <= budget - 40

    rounds = max(takewhile(fits, numbers(1)), default=0)
    if rounds < 1:
        raise ValueError("the budget is too small")
    return groups, rounds


def cut(text, kept):
    back = kept // 2
    return text[: kept - back] + " … " + text[len(text) - back :]


def prompt_of(head, text, budget, count):
    full = head + quoted(text)
    if count(full) <= budget:
        return full

    def cost(kept):
        return count(head + quoted(cut(text, kept)))

    top = 8
    while top < len(text) and cost(top) <= budget:
        top *= 2
    # even numbers only while few are kept, so that neither end has less than a third
    sizes = [k for k in range(min(top, len(text)) + 1) if k % 2 == 0 or k > 8]
    return head + quoted(cut(text, sizes[bisect_right(sizes, budget, key=cost) - 1]))


def prompts(examples, labels, texts, budget, count):
    groups, rounds = planned(examples, labels, budget, count)
    head = head_of(groups, rounds)
    return [prompt_of(head, cleaned(text), budget, count) for text in texts]


def probes(examples, labels, budget, count):
    groups, rounds = planned(examples, labels, budget, count)
    left = [texts[rounds:] for texts in groups.values()]
    each = min(5, min(map(len, left)))
    return [texts[i * len(texts) // each] for texts in left for i in range(each)]


def decide(scores, probed):
    probed = np.asarray(probed, dtype=float)
    return int(np.argmax(np.subtract(np.asarray(scores, dtype=float), probed.sum(axis=0) / len(probed))))


def places(line, label):
    at = line.find(label)
    while at >= 0:
        end = at + len(label)
        if not WORD.match(line[at - 1 : at]) and not WORD.match(line[end : end + 1]):
            yield at, end
        at = line.find(label, at + 1)


def parse(answer, labels):
    lines = [line for line in answer.splitlines() if line.strip()]
    if not lines:
        return None
    line = lines[0].translate(LOWER)
    found = sorted((at, -end, label) for label in labels for at, end in places(line, label.translate(LOWER)))
    named, reach = [], 0
    for _, end, label in found:
        if -end > reach:
            reach = -end
            if label not in named:
                named.append(label)
    return named[0] if len(named) == 1 else None
