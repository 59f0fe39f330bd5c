"""The same names give the same numbers; another root, another exercise, another draw gives others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tenfold.exercise import seeds

NAMES = st.lists(st.one_of(st.text(alphabet=st.characters(exclude_characters="\0")), st.integers()), max_size=4)


def first(seed: seeds.Seed, *names: object) -> float:
    return float(seed.generator(*names).random())


@given(NAMES)
def test_a_draw_repeats(names):
    assert first(seeds.practice(), *names) == first(seeds.practice(), *names)


@given(NAMES, NAMES)
def test_other_names_give_other_numbers(one, other):
    same = list(map(str, one)) == list(map(str, other))
    assert (first(seeds.practice(), *one) == first(seeds.practice(), *other)) == same


@given(st.integers(), st.integers())
def test_other_roots_give_other_numbers(one, other):
    assert (first(seeds.numbered(one)) == first(seeds.numbered(other))) == (one == other)
    assert first(seeds.numbered(one)) not in (first(seeds.practice()), first(seeds.public()))


@given(st.binary(min_size=1), st.text())
def test_a_secret_seed_depends_on_everything_and_shows_nothing(key, submission):
    made = seeds.secret(key, "ml-x", 1, submission)
    assert made == seeds.secret(key, "ml-x", 1, submission)
    others = [
        seeds.secret(key, "ml-x", 2, submission),
        seeds.secret(key + b"0", "ml-x", 1, submission),
        seeds.secret(key, "ml-y", 1, submission),
        seeds.secret(key, "ml-x", 1, submission + "0"),
    ]
    assert len({first(seed) for seed in (made, *others)}) == 5
    assert made.root.hex() not in repr(made)
    assert made.root not in made.label.encode()
