"""Hidden checks for learn-paper: each equation alone, each line of the appendix, the protocol, the table."""

import numpy as np
import pytest
from paper import edge, fit, predict, regret, report, score, start_weights, strength, votes, weights

from tenfold import expect

SAME = 1e-6
COLUMNS = ("column", "threshold", "gap", "direction", "alpha")
PLAIN = {"rounds": 40, "band": 0.0, "leak": 1.0, "cap": 1e9, "fall": 0.0}
BAND = {**PLAIN, "band": 0.3}
EBB = [{"rounds": 40, "band": b, "leak": k, "cap": 0.8, "fall": 1.0} for b, k in ((0.0, 0.9), (0.3, 0.9), (0.3, 1.0))]
ROWS = {"no gap": [PLAIN], "gap": [BAND], "Ebb": EBB}
WRONG = (0.0, 0.1, 0.2)
NOT_SHOWN = {"rounds": 40, "band": 0.5, "leak": 0.97, "cap": 0.4, "fall": 2.5}


def close(given, wanted):
    """Return whether an array that came back holds the wanted numbers."""
    wanted = np.asarray(wanted, dtype=float)
    given = expect.array(given, shape=wanted.shape, kind="iuf", finite=True)
    return bool((np.abs(given - wanted) <= SAME).all())


def trained(X, y, **options):
    """Return the submission's model, checked: plain arrays of one length."""
    model = expect.mapping(fit(X, y, **options), keys=[*COLUMNS, "tie"])
    kept = {key: expect.array(model[key], shape=(None,), kind="iuf", finite=True) for key in COLUMNS}
    assert len({len(values) for values in kept.values()}) == 1, "the arrays of a model have one length"
    tie = expect.integer(model["tie"])
    assert tie in (-1, 1), "tie is -1 or 1"
    return {**kept, "tie": tie}


def same_model(given, wanted, columns=COLUMNS):
    """Return whether two models hold the same rounds."""
    return len(given["alpha"]) == len(wanted["alpha"]) and all(close(given[key], wanted[key]) for key in columns)


def cell(studies, settings):
    """Return the submission's cell, checked."""
    found = expect.mapping(report(studies, settings), keys=["setting", "mean", "se"])
    setting = expect.integer(found["setting"])
    assert 0 <= setting < len(settings), "setting is the place in the list, from 0"
    return setting, expect.number(found["mean"]), expect.number(found["se"])


def labels(rng, n, share=0.3):
    """Return n labels of -1 and 1, both there."""
    y = np.where(rng.random(n) < share, 1, -1)
    y[:2] = 1, -1
    return y


@pytest.mark.points(1)
def test_equation_1_start_weights(rng):
    """Equation 1: the start weights, for classes of any size.

    What power of the class size does the paper divide by, and over what is the sum taken?
    """
    for ones, others in ((3, 27), (40, 9), (1, int(rng.integers(50, 90)))):
        y = rng.permutation([1] * ones + [-1] * others)
        s = np.where(y == 1, ones, others) ** -0.5
        assert close(start_weights(y), s / s.sum()), "other start weights than equation 1 gives"


@pytest.mark.points(1)
def test_equation_2_votes(rng):
    """Equation 2: votes beyond the gap, on its border, inside it, and where a value is missing.

    Is the inequality strict? What does a stump say of a value that is not there?
    """
    for threshold, gap in ((2.0, 0.5), (-1.5, 0.0), (0.25, 1.0)):
        x = rng.permutation(
            np.r_[threshold + np.array([-3, -1, -0.5, -0.25, -1e-10, 0, 0.25, 0.5, 1, 1 + 1e-10, 1 + 1e-8, 3]), np.nan]
        )
        for direction in (1, -1):
            with np.errstate(invalid="ignore"):
                wanted = direction * ((x > threshold + gap + 1e-9) * 1.0 - (x < threshold - gap - 1e-9))
            assert close(votes(x, threshold, direction, gap), wanted), "other votes than equation 2 gives"


