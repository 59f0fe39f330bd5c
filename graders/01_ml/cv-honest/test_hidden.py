"""Hidden checks for ml-cv-honest. Models of `estimate` are fitted here, so each training and test row is seen.

`layouts` makes rows to fold, `tables` rows to fit and `studies` what is to be estimated; `folds` and `fits` judge.
"""

from pathlib import Path

import numpy as np
import pytest
from cv_honest import estimate, fit_predict, make_folds

from tenfold import Callback, expect
from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
layouts, tables, studies = (module(HERE / f"{name}.py") for name in ("layouts", "tables", "studies"))
folds, fits = module(HERE / "folds.py"), module(HERE / "fits.py")

MOST_CALLS = 2000  # of run: nobody needs more than 200 for a study
DRAWS = 4  # of each kind of study


def given(*args):
    """Return the arguments themselves: what is right is judged beside them."""
    return args


def folds_of(oracle, calls):
    """Return the submission's folds for each of some calls, looked at."""
    found = []

    def look(answer, args):
        found.append(folds.pairs(answer, args[1], len(args[0])))
        return True

    oracle(make_folds, given, {"the folds of a study": calls}, same=look)
    return found


def plans(oracle, some):
    """Return what `estimate` must do for each of some studies, with the submission's own folds."""
    outers = folds_of(oracle, [one.folding() for one in some])
    parts = [
        [*(train for train, test in outer if folds.both(one.y, train, test)), np.arange(len(one.y))]
        if len(one.grid) > 1
        else []
        for one, outer in zip(some, outers, strict=True)
    ]
    calls = [one.folding(rows) for one, of in zip(some, parts, strict=True) for rows in of]
    inner = iter(folds_of(oracle, calls) if calls else [])
    return [
        fits.Plan(one, outer, [(rows, next(inner)) for rows in of])
        for one, outer, of in zip(some, outers, parts, strict=True)
    ]


def estimates(oracle, kinds, same):
    """Let `estimate` work on studies by kind, and judge what it asked and answered."""
    some = [one for of in kinds.values() for one in of]
    models = [fits.Fits(one) for one in some]
    wanted, runs = iter(zip(models, plans(oracle, some), strict=True)), iter(models)
    draws = {kind: [one.arguments(Callback(next(runs), calls=MOST_CALLS)) for one in of] for kind, of in kinds.items()}
    oracle(estimate, lambda *_: next(wanted), draws, same=same)


def in_the_same_arrays(submission, rng):
    """Return pairs of studies, and what `estimate` gave when the arrays of the first came to hold the second."""
    submission.write("driver.py", (HERE / "driver.py").read_bytes())
    asked = studies.pairs(rng)
    told = [submission.call("driver", "in_place", *(one.whole() for one in pair)) for pair in asked]
    return [(pair, expect.sequence(each, length=3)) for pair, each in zip(asked, told, strict=True)]


@pytest.mark.points(1)
@pytest.mark.needs("test_plain_folds")
def test_plain_folds_are_even(oracle, rng):
    """Plain rows of every kind: each is tested once and trains in all other folds, and each class is shared out evenly.

    Who deals out the rare class, and what if it has fewer rows than there are folds? Does the order of the rows matter?
    """
    oracle(make_folds, given, layouts.plain(rng), same=folds.spread)


@pytest.mark.points(1)
@pytest.mark.needs("test_sixteen_people_by_hand")
def test_groups_stay_whole(oracle, rng):
    """A group is on one side of a fold alone, whatever its name; each row is tested once.

    Which two names are the same one? What becomes of a long text, of a large number, of a zero before a digit?
    """
    oracle(make_folds, given, layouts.names(rng), same=folds.whole)


@pytest.mark.points(1)
@pytest.mark.needs("test_groups_stay_whole")
def test_each_fold_holds_the_rare_class(oracle, rng):
    """Where groups are kept whole, each test fold holds both classes and its share of the rows.

    Which groups hold the rare class, in how many of their rows, and who deals these groups out to the folds?
    """
    oracle(make_folds, given, layouts.groups(rng), same=folds.shared_out)


@pytest.mark.points(1)
@pytest.mark.needs("test_twelve_days_by_hand")
def test_training_is_past(oracle, rng):
    """Test parts are the blocks of days; a fold trains on all rows whose label is known before its block, and no other.

    Are the rows sorted? In which unit is the horizon? On which side is a row of the very day on which a block begins?
    """
    oracle(make_folds, given, layouts.days(rng), same=folds.past)


