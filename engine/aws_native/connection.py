"""From a configuration to a client of Cloud Control, as the role that it names.

The role is assumed when the first call needs it, and again before its session ends, as the stock plugin does:
an account that cannot be entered fails the resources in it, not those of other accounts.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.credentials import CredentialProvider, CredentialResolver, DeferredRefreshableCredentials
from botocore.exceptions import BotoCoreError, ClientError
from botocore.loaders import create_loader
from botocore.session import Session

from engine.aws_native.cloud_control import Client
from engine.aws_native.configuration import AssumeRole, Configuration, ConfigurationError

Connect = Callable[[Configuration], Client]

_lock = threading.Lock()  # botocore's sessions make clients one at a time


def connect(configuration: Configuration) -> Client:
    """A client of Cloud Control; raises ConfigurationError when validating the credentials was asked and failed."""
    with _lock:
        session, identity = _session(configuration), _identity(configuration)
        sts = session.create_client("sts", **identity) if configuration.validate_credentials else None
        client: Client = session.create_client("cloudcontrol", **identity)
    if sts is not None:
        _validate(configuration, sts)  # without the lock: it may assume the role, which makes a client too
    return client


def _identity(configuration: Configuration) -> dict[str, Any]:
    retries = {"mode": "adaptive", "total_max_attempts": max(configuration.max_retries, 1)}
    arguments = {
        "region_name": configuration.region,
        "config": Config(retries=retries, max_pool_connections=32, user_agent_appid="pulumi-aws-native-stand-in"),
    }
    # Keys given in the configuration are the caller's; with a role, the role's take their place.
    return arguments if configuration.assume_role else {**arguments, **configuration.credentials}


def _session(configuration: Configuration) -> Session:
    session = _plain_session(configuration.profile)
    if configuration.assume_role:
        provider = _RoleProvider(session, configuration, configuration.assume_role)
        session = _plain_session(configuration.profile)
        session.register_component("credential_provider", CredentialResolver([provider]))
    return session


def _plain_session(profile: str | None) -> Session:
    session = botocore.session.Session(profile=profile)
    session.register_component("data_loader", _loader())
    return session


@cache
def _loader() -> Any:  # noqa: ANN401
    """One loader for all sessions: it keeps the parsed models of AWS's services."""
    return create_loader()


class _RoleProvider(CredentialProvider):  # type: ignore[misc] # botocore has no types
    """Credentials of an assumed role, in the form that a botocore session looks them up."""

    METHOD = "remit-assume-role"

    def __init__(self, source: Session, configuration: Configuration, role: AssumeRole) -> None:
        super().__init__(source)
        self._source = source
        self._configuration = configuration
        self._role = role

    def load(self) -> DeferredRefreshableCredentials:
        return DeferredRefreshableCredentials(self._assume, self.METHOD)

    def _assume(self) -> dict[str, Any]:
        try:
            answer = self._sts().assume_role(**self._role.arguments)
        except (BotoCoreError, ClientError) as error:
            message = f"could not assume {self._role.role_arn} in account {self._role.account}: {error}"
            raise ConfigurationError(message) from error
        credentials = answer["Credentials"]
        return {
            "access_key": credentials["AccessKeyId"],
            "secret_key": credentials["SecretAccessKey"],
            "token": credentials["SessionToken"],
            "expiry_time": credentials["Expiration"].isoformat(),
        }

    def _sts(self) -> Any:  # noqa: ANN401
        with _lock:
            return self._source.create_client(
                "sts", region_name=self._configuration.region, **self._configuration.credentials
            )


def _validate(configuration: Configuration, sts: Any) -> None:  # noqa: ANN401
    try:
        account = sts.get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise ConfigurationError(f"could not get AWS account ID: {error}") from error
    if account in configuration.forbidden_accounts:
        raise ConfigurationError(f"forbidden account ID ({account})")
    if configuration.allowed_accounts and account not in configuration.allowed_accounts:
        raise ConfigurationError(f"account ID not allowed ({account})")
