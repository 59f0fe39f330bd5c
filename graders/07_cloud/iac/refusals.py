"""Variables that the plan must refuse, by the rule that they break, and their neighbours that break none."""

import random
from dataclasses import dataclass
from pathlib import Path
from string import ascii_letters, ascii_lowercase, digits, punctuation

from tenfold.datasets import module

deployments = module(Path(__file__).with_name("deployments.py"))

SHEET = {"c": (32, 64, 2.0), "m": (16, 128, 3.0)}
MIDDLE = "kappa"  # other services stand before and behind it
OTHER_ENVIRONMENTS = ("", "PROD", " dev", "prod\n", "production", "devprod")
WITH_OTHER_SIGNS = (
    "9abc",
    "-abc",
    "Zabc",
    "_abc",
    "éabc",
    "zz_z",
    "a.bc",
    "ab c",
    "zzZz",
    "aébc",
    "zab ",
    "abc\n",
)


@dataclass(frozen=True)
class Plan:
    """Variables of one plan, and what is wrong with them."""

    kind: str
    case: dict
    refused: bool
    without_room: tuple = ()
    """The services for which no instance type has room."""


def small(draw):
    """Return a deployment of one service and two types, and a generator."""
    case = draw("iac", draw=8, services=1)
    services = {MIDDLE: deployments.settings((1, 2))}
    return {**case, "instance_types": deployments.sheet(SHEET), "services": services}, random.Random(case["api_token"])


def services(case, **settings):
    """Return a deployment with more services, by name, or with other settings of one."""
    plain = case["services"][MIDDLE]
    return {**case, "services": {**case["services"], **{name: {**plain, **each} for name, each in settings.items()}}}


def bad(case, r):
    """Yield variables that break a rule, by kind."""
    account, token = case["account_id"], case["api_token"]
    at, word = r.randrange(1, 11), deployments.text(r, ascii_lowercase, 40)
    for name in (*OTHER_ENVIRONMENTS, word[:4]):
        yield "another environment", {**case, "environment": name}
    for number in ("", account[:11], account + "0", account + account):
        yield "an account that has not twelve digits", {**case, "account_id": number}
    for place, sign in (
        (0, "a"),
        (0, "+"),
        (at, r.choice(ascii_letters)),
        (at, r.choice(" -.")),
        (11, "X"),
        (11, "\n"),
    ):
        number = account[:place] + sign + account[place + 1 :]
        yield "an account in which a sign is no digit", {**case, "account_id": number}
    for count in (0, 1, 31):
        yield "a token of less than 32 characters", {**case, "api_token": token[:count]}
    for name in ("", "a", "zz", word[:21], word):
        yield "a name that is too short or too long", services(case, **{name: {}})
    for name in WITH_OTHER_SIGNS:
        yield "a name with another sign", services(case, **{name: {}})
    for i, replicas in enumerate((0, -1, -r.randrange(2, 99), 0.5, 1.5, 2.000001, 999.5)):
        one = {("aaa", "zzz")[i % 2]: {"replicas": replicas}}
        yield "replicas that are no whole number from 1", services(case, **one)


def good(case, r):
    """Yield variables that break no rule, by kind."""
    word = r.choice(ascii_lowercase) + deployments.text(r, ascii_lowercase + digits + "-", 19)
    yield "prod", case
    yield "dev", {**case, "environment": "dev"}
    yield "an account of twelve digits", {**case, "account_id": "000000000000"}
    yield "an account of twelve digits", {**case, "account_id": "999999999999"}
    yield "a token of 32 characters", {**case, "api_token": deployments.text(r, ascii_letters + digits, 32)}
    yield "a token of 200 characters", {**case, "api_token": deployments.text(r, ascii_letters + punctuation, 200)}
    names = ("abc", "a-1", "a--", "z99", "b28", "c37", "d46", "e50-", word)
    yield "names of 3 to 20 characters", services(case, **{name: {} for name in names})
    yield "replicas from 1", services(case, aaa={"replicas": 1}, zzz={"replicas": 1000})
    yield "no services", {**case, "services": {}}
    for region in ("mx-central-1", f"{deployments.text(r, ascii_lowercase, 2)}-east-{r.randrange(10)}"):
        yield "another region", {**case, "region": region}
    yield "another owner", {**case, "owner": "Team 7: search/ranking @x.org +1=_-."}


def rooms(case):
    """Yield services without room: the kind, the variables, and their names."""
    full = services(case, **{name: {} for name in ("search", "search-2", "search2", "sea", "research")})
    wide, high = {"cpus": 32.25}, {"memory_gb": 128.5}
    yield "too many cpus, by a fraction", services(full, search=wide), ["search"]
    yield "too much memory, by a fraction", services(full, **{"search-2": high}), ["search-2"]
    yield "room for each need, but not for both", services(full, search2={"cpus": 32, "memory_gb": 128}), ["search2"]
    yield "two services without room", services(full, sea=wide, research=high), ["sea", "research"]
    yield "a service without room in dev", {**services(full, sea=high), "environment": "dev"}, ["sea"]
    yield "no instance types", {**case, "instance_types": {}}, [MIDDLE]


def every(draw):
    """Return all plans."""
    case, r = small(draw)
    found = [Plan(kind, variables, refused=False) for kind, variables in good(case, r)]
    found += [Plan(kind, variables, refused=True) for kind, variables in bad(case, r)]
    return found + [Plan(kind, variables, True, tuple(names)) for kind, variables, names in rooms(case)]