@pytest.mark.points(1)
def test_equation_3_edge_and_merit(rng):
    """Equation 3: edge among the voters, merit with its reach; weights of any sum, and stumps nobody hears.

    Over which rows does each sum go? The weights sum to one in the first round alone.
    """
    for scale in (1.0, 0.07, 12.0):
        w, y = scale * rng.random(60), labels(rng, 60, 0.5)
        h = rng.choice([-1.0, 0.0, 1.0], size=60)
        r, merit = (expect.number(v) for v in expect.sequence(edge(w, y, h), length=2))
        voting = h != 0
        wanted = np.sum((w * y * h)[voting]) / w[voting].sum()
        assert abs(r - wanted) <= SAME, "another edge than equation 3 gives"
        assert abs(merit - abs(wanted) * np.sqrt(w[voting].sum() / w.sum())) <= SAME, "another merit than equation 3"
    silent = [expect.number(v) for v in expect.sequence(edge(w, y, np.zeros(60)), length=2)]
    assert silent == [0, 0], "a stump without a vote has edge and merit zero (the appendix)"


@pytest.mark.points(1)
def test_equation_4_strength(rng):
    """Equation 4: strength for edges of both signs, few and many rows, edges of one.

    Read the equation's two terms in n, and what the appendix says about great strengths.
    """
    for r in (*rng.uniform(-0.99, 0.99, size=6), 0.0, 0.93, 1.0, -1.0):
        for n in (8, 30, 5000):
            wanted = 0.5 * (np.log(1 + r + 1 / n) - np.log(1 - r + 1 / n))
            found = expect.number(strength(float(r), n))
            assert abs(found - max(-1.5, min(1.5, wanted))) <= SAME, "another strength than the paper's"


@pytest.mark.points(1)
def test_equation_5_regret(rng):
    """Equation 5: regrets after one round and after three, with and without a leak.

    Which sign has a mistake, what leaks first, and which rows leak at all?
    """
    for leak in (1.0, 0.8, 0.5):
        y = labels(rng, 40, 0.5)
        m = rng.normal(size=40)
        mine = m.copy()
        for alpha in (0.7, 0.2, 1.1):
            h = rng.choice([-1.0, 0.0, 1.0], size=40)
            mine[h != 0] = leak * mine[h != 0] - alpha * (y * h)[h != 0]
            m = expect.array(regret(m, alpha, y, h, leak), shape=(40,), kind="f", finite=True)
            assert close(m, mine), "other regrets than equation 5 gives"


@pytest.mark.points(1)
def test_equation_6_weights(rng):
    """Equation 6: weights below, at and above the cap, for gentle and steep falls.

    What becomes of a weight beyond the cap? Does the paper bring the weights to a sum of one again?
    """
    start = rng.random(50)
    m = np.r_[rng.normal(size=48) * 2, 0.5, 0.0]
    for cap, fall in ((0.5, 1.0), (0.5, 0.0), (1.2, 3.0), (1e9, 1.0), (0.0, 0.4)):
        power = np.where(m <= cap, m, cap - fall * (m - cap))
        assert close(weights(start, m, cap, fall), start * np.exp(power)), "other weights than equation 6 gives"


@pytest.mark.points(1)
def test_equation_7_score(rng):
    """Equation 7: the score of a model that was not trained here, rows on a border or without any vote included.

    What does the paper divide by, and for which rows may that be zero? A.2 speaks of (2), wherever it is used.
    """
    model = {
        "tie": 1,
        "column": np.array([0, 2, 1, 0]),
        "threshold": rng.normal(size=4),
        "gap": np.array([0.0, 0.4, 0.2, 0.7]),
        "direction": np.array([1, -1, 1, -1]),
        "alpha": rng.uniform(0.1, 1.5, size=4),
    }
    X = rng.normal(size=(200, 3))
    X[rng.random(X.shape) < 0.3] = np.nan
    X[0] = np.nan
    X[1:21, model["column"]] = model["threshold"] + (model["gap"] + 1e-10) * rng.choice([-1, 1], size=(20, 4))
    total, cast = np.zeros(200), np.zeros(200)
    for column, threshold, gap, direction, alpha in zip(
        *(model[key] for key in COLUMNS[:4]), model["alpha"], strict=True
    ):
        far = np.nan_to_num(X[:, column] - threshold)
        vote = direction * np.sign(far) * (np.abs(far) > gap + 1e-9)
        total, cast = total + alpha * vote, cast + alpha * np.abs(vote)
    assert close(score(model, X), total / np.where(cast > 0, cast, 1)), "other scores than equation 7 gives"


