"""The plan against what is live: a finding for every difference. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from remit.delta import split_key
from remit.drift.fields import permission_set_differences, policy_differences
from remit.drift.live import Live
from remit.drift.modes import Modes
from remit.drift.recorded import Recorded
from remit.drift.values import Difference, Finding
from remit.managed_policy import LivePolicy, by_name, strangers
from remit.planning.values import Plan, PlannedAssignment, PlannedPolicy
from remit.stack import Stack

_ORDER = ("permission_set", "assignment", "managed_policy")


class Comparison:
    """`account_names`: of every account of the organization, by id. `recorded`: what the state says, where it was read:
    a policy that it does not know there is somebody else's, whatever its name."""

    def __init__(
        self,
        plan: Plan,
        live: Live,
        modes: Modes,
        stack: Stack,
        account_names: Mapping[str, str],
        recorded: Recorded | None = None,
    ) -> None:
        self._plan, self._live, self._modes, self._recorded = plan, live, modes, recorded
        self._stack, self._account_names = stack, account_names

    def findings(self) -> tuple[Finding, ...]:
        """All of them: permission sets, then assignments, then policies, each by name and account."""
        found = [*self._permission_sets(), *self._assignments(), *self._policies()]
        return tuple(sorted(found, key=lambda each: (_ORDER.index(each.kind), each.name, each.account, each.id)))

    # --- permission sets -----------------------------------------------------------------------------------------
    def _permission_sets(self) -> Iterator[Finding]:
        if self._stack.permission_sets == "refer":
            return
        for planned in self._plan.permission_sets:
            live = self._live.permission_sets.get(planned.name)
            if live is None:
                yield Finding(
                    "permission_set",
                    "missing",
                    self._modes.of_permission_set(planned.name),
                    planned.name,
                    source=planned.source,
                )
            elif differences := permission_set_differences(planned, live):
                yield Finding(
                    "permission_set",
                    "changed",
                    self._modes.of_changed_permission_set(planned.name),
                    planned.name,
                    differences=differences,
                    source=planned.source,
                    arn=live.arn,
                )
        if self._stack.permission_sets == "own-management":
            return  # those that no catalog knows are told by the stack of the other half
        for name, arn in self._live.arns.items():
            if name not in self._plan.references:
                yield Finding("permission_set", "unmanaged", "report", name, arn=arn)

    # --- assignments ---------------------------------------------------------------------------------------------
    def _assignments(self) -> Iterator[Finding]:
        wanted: dict[str, dict[str, PlannedAssignment]] = {}
        for each in self._plan.assignments:
            wanted.setdefault(each.permission_set, {})[each.key] = each
        own = {each.name for each in self._plan.permission_sets}
        for name in sorted({*self._plan.references, *self._live.arns}):
            if name not in self._live.arns and name not in own:
                continue  # its owner has not made it yet: nothing was assigned, and nothing is missed
            live = self._live.assignments.get(name, frozenset())
            expected = wanted.get(name, {})
            for key in expected.keys() - live:
                yield self._missing(expected[key])
            for key in live - expected.keys():
                yield self._stranger(name, key)

    def _missing(self, planned: PlannedAssignment) -> Finding:
        mode = self._modes.of_missing_assignment(planned.sources)
        name = planned.permission_set
        of_set = self._modes.of_permission_set(name)
        if name not in self._live.arns and of_set != "enforce":
            mode = of_set  # what nobody may make again, nobody can be assigned to
        return Finding(
            "assignment",
            "missing",
            mode,
            name,
            account=planned.account,
            account_name=self._account_names.get(planned.account, ""),
            principal=(planned.principal_type, planned.principal_id, planned.principal),
            source=planned.source,
            arn=self._live.arns.get(name, ""),
        )

    def _stranger(self, name: str, key: str) -> Finding:
        account, principal_type, principal_id = split_key(key)
        return Finding(
            "assignment",
            "unmanaged",
            self._modes.of_stranger(name) if name in self._plan.references else "report",
            name,
            account=account,
            account_name=self._account_names.get(account, ""),
            principal=(principal_type, principal_id, self._live.names.get(principal_id, "")),
            arn=self._live.arns.get(name, ""),
        )

    # --- policies ------------------------------------------------------------------------------------------------
    def _policies(self) -> Iterator[Finding]:
        wanted: dict[str, list[PlannedPolicy]] = {}
        for planned in self._plan.managed_policies:
            wanted.setdefault(planned.account, []).append(planned)
        pooled = self._stack.fan_out_over(len(wanted)) == "pooled"
        for account, policies in self._live.policies.items():
            live = by_name(policies)
            for planned in wanted.get(account, ()):
                if finding := self._policy(planned, live.get(planned.name.lower())):
                    yield finding
            told = ((each.name, each.policy.path) for each in policies)
            known = (planned.name for planned in wanted.get(account, ()))
            for name, path in strangers(told, known, self._stack.owned_path).items():
                yield Finding(
                    "managed_policy",
                    "unmanaged",
                    "report" if self._leaves(account, name) else self._modes.of_unmanaged_policy(pooled=pooled),
                    name,
                    account=account,
                    account_name=self._account_names.get(account, ""),
                    path=path,
                    arn=live[name.lower()].arn,
                )

    def _policy(self, planned: PlannedPolicy, live: LivePolicy | None) -> Finding | None:
        differences = policy_differences(planned, live.policy) if live else ()
        if live and not differences:
            return None
        mode = (self._modes.of_changed_policy if live else self._modes.of_policy)(planned.name)
        if live and self._is_of_others(planned, live):
            differences, live = (Difference("its name is taken", None, live.arn),), None
            mode = "report" if mode == "enforce" else mode  # no run touches it, nor makes ours beside it
        return Finding(
            "managed_policy",
            "changed" if live else "missing",
            mode,
            planned.name,
            account=planned.account,
            account_name=self._account_names.get(planned.account, ""),
            path=planned.path,
            differences=differences,
            source=planned.source,
            arn=live.arn if live else f"arn:aws:iam::{planned.account}:policy{planned.path}{planned.name}",
        )

    def _leaves(self, account: str, name: str) -> bool:
        """Whether it is the stack's own, which has ended or left the catalog: an `up` deletes it, and no repair."""
        return self._recorded is not None and self._recorded.has_policy(account, name)

    def _is_of_others(self, planned: PlannedPolicy, live: LivePolicy) -> bool:
        """Whether no run takes the live policy for the stack's: IAM moves none, so that it is one only where the state
        says so."""
        if self._recorded is None or self._stack.adopt:
            return False
        given = self._recorded.policy(planned.account, planned.name)
        return given is None or given.path != live.policy.path
