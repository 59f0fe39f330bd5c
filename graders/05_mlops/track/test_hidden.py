"""Hidden checks for mlops-track. What is hidden is the draw; the store is opened here, the models in a new process."""

import hashlib
import json
import math
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from track import fingerprint, promote, register_best, run_grid

from tenfold import expect
from tenfold.datasets import module

made = module(Path(__file__).resolve().parents[3] / "datasets" / "track" / "make.py")

CLOSE = 1e-6  # relative
DEFAULTS = {"degree": 1, "alpha": 1.0}
PARTS = ("train", "valid", "test")
FIGURES = {"rmse_valid": "valid", "rmse_test": "test"}
MOST_ROWS = 40  # params, metrics and tags of a run: two, two, one, and what MLflow adds by itself

RUNS = """select r.run_uuid, r.status, r.end_time is not null from runs r join experiments e using (experiment_id)
          where e.name = ?"""
INPUTS = """select i.destination_id, t.value, d.digest from inputs i
            join datasets d on d.dataset_uuid = i.source_id
            join input_tags t on t.input_uuid = i.input_uuid
            where i.source_type = 'DATASET' and i.destination_type = 'RUN' and t.name = 'mlflow.data.context'"""
LOADS = """
import json, os
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
import mlflow.pyfunc
import pandas as pd
with open("job.json") as file:
    job = json.load(file)
mlflow.set_tracking_uri(job["store"])
frames = {name: pd.DataFrame(columns) for name, columns in job["frames"].items()}
models = {uri: mlflow.pyfunc.load_model(uri) for uri in job["models"]}
found = {uri: {name: model.predict(frame.drop(columns="y")).ravel().tolist() for name, frame in frames.items()}
         for uri, model in models.items()}
from track import fingerprint
with open("found.json", "w") as file:
    json.dump({"predictions": found, "digests": {name: fingerprint(frame) for name, frame in frames.items()}}, file)
"""
FAILS = """
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as connection:
    connection.execute("update runs set status = 'FAILED' where run_uuid = ?", (sys.argv[2],))
"""


@pytest.fixture
def place(submission, artefact, public, request):
    """Give an empty store: its URI, a way to fill it and a way to look into it."""
    file = f"{request.node.name}.db"
    submission.write(file, public("track", store={}))

    def query(sql, *parameters):
        return artefact("sqlite").query(submission.read(file), sql, parameters)

    def releases(names):
        submission.write(file, public("track", store=names))

    return SimpleNamespace(uri=f"sqlite:///{file}", file=file, query=query, releases=releases)


def errors_of(settings, parts):
    """Return the errors of one setting by the name of the metric, from a model trained here."""
    errors = made.scores(parts, settings)
    return {key: errors[name] for key, name in FIGURES.items()}


def runs_of(place, experiment):
    """Return the runs of an experiment: status, params, metrics (every row), digests and the tag ``code`` of each."""
    found = {
        run: SimpleNamespace(status=status, ended=bool(ended), params={}, metrics=[], digests=[], code=[], rows=0)
        for run, status, ended in place.query(RUNS, experiment)
    }
    for run, key, value in place.query("select run_uuid, key, value from params"):
        if run in found:
            found[run].params[str(key)] = made.plain(value)
            found[run].rows += 1
    for run, key, value, is_nan in place.query("select run_uuid, key, value, is_nan from metrics"):
        if run in found:
            found[run].metrics.append((key, math.nan if is_nan else expect.number(value)))
            found[run].rows += 1
    for run, key, value in place.query("select run_uuid, key, value from tags"):
        if run in found:
            found[run].code += [value] if key == "code" else []
            found[run].rows += 1
    for run, part, digest in place.query(INPUTS):
        if run in found:
            found[run].digests.append((part, digest))
    return found


def settings_of(run):
    """Return what a run says that it used, as something that can be compared."""
    return json.dumps(run.params, sort_keys=True)


def as_logged(settings):
    """Return the same of what a run should have used."""
    return json.dumps({key: float(value) for key, value in {**DEFAULTS, **settings}.items()}, sort_keys=True)


def close(found, wanted):
    """Return whether a number is within a millionth of the one wanted."""
    return abs(found - wanted) <= CLOSE * abs(wanted)