@pytest.mark.points(1)
def test_ties_go_where_the_appendix_says(rng):
    """Rows without a verdict get the class that the appendix names, after training and by hand.

    Stumps that cancel leave a score of zero, or nearly. Which class then? And when both classes are equally large?
    """
    X = np.array([[1.0, 1.0, -1.0], [-1.0, -1.0, 1.0], [np.nan] * 3, [1.0, 1.0, 1.0], [-1.0, -1.0, -1.0]])
    model = {
        "column": np.arange(3),
        "threshold": np.zeros(3),
        "gap": np.zeros(3),
        "direction": np.ones(3, dtype=np.int64),
        "alpha": np.array([0.1, 0.2, 0.3]),  # 0.1 + 0.2 is not quite 0.3
    }
    for tie in (1, -1):
        found = expect.array(predict({**model, "tie": tie}, X), shape=(5,), kind="iuf")
        assert found.tolist() == [tie, tie, tie, 1, -1], "a score of zero gives the model's tie class"
    for ones, wanted in ((30, 1), (70, -1), (50, 1)):
        y = rng.permutation([1] * ones + [-1] * (100 - ones))
        given = trained(rng.normal(size=(100, 2)), y, **{**PLAIN, "rounds": 3})
        assert given["tie"] == wanted, "another tie class than the appendix names"


@pytest.mark.points(1)
@pytest.mark.needs("test_equation_1_start_weights", "test_equation_3_edge_and_merit", "test_equation_4_strength")
def test_thresholds_and_gaps(rng, boxed):
    """The first stump's threshold and gap, on columns that are far from normal.

    Which quantiles, of which rows? Which measure of spread, and is it rescaled?
    """
    kit = boxed("reference.py")
    for band in (0.2, 0.6):
        X = np.exp(rng.normal(size=(90, 4)) * [0.3, 1.0, 1.5, 0.6])
        y = np.where(X[:, 1] + 0.4 * X[:, 3] * rng.random(90) > 1.4, 1, -1)
        options = {**PLAIN, "rounds": 1, "band": band}
        given, wanted = trained(X, y, **options), kit.fit(X, y, **options)
        assert same_model(given, wanted, ("column", "threshold")), "another stump than the paper's comes first"
        assert same_model(given, wanted, ("gap",)), "another gap than the appendix gives"


@pytest.mark.points(1)
@pytest.mark.needs("test_equation_3_edge_and_merit")
def test_equal_stumps(rng):
    """Among equal stumps the paper's comes first: copies and mirror images of a column, thresholds that part alike.

    The appendix orders columns and thresholds. It also says when two merits are equal.
    """
    for _ in range(4):
        good = np.sort(rng.normal(size=5))
        y = np.array([-1, -1, 1, 1, 1]) * rng.choice([-1, 1])
        order = rng.permutation(5)
        X = np.column_stack([np.ones(5), good[order], -good[order], good[order]])
        given = trained(X, y[order], **{**PLAIN, "rounds": 1})
        assert len(given["alpha"]) == 1, "one round was asked for"
        assert int(given["column"][0]) == 1, "of equal columns another one was taken"
        assert close(given["threshold"], [np.quantile(good, 0.4)]), "of equal thresholds another one was taken"
    for _ in range(12):  # twelve columns that part each class alike, each by other rows: equal but for rounding
        y = labels(rng, 120)
        base = np.where(rng.random(120) < 0.7, y, -y) + 0.1 * rng.random(120)
        X = np.zeros((120, 12))
        for c in (-1, 1):
            X[y == c] = np.column_stack([rng.permutation(base[y == c]) for _ in range(12)])
        given = trained(X, y, **{**PLAIN, "rounds": 1})
        assert given["column"].tolist() == [0], "merits that differ by rounding alone are equal"


