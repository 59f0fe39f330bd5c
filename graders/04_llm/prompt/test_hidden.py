"""Hidden checks for llm-prompt. Prompts are the learner's; the model, and every verdict, are the grader's.

`texts` and `tasks` make what prompts are made of, `judged` says what is wrong with them; `answers` and `scores` are for
`parse` and `decide`, with what is right; `calls`, `again` and `driver` for what a call leaves behind.
"""

import itertools
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from prompt import decide, parse, probes, prompts

from tenfold import expect
from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[2] / "datasets" / "smollm2"
texts, tasks, calls, judged = (module(HERE / f"{name}.py") for name in ("texts", "tasks", "calls", "judged"))
answers, scores, again = (module(HERE / f"{name}.py") for name in ("answers", "scores", "again"))
model, form, route = (module(DATA / f"{name}.py") for name in ("model", "form", "route"))
asked, given = calls.asked, calls.given

TASKS = 4


def made(task, some, budget=None):
    """Return the prompts of one call."""
    found = prompts(*asked(task, some, budget))
    return [expect.text(each) for each in expect.sequence(found, length=len(some))]


def probing(task, budget=None):
    """Return the probes of one call, cleaned."""
    found = probes(*calls.without_texts(*asked(task, [], budget)))
    return {form.clean(expect.text(each)) for each in expect.sequence(found)}


def shown(task, budget=None):
    """Return what the prompt of no text at all is made of."""
    return judged.opened(made(task, [""], budget)[0], task["labels"])


# --- prompts: the template and the budget


@pytest.mark.points(2)
@pytest.mark.needs("test_prompts_have_the_form")
def test_text_cannot_break_the_template(oracle, hidden):
    """A text of any kind is shown as the statement says, and stays inside its quotes.

    Take one text of a kind named above and read the prompt as the model does. Where does the text end? Which characters
    are white space, and which of the others did you change?
    """
    task = tasks.few(hidden("smollm2", draw=40))
    draws = {kind: [asked(task, some)] for kind, some in texts.odd(task["labels"], task["examples"]).items()}
    oracle(prompts, given, draws, same=judged.texts_stay_texts)


@pytest.mark.points(1)
@pytest.mark.needs("test_text_cannot_break_the_template")
def test_examples_are_shown_whole(oracle, hidden, rng):
    """An example of any kind is shown whole, cleaned and with its own label, or not at all.

    The text is watched; who watches examples, and the names of teams? What becomes of an example that is too long?
    Is the prompt another one when it is the first of its process?
    """
    kinds = tasks.odd(rng, hidden("smollm2", draw=42))
    draws = {kind: [asked(task, ["x"], 900)] for kind, task in kinds.items()}
    oracle(prompts, given, draws, same=judged.examples_are_whole)


@pytest.mark.points(1)
@pytest.mark.needs("test_prompts_stay_in_budget")
def test_tokens_are_counted(oracle, hidden, rng):
    """Prompts stay in budgets of up to 2,000 tokens where numbers, rare letters and emoji cost many.

    How many tokens has 4711-0815, and how many words? Count the whole prompt, not its parts: where parts meet, tokens
    merge.
    """
    draws = {}
    for i, budget in enumerate((180, 320, 2000)):
        for kind, task in tasks.costly(rng, hidden("smollm2", draw=20 + i)).items():
            draws.setdefault(kind, []).append(asked(task, list(texts.COSTLY), budget))
    oracle(prompts, given, draws, same=judged.budget_is_kept)


@pytest.mark.points(1)
@pytest.mark.needs("test_prompts_stay_in_budget", "test_head_is_the_same_for_every_text")
def test_small_budgets_are_refused(oracle, hidden, rng):
    """ValueError where the head has no room for one example of each label, and nowhere else.

    What is the smallest budget of your prompts? Which tokens count towards it, and which are kept free for the text?
    """
    for kind, task in tasks.costly(rng, tasks.few(hidden("smollm2", draw=25))).items():
        low, high = calls.smallest(lambda budget, task=task: made(task, [""], budget))
        refused = [asked(task, some, budget) for budget in (1, 40, low - 1, low) for some in ([], ["", "The box."])]
        oracle(prompts, None, {f"budgets without room, {kind}": refused}, raises=ValueError)
        assert judged.taken(shown(task, high)) == high - judged.ROOM, "a budget is refused that has room"


