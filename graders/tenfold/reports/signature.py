"""Signatures of results: Ed25519 (RFC 8032) over the document without its signature, keys sorted, nothing between.

A key pair is two PEM files, as OpenSSL writes them::

    openssl genpkey -algorithm ed25519 -out grader.pem
    openssl pkey -in grader.pem -pubout -out grader.pub
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import MissingExtra, UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ALGORITHM = "ed25519"


def signed(document: dict[str, Any], key: Path) -> dict[str, Any]:
    """Return a document with its signature by a private key.

    Raises
    ------
    UsageError
        The file holds no Ed25519 private key without a password.
    MissingExtra
        The group ``sign`` is not installed.
    """
    private = _private(key)
    value = base64.b64encode(private.sign(message(document))).decode()
    return {
        **document,
        "signature": {"algorithm": ALGORITHM, "key": fingerprint(private.public_key()), "value": value},
    }


def holds(document: dict[str, Any], key: Path) -> bool:
    """Return whether a document was signed by the owner of a public key and not changed since."""
    public = _public(key)
    from cryptography.exceptions import InvalidSignature

    try:
        public.verify(base64.b64decode(document["signature"]["value"], validate=True), message(document))
    except (InvalidSignature, ValueError, KeyError, TypeError):
        return False
    return True


def message(document: dict[str, Any]) -> bytes:
    """Return what is signed."""
    unsigned = {name: value for name, value in document.items() if name != "signature"}
    text = json.dumps(unsigned, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "surrogatepass")


def fingerprint(public: Ed25519PublicKey) -> str:
    """Return the SHA-256 of a public key's 32 bytes, hex: a name for it."""
    return hashlib.sha256(public.public_bytes_raw()).hexdigest()


def _private(path: Path) -> Ed25519PrivateKey:
    load, kinds = _library()
    key: Ed25519PrivateKey = _key(path, lambda pem: load.load_pem_private_key(pem, None), kinds.Ed25519PrivateKey)
    return key


def _public(path: Path) -> Ed25519PublicKey:
    load, kinds = _library()
    key: Ed25519PublicKey = _key(path, load.load_pem_public_key, kinds.Ed25519PublicKey)
    return key


def _key(path: Path, load: Callable[[bytes], Any], kind: type) -> Any:
    """Return a key of a kind from a PEM file."""
    try:
        found = load(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, TypeError) as error:
        raise UsageError(f"{path} holds no {kind.__name__} that can be read: {error}") from None
    if not isinstance(found, kind):
        raise UsageError(f"{path} is no {kind.__name__}. Make a pair with: openssl genpkey -algorithm ed25519")
    return found


def _library() -> tuple[Any, Any]:
    try:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        raise MissingExtra("signatures need the packages of the group sign: make check-result installs them") from None
    return serialization, ed25519
