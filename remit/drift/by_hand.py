"""Which differences somebody made by hand, and which are only new, or over: what a scheduled run tells apart. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from remit.drift.ended import Ended
from remit.drift.fields import permission_set_differences
from remit.drift.live import Live
from remit.drift.recorded import Recorded
from remit.drift.values import Finding
from remit.managed_policy import by_name
from remit.planning.values import Plan


class ByHand:
    """Goes by what the stack gave: where AWS differs from that, somebody changed it; where the plan alone does, an
    account came or moved, a name changed, or something ended. What is both is by hand, unless it has ended."""

    def __init__(self, plan: Plan, live: Live, recorded: Recorded, ended: Ended) -> None:
        self._live, self._recorded, self._ended = live, recorded, ended
        self._references = plan.references
        self._policies = {(each.account, each.name): each for each in plan.managed_policies}
        self._permission_sets = {each.name: each for each in plan.permission_sets}

    def among(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        return tuple(each for each in findings if self._made(each))

    def _made(self, finding: Finding) -> bool:
        if finding.kind == "assignment":
            return self._assignment(finding)
        if finding.kind == "managed_policy":
            return self._policy(finding)
        return self._permission_set(finding)

    def _assignment(self, finding: Finding) -> bool:
        if finding.name not in self._references:
            return True  # of a permission set that no catalog has
        key, given = finding.key, self._recorded.gave(finding.name)
        if finding.change == "missing":
            # What was given, and what cannot be given because somebody deleted the permission set.
            return key in given or (finding.name not in self._live.arns and self._had_set(finding.name))
        return key not in given and not self._ended.has_assignment(finding.name, key)

    def _policy(self, finding: Finding) -> bool:
        key = finding.account, finding.name
        given = self._recorded.policies.get(key)
        if finding.change == "unmanaged":
            return given is None and key not in self._recorded.leaving
        if finding.change == "missing" or given is None:
            return given is not None
        live = by_name(self._live.policies[finding.account])[finding.name.lower()].policy
        planned = self._policies[key]
        changed = not given.same(live) or self._recorded.refreshed(*key)
        return changed and not self._ended.in_policy(planned, live)

    def _permission_set(self, finding: Finding) -> bool:
        if finding.change == "missing":
            return self._had_set(finding.name)
        if finding.change == "unmanaged":
            return not self._had_set(finding.name)
        planned, live = self._permission_sets[finding.name], self._live.permission_sets[finding.name]
        # One catalog gives one permission set, but for what has ended: so nobody needs the state.
        return bool(permission_set_differences(planned, self._ended.without(planned, live)))

    def _had_set(self, name: str) -> bool:
        return self._recorded.has("aws-native:sso:PermissionSet", name)


def changed_since(recorded: Recorded, findings: Iterable[Finding], plan: Plan, live: Live) -> tuple[Finding, ...]:
    """Those that somebody made by hand, with what has ended and was changed too: its parts are told apart later."""
    return ByHand(plan, live, recorded, Ended(plan, plan)).among(findings)
