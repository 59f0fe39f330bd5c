"""Tasks by kind: examples, labels and budgets at the edges of what the statement allows."""

from pathlib import Path

from tenfold.datasets import module

texts = module(Path(__file__).with_name("texts.py"))
ROOM = 40
LABELS = {
    "one inside another": ("red oak", "oak", "old red oak"),
    "signs": ("c++", "c", "c#"),
    "braces and marks of templates": ("{0}", "%s", "\\1"),
    "brackets": ("team (b)", "team [b]", "(b)"),
    "digits": ("1", "10", "1.0"),
    "30 characters": (
        "customers who live up the hill",
        "customers of the old red house",
        "orders that never were in time",
    ),
    "capitals": ("HR", "It", "sales"),
    "what may stand in a cue": ("=> a", "->", "Team:"),
    "quotes and commas": ("don't", "`x`, y", "R&D, e-mail"),
}
"""What the three teams may be called."""


def named(task, names):
    """Return a task whose teams have other names."""
    new = dict(zip(task["labels"], names, strict=True))
    return {**task, "labels": list(names), "examples": [(text, new[label]) for text, label in task["examples"]]}


def worn(task, endings):
    """Return a task whose examples end in one of these each."""
    some = [(f"{text} {endings[i % len(endings)]}", label) for i, (text, label) in enumerate(task["examples"])]
    return {**task, "examples": some}


def dense(rng, task):
    """Return a task whose examples end in a number of an order: many tokens in few letters, and one word."""
    return worn(task, ["-".join(str(n) for n in rng.integers(1000, 9999, size=2)) for _ in task["examples"]])


def few(task, sizes=(5, 4, 4)):
    """Return a task with so many examples of each label."""
    kept = []
    for label, size in zip(task["labels"], sizes, strict=True):
        kept += [example for example in task["examples"] if example[1] == label][:size]
    return {**task, "examples": kept}


def lengthy(rng, task):
    """Return a task with 3 examples of each label that are short, and others of 41 to 300 words for two labels."""
    long = [f"{text} {texts.words(rng, int(rng.integers(41, 300)))}" for text, _ in task["examples"]]
    grown = [(text, task["labels"][i % 2]) for i, text in enumerate(long)]
    return {**task, "examples": mixed(rng, few(task, (3, 3, 3))["examples"] + grown)}


def of_forty(task):
    """Return a task with 3 examples of each label that have just 40 tokens, and 3 that have 41: words of one letter."""
    made = []
    for i, label in enumerate(task["labels"]):
        for j in range(6):
            letters = [texts.LETTERS[(i + 5 * j + k * (j + 1)) % len(texts.LETTERS)] for k in range(ROOM + j // 3)]
            made.append((" ".join(letters), label))
    return {**task, "examples": made}


def many(task):
    """Return a task of 300 examples."""
    base = task["examples"]
    return {**task, "examples": [(f"{base[i % len(base)][0]} No {i}.", base[i % len(base)][1]) for i in range(300)]}


def mixed(rng, some):
    """Return them in another order."""
    return [some[i] for i in rng.permutation(len(some))]


FORMS = (
    lambda text: text,
    lambda text: text.replace(" ", "\t"),
    lambda text: f" {text}\n",
    lambda text: text.replace(" ", "\u3000 ", 1),
    lambda text: text.replace("'", '"').replace("< |", "<|"),
)
"""What is one text once it is cleaned."""


def doubled(rng, task):
    """Return a task in which every example comes three times, in several forms."""
    ended = worn(task, ("'x'", "< |"))["examples"]
    again = [(FORMS[(i + k) % len(FORMS)](text), label) for k in range(3) for i, (text, label) in enumerate(ended)]
    return {**task, "examples": mixed(rng, again)}


def alike(task):
    """Return a task whose examples are told apart by little: by case, by the last letter; many of one length."""
    made = []
    for text, label in few(task, (4, 4, 4))["examples"]:
        made += [(form, label) for form in (text, text.upper(), text.title(), f"{text} a", f"{text} b")]
    return {**task, "examples": made}


def easily_mistaken(rng, task):
    """Return tasks by what is alike in them, so that a sort may leave it as it came."""
    return {
        "messages": task,
        "examples that hardly differ": alike(task),
        "examples in several forms": doubled(rng, task),
        "300 examples": many(task),
        "labels of one length": named(few(task), ("b-1", "c-1", "a-1")),
    }


def reordered(rng, task):
    """Yield a task with its examples and its labels in other orders; of many examples one is enough."""
    examples, (a, b, c) = task["examples"], task["labels"]
    orders = (examples[::-1], mixed(rng, examples), sorted(examples))[: 1 if len(examples) > 99 else 3]
    for order, labels in zip(orders, ((c, b, a), (b, c, a), (a, c, b)), strict=False):
        yield {**task, "examples": order, "labels": list(labels)}


def costly(rng, task):
    """Return tasks by what makes their examples cost many tokens."""
    return {
        "plain examples": task,
        "examples that end in numbers of orders": dense(rng, task),
        "examples that end in emoji": worn(task, ("📦🚚", "💥", "🦄 🦄")),
        "labels of many tokens": named(task, LABELS["brackets"]),
    }


def odd(rng, task):
    """Return tasks by what is odd about their examples or labels."""
    base = few(task)
    ends = texts.endings(task["labels"][0])
    found = {f"examples that end in {kind}": worn(base, [end]) for kind, end in ends.items()}
    found |= {f"labels: {kind}": named(base, names) for kind, names in LABELS.items()}
    return found | pools(rng, task)


def pools(rng, task):
    """Return tasks by which examples there are."""
    three = few(task, (3, 3, 3))
    return {
        "all examples": task,
        "3 examples of each label": three,
        "3 examples of each label, in several forms": doubled(rng, three),
        "3 examples of two labels": few(task, (99, 3, 3)),
        "4 examples of one label": few(task, (99, 99, 4)),
        "most examples of more than 40 tokens": lengthy(rng, task),
        "examples of just 40 tokens": of_forty(task),
        "examples that hardly differ": alike(task),
        "examples in several forms": doubled(rng, task),
        "300 examples": many(task),
    }
