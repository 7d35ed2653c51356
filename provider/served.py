"""What the servicer needs of a resource, in plain values; and the resources of managed policies, made to that."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import NamedTuple, Protocol

from pulumi.runtime.rpc import UNKNOWN

from provider import (
    applied,
    managed_policies_changes,
    managed_policies_inputs,
    policy_release,
    policy_removal,
    policy_watch,
)
from provider.changes import Change
from provider.inputs import Failure, Properties, Unmanaged, kept_in
from provider.managed_policies import ManagedPolicies, Warn
from provider.managed_policies_inputs import Inputs
from provider.managed_policies_outputs import Outputs
from provider.policy_release import PolicyRelease
from provider.policy_removal import PolicyRemoval
from provider.policy_watch import PolicyWatch
from remit.aws.departures import Departures
from remit.aws.iam import Iam
from remit.aws.time_limit import NO_LIMIT, TimeLimit
from remit.managed_policy import strangers

BARRIER = "remit:index:Barrier"


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


class ServedPolicies:
    """`remit:index:ManagedPolicies`."""

    def __init__(self, resource: ManagedPolicies) -> None:
        self._resource = resource
        self._told: set[str] = set()

    def check(self, news: Properties) -> tuple[Properties, list[Failure]]:
        return managed_policies_inputs.check(news)

    def diff(self, old_inputs: Properties, olds: Properties, news: Properties, warn: Warn) -> dict[str, Change]:
        old = olds.get("policies", old_inputs.get("policies")) or {}
        old = {name: shape for name, shape in old.items() if name not in kept_in(news)}
        for name, differing in managed_policies_changes.replaced(old, news["policies"]).items():
            warn(
                _replacement(
                    news["account"], name, differing, detach=bool(news["policies"][name].get("detachOnDelete"))
                )
            )
        wanted = Inputs.of(news)
        if wanted.unmanaged is Unmanaged.REPORT:
            known = Outputs.of(olds).unmanaged
            self._tell_unmanaged(news["account"], strangers(known.items(), wanted.shapes, wanted.owned_path), warn)
        return managed_policies_changes.changes(old_inputs, olds, news)

    def create(self, news: Properties, warn: Warn, *, preview: bool, limit: TimeLimit = NO_LIMIT) -> Written:
        inputs = Inputs.of(news)
        if preview:
            return Written("", {"account": inputs.account, "unmanagedPolicies": UNKNOWN})
        return self._applied(inputs, None, Outputs(), warn, limit)

    def read(self, id_: str, inputs: Properties, olds: Properties, warn: Warn) -> Written | None:
        if "policies" in inputs:
            found = self._resource.refresh(Inputs.of(inputs), Outputs.of(olds))
        else:
            found = self._resource.adopt(id_)
        if found is None:
            return None
        live, outputs = found
        self._tell_unmanaged(live.account, outputs.unmanaged, warn)
        return Written(live.account, outputs.properties(live), live.properties())

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
        inputs, before, state = Inputs.of(news), Inputs.of(old_inputs), Outputs.of(olds)
        if preview:
            return Written(id_, {"account": inputs.account, "unmanagedPolicies": UNKNOWN})
        return self._applied(inputs, before, state, warn, limit)

    def delete(self, old_inputs: Properties, olds: Properties, warn: Warn, limit: TimeLimit = NO_LIMIT) -> None:
        self._resource.remove(Inputs.of(old_inputs), Outputs.of(olds), warn, limit)

    def _applied(self, inputs: Inputs, before: Inputs | None, state: Outputs, warn: Warn, limit: TimeLimit) -> Written:
        outputs = self._resource.apply(inputs, before, state, limit)
        self._tell_unmanaged(inputs.account, outputs.unmanaged, warn)
        return Written(inputs.account, outputs.properties(inputs))

    def _tell_unmanaged(self, account: str, found: Mapping[str, str], warn: Warn) -> None:
        """Once in a run, which may refresh an account, compare it and change it. `found`: {name: path}."""
        line = _unmanaged(account, found)
        if line and line not in self._told:
            self._told.add(line)
            warn(line)


class ServedRemoval:
    """`remit:index:PolicyRemoval`."""

    def __init__(self, resource: PolicyRemoval) -> None:
        self._resource = resource

    def check(self, news: Properties) -> tuple[Properties, list[Failure]]:
        return policy_removal.check(news)

    def diff(self, old_inputs: Properties, olds: Properties, news: Properties, warn: Warn) -> dict[str, Change]:
        return policy_removal.changes(old_inputs, olds, news)

    def create(self, news: Properties, warn: Warn, *, preview: bool, limit: TimeLimit = NO_LIMIT) -> Written:
        return Written(policy_removal.ID, {})

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
        return Written(id_, {} if preview else self._resource.apply(old_inputs, olds, news, warn, limit))

    def delete(self, old_inputs: Properties, olds: Properties, warn: Warn, limit: TimeLimit = NO_LIMIT) -> None:
        self._resource.remove(old_inputs, olds, warn, limit)


class _Inert:
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


class ServedBarrier(_Inert):
    """`remit:index:Barrier`: nothing but a place in the order, so that many need not name all that they wait for."""

    def check(self, news: Properties) -> tuple[Properties, list[Failure]]:
        names = sorted(news.keys() - {"__defaults"})
        return news, [Failure(name, "a Barrier has no properties") for name in names]

    def diff(self, old_inputs: Properties, olds: Properties, news: Properties, warn: Warn) -> dict[str, Change]:
        return {}

    def create(self, news: Properties, warn: Warn, *, preview: bool, limit: TimeLimit = NO_LIMIT) -> Written:
        return Written("barrier", {})


class ServedWatch(_Inert):
    """`remit:index:PolicyWatch`."""

    def __init__(self, resource: PolicyWatch) -> None:
        self._resource = resource

    def check(self, news: Properties) -> tuple[Properties, list[Failure]]:
        return policy_watch.check(news)

    def diff(self, old_inputs: Properties, olds: Properties, news: Properties, warn: Warn) -> dict[str, Change]:
        for line in self._resource.tell(old_inputs, olds, news):
            warn(line)
        return policy_watch.changes(old_inputs, olds, news)

    def create(self, news: Properties, warn: Warn, *, preview: bool, limit: TimeLimit = NO_LIMIT) -> Written:
        return Written(news["account"], {})

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
        return Written(id_, {} if preview else self._resource.apply(old_inputs, olds, news))


class ServedRelease(_Inert):
    """`remit:index:PolicyRelease`."""

    def __init__(self, resource: PolicyRelease) -> None:
        self._resource = resource

    def check(self, news: Properties) -> tuple[Properties, list[Failure]]:
        return policy_release.check(news)

    def diff(self, old_inputs: Properties, olds: Properties, news: Properties, warn: Warn) -> dict[str, Change]:
        return policy_release.changes(old_inputs, olds, news)

    def create(self, news: Properties, warn: Warn, *, preview: bool, limit: TimeLimit = NO_LIMIT) -> Written:
        return Written(news["account"], {})

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
        return Written(id_, {} if preview else self._resource.apply(old_inputs, olds, news, warn, limit))

    def delete(self, old_inputs: Properties, olds: Properties, warn: Warn, limit: TimeLimit = NO_LIMIT) -> None:
        self._resource.remove(old_inputs, olds, warn, limit)


class ServedApplied(_Inert):
    """`remit:index:Applied`: which commit of the catalog the stack has."""

    def check(self, news: Properties) -> tuple[Properties, list[Failure]]:
        return applied.check(news)

    def diff(self, old_inputs: Properties, olds: Properties, news: Properties, warn: Warn) -> dict[str, Change]:
        return applied.changes(old_inputs, news)

    def create(self, news: Properties, warn: Warn, *, preview: bool, limit: TimeLimit = NO_LIMIT) -> Written:
        return Written(applied.ID, {})


def served_policies(iam: Iam, departures: Departures, cancelled: threading.Event) -> dict[str, Served]:
    """Token to resource, of all that managed policies need."""
    return {
        managed_policies_inputs.TOKEN: ServedPolicies(ManagedPolicies(iam, departures, cancelled)),
        policy_removal.TOKEN: ServedRemoval(PolicyRemoval(iam, departures, cancelled)),
        policy_watch.TOKEN: ServedWatch(PolicyWatch(iam)),
        policy_release.TOKEN: ServedRelease(PolicyRelease(iam, departures, cancelled)),
        BARRIER: ServedBarrier(),
        applied.TOKEN: ServedApplied(),
    }


def _replacement(account: str, name: str, differing: list[str], *, detach: bool) -> str:
    what = f"account {account}: policy {name} gets another {' and '.join(differing)}, which IAM fixes at creation"
    if detach:
        return f"{what}: it is taken from the roles, users and groups that have it, made anew, and given back to them"
    return f"{what}: it is deleted and made anew, unless somebody has it attached; then it stays, and the run says who"


def _unmanaged(account: str, found: Mapping[str, str]) -> str:
    names = [f"{path}{name}" for name, path in sorted(found.items())]
    if len(names) <= 1:  # on the first line, which is all that a table of resources shows
        return "".join(f"account {account} has a policy that nobody manages, left as it is: {name}" for name in names)
    many = f"account {account} has {len(names)} policies that nobody manages, left as they are:"
    return "\n  ".join([many, *names])
