"""The resources that enforced differences lie in: what a repair changes, and a scheduled `up` reads anew. Pure.

Some of them hold many entries (all assignments of a permission set; in the pooled mode all policies of an account), so
the program is also told what to leave as it is: `remit.drift.kept`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from remit.drift.live import Live
from remit.drift.recorded import Recorded, Urn
from remit.drift.values import Finding
from remit.resource_types import (
    ACCESS,
    ACCOUNT_ASSIGNMENTS,
    ACCOUNT_POLICIES,
    BARRIER,
    MANAGED_POLICIES,
    PERMISSION_SETS,
    POOLED_POLICIES,
    STOCK_MANAGED_POLICY,
    STOCK_PERMISSION_SET,
)

# What a resource that is missing hangs on; these hold nothing themselves.
_FRAME = {
    Urn(ACCESS, "access"),
    Urn(PERMISSION_SETS, "permission-sets"),
    Urn(BARRIER, "*"),
}


def targets(findings: Iterable[Finding], state: Collection[Urn], *, pooled: bool) -> tuple[str, ...]:
    """URN globs of every resource that an enforced difference lies in; empty when there is nothing to repair.

    `state`: what the stack's state has. What a resource hangs on is a target only if it has to be made too: the
    children of a target that a program does not ask for would have to go.
    """
    enforced = [each for each in findings if each.mode == "enforce"]
    frame: set[Urn] = set()
    for each in enforced:
        if each.kind != "managed_policy":
            frame |= _FRAME
        elif pooled:
            frame.add(Urn(POOLED_POLICIES, "policies"))
        else:
            frame.add(Urn(ACCOUNT_POLICIES, each.account))
    return _globs(_resources(enforced, pooled=pooled) | (frame - {*state}))


def known_targets(findings: Iterable[Finding], recorded: Recorded, live: Live, *, pooled: bool) -> tuple[str, ...]:
    """Of resources that the state has, what a refresh has to read: what lies in an enforced difference, and where the
    state says of somebody's assignment that it is there, and it is not any more: a run would count it as taken away."""
    enforced = [each for each in findings if each.mode == "enforce"]
    stale = {
        Urn(ACCOUNT_ASSIGNMENTS, name)
        for name, keys in recorded.strangers.items()
        if name in live.arns and keys - live.assignments.get(name, frozenset())
    }
    return _globs((_resources(enforced, pooled=pooled) & recorded.urns) | stale)


def _globs(urns: Iterable[Urn]) -> tuple[str, ...]:
    return tuple(f"**{each.type}::{each.name}" for each in sorted(urns))


def _resources(findings: Iterable[Finding], *, pooled: bool) -> set[Urn]:
    return {
        urn
        for each in findings
        for urn in ([_policy(each, pooled=pooled)] if each.kind == "managed_policy" else _of_identity_center(each))
    }


def _policy(finding: Finding, *, pooled: bool) -> Urn:
    if pooled:
        return Urn(MANAGED_POLICIES, finding.account)
    return Urn(STOCK_MANAGED_POLICY, f"{finding.account}/{finding.name}")


def _of_identity_center(finding: Finding) -> set[Urn]:
    assignments = Urn(ACCOUNT_ASSIGNMENTS, finding.name)
    if finding.kind == "assignment":
        return {assignments}
    # A permission set that is made anew has another ARN, which its assignments must know.
    return {Urn(STOCK_PERMISSION_SET, finding.name), *([assignments] if finding.change == "missing" else [])}