@pytest.mark.points(2)
def test_fingerprint_sees_every_row(hidden, rng):
    """The digest depends on every cell, name and copy of a row, and on no order.

    Which rows does your hash leave out, if the table is long? What if two cells change places, or a row comes twice?
    """
    frame = hidden("track")["parts"]["train"]
    frame = frame.sample(15_000, replace=True, random_state=int(rng.integers(1 << 31)), ignore_index=True)
    frame = (frame + rng.normal(size=frame.shape)).round(1) + 0.0  # in every three columns, some rows are equal
    digest = expect.text(fingerprint(frame))
    assert 8 <= len(digest) <= 36, "a digest has 8 to 36 characters"
    assert expect.text(fingerprint(frame)) == digest, "the same table has two digests"
    mixed = frame.sample(frac=1, random_state=1)
    for same, what in [
        (mixed, "rows in another order"),
        (mixed.reset_index(drop=True), "rows in another order and numbered anew"),
        (frame[[*frame.columns[::-1]]], "columns in another order"),
    ]:
        assert expect.text(fingerprint(same)) == digest, f"{what} are other data to your digest"
    for changed, what in _changes(frame, rng):
        assert expect.text(fingerprint(changed)) != digest, f"your digest does not see {what}"


def _changes(frame, rng):
    """Yield tables that hold other data, and what is other about them."""
    early = late = 0
    while (frame.loc[early] == frame.loc[late]).any() or frame.at[early, "load"] == frame.at[early, "sun"]:
        early, late = int(rng.integers(10, 5000)), int(rng.integers(12_000, 15_000))
    for row, what in [(early, "a cell that changed"), (late, "a cell that changed, far down in a long table")]:
        changed = frame.copy()
        changed.loc[row, "wind"] = np.nextafter(frame.at[row, "wind"], np.inf)  # in its last bit
        yield changed, what
    swapped = frame.copy()
    swapped.loc[[early, late], "sun"] = frame.loc[[late, early], "sun"].to_numpy()
    yield swapped, "two cells of a column that changed places"
    swapped = frame.copy()
    swapped.loc[early, ["load", "sun"]] = frame.loc[early, ["sun", "load"]].to_numpy()
    yield swapped, "two cells of a row that changed places"
    yield frame.iloc[[*range(len(frame)), late]], "a row that comes twice"
    yield frame.iloc[[*range(len(frame)), late, late]], "a row that comes three times"
    yield frame.iloc[:-1], "that the last row is missing"
    yield frame.rename(columns={"wind": "wave"}), "the name of a column"
    yield frame.rename(columns={"wind": "sun", "sun": "wind"}), "that two columns have each other's names"


@pytest.mark.points(1)
def test_failed_runs_say_so(place, hidden, submission):
    """A setting that raises leaves a run that is FAILED and says what it tried; the others finish.

    Which status does a run have when nobody ends it? What must be logged before anything can go wrong?
    """
    drawn, code = hidden("track", draw=1), hashlib.sha256(submission.read("track.py")).hexdigest()
    broken = [{"degree": -2, "alpha": 0.7}, {"degree": 2, "alpha": -4.0}]  # scikit-learn refuses both
    first, second = drawn["grid"][:2]
    run_grid(place.uri, "stormy", drawn["parts"], [first, *broken, second])
    runs = runs_of(place, "stormy")
    assert all(run.status in ("FINISHED", "FAILED") and run.ended for run in runs.values()), "a run has not ended"
    good = Counter(settings_of(run) for run in runs.values() if run.status == "FINISHED")
    assert good == Counter(map(as_logged, (first, second))), "the settings that work have not finished, once each"
    bad = [run for run in runs.values() if run.status == "FAILED"]
    assert Counter(map(settings_of, bad)) == Counter(map(as_logged, broken)), "a failed run does not say what it tried"
    for run in bad:
        assert Counter(part for part, _ in run.digests) == Counter(PARTS), "a failed run does not name its data"
        assert run.code == [code], "a failed run does not name its code"
        assert not run.metrics, "a failed run has metrics"
    good = [run for run in runs.values() if run.status == "FINISHED"]
    assert all(Counter(key for key, _ in run.metrics) == Counter([*FIGURES]) for run in good), (
        "a good run has no metrics"
    )


