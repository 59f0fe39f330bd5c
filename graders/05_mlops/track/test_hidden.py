"""Hidden checks for mlops-track. What is hidden is the draw; the store is opened here, the models in a new process."""

import hashlib
import json
import math
import sys
from collections import Counter
from pathlib import Path

import pytest
from track import fingerprint, promote, register_best, run_grid

from tenfold import expect
from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
tables, histories, records = (module(HERE / f"{name}.py") for name in ("tables", "histories", "records"))
places = module(HERE.parents[2] / "datasets" / "track" / "place.py")

MOST_ROWS = 40  # params, metrics and tags of a run: two, two, one, and what MLflow adds by itself


@pytest.fixture
def place(submission, artefact, public, rng):
    """Give an empty store: its URI, a way to fill it, to change it and to look into it."""
    return places.Place(f"{rng.integers(1 << 40)}.db", submission, artefact, public)


def judge_tables(oracle, draws):
    """Fail unless each content has one digest, and no two have the same."""
    oracle(fingerprint, tables.content, draws, same=tables.Digests().same)


def judge_gate(place, oracle, cases, rng):
    """Fail unless the gate answers each case rightly, and the alias champion alone has moved where it should."""
    kinds = histories.named(cases, rng)
    models = {model: cases[kind] for model, kind in kinds.items()}
    place.fill({model: case.history for model, case in models.items()})
    draws = {kinds[model]: [(place.uri, model, case.version)] for model, case in models.items()}
    oracle(promote, lambda _, model, __: models[model].passes, draws)
    found = place.aliases()
    for model, case in models.items():
        champion = case.version if case.passes else case.champion
        wanted = {**case.aliases, **({} if champion is None else {"champion": champion})}
        mine = {alias: version for (name, alias), version in found.items() if name == model}
        assert mine == wanted, f"promote leaves an alias where it should not be: {kinds[model]}"


@pytest.mark.points(1)
@pytest.mark.needs("test_fingerprint_follows_the_rows")
def test_fingerprint_sees_every_row(oracle, rng):
    """The digest of a long table depends on every cell, name and copy of a row, and on no order.

    Which rows does your hash leave out, if the table is long? What if two cells change places, or a row comes twice?
    """
    judge_tables(oracle, tables.long(rng))


@pytest.mark.points(1)
@pytest.mark.needs("test_fingerprint_sees_every_row")
def test_every_kind_of_table_has_its_digest(oracle, rng):
    """Hundreds of small tables have the same digest where they hold the same, and else another one.

    Where does a name or a number end once you have put them together? Which numbers does your text of one make equal?
    What is in the index, and how is it called?
    """
    judge_tables(oracle, tables.small(rng))


@pytest.mark.points(1)
@pytest.mark.needs("test_each_setting_is_a_finished_run")
def test_failed_runs_say_so(place, hidden, submission):
    """A setting that raises leaves a run that is FAILED; each run says what it tried, with which data and code.

    Which status does a run have when nobody ends it? What must be logged before anything can go wrong? And what if
    nothing works?
    """
    drawn, code = hidden("track", draw=1, apart=False), hashlib.sha256(submission.read("track.py")).hexdigest()
    parts, good = drawn["parts"], drawn["grid"][0]
    broken = [{"degree": -2, "alpha": 0.7}, {"degree": 2, "alpha": -4.0}, {"alpha": -0.5}, {"degree": -1}]
    grids = {"stormy": [broken[0], good, *broken[1:3]], "hopeless in every setting that was tried": broken[3:]}
    for experiment, grid in grids.items():
        run_grid(place.uri, experiment, parts, grid)
    store = records.Records(place)
    digests = Counter((part, expect.text(fingerprint(frame))) for part, frame in parts.items())
    for experiment, grid in grids.items():
        runs = store.of(experiment).values()
        assert all(run.status in ("FINISHED", "FAILED") and run.ended for run in runs), "a run has not ended"
        finished = [run for run in runs if run.status == "FINISHED"]
        failed = [run for run in runs if run.status == "FAILED"]
        works = [settings for settings in grid if settings is good]
        assert records.say_the_same(finished, works), "the settings that work have not finished, once each"
        fails = [settings for settings in grid if settings is not good]
        assert records.say_the_same(failed, fails), "the failed runs do not say what they tried"
        assert not any(run.metrics for run in failed), "a failed run has metrics"
        for run in runs:
            assert Counter(run.inputs) == digests, (
                "a run does not name its data: one input for each part, with its digest"
            )
            assert run.code == [code], "a run does not name its code: the SHA-256 of track.py"