@pytest.mark.points(1)
@pytest.mark.needs("test_equation_2_votes", "test_thresholds_and_gaps")
def test_missing_values_in_training(rng, boxed):
    """Columns with half of their values missing, and one with none there: thresholds, gaps and votes do without them.

    A filled value votes; the paper's missing ones do not, and they are no part of a quantile.
    """
    kit = boxed("reference.py")
    for _ in range(3):
        X = rng.normal(size=(150, 4)) + 1.0
        y = np.where(X[:, 0] + X[:, 2] > 2.2, 1, -1)
        X[rng.random(X.shape) < [0.5, 0.1, 0.4, 0.0]] = np.nan
        X[:, 1] = np.nan
        options = {**PLAIN, "rounds": 1, "band": 0.2}
        assert same_model(trained(X, y, **options), kit.fit(X, y, **options)), "missing values change what is learnt"


@pytest.mark.points(1)
@pytest.mark.needs("test_equation_5_regret", "test_equation_6_weights", "test_missing_values_in_training")
def test_rounds_follow_each_other(hidden, rng, boxed):
    """Six rounds in which nothing is forgiven: each round's weights come from all rounds before it.

    Follow algorithm 1 line by line. Of which round is each quantity, and is it read before or after its update?
    """
    kit, study = boxed("reference.py"), hidden("ebb", wrong=0.1, number=1)[0]
    for leak in (1.0, 0.7):
        options = {**BAND, "rounds": 6, "leak": leak}
        wanted = kit.fit(study["X_train"], study["y_train"], **options)
        assert same_model(trained(study["X_train"], study["y_train"], **options), wanted), "a later round differs"
    X = rng.normal(size=(300, 3))
    y = np.where(X[:, 0] > np.median(X[:, 0]), 1, -1) * np.where(np.arange(300) < 4, -1, 1)
    options = {**PLAIN, "rounds": 4}
    assert same_model(trained(X, y, **options), kit.fit(X, y, **options)), "rounds after a very strong stump differ"


@pytest.mark.points(1)
@pytest.mark.needs("test_rounds_follow_each_other")
def test_forgiving_begins_when_the_appendix_says(hidden, boxed):
    """With a low cap, rounds of training before and after forgiving begins, for several numbers of rounds.

    From which round on does the cap hold? Round numbers begin at one, and not every number divides by four.
    """
    kit, study = boxed("reference.py"), hidden("ebb", wrong=0.25, number=1)[0]
    for rounds in (1, 4, 6, 9):
        options = {"rounds": rounds, "band": 0.1, "leak": 1.0, "cap": 0.02, "fall": 2.0}
        wanted = kit.fit(study["X_train"], study["y_train"], **options)
        given = trained(study["X_train"], study["y_train"], **options)
        assert same_model(given, wanted), "rounds differ from the paper's when the cap is low"


