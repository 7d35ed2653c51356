"""What the servicer needs of a resource, in plain values; and what the resources of managed policies share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from provider.changes import Change
from provider.inputs import Failure, Properties
from provider.managed_policies import Warn
from remit.aws.time_limit import NO_LIMIT, TimeLimit


class Written(NamedTuple):
    """A resource as it is after a change or a read."""

    id: str
    outputs: Properties
    inputs: Properties | None = None


class Served(Protocol):
    """One type of resource. Every method may raise RemitError and ValueError; writing ones PartlyDoneError.

    Once `limit` is over, a writing method begins nothing more.
    """

    def check(self, news: Properties) -> tuple[Properties, list[Failure]]: ...
    def diff(self, old_inputs: Properties, olds: Properties, news: Properties, warn: Warn) -> dict[str, Change]: ...
    def create(self, news: Properties, warn: Warn, *, preview: bool, limit: TimeLimit = NO_LIMIT) -> Written: ...
    def read(self, id_: str, inputs: Properties, olds: Properties, warn: Warn) -> Written | None: ...
    def update(
        self,
        id_: str,
        old_inputs: Properties,
        olds: Properties,
        news: Properties,
        warn: Warn,
        *,
        preview: bool,
        limit: TimeLimit = NO_LIMIT,
    ) -> Written: ...
    def delete(self, old_inputs: Properties, olds: Properties, warn: Warn, limit: TimeLimit = NO_LIMIT) -> None: ...


class Inert:
    """A resource that is nothing in AWS: it is made, read and deleted without a call."""

    def read(self, id_: str, inputs: Properties, olds: Properties, warn: Warn) -> Written | None:
        return Written(id_, olds, inputs)

    def update(
        self,
        id_: str,
        old_inputs: Properties,
        olds: Properties,
        news: Properties,
        warn: Warn,
        *,
        preview: bool,
        limit: TimeLimit = NO_LIMIT,
    ) -> Written:
        return Written(id_, {})

    def delete(self, old_inputs: Properties, olds: Properties, warn: Warn, limit: TimeLimit = NO_LIMIT) -> None:
        return


class Strangers:
    """Says what nobody manages; once in a run, which may refresh an account, compare it and change it."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def tell(self, account: str, found: Mapping[str, str], warn: Warn) -> None:
        """`found`: {name: path}."""
        line = _unmanaged(account, found)
        if line and line not in self._told:
            self._told.add(line)
            warn(line)


def _unmanaged(account: str, found: Mapping[str, str]) -> str:
    names = [f"{path}{name}" for name, path in sorted(found.items())]
    if len(names) <= 1:  # on the first line, which is all that a table of resources shows
        return "".join(f"account {account} has a policy that nobody manages, left as it is: {name}" for name in names)
    many = f"account {account} has {len(names)} policies that nobody manages, left as they are:"
    return "\n  ".join([many, *names])