@pytest.mark.points(1)
@pytest.mark.needs("test_each_setting_is_a_finished_run")
def test_runs_can_be_repeated(place, hidden, submission, rng):
    """A model that the kit trains with a run's logged parameters has the run's errors; parts and grid stay as they are.

    Which values did the model have that the grid leaves out, or that are 0? Is each figure written once, with all its
    digits? Is anything else written? Where do you find the target, and by what do you subtract it? What do you keep
    for the next call, and who else holds the same dict?
    """
    odd = {"alpha": float(rng.uniform(1000, 10_000))}
    first = tables.odd(hidden("track", draw=2, apart=False)["parts"], rng)
    later = {name: part.assign(y=part["y"] ** 2 * 1e7) for name, part in first.items()}
    submission.write("after.py", (HERE / "after.py").read_bytes())
    before = {}
    for parts, grid in [(first, [odd, {"degree": 0}, {"degree": 2, "alpha": 0.0}, {}, {}]), (later, [odd])]:
        seen = submission.call("after", "after_run_grid", place.uri, "Again and again", parts, grid)
        store = records.Records(place)
        runs = {number: run for number, run in store.runs.items() if number not in before}
        before = store.runs
        assert all(run.experiment == "Again and again" for run in runs.values()), (
            "there are runs beside those of the grid"
        )
        assert records.say_the_same(runs.values(), grid), "there is not one run for each setting, as it was used"
        digests = Counter((part, expect.text(fingerprint(frame))) for part, frame in parts.items())
        for run in runs.values():
            judge_run(run, parts, digests)
        seen = expect.mapping(seen, ["left", "given"])
        assert expect.unchanged(seen["left"], seen["given"]), "run_grid changed what it was given"


def judge_run(run, parts, digests):
    """Fail unless a run has finished with the figures of its parameters and the digests of its parts."""
    assert run.status == "FINISHED", "a run has not finished"
    assert records.has_each_figure_once(run), "a run has not exactly one row of each figure"
    wanted = records.errors(dict(run.params), parts)
    assert all(records.close(value, wanted[key]) for key, value in run.metrics), (
        "a figure is not that of the parameters"
    )
    assert Counter(run.inputs) == digests, "a run does not name its data: one input for each part, with its digest"
    assert run.rows <= MOST_ROWS, f"a run has more than {MOST_ROWS} rows of parameters, metrics and tags"


@pytest.mark.points(1)
@pytest.mark.needs("test_a_version_is_registered", "test_runs_can_be_repeated")
def test_stored_models_give_the_logged_figures(place, hidden, submission, artefact, public):
    """Another process loads a registered model of each of two stores; each has the errors that its run has logged.

    Is the model in the store the one whose errors you logged? Which store does a call write to, if the one before it
    was given another?
    """
    drawn = hidden("track", draw=3, apart=False)
    parts, grid = drawn["parts"], drawn["grid"]
    elsewhere = places.Place("elsewhere.db", submission, artefact, public)
    elsewhere.fill({"sun": {"versions": histories.SHOPS["here"], "champion": None}})
    asked = [(place, grid[:2]), (elsewhere, grid[2:3])]
    for store, some in asked:
        run_grid(store.uri, "north", parts, some)
    for store, _ in asked:
        version = expect.integer(register_best(store.uri, "north", "power"))
        assert version == 1, "the first version of a model in its store is another one than version 1"
    found = loaded(submission, parts, [(store.uri, "models:/power/1") for store, _ in asked])
    for (store, some), predictions in zip(asked, found, strict=True):
        held = records.Records(store)
        runs = held.of("north")
        assert records.say_the_same(runs.values(), some), "a store has not the runs that were asked of it"
        run = runs.get(held.versions.get(("power", 1)))
        assert run is not None, "a version does not know its run"
        figures = dict(run.metrics)
        for key, part in records.FIGURES.items():
            predicted = expect.array(predictions[part], shape=(len(parts[part]),), kind="if")
            assert records.close(figures.get(key, math.nan), records.made.rmse(predicted, parts[part])), (
                "the registered model does not have the errors that its run has logged"
            )


def loaded(submission, parts, models):
    """Return what another process, in the submission's folder, predicts with each of some registered models."""
    frames = {name: part.to_dict(orient="list") for name, part in parts.items()}
    submission.write("asked.json", json.dumps({"models": models, "frames": frames}).encode())
    submission.write("loads.py", (HERE / "loads.py").read_bytes())
    assert submission.run([sys.executable, "loads.py"]).code == 0, "another process cannot load models:/power/1"
    try:
        found = expect.sequence(json.loads(submission.read("found.json", 1)), length=len(models))
    except (ValueError, RecursionError):
        pytest.fail("another process does not say what the models predict")
    return [expect.mapping(predictions, [*parts]) for predictions in found]


