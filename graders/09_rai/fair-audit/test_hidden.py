"""Hidden checks for rai-fair-audit: tables of every kind, then slices where the answer is exact, then by many audits.

`people`, `strata` and `reports` make the tables, `cases` the audits; `right` and `evidence` answer them.
"""

from pathlib import Path

import pytest
from fair_audit import disparity, find_slices, group_metrics, standardised_rates

from tenfold.datasets import module

BESIDE = "people strata reports right audits cases edges again judged"
people, strata, reports, right, audits, cases, edges, again, judged = (
    module(Path(__file__).with_name(f"{name}.py")) for name in BESIDE.split()
)
ALL = (group_metrics, disparity, standardised_rates, find_slices)


def finds(oracle, draws, answers):
    """Compare `find_slices` with what is to be found in each audit."""
    left = iter(answers)
    oracle(find_slices, lambda *_: next(left), draws, same=judged.same_slices)


# --- tables of people


@pytest.mark.points(1)
@pytest.mark.needs("test_rates_on_ten_rows")
def test_each_rate_has_its_own_denominator(oracle, rng):
    """Counts, selection rate, TPR, FPR and accuracy are right for every kind of people.

    TPR asks only those who are positive, FPR those who are negative. And how far can an integer of 8 bits count?
    """
    oracle(group_metrics, right.group_metrics, people.plain(rng), same=judged.same_known)


@pytest.mark.points(1)
@pytest.mark.needs("test_each_rate_has_its_own_denominator")
def test_weights_count_people(oracle, rng):
    """Rates are weighted, counts are rows.

    A row of weight 3 stands for three people, above and below the line. What is left of 1e-6 once 1e6 came and went?
    """
    oracle(group_metrics, right.group_metrics, people.weighted(rng), same=judged.same_known)


@pytest.mark.points(1)
@pytest.mark.needs("test_each_rate_has_its_own_denominator")
def test_missing_and_intersections_are_groups(oracle, rng):
    """People with a missing attribute are a group, and so is every combination that occurs, whatever its texts.

    Add up `n`: is everybody in it, exactly once? Are two unlike combinations ever one group? Is the text "nan" missing?
    """
    oracle(group_metrics, right.group_metrics, people.combined(rng), same=judged.same_known)


@pytest.mark.points(1)
@pytest.mark.needs("test_weights_count_people", "test_missing_and_intersections_are_groups")
def test_rows_match_by_position(oracle, rng):
    """Row i of every argument is the same person, whatever the index labels say.

    A frame that was filtered, shuffled or resampled keeps its old labels; pandas joins on them unasked.
    """
    oracle(group_metrics, right.group_metrics, people.labelled(rng), same=judged.same_known)


@pytest.mark.points(1)
@pytest.mark.needs("test_rows_match_by_position")
def test_empty_denominators_are_nan(oracle, rng):
    """A rate of nobody is nan, not zero and not an error.

    What would a reader conclude from a TPR of 0 where nobody is positive? How many people are ten rows of weight 0?
    """
    oracle(group_metrics, right.group_metrics, people.empty(rng), same=judged.same_table)


@pytest.mark.points(1)
@pytest.mark.needs("test_disparity_of_three_groups")
def test_ratio_is_smallest_over_largest(oracle, rng):
    """The difference is largest minus smallest, the ratio smallest over largest, of the metric that was asked for.

    Which of 0.8 and 1.25 suits the four-fifths rule? What becomes of nan, of zero, and of rates that are nearly zero?
    """
    oracle(disparity, right.disparity, reports.compared(rng), same=judged.same_disparity)


@pytest.mark.points(1)
@pytest.mark.needs("test_ratio_is_smallest_over_largest")
def test_tiny_groups_set_no_disparity(oracle, rng):
    """A rate that rests on fewer than min_n rows is left out, and counted as left out.

    Which rows does a true positive rate rest on: all of the group, or some of them? Are min_n rows enough?
    """
    oracle(disparity, right.disparity, reports.tiny(rng), same=judged.same_disparity)


