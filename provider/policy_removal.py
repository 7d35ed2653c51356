"""The resource PolicyRemoval: deletes the policies that left the catalog, when nothing of the stack needs them.

There is one in a stack, after its permission sets and assignments: AWS does not delete a policy that a permission set
still gives to somebody. What is to go each account's ManagedPolicies says (`leaving`), until a read shows that it is
gone; so none is forgotten, whatever becomes of a run. An account that could not be done in a run says nothing, and
nothing is deleted there. One that leaves the stack is not the removal's business: its ManagedPolicies is deleted then.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from provider.changes import Change, Kind
from provider.inputs import Failure, Properties
from provider.managed_policies import PartlyDoneError, Warn, elsewhere, not_begun
from provider.policy_deletion import Deletion, HeldError
from remit.aws.departures import Departures
from remit.aws.iam import Iam
from remit.aws.member_sessions import Member, SpokeRoleError
from remit.aws.time_limit import NO_LIMIT, TimeLimit
from remit.errors import AwsError
from remit.leaving import Leaving, look, undone
from remit.managed_policy import by_name
from remit.spoke_role import SpokeRole

ID = "policy-removal"

Place = tuple[str, str]
"""(account, policy name)"""

_NEEDED = {"role", "leaving"}
_NAMES = _NEEDED | {"externalId", "permissionSets", "waitForOthers"}
_AT_ONCE = 16


class Failed(NamedTuple):
    """A policy that is still there. `waits_for`: the permission sets that still give it to somebody."""

    reason: str
    waits_for: tuple[str, ...] = ()


def check(news: Properties) -> tuple[Properties, list[Failure]]:
    unknown = sorted(news.keys() - _NAMES - {"__defaults"})
    failures = [Failure(name, "no such property of PolicyRemoval") for name in unknown]
    return news, failures + [Failure(name, "is missing") for name in sorted(_NEEDED - news.keys())]


def changes(old_inputs: Properties, old_outputs: Properties, news: Properties) -> dict[str, Change]:
    """{property path: change}: policies that are to be deleted. What is gone, or wanted again, is no change."""
    left = _left(old_outputs)
    found: dict[str, Change] = {}
    for account, policies in _doomed(old_inputs, old_outputs, news).items():
        for name in policies:
            if name in left.get(account, {}):
                found[f'left["{account}"]["{name}"]'] = Change(Kind.DELETE, of_input=False)
            else:
                found[f'leaving["{account}"]["{name}"]'] = Change(Kind.ADD)
    return found


def foretold(old_inputs: Properties, old_outputs: Properties, news: Properties) -> list[str]:
    """What a preview says, without a call, of policies that somebody may lose."""
    return [
        f"account {account}: policy {name} is to be deleted, and before that it is taken from the roles, users and "
        "groups that have it (detach_on_delete)"
        for account, policies in _doomed(old_inputs, old_outputs, news).items()
        for name, each in policies.items()
        if each.detach
    ]


class PolicyRemoval:
    """Works on several accounts at once."""

    def __init__(self, iam: Iam, departures: Departures, cancelled: threading.Event) -> None:
        """Once `cancelled` is set no account is begun; what runs is waited for."""
        self._iam, self._departures, self._cancelled = iam, departures, cancelled
        self._deletion = Deletion(iam)

    def apply(
        self,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        warn: Warn,
        limit: TimeLimit = NO_LIMIT,
    ) -> Properties:
        """The new outputs. Raises PartlyDoneError with what is left, be it because `limit` is over.

        With `waitForOthers`, the permission sets are another stack's: what they still hold is left for a later run. So
        is what only permission sets hold that leave the stack in this run: the engine deletes them after this.
        """
        doomed = _doomed(old_inputs, old_outputs, news)
        failed = self._carry_out(doomed, SpokeRole.of(news), warn, limit)
        others = bool(news.get("waitForOthers"))
        leaving_sets = {*(old_inputs.get("permissionSets") or ())} - {*(news.get("permissionSets") or ())}
        reasons = sorted(
            each.reason
            for each in failed.values()
            if not each.waits_for or not (others or leaving_sets.issuperset(each.waits_for))
        )
        left = _told(failed, doomed)
        if reasons:  # the engine keeps the old inputs then, so that the outputs say what was done
            raise PartlyDoneError(ID, {"left": left, "leaving": news["leaving"]}, reasons)
        for each in failed.values():
            warn(f"left for a later run: {each.reason}")
        return {"left": left} if left else {}

    def _carry_out(
        self, doomed: Mapping[str, Mapping[str, Leaving]], spoke: SpokeRole, warn: Warn, limit: TimeLimit
    ) -> dict[Place, Failed]:
        """What is still there."""

        def in_account(account: str) -> dict[Place, Failed]:
            failed = self._in_account(Member.of(account, spoke), doomed[account], warn, limit)
            return {(account, name): each for name, each in failed.items()}

        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="removal") as pool:
            return {key: reason for found in pool.map(in_account, doomed) for key, reason in found.items()}

    def _in_account(
        self, member: Member, doomed: Mapping[str, Leaving], warn: Warn, limit: TimeLimit
    ) -> dict[str, Failed]:
        where = f"account {member.account}: "
        if stopped := not_begun(self._cancelled, limit):
            return dict.fromkeys(doomed, Failed(f"{where}{stopped}"))
        try:
            live = self._iam.policies(member)
        except SpokeRoleError as error:
            if how := self._departures.how(member.account):
                warn(f"account {member.account} is {how}: nothing is left to delete there")
                return {}
            return dict.fromkeys(doomed, Failed(str(error)))
        except AwsError as error:
            return dict.fromkeys(doomed, Failed(str(error)))
        found, everything, failed = look(doomed, live), by_name(live), dict[str, Failed]()
        for name, other in found.others.items():
            warn(elsewhere(member.account, name, other))
        for name, each in found.there.items():
            try:
                self._deletion.delete(member, everything[name.lower()], detach=each.detach, warn=warn)
            except HeldError as error:
                failed[name] = Failed(f"{where}{error}", error.permission_sets)
            except AwsError as error:
                failed[name] = Failed(f"{where}{error}")
        return failed


def _doomed(old_inputs: Properties, old_outputs: Properties, news: Properties) -> dict[str, dict[str, Leaving]]:
    return undone(news["leaving"], {**old_inputs, **old_outputs}.get("leaving") or {}, _left(old_outputs))


def _left(outputs: Properties) -> dict[str, dict[str, str]]:
    """{account: {policy: path}}."""
    return outputs.get("left") or {}


def _told(places: Iterable[Place], doomed: Mapping[str, Mapping[str, Leaving]]) -> dict[str, dict[str, str]]:
    left: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for account, name in sorted(places):
        left[account][name] = doomed[account][name].path
    return dict(left)
