"""Messages that must go to teams whose names say nothing. Made up; the names are dealt anew on every draw."""

from __future__ import annotations

from typing import Any

import numpy as np

TOPICS = {  # what is wrong with what; any two go together
    "parcels": (
        "The parcel|My package|The courier|The shipment|The postman",
        "never came to my door|was left in the rain by the gate|is stuck at the depot|went to the wrong street"
        "|is two weeks late|was handed to a stranger|lost the tracking label on the way",
    ),
    "meals": (
        "The soup|The pizza|The salad|My dinner|The steak",
        "was cold and far too salty|tasted stale and burnt|had a hair in it|was raw in the middle"
        "|smelled of old oil|came without the sauce|made both of us sick",
    ),
    "sign-in": (
        "My password|The login page|The reset link|My user account|The security code",
        "is rejected each time I type it|was locked after three attempts|says that the user is unknown"
        "|expired before I could use it|never lets me log in|shows an error on the web site|was changed by a hacker",
    ),
    "gardens": (
        "The rose bush|My lawn|The apple tree|The hedge|The tomato plant",
        "has brown leaves and no flowers|is full of weeds|dries out in the sun|was eaten by snails"
        "|grows over the fence|lost its leaves in June|has roots that rot in wet soil",
    ),
    "cars": (
        "The engine|My car|The brake|The gearbox|The left tyre",
        "squeals when I drive downhill|leaks oil on the road|shakes at high speed|stalls at every traffic light"
        "|needs a mechanic since the crash|smokes on the motorway|failed at ninety miles an hour",
    ),
    "pets": (
        "My dog|The cat|The puppy|The rabbit|The hamster",
        "scratches its ears all night|will not touch its food bowl|limps on one paw|hides under the sofa"
        "|bites when I stroke it|needs the vet for its fur|sleeps in its cage all day",
    ),
    "music": (
        "The singer|The band|The guitar|The concert|The choir",
        "was out of tune all evening|played too loud for the hall|forgot the words of the song"
        "|began an hour late on stage|skipped the last song|could not be heard over the drums|missed every second note",
    ),
    "health": (
        "My knee|The wound|My back|The fever|The rash",
        "hurts more after the pills|did not heal after surgery|keeps me awake with pain"
        "|got worse since the doctor saw it|is swollen and red|came back after the treatment"
        "|needs another look by the nurse",
    ),
}
NAMES = [
    "maple",
    "copper",
    "falcon",
    "river",
    "amber",
    "cedar",
    "harbor",
    "lotus",
    "granite",
    "velvet",
    "comet",
    "meadow",
    "ivory",
    "canyon",
    "orchid",
    "willow",
]  # one token each, after a space
POOL = (16, 9, 8)  # examples a team: one team has most of the mail


def draw(rng: np.random.Generator, texts: int = 24, budget: int | None = None) -> dict[str, Any]:
    """Draw one task: teams with new names, examples, and texts to be routed.

    Parameters
    ----------
    rng : numpy.random.Generator
    texts : int
        How many to route, a third of them for each team (a multiple of 3, at most 57).
    budget : int, optional
        Tokens of a prompt; drawn from 220 to 260 when not given.

    Returns
    -------
    dict
        ``labels``: list of 3 str; ``examples``: list of 33 (text, label); ``texts``: list of str;
        ``budget``: int. ``answers``: for each text the index of its label. No text is among the examples.
    """
    topics = [list(TOPICS)[i] for i in rng.permutation(len(TOPICS))[:3]]
    labels = [NAMES[i] for i in rng.permutation(len(NAMES))[:3]]
    examples, asked = [], []
    for which, (topic, size) in enumerate(zip(topics, rng.permutation(POOL), strict=True)):
        things, faults = (part.split("|") for part in TOPICS[topic])
        every = [f"{thing} {fault}." for thing in things for fault in faults]
        mixed = [every[i] for i in rng.permutation(len(every))]
        examples += [(text, labels[which]) for text in mixed[:size]]
        asked += [(text, which) for text in mixed[size : size + texts // 3]]
    examples = [examples[i] for i in rng.permutation(len(examples))]
    asked = [asked[i] for i in rng.permutation(len(asked))]
    return {
        "labels": labels,
        "examples": examples,
        "texts": [text for text, _ in asked],
        "answers": [which for _, which in asked],
        "budget": int(rng.integers(220, 261)) if budget is None else budget,
    }