@pytest.mark.points(1)
@pytest.mark.needs("test_berkeley_admissions")
def test_like_is_compared_with_like(oracle, rng):
    """The adjusted rates tell a paradox of mixed strata from real unequal treatment.

    Give every group the same mix of strata. Whose mix is it: the group's own, equal shares, everybody's?
    """
    oracle(standardised_rates, right.standardised_rates, strata.like_with_like(rng), same=judged.same_standardised)


@pytest.mark.points(1)
@pytest.mark.needs("test_like_is_compared_with_like")
def test_strata_are_of_people(oracle, rng):
    """Weights count, a missing value is a group or a stratum like any other, and rows match by position.

    In which of your sums do the weights stand? By what do two columns find each other, and by what do their values?
    """
    oracle(standardised_rates, right.standardised_rates, strata.any_strata(rng), same=judged.same_standardised)


@pytest.mark.points(1)
@pytest.mark.needs("test_strata_are_of_people")
def test_only_shared_strata_are_compared(oracle, rng):
    """Strata that lack a group are left out of the adjustment, not of the crude rate.

    How would a group fare where none of it is? What do the shares add up to? Is a row of weight 0 somebody?
    """
    oracle(standardised_rates, right.standardised_rates, strata.not_shared(rng), same=judged.same_standardised)


@pytest.mark.points(4)
@pytest.mark.needs(
    "test_empty_denominators_are_nan", "test_tiny_groups_set_no_disparity", "test_only_shared_strata_are_compared"
)
def test_whole_audit_of_rossi(hidden):
    """A whole weighted audit of race, marriage and age on real records is right.

    Every function is right alone: what does one hand to the next?
    """
    for k in range(4):
        audit = hidden("rossi", draw=k, rows=300)
        asked = audit.y_true, audit.y_pred, audit.groups[["race", "married"]], audit.sample_weight
        table, wanted = group_metrics(*asked), right.group_metrics(*asked)
        assert judged.same_table(table, wanted)
        for metric in right.RATES:
            report = disparity(table, metric, min_n=10)
            assert judged.same_disparity(report, right.disparity(right.as_table(*wanted), metric, 10))
        asked = audit.y_pred, audit.groups["race"], audit.groups["age_band"], audit.sample_weight
        assert judged.same_standardised(standardised_rates(*asked), right.standardised_rates(*asked))


# --- find_slices, where the answer is exact


@pytest.mark.points(1)
@pytest.mark.needs("test_slice_in_plain_sight")
def test_pairs_hide_behind_even_margins(oracle, rng):
    """Pairs of values go wrong although no single value does.

    Each column on its own looks fair here, or better than fair. What is left to look at?
    """
    finds(oracle, *audits.calls(rng, cases.PAIRS))


@pytest.mark.points(1)
@pytest.mark.needs("test_pairs_hide_behind_even_margins")
def test_shadows_are_not_reported(oracle, rng):
    """A slice that errs more only because it shares rows with a reported one is not reported.

    Take the rows of the strongest finding out: which others still stand? Which are the same rows by another name?
    """
    finds(oracle, *audits.calls(rng, cases.SHADOWS))


@pytest.mark.points(1)
@pytest.mark.needs("test_shadows_are_not_reported")
def test_what_stands_alone_is_reported(oracle, rng):
    """A slice that shares a value or rows with a reported one, and errs without those rows too, is reported.

    How much of a slice is left once the rows of the others are out? Do you ask the rows, or the names?
    """
    finds(oracle, *audits.calls(rng, cases.ALONE))


@pytest.mark.points(1)
@pytest.mark.needs("test_shadows_are_not_reported")
def test_missing_can_be_the_slice(oracle, rng):
    """People whose attribute is missing can be the ones who are treated worst.

    Is missing among the values that you try, alone and in pairs, however it is spelt, and never taken for a text?
    """
    finds(oracle, *audits.calls(rng, cases.MISSING))


@pytest.mark.points(1)
@pytest.mark.needs("test_pairs_hide_behind_even_margins")
def test_small_slices_are_no_findings(oracle, rng):
    """Slices of fewer than min_n rows, or with fewer outside, are not reported; slices of min_n rows are.

    When do you count: before or after the rows of other findings are out? And on which side?
    """
    finds(oracle, *audits.calls(rng, edges.SMALL))


