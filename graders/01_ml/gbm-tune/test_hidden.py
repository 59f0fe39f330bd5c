"""Hidden checks for ml-gbm-tune: `worlds` makes rows to train on, `questions` those to ask about."""

from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from gbm_tune import dump, load, predict, report, train
from sklearn.metrics import log_loss, roc_auc_score

from tenfold import expect
from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
worlds, questions, answers = (module(HERE / f"{name}.py") for name in ("worlds", "questions", "answers"))

learner = answers.Learner(predict, report, dump)
answer, reported, dumped, alike = learner.answer, learner.reported, learner.dumped, learner.alike


@pytest.mark.points(1)
@pytest.mark.needs("test_predict_gives_probabilities")
def test_training_within_budget(hidden, faster, boxed):
    """Training takes at most 15 times as long as one default fit.

    Count the fits: candidates times folds. Which of the candidates have ever won?
    """
    default = boxed("default.py")
    some = [worlds.as_drawn(hidden("loans", draw=400 + i, rows=500, fresh=1)).training for i in range(4)]
    default.train(*some[3])  # its first call loads what the later ones need
    faster(train, than=default.train, inputs=some.__getitem__, at_most=15, rounds=1)


@pytest.mark.points(1)
@pytest.mark.needs("test_predict_gives_probabilities")
def test_one_row_as_in_a_batch(oracle, hidden, rng):
    """A row gets the same answer alone, among others, twice, and in any order.

    Which rows does your preparation look at when `predict` is called? What of a row that has no value at all?
    """
    rows = worlds.mixed(rng, hidden("loans", draw=1, rows=600, fresh=200))
    model, X = train(*rows.training), questions.with_odd_rows(rows.X_fresh)
    answers.asked(oracle, predict, model, questions.batches(rng, X, answer(model, X)))


@pytest.mark.points(1)
@pytest.mark.needs("test_training_within_budget", "test_one_row_as_in_a_batch")
def test_same_rows_same_model(hidden, restart, submission):
    """Training again on the same rows gives the same predictions, in a new process and in another Python.

    Look for every place where chance comes in: splits, samples, the order of a set. What was drawn before?
    """
    loans, other = (hidden("loans", draw=draw, rows=rows, fresh=100) for draw, rows in ((6, 800), (11, 300)))
    first = answer(train(loans.X, loans.y), loans.X_fresh)
    restart()
    train(other.X, other.y)
    again = answer(train(loans.X, loans.y), loans.X_fresh)
    assert answers.same(again, first), "the same rows give another model in a new process, after others"
    again = answers.elsewhere(submission, loans.X, loans.y, None, loans.X_fresh)
    assert answers.same(again, first), "the same rows give another model in another Python, where sets are ordered anew"


@pytest.mark.points(2)
@pytest.mark.needs("test_one_row_as_in_a_batch")
def test_missing_values_inform(hidden, rng):
    """That a number is missing is used, in every column, in training and in prediction.

    Here nothing but the gaps matters. How many rows and columns reach your fit? For which value is a gap taken?
    """
    rows, sign = worlds.told_by_gaps(rng, hidden("loans", draw=3, rows=1000, fresh=30))
    table, put = questions.gaps(rows.X_fresh, rows.X)
    p = answer(train(*rows.training), table).reshape(len(put), -1).mean(axis=1)
    least = questions.least_told(put, p, sign)
    assert least >= 0.03, "in some column, a missing number and one that is there get about the same answers"


@pytest.mark.points(1)
@pytest.mark.needs("test_one_row_as_in_a_batch")
def test_unknown_branch_counts_as_missing(oracle, hidden, rng):
    """A branch that training never saw is handled as a missing one.

    Branches open and close. Which code has a name that is not known? And a missing one, if training had none?
    """
    closed = [f"B{i:02d}" for i in rng.choice(30, 3, replace=False)]
    for gaps, n in ((True, 800), (False, 400)):
        loans = hidden("loans", draw=2, rows=n, fresh=60)
        model, X = train(*worlds.with_closed_branches(rng, loans, closed, gaps).training), loans.X_fresh
        without = answer(model, X.assign(branch=questions.column(X, None)))
        known = X.assign(branch=X["branch"].mask(X["branch"].isin(closed)))
        answers.asked(oracle, predict, model, questions.strangers(rng, known, answer(model, known), without, closed))