@pytest.mark.points(1)
@pytest.mark.needs("test_plain_folds_are_even", "test_groups_stay_whole")
def test_same_seed_same_folds(oracle, rng):
    """The same seed gives the same folds again; another seed gives other folds of plain rows.

    Look for every place where chance comes in. Which digits of the seed does it see?
    """
    many = [int(rng.integers(2**31)), *range(60), *(2**b for b in range(6, 32)), 2**32 - 1, 10**6, 10**9]
    for n, some in ((40, many), (2000, many[::20])):
        y = layouts.labels(rng, n, n // 2)
        found = [folds.partition(each) for each in folds_of(oracle, [(y, 5, None, None, 0, seed) for seed in some * 2])]
        assert found[: len(some)] == found[len(some) :], "the same seed gives other folds the second time"
        assert len(set(found)) == len(set(some)), "two seeds give the same folds of plain rows"
    untold, zero = (folds.partition(each) for each in folds_of(oracle, [(y, 5), (y, 5, None, None, 0, 0)]))
    assert untold == zero, "where no seed is given, the folds are not those of seed 0"
    calls = [layouts.people(rng, 5) for _ in range(6)]
    first, again = (folds_of(oracle, calls) for _ in "12")
    same = all(folds.partition(a) == folds.partition(b) for a, b in zip(first, again, strict=True))
    assert same, "the same seed gives other folds of groups the second time"


@pytest.mark.points(2)
@pytest.mark.needs("test_fit_predict_gives_probabilities")
def test_fit_sees_training_rows_only(oracle, rng):
    """An answer does not change when anything but the training rows and the row itself does.

    Labels, medians, scales, the choice of columns: from which rows is each of them computed?
    """
    calls = [*({"n": 120, "d": d, "columns": 4} for d in (30, 300)), {"tested": 200}, {"n": 1500, "d": 4}]
    calls = [tables.table(rng, **options) for options in calls]
    before = []

    def keep(answer, args):
        before.append(expect.array(answer, shape=(len(args[3]),), kind="f"))
        return True

    oracle(fit_predict, given, {"a table": calls}, same=keep)
    draws, wanted = {}, []
    for call, answers in zip(calls, before, strict=True):
        for kind, of in tables.unrelated(rng, call, answers).items():
            draws.setdefault(kind, []).extend(of)
    wanted = iter([right for of in draws.values() for _, right in of])
    asked = {kind: [args for args, _ in of] for kind, of in draws.items()}
    oracle(fit_predict, lambda *_: next(wanted), asked, same=tables.within(tables.SAME))


@pytest.mark.points(1)
@pytest.mark.needs("test_fit_sees_training_rows_only")
def test_probabilities_are_the_pipelines(oracle, rng):
    """Probabilities are those of the statement's pipeline, for tables of every kind.

    Four steps, in the statement's order, with its settings. What does each do with a table of the kind named above?
    """
    oracle(fit_predict, tables.pipeline, tables.kinds(rng), same=tables.within(tables.NEAR))


@pytest.mark.points(1)
@pytest.mark.needs("test_estimate_of_a_fixed_score", "test_training_is_past", "test_same_seed_same_folds")
def test_folds_count_alike(oracle, rng):
    """With one setting: a model for each fold that has both classes on both sides, and the plain mean of their AUCs.

    Compare scores within a fold. And what can be ranked where all test rows, or all training rows, are of one class?
    """
    estimates(oracle, studies.one_setting(rng), fits.fold_mean)


@pytest.mark.points(1)
@pytest.mark.needs("test_folds_count_alike")
def test_outer_rows_choose_nothing(oracle, rng):
    """The setting of a fold is chosen without that fold's test rows, and the AUC is that of the whole procedure.

    Here one setting is good everywhere, and each other one on the test rows of a single fold. Which rows has the number
    that you report already chosen on?
    """
    for k in (5, 7):
        y, seed = studies.coins(rng, 200 * k), layouts.seed(rng)
        (outer,) = folds_of(oracle, [(y, k, None, None, 0, seed)])
        one, place = studies.good_somewhere(rng, outer, y, seed, k)
        model = fits.Fits(one)
        auc, chosen = model.answer(estimate(*one.arguments(Callback(model, calls=MOST_CALLS))))
        wanted = np.mean([fits.auc_of(y[test], one.score(train, test, place)) for train, test in outer])
        assert abs(auc - wanted) <= fits.SAME, "a setting was chosen on the rows that then test it"
        assert chosen == place, "the setting for all rows is not the one that is best on them"


@pytest.mark.points(1)
@pytest.mark.needs("test_outer_rows_choose_nothing")
def test_inner_folds_keep_the_structure(oracle, rng):
    """Every fit is for an outer fold, or for an inner fold made anew of the rows for which a setting is chosen.

    To choose for some rows, which rows are dealt out, with which groups, days, horizon and seed? How often is it done?
    """
    estimates(oracle, studies.nested(rng), fits.structure)


@pytest.mark.points(1)
@pytest.mark.needs("test_inner_folds_keep_the_structure")
def test_best_inner_mean_is_chosen(oracle, rng):
    """The setting with the best mean AUC over the inner folds is taken, anew for each outer fold and for all rows.

    Which of equals? What of inner folds that lack a class, and what if none is left? What may a setting be made of?
    """
    estimates(oracle, studies.chosen(rng), fits.choice)


@pytest.mark.points(1)
@pytest.mark.needs("test_inner_folds_keep_the_structure")
def test_no_fit_is_wasted(oracle, rng):
    """At most k (inner · settings + 1) + inner · settings fits; k when there is nothing to choose.

    Count: for each outer fold every setting on each inner fold, and one fit to test; then the choice on all rows.
    """
    estimates(oracle, studies.counted(rng), fits.count)


@pytest.mark.points(1)
@pytest.mark.needs("test_probabilities_are_the_pipelines", "test_best_inner_mean_is_chosen")
def test_arguments_stay_as_they_are(untouched, submission, rng):
    """No call changes the arrays, the grid and the settings that it was given.

    Who else holds the same array? What does an operation in place leave behind, a sort for instance?
    """
    calls = [each[0] for of in (layouts.plain, layouts.names, layouts.days) for each in of(rng).values()]
    rows = [each[0] for each in tables.kinds(rng).values()]
    untouched(*((make_folds, args) for args in calls), *((fit_predict, args) for args in rows))
    for _, (_, given_then, left) in in_the_same_arrays(submission, rng):
        assert expect.unchanged(left, given_then), "estimate changed what it was given"


@pytest.mark.points(3)
@pytest.mark.needs(
    "test_each_fold_holds_the_rare_class",
    "test_probabilities_are_the_pipelines",
    "test_best_inner_mean_is_chosen",
    "test_no_fit_is_wasted",
)
def test_estimates_are_true(oracle, hidden, credit):
    """The estimate is near the AUC on fresh rows: for a rare class, for noise, for new groups, for later days.

    Which of the four kinds is off, and to which side? Rehearse with the public studies.
    """
    kinds = {
        kind: [studies.Drawn.of(hidden("cv-honest", draw=100 + draw, kind=kind)) for draw in range(DRAWS)]
        for kind in ("rare", "noise", "groups", "time")
    }
    off = []

    def same(found, wanted):
        model, _ = wanted
        auc, place = model.answer(found)
        off.append(auc - model.study.drawn.true_auc(model.study.grid[place]))
        return fits.everything(found, wanted)

    estimates(oracle, kinds, same)
    off = np.reshape(off, (len(kinds), DRAWS))
    credit(np.abs(off.mean(axis=1)).max(), floor=0.18, full=0.13, name="bias of the worst kind")
    credit(np.abs(off).mean(), floor=0.12, full=0.08, name="mean error")


@pytest.mark.points(3)
@pytest.mark.needs("test_estimates_are_true", "test_arguments_stay_as_they_are")
def test_nothing_is_kept_between_calls(oracle, replay, submission, rng):
    """What a call gives depends on its arguments alone, in any process.

    What is there before the first call, and what after it? By which part of the arguments would what is kept be found?
    """
    estimates(oracle, studies.twins(rng), fits.everything)
    pairs = in_the_same_arrays(submission, rng)
    for place in (0, 1):
        for (pair, (found, _, _)), plan in zip(pairs, plans(oracle, [pair[place] for pair, _ in pairs]), strict=True):
            same = plan.agrees(*fits.figures(expect.sequence(found, length=2)[place], pair[place].grid))
            assert same, "estimate gave another answer when the same arrays held other values"
    for function, calls in ((make_folds, layouts.kept(rng)), (fit_predict, tables.kept(rng))):
        for args in calls:
            function(*args)
    replay(make_folds, fit_predict)