@pytest.mark.points(1)
@pytest.mark.needs("test_a_version_is_registered", "test_runs_can_be_repeated")
def test_best_is_chosen_on_validation(place, hidden):
    """The version comes from the finished run of the experiment with the lowest error on validation, as it is now.

    Which figure may choose, and which only report? Whose runs are in the store besides, and how did they end? What of
    an earlier call do you still believe?
    """
    drawn = hidden("track", draw=4)
    best = min(records.errors(settings, drawn["parts"])["rmse_valid"] for settings in drawn["grid"])
    scaled = {name: part.assign(y=part["y"] * 9.95 / best) for name, part in drawn["parts"].items()}  # others: 10.05
    easy = {name: part.assign(y=part["y"] / 1000) for name, part in drawn["parts"].items()}
    former = {"versions": [histories.release(0.5 + n) for n in range(10)], "champion": 3, "aliases": {"challenger": 5}}
    place.fill({"power": former, "Power": former})
    run_grid(place.uri, "wind_1", scaled, drawn["grid"][:-1])
    run_grid(place.uri, "wind_1", scaled, drawn["grid"][-1:])  # the experiment is there already
    run_grid(place.uri, "wind-1", easy, drawn["grid"][:1])
    place.change(*histories.runs_of_others("wind_1"))
    before = place.aliases()
    ranking = sorted(drawn["grid"], key=lambda settings: records.errors(settings, scaled)["rmse_valid"])
    run = ""
    for number, best in {11: 0, 12: 0, 13: 1}.items():
        if number == 13:  # now the best run is found to be broken
            place.change((histories.BROKEN, ["FAILED", run]))
        version = expect.integer(register_best(place.uri, "wind_1", "power"))
        store = records.Records(place)
        added = sorted(each for name, each in store.versions if name == "power")
        assert version == number, "a version has another number than the next one"
        assert added == [*range(1, number + 1)], "there are more versions than registrations"
        run, runs = store.versions["power", number], store.of("wind_1")
        assert run in runs, "a version does not come from a run of the experiment"
        assert runs[run].settings == records.used(ranking[best]), (
            "a version does not come from the finished run that is best on validation now"
        )
    assert place.aliases() == before, "registering has moved an alias"


@pytest.mark.points(1)
@pytest.mark.needs("test_gate_lets_the_better_version_pass")
def test_gate_asks_the_champion(place, oracle, rng):
    """A version replaces the champion if its error on validation is lower than the champion's; no other alias moves.

    Lower than whose: the last version's, the best ever, the champion's? And if they are equal, or 0? Is version 10
    above version 9? What else may be different about the two runs?
    """
    judge_gate(place, oracle, histories.compared(rng), rng)


@pytest.mark.points(1)
@pytest.mark.needs("test_gate_lets_the_better_version_pass")
def test_gate_refuses_what_it_cannot_compare(place, oracle, rng):
    """Without an error on the same validation rows, from a run that finished, a version does not pass.

    What is nan < 3? Which number does a crashed run leave? Are two errors on different rows comparable?
    """
    judge_gate(place, oracle, histories.doubtful(rng), rng)


@pytest.mark.points(1)
@pytest.mark.needs("test_gate_asks_the_champion", "test_gate_refuses_what_it_cannot_compare")
def test_gate_reads_the_store_as_it_is(place, submission, artefact, public):
    """Somebody moves the alias, takes it away, sets a run to FAILED, or another store is asked: the gate sees it.

    What do you keep between two calls, and who else writes to the store? Which champion is that of another store?
    """
    stores = {"here": place, "there": places.Place("elsewhere.db", submission, artefact, public)}
    for name, store in stores.items():
        store.fill({"power": {"versions": histories.SHOPS[name], "champion": None}})
    for happened, changes, where, version, passes, champion in histories.STORY:
        if changes:
            stores[where].change(*changes)
        said = expect.flag(promote(stores[where].uri, "power", version))
        assert said is passes, f"the gate says another thing than it should: {happened}"
        assert stores[where].aliases() == {("power", "champion"): champion}, f"another champion: {happened}"


@pytest.mark.points(2)
@pytest.mark.needs(
    "test_every_kind_of_table_has_its_digest",
    "test_failed_runs_say_so",
    "test_stored_models_give_the_logged_figures",
    "test_best_is_chosen_on_validation",
    "test_gate_reads_the_store_as_it_is",
)
def test_two_seasons_of_releases(place, oracle, rng):
    """Two models with eight releases each: every release is decided rightly, and the right version is champion.

    Which of the rules of the gate meet in one history: a failed run after a gap, an equal error after other rows?
    """
    seasons = {f"model-{i}": histories.season(rng) for i in range(2)}
    place.fill({name: {"versions": versions, "champion": None} for name, (versions, _, _) in seasons.items()})
    draws = {f"release {number} of a season": [(place.uri, name, number) for name in seasons] for number in range(1, 9)}
    oracle(promote, lambda _, name, number: seasons[name][1][number - 1], draws)
    wanted = {(name, "champion"): champion for name, (_, _, champion) in seasons.items()}
    assert place.aliases() == wanted, "another version is champion at the end of a season"


@pytest.mark.points(5)
@pytest.mark.needs("test_two_seasons_of_releases")
def test_nothing_is_kept_between_calls(untouched, replay, rng):
    """A table has the same digest in every process and whatever was asked before, and stays as it is.

    What does Python salt anew in every process? By what of a table does a cache go? And what does `inplace` leave
    behind?
    """
    for frame in tables.like(rng):
        fingerprint(frame)
    untouched(fingerprint)
    replay(fingerprint)