@pytest.mark.points(1)
@pytest.mark.needs("test_missing_values_inform", "test_unknown_branch_counts_as_missing")
def test_branches_of_any_name(hidden, rng):
    """Each branch is a branch of its own, whatever its name is: `B1` beside `B01`, and `missing` too.

    Here nothing but the branch matters. Which two names are one to your preparation? Which name does it use itself?
    """
    rows = worlds.told_by_names(rng, hidden("loans", draw=9, rows=2000, fresh=30))
    names = *worlds.NAMES, None
    p = answer(train(*rows.training), questions.named(rows.X_fresh, names)).reshape(len(names), -1).mean(axis=1)
    risky = np.array([worlds.NAMES.get(name) == worlds.RISKY for name in names])
    assert np.where(risky, p >= 0.5, p <= 0.4).all(), "a branch is taken for another one, or for a missing one"


@pytest.mark.points(2)
@pytest.mark.needs("test_predict_gives_probabilities")
def test_weights_count_everywhere(hidden, rng):
    """Weights count in the fit, in every choice and in the report.

    Here labels are tosses of a coin, and rows that follow a rule count 99 times. Where are numbers made of rows?
    """
    loans = hidden("loans", draw=4, rows=1200, fresh=1000)
    old, old_fresh = ((X["age"].fillna(0.0) > 45).to_numpy() for X in (loans.X, loans.X_fresh))
    y = rng.integers(0, 2, len(loans.X))
    model = train(loans.X, y, np.where(old == (y == 1), 99.0, 1.0))
    p = answer(model, loans.X_fresh)
    assert p[old_fresh].mean() - p[~old_fresh].mean() >= 0.9  # 0.98 is the truth, 0 without weights
    assert reported(model) >= 0.95  # 0.99 is the truth, 0.5 without weights


@pytest.mark.points(1)
@pytest.mark.needs("test_weights_count_everywhere", "test_same_rows_same_model")
def test_only_ratios_of_weights_matter(hidden):
    """Weights that are all so many times as large change nothing; no weights are equal weights.

    Some settings of a booster are sums of weights. In which unit are your weights when they meet them?
    """
    loans = hidden("loans", draw=5, rows=500, fresh=1000, weighted=True)
    for weights in ([loans.weight * 2.0**power for power in (0, -10, 10)], [None, np.full(500, 1 / 1024)]):
        first, *others = (answer(train(loans.X, loans.y, weight), loans.X_fresh) for weight in weights)
        assert all(np.abs(other - first).mean() <= 0.01 for other in others)


@pytest.mark.points(1)
@pytest.mark.needs("test_same_rows_same_model")
def test_row_labels_say_nothing(oracle, hidden, rng):
    """Rows are taken by their place: the labels of X may be in any order, occur twice, or be text.

    What does pandas do with labels when you pick rows, or join two of its objects? y and the weights have none.
    """
    rows = worlds.coins(rng, hidden("loans", draw=10, rows=300, fresh=100), rng.choice([1.0, 4.0], 300))
    p = answer(train(*rows.training), rows.X_fresh)
    for ((X, _),) in questions.labelled(rng, rows.X).values():
        model = train(X, rows.y, rows.weight)
        answers.asked(oracle, predict, model, questions.labelled(rng, rows.X_fresh, p))


