"""The provider's configuration: which of the stock plugin's settings are served, and how they arrive."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_PREFIX = "aws-native:config:"
_SKIPS = ("skipGetEc2Platforms", "skipMetadataApiCheck", "skipRegionValidation")
_SERVED = frozenset(
    {
        "accessKey",
        "allowedAccountIds",
        "assumeRole",
        "forbiddenAccountIds",
        "maxRetries",
        "profile",
        "region",
        "roleArn",
        "secretKey",
        "skipCredentialsValidation",
        "token",
        "version",
        *_SKIPS,
    }
)


class ConfigurationError(Exception):
    """The provider cannot work as it is configured."""


@dataclass(frozen=True, slots=True)
class AssumeRole:
    """The role to work as. `arguments` are those of sts:AssumeRole."""

    role_arn: str
    arguments: Mapping[str, Any]

    @property
    def account(self) -> str:
        """The account of the role: an ARN's fifth field."""
        return f"{self.role_arn}::::".split(":")[4]


@dataclass(frozen=True, slots=True)
class Configuration:
    """Configuration of one provider instance. `credentials` are boto3's arguments; empty: AWS's own chain."""

    region: str
    profile: str | None = None
    credentials: Mapping[str, str] = field(default_factory=dict)
    assume_role: AssumeRole | None = None
    role_arn: str | None = None
    max_retries: int = 25
    validate_credentials: bool = True
    allowed_accounts: frozenset[str] = frozenset()
    forbidden_accounts: frozenset[str] = frozenset()


def setting_failures(settings: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Settings that this stand-in does not serve, with the reason. A skip flag may only be true, as in the plugin."""
    unserved = [
        (name, "not served by this stand-in for aws-native: use the stock plugin, or leave it out")
        for name, value in settings.items()
        if name not in _SERVED and not name.startswith("__") and value is not None
    ]
    unskipped = [(name, "only true is served") for name in _SKIPS if name in settings and not settings[name]]
    return unserved + unskipped


def read_configuration(variables: Mapping[str, str], environment: Mapping[str, str]) -> Configuration:
    """The configuration of a Configure request's variables; raises ConfigurationError."""
    settings = {name.removeprefix(_PREFIX): value for name, value in variables.items()}
    region = settings.get("region") or environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    if not region:
        raise ConfigurationError("missing aws-native:region: set it, or AWS_REGION in the environment")
    skip = settings.get("skipCredentialsValidation", environment.get("AWS_SKIP_CREDENTIALS_VALIDATION"))
    return Configuration(
        region=region,
        profile=settings.get("profile"),
        credentials=_credentials(settings),
        assume_role=_assume_role(_json(settings, "assumeRole")),
        role_arn=settings.get("roleArn"),
        max_retries=int(settings.get("maxRetries", "25")),
        validate_credentials=skip != "true",
        allowed_accounts=frozenset(_json(settings, "allowedAccountIds") or ()),
        forbidden_accounts=frozenset(_json(settings, "forbiddenAccountIds") or ()),
    )


def _credentials(settings: Mapping[str, str]) -> dict[str, str]:
    names = {
        "accessKey": "aws_access_key_id",
        "secretKey": "aws_secret_access_key",
        "token": "aws_session_token",
    }
    return {argument: settings[name] for name, argument in names.items() if settings.get(name)}


def _assume_role(given: Mapping[str, Any] | None) -> AssumeRole | None:
    if not given:
        return None
    role_arn = given.get("roleArn")
    if not role_arn:
        raise ConfigurationError("aws-native:assumeRole has no roleArn")
    arguments = {
        "RoleArn": role_arn,
        "RoleSessionName": given.get("sessionName") or "pulumi-aws-native",
        "DurationSeconds": given.get("durationSeconds"),
        "ExternalId": given.get("externalId"),
        "Policy": given.get("policy"),
        "PolicyArns": [{"arn": arn} for arn in given.get("policyArns") or ()],
        "Tags": [{"Key": key, "Value": value} for key, value in (given.get("tags") or {}).items()],
        "TransitiveTagKeys": given.get("transitiveTagKeys"),
    }
    return AssumeRole(role_arn, {name: value for name, value in arguments.items() if value})


def _json(settings: Mapping[str, str], name: str) -> Any:  # noqa: ANN401
    if name not in settings:
        return None
    try:
        return json.loads(settings[name])
    except json.JSONDecodeError as error:
        raise ConfigurationError(f"aws-native:{name} is not JSON: {error}") from error