@pytest.mark.points(1)
@pytest.mark.needs("test_text_cannot_break_the_template", "test_tokens_are_counted")
def test_long_texts_lose_their_middle(oracle, hidden, rng):
    """A text that fits is shown whole, up to the last token; any other loses its middle and keeps its two ends.

    What of the prompt do you cut, and who would notice? Is a text cut that would just have fitted? How do you find how
    much of both ends fits, and on what do you count?
    """
    task = tasks.few(hidden("smollm2", draw=30))
    tight = judged.taken(shown(task)) + judged.ROOM
    long, heads = texts.long(rng), {budget: shown(task, budget) for budget in (tight, 400)}
    draws = {kind: [asked(task, some)] for kind, some in long.items()}
    draws["as little room as there may be"] = [asked(task, some, tight) for some in texts.of(long, "scripts", "emoji")]
    draws["a budget of 2,000"] = [asked(task, some, 2000) for some in texts.of(long, "signs")]
    for kind, (more, end) in texts.NEAR.items():
        filled = {n: texts.filling(model.count, each.head, each.cue, n + more, end) for n, each in heads.items()}
        draws[kind] = [asked(task, [text], budget) for budget, text in filled.items()]
    oracle(prompts, given, draws, same=judged.ends_are_kept)


# --- prompts and probes: which examples


@pytest.mark.points(1)
@pytest.mark.needs("test_prompts_have_the_form")
def test_head_is_the_same_for_every_text(hidden, rng):
    """What stands around the text does not depend on it, nor on the other texts of the call.

    A prompt that changes with the text cannot be computed once, and its examples may answer for the model.
    """
    task = hidden("smollm2", draw=50)
    some = [*task["texts"], texts.words(rng, 200), "", *(text for text, _ in task["examples"][:6]), *task["texts"][:2]]
    found = made(task, some)
    parts = [judged.opened(each, task["labels"]) for each in found]
    assert len({each.head for each in parts}) == 1, "what stands before the text is not the same for every text"
    assert len({each.cue for each in parts}) == 1, "what stands after the text is not the same for every text"
    order = rng.permutation(len(some))
    assert made(task, [some[i] for i in order]) == [found[i] for i in order], "the order of the texts changes a prompt"
    assert made(task, (some * 3)[:100]) == (found * 3)[:100], "a text has another prompt among 100 texts"
    for i in (0, 24, 25):
        assert made(task, [some[i]]) == [found[i]], "a text alone has another prompt than among others"
    assert made(task, []) == [], "there are prompts without a text"


@pytest.mark.points(1)
@pytest.mark.needs("test_prompts_have_the_form")
def test_order_of_examples_changes_nothing(hidden, rng):
    """Examples and labels in another order give the same prompts and the same probes.

    What in your code depends on which example, or which label, came first? Which of two does a sort put first that are
    equal to its key?
    """
    plain = hidden("smollm2", draw=60)
    some = plain["texts"][:1]
    for kind, task in tasks.easily_mistaken(rng, plain).items():
        found, tried = made(task, some), probing(task)
        for other in tasks.reordered(rng, task):
            assert made(other, some) == found, f"another order changes the prompts, where there are {kind}"
            assert probing(other) == tried, f"another order changes the probes, where there are {kind}"


@pytest.mark.points(1)
@pytest.mark.needs("test_examples_are_shown_whole")
def test_examples_are_balanced_and_mixed(oracle, hidden, rng):
    """Each label has equally many examples, at least 3 of messages; each round has every label once; none comes twice.

    One team has most of the mail. What does the model learn from that, and what from the label that it read last?
    """
    mail = [hidden("smollm2", draw=draw) for draw in range(70, 76)]
    draws = {
        "messages": [asked(task, ["x"], budget) for task, budget in zip(mail * 2, [220] * 6 + [240, 260], strict=False)]
    }
    oracle(prompts, given, draws, same=partial(judged.rounds_are_even, least=3))
    kinds = tasks.pools(rng, mail[0])
    draws = {kind: [asked(task, ["x"], budget) for budget in (300, 900)] for kind, task in kinds.items()}
    oracle(prompts, given, draws, same=judged.rounds_are_even)


@pytest.mark.points(1)
@pytest.mark.needs("test_examples_are_balanced_and_mixed")
def test_probes_are_like_the_texts(oracle, hidden, rng):
    """Probes are examples that the prompt does not show, 2 to 6 of each label, equally many of each.

    "N/A" is no message: what the model says to it is not what it says to messages. And what does it say to a text whose
    label it has just read? What is left for probes where few examples are given, or there is room for all?
    """
    draws = {}
    for budget, draw in ((300, 80), (900, 81)):
        for kind, task in tasks.pools(rng, hidden("smollm2", draw=draw)).items():
            draws.setdefault(kind, []).append(calls.without_texts(*asked(task, [], budget)))

    def beside(examples, labels, budget, _):
        task = {"examples": examples, "labels": labels}
        return (examples, labels), {text for text, _ in shown(task, budget).examples}

    oracle(probes, beside, draws, same=judged.probes_are_new)


# --- decide and parse