@pytest.mark.points(1)
def test_runs_can_be_repeated(place, hidden):
    """A model that the kit trains with a run's logged parameters has the run's logged errors.

    Which values did the model have that the grid leaves out? Is each figure written once? Is anything else written?
    """
    drawn = hidden("track", draw=2)
    parts = drawn["parts"]
    grid = [{"degree": 2}, {"alpha": 0.3}, {}]
    run_grid(place.uri, "again", parts, grid)
    runs = runs_of(place, "again")
    assert Counter(map(settings_of, runs.values())) == Counter(map(as_logged, grid)), (
        "the parameters are not those used"
    )
    for run in runs.values():
        assert run.status == "FINISHED", "a run has not finished"
        rows = Counter(key for key, _ in run.metrics)
        assert rows == Counter([*FIGURES]), "a run has not exactly one row of each figure"
        used = {"degree": int(run.params["degree"]), "alpha": run.params["alpha"]}
        wanted = errors_of(used, parts)
        assert all(close(value, wanted[key]) for key, value in run.metrics), "a figure is not that of the parameters"
        assert run.rows <= MOST_ROWS, f"a run has more than {MOST_ROWS} rows of parameters, metrics and tags"
    ((everywhere,),) = place.query("select count(*) from runs")
    assert everywhere == len(grid), "there are runs beside those of the grid"


@pytest.mark.points(2)
def test_stored_models_give_the_logged_figures(place, hidden, submission):
    """Another process loads the registered model; its errors are the logged ones, and run, data and code are known.

    Is the model in the store the one whose errors you logged? Follow a version back: which run, which rows, which code?
    """
    drawn = hidden("track", draw=3)
    parts, code = drawn["parts"], hashlib.sha256(submission.read("track.py")).hexdigest()
    versions = {}
    for experiment, settings in zip(("north", "south"), drawn["grid"], strict=False):
        run_grid(place.uri, experiment, parts, [settings])
        versions[experiment] = expect.integer(register_best(place.uri, experiment, "power"))
    assert sorted(versions.values()) == [1, 2], "two registrations of one name are its versions 1 and 2"
    found = loaded(place, submission, parts)
    runs_behind = dict(place.query("select version, run_id from model_versions where name = 'power'"))
    for experiment, version in versions.items():
        ((number, run),) = expect.sequence(list(runs_of(place, experiment).items()), length=1)
        assert runs_behind.get(version) == number, "a version does not know its run"
        assert run.code == [code], "a run does not name its code: the SHA-256 of track.py"
        digests = {part: expect.text(found["digests"][part]) for part in parts}
        assert Counter(run.digests) == Counter(digests.items()), (
            "a run does not name its data: one input for each part, with the digest that another process computes"
        )
        figures = dict(run.metrics)
        for key, part in FIGURES.items():
            predicted = expect.array(found["predictions"][version][part], shape=(len(parts[part]),), kind="if")
            assert close(figures.get(key, math.nan), made.rmse(predicted, parts[part])), (
                "the registered model does not have the errors that its run has logged"
            )


def loaded(place, submission, parts):
    """Return what another process computes in the submission's folder: predictions of versions 1 and 2, and digests."""
    uris = {version: f"models:/power/{version}" for version in (1, 2)}
    frames = {name: part.to_dict(orient="list") for name, part in parts.items()}
    submission.write(
        "job.json", json.dumps({"store": place.uri, "models": [*uris.values()], "frames": frames}).encode()
    )
    submission.write("loads.py", LOADS.encode())
    ran = submission.run([sys.executable, "loads.py"])
    assert ran.code == 0, "another process cannot load models:/power/1 and models:/power/2 and compute a digest"
    try:
        found = expect.mapping(json.loads(submission.read("found.json", 1)), ["predictions", "digests"])
    except (ValueError, RecursionError):
        pytest.fail("another process does not say what the models predict")
    predictions = expect.mapping(found["predictions"], [*uris.values()])
    by_version = {version: expect.mapping(predictions[uri], [*parts]) for version, uri in uris.items()}
    return {"predictions": by_version, "digests": expect.mapping(found["digests"], [*parts])}


