"""Prompts that route messages to teams: numpy, an instruction, at most ten rounds, ties broken by a digest."""

import hashlib
import re

import numpy as np

INSTRUCTION = "Each message goes to one team.\n"
CUE = " =>"
ROUNDS = 10


def clean(text):
    """Return a text as prompts show it."""
    text = re.sub(r"\s+", " ", text).strip()
    return text.replace('"', "'").replace("<|", "< |")


def digest(text):
    """Return a number that is the text's alone, the same in every process."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def table(examples, labels, count):
    """Return the sorted labels, and the sorted texts of each."""
    names = sorted(labels)
    owner = {clean(text): label for text, label in examples}
    ranked = sorted((count(text), digest(text), text) for text in owner)
    return names, [[text for _, _, text in ranked if owner[text] == name] for name in names]


def layout(examples, labels, budget, count):
    """Return the head, and for each label the texts that it does not show."""
    names, texts = table(examples, labels, count)
    head, shown = INSTRUCTION, 0
    while shown < min(ROUNDS, min(len(row) for row in texts) - 2):
        rows = [f'"{row[shown]}"{CUE} {name}\n' for name, row in zip(names, texts, strict=True)]
        more = head + "".join(rows)
        if len(more) > 45_000 or count(f'{more}""{CUE}') > budget - 40:
            break
        head, shown = more, shown + 1
    if shown == 0:
        raise ValueError(f"no room for one example of each label in {budget} tokens")
    return head, [row[shown:] for row in texts]


def prompts(examples, labels, texts, budget, count):
    """Return one prompt (str) for each text, of at most `budget` tokens each."""
    head, _ = layout(examples, labels, budget, count)
    made = []
    for text in map(clean, texts):
        prompt = f'{head}"{text}"{CUE}'
        if count(prompt) > budget:
            half = len(text) // 2
            sure, step = 3, 1 << 6  # characters at either end; 3 and 3 always fit
            while sure + step <= half and count(shortened(head, text, sure + step)) <= budget:
                sure, step = sure + step, 2 * step
            while step:  # of the powers of two, those that still fit, greatest first
                if sure + step <= half and count(shortened(head, text, sure + step)) <= budget:
                    sure += step
                step //= 2
            prompt = shortened(head, text, sure)
        made.append(prompt)
    return made


def shortened(head, text, size):
    """Return the prompt with so many characters of either end of a text."""
    return f'{head}"{text[:size]} … {text[-size:]}"{CUE}'


def probes(examples, labels, budget, count):
    """Return texts of examples (list of str) that the prompt does not show, equally many of each label."""
    _, rest = layout(examples, labels, budget, count)
    size = min(6, *(len(row) for row in rest))
    return sum((row[:size] for row in rest), [])


def decide(scores, probed):
    """Return the index (int) of the label that gains most over its mean of the probes."""
    scores, probed = np.array(scores, dtype=np.float64), np.array(probed, dtype=np.float64)
    return int(np.argmax(scores - probed.mean(axis=0)))


def parse(answer, labels):
    """Return the one label (str) that the first line of a free answer names, or None."""
    lines = [line for line in answer.splitlines() if line.strip()]
    if not lines:
        return None
    starts, ends, which = [], [], []
    for i, label in enumerate(labels):
        for found in re.finditer(r"(?<!\w)(?=" + re.escape(label) + r"(?!\w))", lines[0], re.IGNORECASE):
            starts.append(found.start())
            ends.append(found.start() + len(label))
            which.append(i)
    if not starts:
        return None
    starts, ends, which = np.array(starts), np.array(ends), np.array(which)
    order = np.lexsort((-ends, starts))
    ends, which = ends[order], which[order]
    before = np.concatenate(([-1], np.maximum.accumulate(ends)[:-1]))
    named = np.unique(which[ends > before])
    return labels[int(named[0])] if len(named) == 1 else None
