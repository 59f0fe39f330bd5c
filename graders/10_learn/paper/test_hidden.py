"""Hidden checks for learn-paper: each equation alone, each line of the appendix, the protocol, the table."""

from pathlib import Path

import paper
import pytest
from paper import edge, fit, predict, regret, report, score, start_weights, strength, votes, weights

from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
right, equations, training, cells, judged = (
    module(HERE / name) for name in ("reference.py", "equations.py", "training.py", "cells.py", "judged.py")
)

PLAIN = {"rounds": 40, "band": 0.0, "leak": 1.0, "cap": 1e9, "fall": 0.0}
BAND = {**PLAIN, "band": 0.3}
EBB = [{"rounds": 40, "band": b, "leak": k, "cap": 0.8, "fall": 1.0} for b, k in ((0.0, 0.9), (0.3, 0.9), (0.3, 1.0))]
ROWS = {"no gap": [PLAIN], "gap": [BAND], "Ebb": EBB}
WRONG = (0.0, 0.1, 0.2)
NOT_SHOWN = {"rounds": 40, "band": 0.5, "leak": 0.97, "cap": 0.4, "fall": 2.5}


@pytest.mark.points(1)
def test_equation_1_start_weights(oracle, rng):
    """Equation 1: the start weight of each row.

    What power of the class size does the paper divide by, and over what is the sum taken? Which row is of which class?
    """
    oracle(start_weights, right.start_weights, equations.starts(rng), same=judged.same_floats)


@pytest.mark.points(1)
def test_equation_2_votes(oracle, rng):
    """Equation 2: votes beyond the gap, on its border, inside it, and where a value is missing.

    Is the inequality strict, and by how much? What does a stump say of a value that is not there?
    """
    oracle(votes, right.votes, equations.columns(rng), same=judged.same_floats)


@pytest.mark.points(1)
def test_equation_3_edge_and_merit(oracle, rng):
    """Equation 3: the edge among the rows that hear a stump, and the merit with their weight.

    Over which rows does each of the three sums go? What is the sum of the weights, and what if nobody hears?
    """
    oracle(edge, right.edge, equations.weighted(rng), same=judged.same_edge)


@pytest.mark.points(1)
def test_equation_4_strength(oracle, rng):
    """Equation 4: the strength of an edge, of both signs, for few and for many rows.

    Read the equation's two terms in n, and what the appendix says about great strengths.
    """
    oracle(strength, right.strength, equations.edges(rng), same=judged.same_number)


@pytest.mark.points(1)
def test_equation_5_regret(oracle, rng):
    """Equation 5: the regret of each row after a round.

    Which sign has a mistake, what leaks first, and which rows leak at all?
    """
    oracle(regret, right.regret, equations.rounds_before(rng), same=judged.same_floats)


@pytest.mark.points(1)
def test_equation_6_weights(oracle, rng):
    """Equation 6: the weight of each row, below, at and above the cap.

    What becomes of a weight beyond the cap? Does the paper bring the weights to a sum of one again?
    """
    oracle(weights, right.weights, equations.tents(rng), same=judged.same_floats)


@pytest.mark.points(1)
@pytest.mark.needs("test_equation_2_votes")
def test_equation_7_score(oracle, rng):
    """Equation 7: the score of rows, by a model that may come from elsewhere.

    What does the paper divide by, and for which rows may that be zero? By what name is each part of a model read?
    """
    oracle(score, right.score, equations.scored(rng), same=judged.same_floats)


@pytest.mark.points(1)
@pytest.mark.needs("test_equation_7_score")
def test_scores_of_zero_are_ties(oracle, rng):
    """Rows with a score of zero get the model's tie class, the others the sign of their score.

    How large may a score be that counts as zero? What if no stump votes, and what if there is none?
    """
    oracle(predict, right.predict, equations.near_zero(rng), same=judged.same_classes)


@pytest.mark.points(1)
def test_rarer_class_gets_the_ties(oracle, rng):
    """A trained model's tie class is the one that the appendix names.

    Which class is that, in which rows, and which when both are equally large?
    """
    oracle(fit, right.fit, training.classes(rng), same=judged.same_tie)


@pytest.mark.points(1)
@pytest.mark.needs("test_equation_7_score", "test_scores_of_zero_are_ties", "test_rarer_class_gets_the_ties")
def test_arguments_stay_as_they_are(untouched, rng, hidden):
    """No call changes the arrays, models and studies that it was given.

    Who else holds the same array? What does an operation in place leave behind, one with `out=` included?
    """
    calls = equations.one_of_each(rng, hidden("ebb", draw=11, wrong=0.1, number=2))
    untouched(*((getattr(paper, name), args) for name, args in calls))


@pytest.mark.points(1)
@pytest.mark.needs("test_equation_1_start_weights", "test_equation_3_edge_and_merit", "test_equation_4_strength")
def test_thresholds_and_gaps(oracle, rng):
    """The first stump of tables with one column: its threshold and its gap.

    Which quantiles, of which rows? Which measure of spread, and is it rescaled?
    """
    draws = {kind: [args for args in rows if right.begins(*args)] for kind, rows in training.first_stumps(rng).items()}
    oracle(fit, right.fit, draws, same=judged.same_stumps)