@pytest.mark.points(1)
@pytest.mark.needs("test_equation_3_edge_and_merit")
def test_training_stops_when_nothing_is_left(rng, boxed):
    """Training ends early, without the last stump, when the best merit is as small as the appendix says.

    Columns that tell nothing at all give a model without stumps; it still predicts.
    """
    kit, options = boxed("reference.py"), {**PLAIN, "rounds": 5}
    y = labels(rng, 40)
    for X in (np.ones((40, 2)), np.full((40, 2), np.nan)):
        model = trained(X, y, **PLAIN)
        assert len(model["alpha"]) == 0, "there is nothing to learn here, and yet a stump was kept"
        found = expect.array(predict(model, X), shape=(40,), kind="iuf")
        assert (found == model["tie"]).all(), "a model without stumps gives the tie class"
    x = np.repeat([-1.0, 1.0], 200)
    for turned in (0, 1, 4):  # merits of 0, of about 0.005, and of about 0.02
        y = np.where(np.arange(400) % 2, 1, -1)
        y[400 - 2 * turned :] = 1
        wanted = kit.fit(x[:, None], y, **options)
        assert same_model(trained(x[:, None], y, **options), wanted), "training ends too soon or too late"
    x, y = np.full((2000, 1), np.nan), np.where(np.arange(2000) % 2, 1, -1)
    x[:100, 0] = np.repeat([-1.0, 1.0], 50)  # an edge of 0.04 among one row in forty
    y[98] = 1
    assert len(trained(x, y, **options)["alpha"]) == 0, "training ends too late: the appendix speaks of merit"


@pytest.mark.points(1)
@pytest.mark.needs(
    "test_equation_1_start_weights",
    "test_equation_2_votes",
    "test_equation_3_edge_and_merit",
    "test_equation_4_strength",
    "test_equation_5_regret",
    "test_equation_6_weights",
    "test_equation_7_score",
    "test_ties_go_where_the_appendix_says",
    "test_thresholds_and_gaps",
    "test_equal_stumps",
    "test_missing_values_in_training",
    "test_rounds_follow_each_other",
    "test_forgiving_begins_when_the_appendix_says",
    "test_training_stops_when_nothing_is_left",
)
def test_training_follows_the_algorithm(hidden, boxed):
    """Fifteen rounds on redrawn studies, stump by stump, and the scores of fresh rows.

    All parts are right by themselves: here gap, leak, cap and fall act together, and for longer.
    """
    kit = boxed("reference.py")
    for i, study in enumerate(hidden("ebb", wrong=0.2, number=3)):
        options = {"rounds": 15, "band": (0.0, 0.25, 0.4)[i], "leak": 0.9, "cap": 0.3, "fall": 1.5}
        wanted = kit.fit(study["X_train"], study["y_train"], **options)
        given = trained(study["X_train"], study["y_train"], **options)
        assert same_model(given, wanted), "the rounds differ from algorithm 1"
        fresh = study["X_test"]
        assert close(score(given, fresh), kit.score(wanted, fresh)), "the scores differ from equation 7"


def disputed(rng, studies, models):
    """Return the studies with validation rows of our choice: setting 1 is better in the mean, by nothing else.

    Setting 0 is better in three of four studies, by accuracy, over all rows pooled, in training and on test rows.
    """
    again = []
    for i, study in enumerate(studies):
        first, second = models[0][i], models[1][i]
        side = 1 if np.sum(second["valid"] > first["valid"]) >= np.sum(second["valid"] < first["valid"]) else -1
        # how many rows of (what setting 0 says, what setting 1 says, label), all times side
        few = {(-1, -1, -1): 60, (1, 1, 1): 60, (-1, 1, -1): 4}
        odd = {(-1, -1, -1): 60, (1, 1, 1): 5, (-1, 1, -1): 18, (-1, 1, 1): 15}
        rows, label = [], []
        for (a, b, c), count in (odd if i == 2 else few).items():
            rows += rng.choice(
                np.flatnonzero((first["valid"] == side * a) & (second["valid"] == side * b)), size=count
            ).tolist()
            label += [side * c] * count
        again.append({**study, "X_valid": study["X_valid"][rows], "y_valid": np.array(label), "y_test": first["test"]})
    return again


