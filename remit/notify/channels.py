"""Who is told what: notifications.yaml, beside Pulumi.yaml. A file of its own, so that a broken catalog is told too.

Addresses and keys of webhooks are secrets: the file has the names of the environment variables that hold them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from remit.catalog.load import validate
from remit.errors import BadValue, CatalogError, Problem, RemitError
from remit.notify.message import Topic
from remit.yaml_places import read_yaml

FILE = "notifications.yaml"

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TOPIC = r"^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]+$"
_LOCAL, _LOCAL_SCHEMES = {"localhost", "127.0.0.1", "::1"}, {"http", "https"}
NEEDS: Mapping[str, tuple[str, ...]] = {
    "teams": ("url_env",),
    "slack": ("url_env",),
    "webhook": ("url_env", "secret_env"),
    "sns": ("topic_arn",),
}


class Channel(BaseModel):
    """One channel. Which keys it needs besides its kind: `NEEDS`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["teams", "slack", "webhook", "sns"] = Field(description="How it is reached")
    name: str = Field(default="", description="For logs; without it, the kind")
    topics: tuple[Topic, ...] = Field(default=tuple(Topic), min_length=1, description="What it wants to hear of")
    url_env: str = Field(default="", description="The environment variable with the address")
    secret_env: str = Field(default="", description="The one with the key, whsec_BASE64")
    topic_arn: str = Field(default="", pattern=_TOPIC, description="The topic that is published to")

    @field_validator("url_env", "secret_env")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        """The value is in no error: somebody may have written the secret itself."""
        if value and not _VARIABLE.fullmatch(value):
            raise BadValue("must be the name of an environment variable", "the secret itself belongs in no file")
        return value

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        for key in ("url_env", "secret_env", "topic_arn"):
            needed, given = key in NEEDS[self.kind], bool(getattr(self, key))
            if needed and not given:
                raise BadValue(f"a {self.kind} channel needs {key}", type(self).model_fields[key].description or "")
            if given and not needed:
                raise BadValue(f"a {self.kind} channel takes no {key}", f"it takes {', '.join(NEEDS[self.kind])}")
        return self

    @property
    def label(self) -> str:
        return self.name or self.kind


class Channels(BaseModel):
    """The file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channels: tuple[Channel, ...] = Field(default=(), description="Each is told by itself")


def read_channels(path: Path) -> Channels:
    """The file's channels. Raises CatalogError with every problem, by line."""
    try:
        documents, problems = read_yaml(path.read_bytes(), str(path))
    except OSError as error:
        raise CatalogError([Problem(f"{path} cannot be read: {error.strerror}", "name it with --channels")]) from error
    found = [validate(Channels, document, problems) for document in documents if document is not None]
    if problems:
        raise CatalogError(problems)
    return Channels(channels=tuple(channel for each in found if each for channel in each.channels))


def secret_of(environment: Mapping[str, str], variable: str) -> str:
    """What the variable holds. Raises RemitError when it is unset or empty."""
    value = environment.get(variable, "").strip()
    if not value:
        raise RemitError(f"{variable} is not set")
    return value


def address_of(environment: Mapping[str, str], variable: str) -> str:
    """The address that the variable holds. Raises RemitError, without the address: it is a secret."""
    url = secret_of(environment, variable)
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as error:
        raise RemitError(f"{variable} does not hold an address") from error
    if not host or parts.scheme not in (_LOCAL_SCHEMES if host in _LOCAL else {"https"}):
        raise RemitError(f"{variable} does not hold an https:// address")
    return url
