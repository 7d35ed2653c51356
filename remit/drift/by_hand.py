"""Which differences somebody made by hand, and which are only new, or over: what a scheduled run tells apart. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from remit.documents import Document, same_meaning
from remit.drift.ended import Ended
from remit.drift.fields import permission_set_differences
from remit.drift.live import Live
from remit.drift.recorded import Recorded
from remit.drift.values import Finding
from remit.managed_policy import by_name
from remit.permission_set import LivePermissionSet
from remit.planning.values import Plan, PlannedPermissionSet
from remit.resource_types import STOCK_PERMISSION_SET
from remit.stack import Stack


class ByHand:
    """Goes by what the stack gave: where AWS differs from that, somebody changed it; where the plan alone does, an
    account came or moved, a name changed, or something ended.

    What has ended and somebody gave again counts as `enforce`, whatever its entry says: an end date is meant. Only a
    run that takes nothing away at all there (`remit:unmanaged: report`, `remit:adopt`) leaves it, with the mode it had.
    """

    def __init__(self, plan: Plan, live: Live, recorded: Recorded, ended: Ended, stack: Stack) -> None:
        self._live, self._recorded, self._ended, self._stack = live, recorded, ended, stack
        self._references = plan.references
        self._policies = {(each.account, each.name): each for each in plan.managed_policies}
        self._permission_sets = {each.name: each for each in plan.permission_sets}
        self._pooled = stack.fan_out_over(len({each.account for each in plan.managed_policies})) == "pooled"

    def among(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """A permission set of which a part has ended may stand there twice: that part is enforced, the rest is not."""
        return tuple(made for each in findings for made in self._made(each))

    def _made(self, finding: Finding) -> Iterator[Finding]:
        if finding.kind == "assignment":
            return self._assignment(finding)
        if finding.kind == "managed_policy":
            return self._policy(finding)
        return self._permission_set(finding)

    def _assignment(self, finding: Finding) -> Iterator[Finding]:
        key, given = finding.key, self._recorded.gave(finding.name)
        if finding.name not in self._references:
            yield finding  # of a permission set that no catalog has
        elif finding.change == "missing":
            # What was given, and what cannot be given because somebody deleted the permission set.
            if key in given or (finding.name not in self._live.arns and self._had_set(finding.name)):
                yield finding
        elif key not in given:
            over = self._ended.has_assignment(finding.name, key) and self._stack.unmanaged == "remove"
            yield _enforced(finding) if over else finding

    def _policy(self, finding: Finding) -> Iterator[Finding]:
        key = finding.account, finding.name
        given = self._recorded.policy(*key)
        if finding.change == "unmanaged":
            if given is None and key not in self._recorded.leaving:
                removed = self._pooled and self._stack.unmanaged_policies != "report"
                yield _enforced(finding) if removed and self._ended.has_policy(*key) else finding
        elif given is not None and finding.change == "missing":
            yield finding
        elif given is not None:
            live = by_name(self._live.policies[finding.account])[finding.name.lower()].policy
            if not given.same(live) or self._recorded.refreshed(*key):
                over = self._ended.in_policy(self._policies[key], live) and not self._stack.adopt
                yield _enforced(finding) if over else finding

    def _permission_set(self, finding: Finding) -> Iterator[Finding]:
        if finding.change != "changed":
            if self._had_set(finding.name) == (finding.change == "missing"):
                yield finding
            return
        planned, live = self._permission_sets[finding.name], self._live.permission_sets[finding.name]
        # One catalog gives one permission set, but for what has ended: so nobody needs the state.
        rest = permission_set_differences(planned, self._ended.without(planned, live))
        again = self._gave_again(planned, live)
        if finding.mode == "enforce" or self._stack.adopt:
            if rest or again:
                yield finding
            return
        if again:
            over = tuple(each for each in finding.differences if each not in rest)
            yield replace(_enforced(finding), differences=over)
        if rest:
            yield replace(finding, differences=rest)

    def _gave_again(self, planned: PlannedPermissionSet, live: LivePermissionSet) -> bool:
        """Whether something has ended and is there by hand: an engine that goes by its state does not see it."""
        given = self._recorded.permission_sets.get(planned.name)
        if given is None:
            return False
        document = self._ended.in_inline_policy(planned, live) and not _alike(given.inline_policy, live.inline_policy)
        return document or bool(self._ended.attached(planned, live) - self._ended.attached(planned, given))

    def _had_set(self, name: str) -> bool:
        return self._recorded.has(STOCK_PERMISSION_SET, name)


def _enforced(finding: Finding) -> Finding:
    return replace(finding, mode="enforce")


def _alike(one: Document | None, other: Document | None) -> bool:
    return one == other if one is None or other is None else same_meaning(one, other)


def changed_since(
    recorded: Recorded, findings: Iterable[Finding], plan: Plan, live: Live, stack: Stack
) -> tuple[Finding, ...]:
    """Those that somebody made by hand, with what has ended and was changed too: its parts are told apart later."""
    return ByHand(plan, live, recorded, Ended(plan, plan), stack).among(findings)