@pytest.mark.points(2)
@pytest.mark.needs("test_branches_of_any_name", "test_only_ratios_of_weights_matter", "test_row_labels_say_nothing")
def test_rows_of_every_kind(oracle, hidden, rng):
    """Rows of every kind that there may be, 300 of them and a plain rule: the rule is found, and the model restored.

    What does your code take for granted: so many rows of a class, a value in each column, a share of defaults?
    """
    draws = iter(range(700, 800))
    kinds = worlds.kinds(rng, lambda n: hidden("loans", draw=next(draws), rows=n, fresh=300))
    for model, (kind, rows) in zip(answers.models(oracle, train, kinds), kinds.items(), strict=True):
        p = answer(model, rows.X_fresh)
        assert roc_auc_score(rows.y_fresh, p) >= 0.7, f"the rule is not found where there are: {kind}"
        restored = alike(load(dumped(model)), rows.X_fresh, p, reported(model))
        assert restored, f"`load` gives another model or report where there are: {kind}"


@pytest.mark.points(3)
@pytest.mark.needs("test_report_is_plausible", "test_weights_count_everywhere", "test_same_rows_same_model")
def test_report_is_honest(hidden, rng):
    """The report is the AUC of the last quarter of the rows, of a model that has not seen their labels.

    With these labels turned around, what becomes of an AUC? Which choices looked at them? A stopping round is one too.
    """
    draw = partial(hidden, "loans", fresh=1000)
    for make in (worlds.coins, worlds.ruled):
        for rows in worlds.sets(rng, draw, make, 1000, 2):
            plain, turned = (reported(train(*each.training)) for each in (rows, worlds.turned(rows)))
            assert abs(plain + turned - 1) <= answers.SAME, "not 1 - AUC with the last quarter's labels turned around"
    off = [learner.error(train(*rows.training), rows) for rows in worlds.sets(rng, draw, worlds.ruled, 2000, 4)]
    assert abs(np.mean(off)) <= 0.1, "it is not the AUC of fresh rows, where a rule is plain"
    loans = (worlds.as_drawn(hidden("loans", draw=300 + i, rows=2000, fresh=3000)) for i in range(3))
    off = [learner.error(train(*rows.training), rows) for rows in loans]
    assert abs(np.mean(off)) <= 0.07, "it is not the AUC of fresh rows, for loans"


@pytest.mark.points(1)
@pytest.mark.needs("test_predict_gives_probabilities")
def test_one_row_in_time(hidden, faster, boxed):
    """One row is answered in at most 5 times what a default model takes.

    A caller waits for one answer, not for a batch. How often per call do you do what could be done once?
    """
    loans = hidden("loans", draw=8, rows=1000, fresh=60)
    default = boxed("default.py")
    model, plain = train(loans.X, loans.y), default.train(loans.X, loans.y)
    mine, theirs = (lambda row: predict(model, row)), (lambda row: default.predict(plain, row))
    faster(mine, than=theirs, inputs=lambda i: (loans.X_fresh.iloc[[i]],), at_most=5, rounds=20)


@pytest.mark.points(1)
@pytest.mark.needs("test_load_restores_the_model")
def test_bytes_are_the_whole_model(hidden, restart):
    """At most 800 kB bring the model back in a new process.

    Who loads them has never seen your rows. What do `predict` and `report` need, and what did you keep beside it?
    """
    loans = hidden("loans", draw=7, fresh=500)
    model = train(loans.X, loans.y)
    before, auc, data = answer(model, loans.X_fresh), reported(model), dumped(model)
    restart()
    restored = alike(load(data), loans.X_fresh, before, auc)
    assert restored, "the bytes give another model or report in a new process"


@pytest.mark.points(1)
@pytest.mark.needs("test_one_row_as_in_a_batch")
def test_arguments_stay_as_they_are(hidden, submission, rng):
    """No call changes the table and the arrays that it was given.

    Who else holds the same table? What does `/=` do to an array, and `X["branch"] = ...` to the caller's X?
    """
    rows = worlds.coins(rng, hidden("loans", draw=12, rows=300, fresh=20), rng.choice([1.0, 4.0], 300))
    given, left = answers.left_behind(submission, *rows.training, rows.X_fresh)
    assert expect.unchanged(left, given), "a call changed what it was given"


