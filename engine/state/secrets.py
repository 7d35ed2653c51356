"""Secrets in a checkpoint: Pulumi's passphrase provider.

A provider may mark a part of a resource's state as secret; the stock aws-native plugin does so with the inputs that it
keeps for itself (`__inputs`), and wants them back marked. In memory and in the journal such a part is
{SIGNATURE: SECRET, "plaintext": JSON}; in the checkpoint "ciphertext" stands in place of "plaintext", encrypted by a
key that PULUMI_CONFIG_PASSPHRASE and the salt in `secrets_providers` give. That is the Pulumi CLI's own format, so that
it can take the state over with the same passphrase.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine.errors import ConfigurationError, StateError
from engine.values import SECRET, SIGNATURE, Value

_ITERATIONS = 1_000_000
_CHECK = "pulumi"  # what a salt carries, encrypted, so that a wrong passphrase is told apart


def passphrase_of(environment: Mapping[str, str]) -> str:
    """PULUMI_CONFIG_PASSPHRASE, or what the file of PULUMI_CONFIG_PASSPHRASE_FILE holds; empty if there is neither."""
    path = environment.get("PULUMI_CONFIG_PASSPHRASE_FILE", "")
    if "PULUMI_CONFIG_PASSPHRASE" in environment or not path:
        return environment.get("PULUMI_CONFIG_PASSPHRASE", "")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigurationError(f"PULUMI_CONFIG_PASSPHRASE_FILE: {path} cannot be read: {error.strerror}") from error


class Sealer:
    """Encrypts and decrypts the secrets of one stack's deployments.

    What was decrypted is encrypted to the same text again, so that an unchanged secret leaves the file unchanged.
    """

    def __init__(self, passphrase: str) -> None:
        self._passphrase = passphrase
        self._known: dict[tuple[str, str], str] = {}

    def seal(self, deployment: Mapping[str, Any]) -> dict[str, Any]:
        """The deployment with every plaintext encrypted. A deployment that has none is returned as it is."""
        if not _holds(deployment, "plaintext"):
            return dict(deployment)
        salt = _salt_of(deployment) or _new_salt(self._passphrase)

        def encrypted(secret: Mapping[str, Any]) -> Value:
            text = secret["plaintext"]
            cipher = self._known.setdefault((salt, text), "") or _encrypt(_key(self._passphrase, salt), text)
            self._known[salt, text] = cipher
            return {SIGNATURE: SECRET, "ciphertext": cipher}

        providers = {"secrets_providers": {"type": "passphrase", "state": {"salt": salt}}}
        sealed: dict[str, Any] = _replaced(deployment, "plaintext", encrypted)
        # Where Pulumi puts it: after the manifest.
        return {"manifest": sealed.pop("manifest", {}), **providers, **sealed, **providers}

    def unseal(self, deployment: Mapping[str, Any]) -> dict[str, Any]:
        """The deployment with every ciphertext decrypted. ConfigurationError if the passphrase is a wrong one."""
        if not _holds(deployment, "ciphertext"):
            return dict(deployment)
        salt = _salt_of(deployment)
        if not salt:
            kind = (deployment.get("secrets_providers") or {}).get("type", "none")
            raise StateError(f"the state's secrets provider is {kind!r}: the embedded engine knows `passphrase` alone")
        key = _key(self._passphrase, salt)

        def decrypted(secret: Mapping[str, Any]) -> Value:
            text = _decrypt(key, secret["ciphertext"])
            self._known[salt, text] = secret["ciphertext"]
            return {SIGNATURE: SECRET, "plaintext": text}

        plain: dict[str, Any] = _replaced(deployment, "ciphertext", decrypted)
        return plain


def _salt_of(deployment: Mapping[str, Any]) -> str:
    providers = deployment.get("secrets_providers") or {}
    return str(providers.get("state", {}).get("salt", "")) if providers.get("type") == "passphrase" else ""


def _new_salt(passphrase: str) -> str:
    """`v1:SALT:` and the check word, encrypted with the key that the salt gives."""
    salt = base64.b64encode(os.urandom(8)).decode()
    return f"v1:{salt}:{_encrypt(_derive(passphrase, salt), _CHECK)}"


@lru_cache(maxsize=4)
def _key(passphrase: str, salt: str) -> bytes:
    """The key, once it has decrypted the check word."""
    try:
        version, random, check = salt.split(":", 2)
        if version != "v1":
            raise StateError(f"the salt of the state's secrets is of version {version}; this engine reads v1")
        key = _derive(passphrase, random)
        right = _decrypt(key, check) == _CHECK
    except InvalidTag:
        right = False
    if not right:
        raise ConfigurationError("incorrect passphrase: set PULUMI_CONFIG_PASSPHRASE to the one that the state has")
    return key


@lru_cache(maxsize=4)  # a third of a second, on purpose
def _derive(passphrase: str, salt: str) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", passphrase.encode(), base64.b64decode(salt), _ITERATIONS, 32)


def _encrypt(key: bytes, text: str) -> str:
    nonce = os.urandom(12)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), None)
    return f"v1:{base64.b64encode(nonce).decode()}:{base64.b64encode(sealed).decode()}"


def _decrypt(key: bytes, cipher: str) -> str:
    _, nonce, sealed = cipher.split(":")
    return AESGCM(key).decrypt(base64.b64decode(nonce), base64.b64decode(sealed), None).decode()


def _is_secret(value: Value, form: str) -> bool:
    return isinstance(value, Mapping) and value.get(SIGNATURE) == SECRET and form in value


def _holds(value: Value, form: str) -> bool:
    if _is_secret(value, form):
        return True
    items = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return any(_holds(item, form) for item in items)


def _replaced(value: Value, form: str, new: Callable[[Mapping[str, Any]], Value]) -> Value:
    if _is_secret(value, form):
        return new(value)
    if isinstance(value, Mapping):
        return {key: _replaced(item, form, new) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, form, new) for item in value]
    return value
