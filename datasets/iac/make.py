"""Accounts, regions, price sheets and services of a made-up platform: the variables of one Terraform root module."""

from __future__ import annotations

from typing import Any

import numpy as np

Case = dict[str, Any]
REGIONS = ("eu-west-1", "eu-central-1", "us-east-1", "us-west-2", "ap-southeast-2", "ca-central-1", "sa-east-1")
NAMES = ("search", "ranker", "embed", "fraud-score", "speech2text", "ocr", "churn", "vision-v2", "router", "forecast")
OWNERS = ("ml-platform", "risk", "discovery", "supply-chain", "voice")
LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CPUS = (2, 4, 8, 16, 32)
FAMILIES = {"c": 2, "m": 4, "r": 8}  # gigabytes of memory for each cpu


def _digits(rng: np.random.Generator, first: str = "") -> str:
    return first + "".join(str(n) for n in rng.integers(0, 10, size=12 - len(first)))


def token(rng: np.random.Generator) -> str:
    """Draw an API token of 40 characters."""
    return "".join(rng.choice(list(LETTERS), size=40))


def _sheet(rng: np.random.Generator) -> dict[str, dict[str, float]]:
    """Draw a price sheet in which neither the name nor the size says what is cheap; prices span 10."""
    sheet = {}
    currency = rng.uniform(12, 30)  # to the dollar
    for family, memory in FAMILIES.items():
        for generation in (5, 6, 7):
            dearer = currency * rng.uniform(0.6, 1.8)  # a newer generation is sometimes cheaper, sometimes not
            for cpus in CPUS:
                price = dearer * (0.03 * cpus + 0.004 * cpus * memory) * rng.uniform(0.9, 1.1)
                sheet[f"{family}{generation}.{cpus}x"] = {
                    "cpus": cpus,
                    "memory_gb": cpus * memory,
                    "price": round(float(price), 3),
                }
    return sheet


def _service(rng: np.random.Generator) -> dict[str, float]:
    return {
        "cpus": int(rng.integers(1, 13)),
        "memory_gb": int(rng.integers(2, 61)),
        "replicas": int(rng.integers(1, 7)),
        "timeout_seconds": int(rng.integers(5, 121)),
    }


def draw(rng: np.random.Generator, services: int = 5) -> Case:
    """Draw the variables of one deployment in prod.

    Parameters
    ----------
    rng : numpy.random.Generator
    services : int
        How many, at most 10.

    Returns
    -------
    dict
        See ``README.md`` beside this file for the keys and their units. The account begins with a zero.
    """
    names = rng.permutation(NAMES)[:services]
    return {
        "environment": "prod",
        "account_id": _digits(rng, first="0"),
        "region": str(rng.choice(REGIONS)),
        "owner": str(rng.choice(OWNERS)),
        "api_token": token(rng),
        "instance_types": _sheet(rng),
        "services": {str(name): _service(rng) for name in names},
    }