@pytest.mark.points(1)
@pytest.mark.needs("test_decision_of_the_worked_example")
def test_decide_weighs_against_the_probes(oracle, rng):
    """Made-up scores of every kind: the label that gains most on its own mean.

    The mean of a label's log-probabilities, over all probes: what is it moved by that the middle one is not? Is the
    answer another one when it is the first of its process?
    """
    oracle(decide, scores.favoured, scores.draws(rng))


@pytest.mark.points(1)
@pytest.mark.needs("test_answers_of_the_worked_example")
def test_first_line_of_an_answer_counts(oracle, rng):
    """The first line that holds more than white space counts, whatever ends it.

    How many characters end a line for `splitlines`, and how many for a file? What is white space?
    """
    oracle(parse, answers.named, answers.lines(rng))


@pytest.mark.points(1)
@pytest.mark.needs("test_answers_of_the_worked_example")
def test_parse_takes_one_whole_label(oracle, rng):
    """One label is taken where it stands whole and alone: in any case, beside signs, inside and across other labels.

    Which characters may stand beside a label? What does a pattern make of "c++"? Where two labels overlap, which of
    them does a search pass over?
    """
    oracle(parse, answers.named, answers.names(rng))


# --- all four: what is left of a call


@pytest.mark.points(1)
@pytest.mark.needs("test_prompts_have_the_form", "test_decision_of_the_worked_example")
@pytest.mark.needs("test_answers_of_the_worked_example")
def test_arguments_stay_as_they_are(untouched, submission, hidden, rng):
    """No call changes what it was given.

    Who else holds the same list? What do `sort`, and a subtraction in place, leave behind?
    """
    task = tasks.few(hidden("smollm2", draw=90))
    task["labels"].sort(reverse=True)  # so that a sort is seen
    submission.write("driver.py", again.DRIVER)
    *arguments, count = asked(task, [" a  b", *task["texts"][:2], texts.words(rng, 300)])
    for name, some in (("prompts", arguments), ("probes", list(calls.without_texts(*arguments)))):
        left = expect.sequence(submission.call("driver", "memory", name, some, count), length=2)[0]
        assert expect.unchanged(left, some), f"{name} changed what it was given"
    untouched(*((decide, args) for some in calls.of_decide(rng).values() for args in some))
    untouched(*((parse, args) for some in calls.of_parse(rng).values() for args in some))


@pytest.mark.points(2)
@pytest.mark.needs("test_head_is_the_same_for_every_text", "test_order_of_examples_changes_nothing")
@pytest.mark.needs("test_probes_are_like_the_texts", "test_decide_weighs_against_the_probes")
@pytest.mark.needs("test_first_line_of_an_answer_counts", "test_parse_takes_one_whole_label")
def test_nothing_is_kept_between_calls(oracle, replay, restart, submission, hidden, rng):
    """What a call gives depends on its arguments alone: in any process, after any other call.

    What is there before the first call, and what after it? By which part of the arguments would what is kept be found?
    In which order does a set hold texts?
    """
    of_decide, of_parse = calls.of_decide(rng), calls.of_parse(rng)
    oracle(decide, scores.favoured, of_decide)
    oracle(parse, answers.named, of_parse)
    task, other = (tasks.few(hidden("smollm2", draw=draw)) for draw in (91, 92))
    variants = calls.variants(rng, task, other)
    alone = again.after_others({"probes": probes, "prompts": prompts}, variants, restart)
    again.in_memory(submission, variants, alone)
    again.in_place(submission, "decide", scores.favoured, expect.integer, of_decide[calls.FAVOUR])
    again.in_place(submission, "parse", answers.named, lambda found: found, of_parse[calls.OTHER_LABELS])
    again.in_another_python(submission, restart, task)
    for function, draws in ((decide, of_decide), (parse, of_parse)):
        for arguments in itertools.chain.from_iterable(draws.values()):
            function(*arguments)
    replay(decide, parse)


@pytest.mark.points(5)
@pytest.mark.needs("test_long_texts_lose_their_middle", "test_small_budgets_are_refused")
@pytest.mark.needs("test_arguments_stay_as_they_are", "test_nothing_is_kept_between_calls")
def test_model_routes_messages(hidden, restart, credit, figure):
    """SmolLM2 routes the messages of four tasks with your prompts, probes and decisions.

    Everything holds, and yet the model is lost? Shorten what repeats, and look at which examples you show it.
    """
    found = [
        route.routed(hidden("smollm2", draw=i), prompts, probes, decide, calls.counter(), between=restart)
        for i in range(TASKS)
    ]
    right, likeliest = np.transpose(found)
    shares = {"as you decide": (range(TASKS), 100 * right), "likeliest label": (range(TASKS), 100 * likeliest)}
    figure("Messages routed rightly", shares, x="task", y="%", kind="points")
    credit(100 * right.mean(), floor=40.0, full=48.0, name="routed rightly", unit=" %")