@pytest.mark.points(4)
@pytest.mark.needs("test_rows_of_every_kind", "test_arguments_stay_as_they_are")
def test_nothing_is_kept_between_calls(oracle, hidden, restart, submission, rng):
    """What a call gives depends on its arguments alone: other models and other rows leave nothing behind.

    What is there before the first call, and what after it? By which part of the rows would what is kept be found?
    """
    kin = worlds.kin(rng, hidden("loans", draw=13, rows=300, fresh=40))
    batches = questions.two_orders(rng, kin["as they are"].X_fresh)
    alone = {}
    for name, rows in kin.items():
        restart()
        model = train(*rows.training)
        alone[name] = [answer(model, batch) for batch in batches], reported(model)
    restart()
    beside = {name: train(*rows.training) for name, rows in reversed(kin.items())}
    data = {name: dumped(model) for name, model in beside.items()}
    loaded = {name: load(data[name]) for name in kin}
    for (name, (p, auc)), place in product(alone.items(), (0, 1)):
        same = all(alike(models[name], batches[place], p[place], auc) for models in (beside, loaded))
        assert same, "beside others, or loaded, a model answers or reports something else than alone"
    pair = "as they are", "other rows"
    found = answers.in_place(submission, *([*kin[name].training, X] for name, X in zip(pair, batches, strict=True)))
    for (p, auc), (name, place) in zip(found, product(pair, (0, 1, 1)), strict=True):
        same = answers.same(p, alone[name][0][place]) and abs(answers.told(auc) - alone[name][1]) <= answers.SAME
        assert same, "the same tables and arrays with other values, or overwritten answers, give another answer"


@pytest.mark.points(7)
@pytest.mark.needs("test_predict_gives_probabilities")
def test_probabilities_are_better(hidden, credit, boxed, figure):
    """Log loss on fresh rows is far below a default model's, where repaid loans were thinned and weighted.

    Compare your mean prediction with the share of defaults, and your log loss on rows of the fit with that on others.
    """
    default = boxed("default.py")
    ratios = []
    for i in range(2):
        loans = hidden("loans", draw=500 + i, rows=4000, weighted=True, anonymous=True)
        p = answer(train(loans.X, loans.y, loans.weight), loans.X_fresh)
        plain = default.predict(default.train(loans.X, loans.y, loans.weight), loans.X_fresh)
        ratios.append(log_loss(loans.y_fresh, p) / log_loss(loans.y_fresh, plain))
    curves = answers.calibration(p, loans.y_fresh)
    figure("Calibration on fresh rows", curves, x="predicted probability", y="share of defaults")
    credit(np.mean(ratios), floor=0.76, full=0.73, name="log loss / default")


@pytest.mark.points(7)
@pytest.mark.needs(
    "test_report_is_honest",
    "test_bytes_are_the_whole_model",
    "test_one_row_in_time",
    "test_nothing_is_kept_between_calls",
)
def test_ranking_is_better(hidden, credit, boxed, faster):
    """AUC on fresh rows is above a default model's on the same rows, within the budget.

    Smaller steps, smaller trees, a stopping round chosen on other rows; then: how much of them may a tree use?
    """
    default, mine, plain = boxed("default.py"), {}, {}
    faster(
        lambda i, loans: mine.update({i: train(loans.X, loans.y)}),
        than=lambda i, loans: plain.update({i: default.train(loans.X, loans.y)}),
        inputs=lambda i: (i, hidden("loans", draw=600 + i, anonymous=True)),
        at_most=15,
        rounds=3,
    )
    gains = []
    for i in range(3):
        loans = hidden("loans", draw=600 + i, anonymous=True)
        p, other = answer(mine[i], loans.X_fresh), default.predict(plain[i], loans.X_fresh)
        gains.append(roc_auc_score(loans.y_fresh, p) - roc_auc_score(loans.y_fresh, other))
    credit(np.mean(gains), floor=0.017, full=0.020, name="AUC gain")
