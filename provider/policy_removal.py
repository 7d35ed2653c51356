"""The resource PolicyRemoval: deletes the policies that left the catalog, when nothing of the stack needs them.

There is one in a stack, after its permission sets and assignments: AWS does not delete a policy that a permission set
still gives to somebody. Its state remembers where each policy is, so that none is forgotten, whatever becomes of a
run. An account that leaves the stack as a whole is not its business: its ManagedPolicies is deleted then.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from provider.changes import Change, Kind
from provider.inputs import Failure, Properties
from provider.managed_policies import PartlyDoneError, Warn, not_begun
from provider.policy_deletion import Deletion, HeldError
from remit.aws.departures import Departures
from remit.aws.iam import Iam
from remit.aws.member_sessions import Member, SpokeRoleError
from remit.aws.time_limit import NO_LIMIT, TimeLimit
from remit.errors import AwsError
from remit.managed_policy import by_name
from remit.spoke_role import SpokeRole

TOKEN = "remit:index:PolicyRemoval"  # noqa: S105 - a type token, not a secret
ID = "policy-removal"

Places = Mapping[str, Mapping[str, str]]
"""{policy name: {account: path}}"""

Place = tuple[str, str]
"""(policy name, account)"""

_AT_ONCE = 16


class Failed(NamedTuple):
    """A policy that is still there. `waits_for`: the permission sets that still give it to somebody."""

    reason: str
    waits_for: tuple[str, ...] = ()


def check(news: Properties) -> tuple[Properties, list[Failure]]:
    known = {"role", "externalId", "policies", "detachOnDelete", "permissionSets", "waitForOthers", "emptyAccounts"}
    failures = [Failure(name, "no such property of PolicyRemoval") for name in news.keys() - known - {"__defaults"}]
    failures += [Failure(name, "is missing") for name in sorted({"role", "policies"} - news.keys())]
    return news, failures


def changes(old_inputs: Properties, old_outputs: Properties, news: Properties) -> dict[str, Change]:
    """{property path: change}: policies that come to be known, and those that are to be deleted."""
    old, new = _places(old_inputs.get("policies")), _places(news["policies"])
    found = {_path("policies", place): Change(Kind.ADD) for place in sorted(new.keys() - old.keys())}
    found |= {_path("policies", place): Change(Kind.DELETE) for place in sorted(old.keys() - new.keys())}
    for place in sorted(old.keys() & new.keys()):
        if old[place] != new[place]:
            found[_path("policies", place)] = Change(Kind.UPDATE)
    for name in ("role", "externalId", "detachOnDelete"):
        if old_inputs.get(name) != news.get(name):
            found[name] = Change(Kind.UPDATE)
    for place in sorted(_places(old_outputs.get("left")).keys() - new.keys()):
        found[_path("left", place)] = Change(Kind.DELETE, of_input=False)
    return found


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
        detach = {*(old_inputs.get("detachOnDelete") or ()), *(news.get("detachOnDelete") or ())}
        doomed = _doomed(old_inputs, old_outputs, news)
        failed = self._carry_out(doomed, _spoke(old_inputs, news), detach, warn, limit)
        staying = _staying(news)
        for place in [place for place in failed if place[1] not in staying]:
            warn(f"left where it is: {failed.pop(place).reason}")  # nobody may ever get into an account that left
        left, others = _left(failed, doomed), bool(news.get("waitForOthers"))
        going = {*(old_inputs.get("permissionSets") or ())} - {*(news.get("permissionSets") or ())}
        reasons = sorted(
            each.reason
            for each in failed.values()
            if not each.waits_for or not (others or going.issuperset(each.waits_for))
        )
        if reasons:
            raise PartlyDoneError(ID, {"left": left}, reasons)
        for each in failed.values():
            warn(f"left for a later run: {each.reason}")
        return {"left": left} if left else {}

    def remove(self, old_inputs: Properties, old_outputs: Properties, warn: Warn, limit: TimeLimit = NO_LIMIT) -> None:
        """The stack goes: what could not be deleted so far is tried once more, and told. The rest is its accounts'."""
        doomed = _doomed({}, old_outputs, {"policies": {}})
        detach = set(old_inputs.get("detachOnDelete") or ())
        for failed in self._carry_out(doomed, _spoke(old_inputs, old_inputs), detach, warn, limit).values():
            warn(f"left where it is: {failed.reason}")

    def _carry_out(
        self,
        doomed: Mapping[str, Mapping[str, str]],
        spoke: SpokeRole,
        detach: Collection[str],
        warn: Warn,
        limit: TimeLimit,
    ) -> dict[Place, Failed]:
        """What is still there."""

        def in_account(account: str) -> dict[Place, Failed]:
            failed = self._in_account(Member.of(account, spoke), doomed[account], detach, warn, limit)
            return {(name, account): each for name, each in failed.items()}

        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="removal") as pool:
            return {key: reason for found in pool.map(in_account, doomed) for key, reason in found.items()}

    def _in_account(
        self, member: Member, doomed: Mapping[str, str], detach: Collection[str], warn: Warn, limit: TimeLimit
    ) -> dict[str, Failed]:
        where = f"account {member.account}: "
        if stopped := not_begun(self._cancelled, limit):
            return dict.fromkeys(doomed, Failed(f"{where}{stopped}"))
        try:
            live = by_name(self._iam.policies(member))
        except SpokeRoleError as error:
            if how := self._departures.how(member.account):
                warn(f"account {member.account} is {how}: nothing is left to delete there")
                return {}
            return dict.fromkeys(doomed, Failed(str(error)))
        except AwsError as error:
            return dict.fromkeys(doomed, Failed(str(error)))
        failed: dict[str, Failed] = {}
        for name, path in doomed.items():
            policy = live.get(name.lower())
            if policy is None or (policy.name, policy.policy.path) != (name, path):
                continue  # it is gone, or another one has its name
            try:
                self._deletion.delete(member, policy, detach=name in detach)
            except HeldError as error:
                failed[name] = Failed(f"{where}{error}", error.permission_sets)
            except AwsError as error:
                failed[name] = Failed(f"{where}{error}")
        return failed


