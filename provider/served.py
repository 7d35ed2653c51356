"""The resources of managed policies, as the servicer needs them."""

from __future__ import annotations

import threading

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
from provider.inputs import Failure, Properties, Unmanaged
from provider.managed_policies import ManagedPolicies, Warn
from provider.managed_policies_inputs import Inputs
from provider.managed_policies_outputs import Outputs, leaving_of
from provider.policy_release import PolicyRelease
from provider.policy_removal import PolicyRemoval
from provider.policy_sight import still_strange
from provider.policy_watch import PolicyWatch
from provider.serving import Inert, Served, Strangers, Written
from remit.aws.departures import Departures
from remit.aws.iam import Iam
from remit.aws.time_limit import NO_LIMIT, TimeLimit
from remit.managed_policy import strangers
from remit.resource_types import APPLIED, BARRIER, MANAGED_POLICIES, POLICY_RELEASE, POLICY_REMOVAL, POLICY_WATCH


class ServedPolicies:
    """`remit:index:ManagedPolicies`."""

    def __init__(self, resource: ManagedPolicies) -> None:
        self._resource, self._strangers = resource, Strangers()

    def check(self, news: Properties) -> tuple[Properties, list[Failure]]:
        return managed_policies_inputs.check(news)

    def diff(self, old_inputs: Properties, olds: Properties, news: Properties, warn: Warn) -> dict[str, Change]:
        known = managed_policies_changes.known(old_inputs, olds, news)
        for name, differing in managed_policies_changes.replaced(known, news["policies"]).items():
            warn(
                _replacement(
                    news["account"], name, differing, detach=bool(news["policies"][name].get("detachOnDelete"))
                )
            )
        wanted = Inputs.of(news)
        if wanted.unmanaged is Unmanaged.REPORT:
            seen = Outputs.of(olds).unmanaged
            self._strangers.tell(news["account"], strangers(seen.items(), wanted.shapes, wanted.owned_path), warn)
        return managed_policies_changes.changes(old_inputs, olds, news)

    def create(self, news: Properties, warn: Warn, *, preview: bool, limit: TimeLimit = NO_LIMIT) -> Written:
        inputs = Inputs.of(news)
        if preview:
            return Written("", {"account": inputs.account, "unmanagedPolicies": UNKNOWN})
        return self._applied(inputs, None, Outputs(), warn, limit)

    def read(self, id_: str, inputs: Properties, olds: Properties, warn: Warn) -> Written | None:
        if "policies" in inputs:
            found = self._resource.refresh(Inputs.of(inputs), Outputs.of(olds), warn)
        else:
            found = self._resource.adopt(id_)
        if found is None:
            return None
        live, outputs = found
        self._strangers.tell(live.account, outputs.unmanaged, warn)
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
            leaving = Outputs(leaving=leaving_of(before, state, inputs)).leaving_properties()
            return Written(id_, {"account": inputs.account, "unmanagedPolicies": UNKNOWN, **leaving})
        return self._applied(inputs, before, state, warn, limit)

    def delete(self, old_inputs: Properties, olds: Properties, warn: Warn, limit: TimeLimit = NO_LIMIT) -> None:
        self._resource.remove(Inputs.of(old_inputs), Outputs.of(olds), warn, limit)

    def _applied(self, inputs: Inputs, before: Inputs | None, state: Outputs, warn: Warn, limit: TimeLimit) -> Written:
        outputs = self._resource.apply(inputs, before, state, warn, limit)
        self._strangers.tell(inputs.account, outputs.unmanaged, warn)
        return Written(inputs.account, outputs.properties(inputs))


class ServedRemoval(Inert):
    """`remit:index:PolicyRemoval`. The stack goes: what is still there then, each account deletes."""

    def __init__(self, resource: PolicyRemoval) -> None:
        self._resource = resource

    def check(self, news: Properties) -> tuple[Properties, list[Failure]]:
        return policy_removal.check(news)

    def diff(self, old_inputs: Properties, olds: Properties, news: Properties, warn: Warn) -> dict[str, Change]:
        for line in policy_removal.foretold(old_inputs, olds, news):
            warn(line)
        return policy_removal.changes(old_inputs, olds, news)

    def create(self, news: Properties, warn: Warn, *, preview: bool, limit: TimeLimit = NO_LIMIT) -> Written:
        if preview:
            self.diff({}, {}, news, warn)
        return Written(policy_removal.ID, {} if preview else self._resource.apply({}, {}, news, warn, limit))

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


class ServedBarrier(Inert):
    """`remit:index:Barrier`: nothing but a place in the order, so that many need not name all that they wait for."""

    def check(self, news: Properties) -> tuple[Properties, list[Failure]]:
        names = sorted(news.keys() - {"__defaults"})
        return news, [Failure(name, "a Barrier has no properties") for name in names]

    def diff(self, old_inputs: Properties, olds: Properties, news: Properties, warn: Warn) -> dict[str, Change]:
        return {}

    def create(self, news: Properties, warn: Warn, *, preview: bool, limit: TimeLimit = NO_LIMIT) -> Written:
        return Written("barrier", {})


class ServedWatch(Inert):
    """`remit:index:PolicyWatch`."""

    def __init__(self, resource: PolicyWatch) -> None:
        self._resource, self._strangers = resource, Strangers()

    def check(self, news: Properties) -> tuple[Properties, list[Failure]]:
        return policy_watch.check(news)

    def diff(self, old_inputs: Properties, olds: Properties, news: Properties, warn: Warn) -> dict[str, Change]:
        for line in self._resource.tell(old_inputs, olds, news):
            warn(line)
        self._strangers.tell(news["account"], still_strange(olds, news), warn)
        return policy_watch.changes(old_inputs, olds, news)

    def create(self, news: Properties, warn: Warn, *, preview: bool, limit: TimeLimit = NO_LIMIT) -> Written:
        if not preview:
            self._resource.enter(news)
        return Written(news["account"], {"documents": {}})

    def read(self, id_: str, inputs: Properties, olds: Properties, warn: Warn) -> Written | None:
        found = self._resource.refresh(inputs, olds)
        self._strangers.tell(inputs["account"], found.get("unmanagedPolicies") or {}, warn)
        return Written(id_, found, inputs)

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
        if preview:
            return Written(id_, {"documents": olds.get("documents") or {}})
        return Written(id_, self._resource.apply(old_inputs, olds, news))


class ServedRelease(Inert):
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


class ServedApplied(Inert):
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
        MANAGED_POLICIES: ServedPolicies(ManagedPolicies(iam, departures, cancelled)),
        POLICY_REMOVAL: ServedRemoval(PolicyRemoval(iam, departures, cancelled)),
        POLICY_WATCH: ServedWatch(PolicyWatch(iam)),
        POLICY_RELEASE: ServedRelease(PolicyRelease(iam, departures, cancelled)),
        BARRIER: ServedBarrier(),
        APPLIED: ServedApplied(),
    }


def _replacement(account: str, name: str, differing: list[str], *, detach: bool) -> str:
    what = f"account {account}: policy {name} gets another {' and '.join(differing)}, which IAM fixes at creation"
    if detach:
        return f"{what}: it is taken from the roles, users and groups that have it, made anew, and given back to them"
    return f"{what}: it is deleted and made anew, unless somebody has it attached; then it stays, and the run says who"