@pytest.mark.points(1)
@pytest.mark.needs("test_pairs_hide_behind_even_margins")
def test_trivial_gaps_are_no_findings(oracle, rng):
    """Slices whose gap is below min_gap are not reported, however small their p-value.

    With 20,000 rows all is significant. Is your gap a difference, has it a sign, and is it against the rows outside?
    """
    finds(oracle, *audits.calls(rng, edges.GAPS))


@pytest.mark.points(1)
@pytest.mark.needs("test_missing_can_be_the_slice")
def test_slices_of_any_table(oracle, rng):
    """Slices are found in tables of any columns, texts, labels and types, with few rows and with many.

    What do you assume of names, labels and numbers of values? What does your test divide by where nobody errs?
    """
    finds(oracle, *audits.calls(rng, edges.TABLES))


@pytest.mark.points(1)
@pytest.mark.needs("test_pairs_hide_behind_even_margins")
def test_alpha_decides(oracle, rng):
    """A larger alpha reports what a smaller one does not.

    Where does your code ask for alpha, and what does it do with it?
    """
    finds(oracle, *audits.calls(rng, edges.ALPHA))


@pytest.mark.points(1)
@pytest.mark.needs("test_small_slices_are_no_findings", "test_trivial_gaps_are_no_findings", "test_alpha_decides")
def test_fair_audits_raise_few_alarms(rng, hidden, credit):
    """Where errors have nothing to do with the attributes, a share alpha of all audits reports something, at most.

    Eighty slices are tested in each audit. How many look bad by chance alone, and for how many did you correct?
    """
    audited = audits.loud(rng, hidden, find_slices, fair=80, planted=10)
    alarms = sum(bool(found) for audit, found in audited if not audit.planted)
    credit(alarms / 80, floor=0.66, full=0.62, name="fair audits with a finding")


@pytest.mark.points(1)
@pytest.mark.needs("test_fair_audits_raise_few_alarms")
def test_planted_slices_raise_an_alarm(rng, hidden):
    """Among fair audits, those in which a slice was planted report it.

    A test that never says anything has no false alarms. What does your correction cost where there is something?
    """
    audited = audits.loud(rng, hidden, find_slices, fair=4, planted=20)
    heard = sum(judged.planted_in(audit) <= found for audit, found in audited if audit.planted)
    assert heard >= 16, "too many audits with a planted slice do not report it"


@pytest.mark.points(4)
@pytest.mark.needs(
    "test_what_stands_alone_is_reported", "test_slices_of_any_table", "test_planted_slices_raise_an_alarm"
)
def test_planted_slices_are_found(hidden, credit):
    """Planted slices are reported by their exact values, and little else (F1 over 45 audits).

    Compare what you report on `tenfold.datasets.public("audit")` with what was planted there.
    """
    hits = reported = planted = 0
    for k in range(45):
        audit = hidden("audit", draw=2000 + k)
        found, wanted = judged.slices_of(find_slices(audit.attributes, audit.errors)), judged.planted_in(audit)
        hits, reported, planted = hits + len(found & wanted), reported + len(found), planted + len(wanted)
    credit(2 * hits / (reported + planted), floor=0.84, full=0.91, name="F1")


# --- all four: what is left of a call


@pytest.mark.points(2)
@pytest.mark.needs(
    "test_rates_on_ten_rows", "test_disparity_of_three_groups", "test_berkeley_admissions", "test_slice_in_plain_sight"
)
def test_arguments_stay_as_they_are(untouched, rng):
    """No call changes the tables and arrays that it was given.

    Who else holds the same table? What does a new column, or an operation in place, leave behind?
    """
    untouched(*((ALL[place], args) for place, args in again.one_of_each(rng)))


@pytest.mark.points(4)
@pytest.mark.needs("test_whole_audit_of_rossi", "test_planted_slices_are_found", "test_arguments_stay_as_they_are")
def test_nothing_is_kept_between_calls(replay, oracle, rng):
    """What a call gives depends on its arguments alone.

    What is there before the first call, and what after it? By which part of the arguments would what is kept be found?
    """
    for place, answer, same, draws in again.tables(rng):
        oracle(ALL[place], answer, draws, same=same)
    finds(oracle, *again.slices(rng))
    replay(*ALL, changed=False)  # calls that differ in one argument alone are among those above