def _spoke(old_inputs: Properties, news: Properties) -> SpokeRole:
    """The role that the policies were made with; its external id may be new since."""
    same = (old_inputs.get("role") or news["role"]) == news["role"]
    return SpokeRole.of(news if same else old_inputs)


def _staying(news: Properties) -> set[str]:
    """The accounts that the stack still has a ManagedPolicies in, be it without a policy."""
    return {account for _, account in _places(news["policies"])} | set(news.get("emptyAccounts") or ())


def _left(failed: Collection[Place], doomed: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    left: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for name, account in sorted(failed):
        left[name][account] = doomed[account][name]
    return dict(left)


def _doomed(old_inputs: Properties, old_outputs: Properties, news: Properties) -> dict[str, dict[str, str]]:
    """{account: {policy: path}}: what was known in an account that stays, or left over, and is not wanted any more."""
    wanted = _places(news["policies"])
    staying = _staying(news)
    known = {place: path for place, path in _places(old_inputs.get("policies")).items() if place[1] in staying}
    known |= _places(old_outputs.get("left"))
    doomed: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for (name, account), path in known.items():
        if (name, account) not in wanted:
            doomed[account][name] = path
    return dict(doomed)


def _places(policies: Places | None) -> dict[Place, str]:
    """The path of each."""
    return dict(_flat(policies or {}))


def _flat(policies: Places) -> Iterator[tuple[Place, str]]:
    for name, accounts in policies.items():
        yield from (((name, account), path) for account, path in accounts.items())


def _path(property_: str, place: Place) -> str:
    return f'{property_}["{place[0]}"]["{place[1]}"]'