@pytest.mark.points(2)
def test_best_is_chosen_on_validation(place, hidden, submission):
    """The version comes from the finished run of the experiment with the lowest error on validation.

    Which figure may choose, and which only report? Whose runs are in the store besides, and how did they end?
    """
    drawn, other = hidden("track", draw=4), hidden("track", draw=5)
    easy = {name: part.assign(y=part["y"] / 1000) for name, part in other["parts"].items()}
    parts, grid = drawn["parts"], drawn["grid"]
    run_grid(place.uri, "power", parts, [*grid[:-1], {"degree": -2}])  # the last one is FAILED
    run_grid(place.uri, "power", parts, grid[-1:])  # the experiment is there already
    run_grid(place.uri, "easier", easy, other["grid"][:1])
    ranking = sorted(grid, key=lambda settings: errors_of(settings, parts)["rmse_valid"])
    for wanted, best in zip((1, 2, 3), (ranking[0], ranking[0], ranking[1]), strict=True):
        assert expect.integer(register_best(place.uri, "power", "power")) == wanted, "a version has another number"
        versions = dict(place.query("select version, run_id from model_versions where name = 'power'"))
        assert sorted(versions) == [*range(1, wanted + 1)], "there are more versions than registrations"
        run, runs = versions[wanted], runs_of(place, "power")
        assert run in runs, "a version does not come from a run of the experiment"
        assert settings_of(runs[run]) == as_logged(best), (
            "a version does not come from the finished run that is best on validation"
        )
        if wanted == 2:  # now the best run is found to be broken
            ran = submission.run([sys.executable, "-c", FAILS, place.file, run])
            assert ran.code == 0, "the store cannot be written any more"
    assert not place.query("select * from registered_model_aliases"), "registering has moved an alias"


def release(valid, test, status="FINISHED", rows="digest-of-rows"):
    """Return a version of a history."""
    metrics = {"rmse_valid": valid, "rmse_test": test}
    return {
        "status": status,
        "valid": rows,
        "metrics": {key: value for key, value in metrics.items() if value is not None},
    }


def released(place, histories, rng):
    """Release histories under names that say nothing; return the name of each, in an order that says nothing."""
    names = [*rng.permutation([*histories])]
    models = {str(name): f"model-{number}" for number, name in enumerate(names)}
    place.releases({model: histories[name] for name, model in models.items()})
    return models


def decide(place, name, version):
    """Ask the gate; return what it said and who is champion afterwards."""
    said = expect.flag(promote(place.uri, name, version))
    aliases = place.query("select alias, version from registered_model_aliases where name = ?", name)
    assert all(alias == "champion" for alias, _ in aliases), "the gate has set another alias"
    return said, (aliases[0][1] if aliases else None)


@pytest.mark.points(1)
def test_gate_asks_the_champion(place, rng):
    """A version replaces the champion if its error on validation is lower than the champion's.

    Lower than whose: the last version's, the best ever, the champion's? And if they are equal?
    """
    low, mid, high = np.sort(rng.uniform(1, 2, size=3)) * rng.uniform(1, 100) * np.array([1, 2, 4])
    cases = {  # errors on validation of the versions, the champion, the version that asks, whether it passes
        "better": ((mid, low), 1, 2, True),
        "better-by-a-hair": ((mid, mid * (1 - 1e-9)), 1, 2, True),
        "worse": ((mid, high), 1, 2, False),
        "equal": ((mid, mid), 1, 2, False),
        "worse-than-the-last": ((high, low, mid), 1, 3, True),
        "better-than-the-last": ((low, high, mid), 1, 3, False),
        "not-the-last": ((high, mid, low), 1, 2, True),
        "first": ((mid,), None, 1, True),
        "itself": ((mid, low), 2, 2, False),
    }
    histories = {}
    for name, (errors, champion, _, _) in cases.items():
        against = [3 * high - error for error in errors]  # on test, the order is the opposite one
        histories[name] = {"versions": [*map(release, errors, against)], "champion": champion}
    models = released(place, histories, rng)
    for name, model in models.items():
        _, champion, version, passes = cases[name]
        said, now = decide(place, model, version)
        after = version if passes else champion
        assert now == after, f"the champion is another than it should be: {name.replace('-', ' ')}"
        assert said is passes, f"the gate says another thing than it should: {name.replace('-', ' ')}"