@pytest.mark.points(1)
@pytest.mark.needs("test_training_follows_the_algorithm")
def test_setting_is_chosen_on_validation(hidden, rng, boxed):
    """One setting for all studies, chosen on validation rows, where the test rows and single studies prefer others.

    Which rows may choose, by which figure? Once for each study, or once for the cell? And among equals?
    """
    kit = boxed("reference.py")
    settings = [{**BAND, "rounds": 12}, {**PLAIN, "rounds": 2}]
    studies = hidden("ebb", wrong=0.15, number=4)
    models = [
        [
            {part: kit.predict(model, s["X_" + part]) for part in ("valid", "test")}
            for model, s in zip(row, studies, strict=True)
        ]
        for row in kit.trained(studies, settings)
    ]
    studies = disputed(rng, studies, models)
    wanted = kit.report(studies, settings)
    setting, mean, se = cell(studies, settings)
    assert setting == wanted["setting"], "another setting than the validation rows choose"
    assert abs(mean - wanted["mean"]) <= SAME, "the mean is not that of the chosen setting's test rows"
    assert abs(se - wanted["se"]) <= SAME, "the standard error is not that of the chosen setting's test rows"
    assert cell(studies, [settings[1], settings[1], settings[0]])[0] == 0, "the first of equal settings is taken"


@pytest.mark.points(1)
@pytest.mark.needs("test_training_follows_the_algorithm")
def test_a_cell_is_mean_and_standard_error(hidden, boxed):
    """The figures of a cell for two, three and seven studies, one setting: nothing to choose.

    Which metric does the paper report, over which rows, and what stands behind its plus-minus?
    """
    kit = boxed("reference.py")
    for i, number in enumerate((2, 3, 7)):
        studies = hidden("ebb", draw=i, wrong=0.1, number=number)
        settings = [{**BAND, "rounds": 6}]
        wanted = kit.report(studies, settings)
        _, mean, se = cell(studies, settings)
        assert abs(mean - wanted["mean"]) <= SAME, "another mean than the paper's"
        assert abs(se - wanted["se"]) <= SAME, "another standard error than the paper's"


def distance(given, wanted):
    """Return how far a cell's figures lie from the reference's, in its standard errors."""
    _, mean, se = given
    return max(abs(mean - wanted["mean"]), abs(se - wanted["se"])) / wanted["se"]


@pytest.mark.points(5)
@pytest.mark.needs("test_setting_is_chosen_on_validation", "test_a_cell_is_mean_and_standard_error")
def test_table_is_reproduced(hidden, boxed, credit, figure):
    """The nine cells of table 1 on redrawn studies: the cell that is furthest off, in standard errors.

    All parts were right by themselves. What grows over forty rounds?
    """
    kit, far, means = boxed("reference.py"), [], {name: [] for name in ROWS}
    for i, wrong in enumerate(WRONG):
        studies = hidden("ebb", draw=i, wrong=wrong)
        for name, settings in ROWS.items():
            given = cell(studies, settings)
            far.append(distance(given, kit.report(studies, settings)))
            means[name].append(given[1])
    shares = [100 * wrong for wrong in WRONG]
    figure("your table 1", {name: (shares, row) for name, row in means.items()}, x="% wrong labels", y="% right")
    credit(max(far), floor=2.0, full=0.5, name="furthest cell", unit="SE")


@pytest.mark.points(4)
@pytest.mark.needs("test_setting_is_chosen_on_validation", "test_a_cell_is_mean_and_standard_error")
def test_ablation_that_the_table_does_not_show(hidden, boxed, credit):
    """A setting that no cell shows, on redrawn studies: its cell, and the scores of its rows.

    A steep fall, a low cap and a wide gap: the parts that the table hardly moves.
    """
    kit, studies = boxed("reference.py"), hidden("ebb", draw=7, wrong=0.2)
    found, wanted = cell(studies, [NOT_SHOWN]), kit.report(studies, [NOT_SHOWN])
    agree = []
    for study in studies[:2]:
        X, y, fresh = study["X_train"], study["y_train"], study["X_test"]
        given = expect.array(score(trained(X, y, **NOT_SHOWN), fresh), shape=(len(fresh),), kind="f", finite=True)
        agree.append(np.abs(given - kit.score(kit.fit(X, y, **NOT_SHOWN), fresh)) <= 1e-3)
    assert distance(found, wanted) <= 2, "the cell is further than two standard errors off"
    credit(100 * np.mean(agree), floor=60, full=95, name="same scores", unit="%")
