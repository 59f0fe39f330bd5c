"""Another way: examples picked greedily for the words they add, and texts cut word by word, then letter by letter."""

import collections


def _safe(text):
    for old, new in (('"', "'"), ("<|", "< |")):
        text = text.replace(old, new)
    return " ".join(text.split())


def _plan(examples, labels, budget, count):
    """Return (head, what is left of each label)."""
    left = {label: [] for label in sorted(labels)}
    for text, label in sorted({(_safe(t), label) for t, label in examples}):
        if count(text) <= 40:
            left[label].append(text)
    head, seen = "Each message belongs to one team.\n", collections.Counter()
    while all(len(texts) > 2 for texts in left.values()):
        lines, taken, words = [], {}, seen.copy()
        for label, texts in left.items():
            # the text with the largest share of words that no example has shown yet
            best = max(texts, key=lambda t: (sum(not words[w] for w in t.split()) / len(t.split()), t))
            taken[label] = best
            words.update(best.split())
            lines.append(f'"{best}" -> {label}\n')
        if count(head + "".join(lines) + '"" ->') > budget - 40:
            break
        head, seen = head + "".join(lines), words
        for label, best in taken.items():
            left[label].remove(best)
    if "->" not in head:
        raise ValueError("no room for one example of each label")
    return head, left


def prompts(examples, labels, texts, budget, count):
    """Return a prompt for each text."""
    head, _ = _plan(examples, labels, budget, count)
    made = []
    for text in map(_safe, texts):
        prompt = f'{head}"{text}" ->'
        if count(prompt) > budget:
            step = size = len(text) // 2
            while step or count(prompt) > budget:
                step //= 2
                move = max(step, 1)
                size = size + move if count(prompt) <= budget else size - move
                prompt = f'{head}"{text[:size]} … {text[-size:]}" ->'
        made.append(prompt)
    return made


def probes(examples, labels, budget, count):
    """Return up to six examples of each label that are left."""
    _, left = _plan(examples, labels, budget, count)
    n = min(6, min(map(len, left.values())))
    return [text for texts in left.values() for text in texts[:n]]


def decide(scores, probed):
    """Return the label that stands highest above its mean."""
    usual = [sum(column) / len(column) for column in zip(*probed, strict=True)]
    gains = [float(s) - float(u) for s, u in zip(scores, usual, strict=True)]
    return gains.index(max(gains))


def _inside(line, label):
    """Return the places (start, end) where a line holds a label as a whole word."""
    at, places = line.find(label), []
    while at >= 0:
        end = at + len(label)
        around = line[max(at - 1, 0) : at] + line[end : end + 1]
        if not any(c.isalnum() or c == "_" for c in around):
            places.append((at, end))
        at = line.find(label, at + 1)
    return places


def parse(answer, labels):
    """Return the one label that lies in no other label that is there."""
    lines = [line for line in answer.splitlines() if line.strip()]
    if not lines:
        return None
    line = lines[0].lower()
    found = [(a, b, label) for label in labels for a, b in _inside(line, label.lower())]
    outer = [
        (a, b, label) for a, b, label in found if not any(c <= a and b <= d and d - c > b - a for c, d, _ in found)
    ]
    named = {label for _, _, label in outer}
    return named.pop() if len(named) == 1 else None
