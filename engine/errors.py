"""What can go wrong, as one tree. Exit codes are the Pulumi CLI's.

EngineError                    1: the run failed, or could not start
├── ConfigurationError         2: flags, Pulumi.yaml or the stack's configuration are wrong
│   ├── SecretError            2: a secret value: this engine keeps none
│   └── NotLoopbackError       2: AWS_ENDPOINT_URL is not a loopback address
├── StackNotFoundError         6
├── ChangesNotExpectedError    7: --expect-no-changes, and there were some
├── CancelledError             8: interrupted
├── LockedError                1: another process holds the stack
├── StateError                 1: the checkpoint or its journal cannot be used
├── PluginError                1: a plugin did not start or speak
└── ProviderError              1: a provider refused a call
    ├── PartialFailureError    1: it was done in part; carries the state that there is
    └── PluginLostError        1: the plugin ended during the call: nobody knows what was done
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class EngineError(Exception):
    """Base of every error that a user is meant to read."""

    exit_code = 1


class ConfigurationError(EngineError):
    """Flags, Pulumi.yaml or the stack's configuration are wrong."""

    exit_code = 2


class SecretError(ConfigurationError):
    """A secret reached the engine, which has nothing to keep it in."""


class NotLoopbackError(ConfigurationError):
    """The run would reach a real cloud."""


class StackNotFoundError(EngineError):
    """No stack of that name in the backend."""

    exit_code = 6

    def __init__(self, stack: str) -> None:
        super().__init__(f"no stack named '{stack}' found; `python -m engine stack init {stack}` makes one")


class ChangesNotExpectedError(EngineError):
    """`--expect-no-changes` was given, and there were changes."""

    exit_code = 7


class CancelledError(EngineError):
    """Interrupted: what had started was finished and saved."""

    exit_code = 8


class LockedError(EngineError):
    """Another process holds the stack."""


class StateError(EngineError):
    """The checkpoint or its journal cannot be used."""


class PluginError(EngineError):
    """A plugin did not start, or does not speak the protocol."""


class ProviderError(EngineError):
    """A provider refused a call; the message is its own."""


class PluginLostError(ProviderError):
    """The plugin ended while it was at work. Whether the change was made is not known."""


class PartialFailureError(ProviderError):
    """A create, update or read that was done in part.

    `id`, `properties` and (if the provider said) `inputs` are what is there now; `reasons` say what is missing.
    """

    def __init__(
        self,
        message: str,
        *,
        id: str,
        properties: Mapping[str, Any],
        inputs: Mapping[str, Any] | None,
        reasons: tuple[str, ...],
    ) -> None:
        super().__init__(message)
        self.id = id
        self.properties = dict(properties)
        self.inputs = dict(inputs) if inputs is not None else None
        self.reasons = reasons
