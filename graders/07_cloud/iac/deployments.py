"""Deployments by kind, at the edges of what the statement allows: each is applied, and its state is looked at."""

import random
from dataclasses import dataclass, field
from string import ascii_letters, ascii_lowercase, digits, punctuation

STRINGS = ("environment", "account_id", "region", "owner", "api_token")
NAMES = ("abc", "api", "api-2", "api2", "a--", "z99-", "prod", "bucket")
REPLICAS = (1, 2, 3, 4, 7, 100, 1000, 1, 2)
TIMEOUTS = (0.5, 1, 1.25, 7, 0.000001, 43_200, 1_000_000, 86_400.75, 30)
ACCOUNTS = ("000000000000", "999999999999", "000000000007", "987654321098")
REGIONS = ("ap-southeast-7", "mx-central-1", "il-central-1")
OWNERS = ("007", "true", "Team 7: search/ranking @x.org +1=_-.", "Überwachung und Qualität der Modelle 日本")
ENVIRONMENTS = ("prod", "dev", "prod", "dev")
EXACT, FRACTION, EITHER = "needs that fill a type", "needs that are no whole numbers", "one need far above the other"
PRICES = "prices that are sorted by more than their first digits"
TYPES = {  # cpus, memory, price
    "C5 large": (2, 4, 0.1),
    "a1": (2.5, 4, 0.25),
    "b-2.metal": (4, 8, 0.3),
    "4xl": (4, 8.5, 0.31),
    "m 8.1": (8, 16, 0.9),
    "m 8.2": (8, 16, 0.9),
    "g": (16, 64, 9.5),
    "Z.16": (16, 64, 10.25),
    "p.32": (32, 64, 99.999),
    "P.32": (32, 64, 100.001),
    "near.1": (1, 128, 12.5),
    "near.2": (1, 128, 12.499999),
    "twin.1": (64, 1, 5),
    "twin.2": (64, 1, 5.000001),
    "t4g nano": (0.25, 0.5, 0.004),
    "t4g.micro": (0.5, 0.5, 0.0042),
    "x.48": (48, 512, 2000),
    "x.96": (96, 1024, 1999.5),
}
SIZES = {  # cpus, memory
    EXACT: [(2, 4), (4, 8), (8, 16), (0.25, 0.5), (0.5, 0.5), (2.5, 4)],
    FRACTION: [(2.25, 4), (2.000001, 4), (0.3, 0.5), (4, 8.25), (4, 8.000001), (2.4, 3.5), (3, 4), (4, 9)],
    EITHER: [(1, 100), (64, 1), (33, 2), (0.1, 65)],
    PRICES: [(9, 20), (20, 50), (17, 65)],
}
MANY_SERVICES, MANY_TYPES = 20, 120


@dataclass(frozen=True)
class World:
    """A deployment, and of what kind it is."""

    kind: str
    case: dict
    typed: tuple = ()
    """Variables that are given by `-var`."""
    kinds: dict = field(default_factory=dict)
    """The kind of each service, where they differ."""

    @property
    def run(self):
        """The run of Terraform: one step."""
        return [{"variables": self.case, "apply": True, "typed": list(self.typed)}]


def settings(size, replicas=2, timeout=30):
    """Return what a service needs."""
    return {"cpus": size[0], "memory_gb": size[1], "replicas": replicas, "timeout_seconds": timeout}


def sheet(types):
    """Return a price sheet of triples."""
    return {name: dict(zip(("cpus", "memory_gb", "price"), each, strict=True)) for name, each in types.items()}


def text(r, signs, length):
    """Return a text of some signs."""
    return "".join(r.choice(signs) for _ in range(length))


def drawn(draw):
    """Return the variables of deployments as the dataset draws them."""
    prod, dev = draw("iac", draw=1), {**draw("iac", draw=2), "environment": "dev"}
    return [World("a deployment in prod", prod), World("a deployment in dev", dev)]


def edges(case, r):
    """Return deployments whose services have names, counts and timeouts at the edges."""
    names = (*NAMES, r.choice(ascii_lowercase) + text(r, ascii_lowercase + digits + "-", 19))
    services = {
        name: settings((1, 2), replicas, timeout)
        for name, replicas, timeout in zip(r.sample(names, len(names)), REPLICAS, TIMEOUTS, strict=True)
    }
    kind = "services with names, replicas and timeouts at the edges, in"
    return [World(f"{kind} {name}", {**case, "environment": name, "services": services}) for name in ("prod", "dev")]


def places(case, r):
    """Return deployments in other accounts and regions, with other owners and tokens, some given by `-var`."""
    services = dict(list(case["services"].items())[:2])
    regions = (*REGIONS, f"{text(r, ascii_lowercase, 2)}-{text(r, ascii_lowercase, 6)}-{r.randrange(10)}")
    tokens = [text(r, *of) for of in ((ascii_letters, 32), (digits, 33), (punctuation, 200), ("abcdef", 64))]
    found = []
    for i, own in enumerate(zip(ENVIRONMENTS, ACCOUNTS, regions, OWNERS, tokens, strict=True)):
        variables = {**case, **dict(zip(STRINGS, own, strict=True)), "services": services}
        kind = "given on the command line, by -var" if i in (0, 3) else "another account, region, owner and token"
        found.append(World(kind, variables, STRINGS if i in (0, 3) else ()))
    return found


def sizes(case, r):
    """Return a deployment on whose price sheet each wrong idea of the cheapest type with room finds another one."""
    services, kinds = {}, {}
    for kind, needs in SIZES.items():
        for size in needs:
            name = text(r, ascii_lowercase, 6) + f"-{len(services)}"
            services[name], kinds[name] = settings(size, r.randrange(1, 5)), kind
    found = {**case, "environment": "prod", "instance_types": sheet(TYPES), "services": services}
    return World("a price sheet of few types", found, kinds=kinds)


def empty(case):
    """Return deployments without a service."""
    none = {**case, "services": {}}
    return [World("no services", none), World("no services", {**none, "environment": "dev", "instance_types": {}})]


def many(draw):
    """Return a deployment of many services and types; the cheapest type of each service may stand anywhere.

    Service j needs j + 1 cpus. Its own type has just these, and costs less than all larger ones.
    """
    case = draw("iac", draw=4)
    r = random.Random(case["api_token"])
    own = [round(i * (MANY_TYPES - 1) / (MANY_SERVICES - 1)) for i in range(MANY_SERVICES)]
    types = {place: (64, 256, 100 + r.randrange(10**6) / 1000) for place in range(MANY_TYPES)}
    sized = list(enumerate(r.sample(own, len(own))))
    types |= {place: (j + 1, 2 * j + 2, round(0.7 * (j + 1) + r.random() / 3, 3)) for j, place in sized}
    services = {
        f"{text(r, ascii_lowercase, 5)}-{j}": settings((j + 1, 2 * j + 2), r.randrange(1, 7), r.randrange(5, 120))
        for j, _ in sized
    }
    named = {f"type-{place:03}": each for place, each in sorted(types.items())}
    return World("many services", {**case, "instance_types": sheet(named), "services": services})


def every(draw):
    """Return all deployments but the one of `many`; `draw` gives the dataset's."""
    case = draw("iac", draw=3)
    r = random.Random(case["api_token"])
    return [*drawn(draw), *edges(case, r), *places(case, r), *empty(case), sizes(case, r)]