@pytest.mark.points(1)
def test_gate_refuses_what_it_cannot_compare(place, rng):
    """Without an error on the same validation rows, from a run that finished, a version does not pass.

    What is nan < 3? Which number does a crashed run leave? Are two errors on different rows comparable?
    """
    error = float(rng.uniform(1, 100))
    sound, low = release(error, error), error / 2
    doubtful = {
        "no-error": release(None, low),
        "an-error-of-nan": release(math.nan, low),
        "a-failed-run": release(low, low, status="FAILED"),
        "a-killed-run": release(low, low, status="KILLED"),
        "a-run-that-still-runs": release(low, low, status="RUNNING"),
        "an-error-on-other-rows": release(low, low, rows="digest-of-others"),
    }
    histories = {name: {"versions": [sound, version], "champion": 1} for name, version in doubtful.items()}
    histories["a-sound-version"] = {"versions": [sound, release(low, 2 * error)], "champion": 1}
    for name, version in doubtful.items():  # where there is no champion, there is nothing to compare with
        histories[f"{name}, the first,"] = {"versions": [version], "champion": None}
    sound_ones = {"a-sound-version": (True, 2), "an-error-on-other-rows, the first,": (True, 1)}
    for name, model in released(place, histories, rng).items():
        champion, version = histories[name]["champion"], len(histories[name]["versions"])
        wanted = sound_ones.get(name, (False, champion))
        what = "does not pass" if wanted[0] else "passes"
        assert decide(place, model, version) == wanted, f"{name.replace('-', ' ')} {what} the gate"


def season(rng, releases):
    """Return a history of releases, and who is champion after each of them."""
    versions, champions, champion = [], [], None
    scale, rows = rng.uniform(1, 100), "digest-of-spring"
    for _ in range(releases):
        error = float(scale * np.round(rng.uniform(1, 3), 1))  # rounded: some are equal
        version = release(error, scale * 4 - error, rows=rows)
        kind = rng.choice(["plain"] * 6 + ["gap", "failed", "moved"])
        if kind == "gap":
            version = release(None, error, rows=rows)
        elif kind == "failed":
            version = release(error / 3, error, status="FAILED", rows=rows)
        elif kind == "moved" and champion is not None:
            version = release(error / 3, error, rows="digest-of-summer")
        versions.append(version)
        if kind in ("plain", "moved") and _passes(version, champion and versions[champion - 1]):
            champion = len(versions)
        champions.append(champion)
    return versions, champions


def _passes(version, champion):
    if champion is None:
        return True
    same = version["valid"] == champion["valid"]
    return same and version["metrics"]["rmse_valid"] < champion["metrics"]["rmse_valid"]


@pytest.mark.points(6)
@pytest.mark.needs(
    "test_fingerprint_follows_the_rows",
    "test_each_setting_is_a_finished_run",
    "test_a_version_is_registered",
    "test_gate_lets_the_better_version_pass",
    "test_fingerprint_sees_every_row",
    "test_failed_runs_say_so",
    "test_runs_can_be_repeated",
    "test_stored_models_give_the_logged_figures",
    "test_best_is_chosen_on_validation",
    "test_gate_asks_the_champion",
    "test_gate_refuses_what_it_cannot_compare",
)
def test_six_seasons_of_releases(place, rng, credit):
    """Six models with eight releases each: after every release the right version is the champion.

    Which of the rules of the gate meet in one history: a failed run after a gap, an equal error after other rows?
    """
    seasons = {f"model-{i}": season(rng, 8) for i in range(6)}
    place.releases({name: {"versions": versions, "champion": None} for name, (versions, _) in seasons.items()})
    right = []
    for name, (_, champions) in seasons.items():
        before = None
        for version, champion in enumerate(champions, start=1):
            right.append(decide(place, name, version) == (champion != before, champion))
            before = champion
    credit(float(np.mean(right)), floor=0.9, full=1.0, name="releases decided rightly")
