"""What is wrong with prompts and probes, in words for the learner. Each judge looks at what one check is about."""

from pathlib import Path

from tenfold import expect
from tenfold.datasets import module

DATA = Path(__file__).resolve().parents[3] / "datasets" / "smollm2"
model, form = (module(DATA / f"{name}.py") for name in ("model", "form"))

ROOM = 40  # tokens, as the statement says
SLACK = 12  # tokens of a cut prompt that may stay unused, as the statement says
PROBES = range(2, 7)  # of each label, as the statement says


def say(holds, words):
    """Fail with these words unless something holds."""
    if not holds:
        raise expect.Unexpected(words)


def opened(prompt, labels):
    """Return what a prompt is made of."""
    try:
        return form.opened(prompt, labels)
    except AssertionError as error:
        raise expect.Unexpected(str(error)) from None


def parted(found, args):
    """Return the prompts of a call, and what each is made of."""
    made = [expect.text(each) for each in expect.sequence(found, length=len(args[2]))]
    return made, [opened(each, args[1]) for each in made]


def cleaned(examples):
    """Return {text: label} of the examples, cleaned."""
    return {form.clean(text): label for text, label in examples}


def texts_stay_texts(found, args):
    """Return True where every text is shown as it is, cleaned."""
    for text, each in zip(args[2], parted(found, args)[1], strict=True):
        say(each.shown == form.clean(text), "a text is not shown as the statement says")
    return True


def examples_are_whole(found, args):
    """Return True where every example that is shown is one that was given, cleaned and whole, with its own label."""
    own = cleaned(args[0])
    for each in parted(found, args)[1]:
        say(each.examples, "there are no examples")
        for text, label in each.examples:
            say(text in own, "an example is not shown as the statement says")
            say(own[text] == label, "an example has the label of another")
    return True


def budget_is_kept(found, args):
    """Return True where no prompt is over its budget and the head leaves room; the first text is a short one."""
    made = [expect.text(each) for each in expect.sequence(found, length=len(args[2]))]
    fits = max(map(len, made)) <= form.LONGEST and max(map(model.count, made)) <= args[3]
    say(fits, "a prompt is over its budget")
    first = opened(made[0], args[1])
    say(taken(first) <= args[3] - ROOM, "too little room is left for the text")
    return True


def taken(each):
    """Return how many tokens a prompt has around its text."""
    return model.count(f'{each.head}""{each.cue}')


def ends_are_kept(found, args):
    """Return True where texts that fit are whole, and all others have lost their middle and no more than they must."""
    made, forms = parted(found, args)
    for text, prompt, each in zip(args[2], made, forms, strict=True):
        whole, used = form.clean(text), model.count(prompt)
        say(used <= args[3], "a prompt is over its budget")
        if model.count(f'{each.head}"{whole}"{each.cue}') <= args[3]:
            say(each.shown == whole, "a text that fits is not shown whole")
            continue
        marks = [at for at in range(len(each.shown)) if each.shown.startswith(form.MARK, at)]
        say(marks, "a text that does not fit has not the mark in the place of its middle")
        faults = [fault(each.shown, whole, at) for at in marks]
        say("" in faults, faults[0])
        say(used >= args[3] - SLACK, "more of a text would have fitted")
    return True


def fault(shown, whole, at):
    """Return what is wrong where the mark at this place in what is shown stands for the middle of the text."""
    begins, ends = shown[:at], shown[at + len(form.MARK) :]
    if not whole.startswith(begins):
        return "what stands before the mark is not how the text begins"
    if not whole.endswith(ends):
        return "what stands after the mark is not how the text ends"
    if len(begins) + len(ends) > len(whole):
        return "a part of a text is shown twice"
    return "" if 3 * min(len(begins), len(ends)) >= len(shown) else "one end of a text is much shorter than the other"


def rounds_are_even(found, args, least=1):
    """Return True where examples come in rounds that have each label once, at least so many, none of them twice."""
    for each in parted(found, args)[1]:
        shown, n = [form.clean(text) for text, _ in each.examples], len(args[1])
        say(len(set(shown)) == len(shown), "an example comes twice")
        rounds = [[label for _, label in each.examples[i : i + n]] for i in range(0, len(shown), n)]
        say(all(sorted(one) == sorted(args[1]) for one in rounds), "a round of examples has not every label once")
        say(len(rounds) >= least, f"fewer than {least} examples of each label")
    return True


def probes_are_new(found, shown):
    """Return True where probes are examples that a prompt does not show, none twice, equally many of each label.

    Parameters
    ----------
    shown
        The examples and labels of the call, and the texts that a prompt of its budget shows.
    """
    (examples, labels), known = shown
    own, given = cleaned(examples), {text for text, _ in examples}
    left = [label for text, label in own.items() if text not in known]
    say(all(left.count(label) >= PROBES[0] for label in labels), "fewer than 2 texts of a label stay unshown")
    tried = [expect.text(text) for text in expect.sequence(found)]
    say(all(text in given or text in own for text in tried), "a probe is not one of the examples")
    tried = [form.clean(text) for text in tried]
    say(len(set(tried)) == len(tried), "a probe comes twice")
    say(not known.intersection(tried), "a probe is shown in the prompt")
    counts = [sum(own[text] == label for text in tried) for label in labels]
    say(len(set(counts)) == 1, "the labels have not equally many probes")
    say(counts[0] in PROBES, "a label has fewer than 2 or more than 6 probes")
    return True