@pytest.mark.points(1)
@pytest.mark.needs("test_equation_2_votes", "test_thresholds_and_gaps")
def test_missing_values_in_training(oracle, rng):
    """The first stump of tables in which values are missing.

    What does a filled value do that a missing one does not? Which values is a quantile of?
    """
    draws = {kind: [args for args in rows if right.begins(*args)] for kind, rows in training.with_missing(rng).items()}
    oracle(fit, right.fit, draws, same=judged.same_stumps)


@pytest.mark.points(1)
@pytest.mark.needs("test_missing_values_in_training")
def test_equal_stumps(oracle, rng):
    """Among equal stumps the paper's comes first.

    The appendix orders columns and thresholds. It also says when two merits are equal.
    """
    oracle(fit, right.fit, training.equals(rng), same=judged.same_stumps)


@pytest.mark.points(1)
@pytest.mark.needs("test_equal_stumps")
def test_training_stops_when_nothing_is_left(oracle, rng):
    """Training ends, without the last stump, when the best merit is as small as the appendix says.

    Is it the edge or the merit that is too small? And where there is no stump at all?
    """
    oracle(fit, right.fit, training.ends(rng), same=judged.same_stumps)


@pytest.mark.points(1)
@pytest.mark.needs(
    "test_equation_5_regret",
    "test_equation_6_weights",
    "test_arguments_stay_as_they_are",
    "test_training_stops_when_nothing_is_left",
)
def test_rounds_follow_each_other(oracle, rng):
    """Rounds in which nothing is forgiven: each round's weights come from all rounds before it.

    Follow algorithm 1 line by line. Of which round is each quantity, and is it read before or after its update?
    """
    oracle(fit, right.fit, training.later_rounds(rng), same=judged.same_rounds)


@pytest.mark.points(1)
@pytest.mark.needs("test_rounds_follow_each_other")
def test_forgiving_begins_when_the_appendix_says(oracle, rng):
    """Rounds before and after forgiving begins, for many numbers of rounds.

    From which round on does the cap hold? Round numbers begin at one, and not every number divides by four.
    """
    oracle(fit, right.fit, training.forgiving(rng), same=judged.same_rounds)


@pytest.mark.points(1)
@pytest.mark.needs("test_forgiving_begins_when_the_appendix_says")
def test_training_follows_the_algorithm(oracle, hidden, rng):
    """Whole trainings: redrawn studies, settings that no cell shows, tables of every size.

    Every part was right by itself. What happens in `fit` alone, in many rounds, for large tables or in a second call?
    """
    studies = hidden("ebb", wrong=0.2, number=2)
    draws = training.whole(rng, studies, [{**EBB[1], "rounds": 15}, NOT_SHOWN])
    oracle(fit, right.fit, draws, same=judged.same_rounds)


@pytest.mark.points(1)
@pytest.mark.needs("test_training_follows_the_algorithm")
def test_a_cell_is_mean_and_standard_error(oracle, hidden, rng):
    """The figures of a cell where there is one setting: nothing to choose.

    Which metric does the paper report, over which rows, of which models? What stands behind its plus-minus?
    """
    drawn = [(hidden("ebb", draw=i, wrong=0.1, number=k), {**BAND, "rounds": 6}) for i, k in enumerate((2, 3))]
    oracle(report, right.report, cells.figures(rng, drawn), same=judged.same_cell)


@pytest.mark.points(1)
@pytest.mark.needs("test_a_cell_is_mean_and_standard_error")
def test_setting_is_chosen_on_validation(oracle, rng):
    """One setting for all studies of a cell, chosen on validation rows.

    Which rows may choose, by which figure? Once for each study, or once for the cell? And among equals?
    """
    oracle(report, right.report, cells.choices(rng), same=judged.same_cell)


@pytest.mark.points(1)
@pytest.mark.needs("test_setting_is_chosen_on_validation")
def test_nothing_is_kept_between_calls(replay, hidden, rng):
    """What a call gives depends on its arguments alone.

    What is there before the first call, and what after it? Which part of the arguments does a cache go by?
    """
    functions = (start_weights, votes, edge, strength, regret, weights, score, predict, fit, report)
    for draw in (12, 13):
        calls = equations.one_of_each(rng, hidden("ebb", draw=draw, wrong=0.1, number=2))
        for function, (_, args) in zip(functions, calls, strict=True):
            function(*args)
    replay(*functions, changed=False)  # calls that differ in one argument alone are among the draws above


@pytest.mark.points(6)
@pytest.mark.needs("test_nothing_is_kept_between_calls")
def test_table_is_reproduced(hidden, credit, figure):
    """The nine cells of table 1 on redrawn studies: the figure that is furthest off, in standard errors.

    All parts were right by themselves. What grows over forty rounds?
    """
    far, means = [], {name: [] for name in ROWS}
    for i, wrong in enumerate(WRONG):
        studies = hidden("ebb", draw=i, wrong=wrong, number=3)
        for name, settings in ROWS.items():
            wanted = right.report(studies, settings)
            _, mean, se = judged.cell_of(report(studies, settings))
            far.append(max(abs(mean - wanted["mean"]), abs(se - wanted["se"])) / wanted["se"])
            means[name].append(mean)
    figure(
        "your table 1",
        {name: ([100 * w for w in WRONG], row) for name, row in means.items()},
        x="% wrong labels",
        y="% right",
    )
    credit(max(far), floor=0.5, full=0.05, name="furthest figure", unit="SE")
