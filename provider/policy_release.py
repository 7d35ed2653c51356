"""The resource PolicyRelease: takes what leaves the catalog from those who have it, where `detach_on_delete` says so.

With provider aliases the engine itself deletes what leaves the catalog, at the very end, and AWS refuses that while a
role, user or group has it. In each account there is one PolicyRelease beside its alias. It depends on the account's
policies and on everything else that is made, so that it is the last to be changed, and the first to be deleted: just
before the policies go. Its state remembers which of them said `detach_on_delete`; one that only loses that word, or is
made anew, is taken from nobody. What Identity Center's own roles have is the permission sets' business, which go first.
"""

from __future__ import annotations

import threading

from provider.changes import Change, Kind
from provider.inputs import Failure, Properties
from provider.managed_policies import PartlyDoneError, Warn, not_begun
from provider.policy_deletion import HeldError, arn_of, taken
from remit.aws.departures import Departures
from remit.aws.iam import Iam
from remit.aws.member_sessions import Member, SpokeRoleError
from remit.aws.refusals import NotFoundError
from remit.aws.time_limit import NO_LIMIT, TimeLimit
from remit.errors import AwsError
from remit.managed_policy import Holders, LivePolicy, Policy
from remit.spoke_role import SpokeRole

_NEEDED = {"account", "role", "policies", "detachOnDelete"}
_NAMES = _NEEDED | {"externalId"}

Paths = dict[str, str]
"""{policy name: path}"""


def check(news: Properties) -> tuple[Properties, list[Failure]]:
    unknown = sorted(news.keys() - _NAMES - {"__defaults"})
    failures = [Failure(name, "no such property of PolicyRelease") for name in unknown]
    return news, failures + [Failure(name, "is missing") for name in sorted(_NEEDED - news.keys())]


def changes(old_inputs: Properties, olds: Properties, news: Properties) -> dict[str, Change]:
    """{property path: change}; none for policies that never say `detach_on_delete`."""
    old, new = _flagged(old_inputs), _flagged(news)
    going, left = doomed(old_inputs, olds, news), olds.get("left") or {}
    found = {f'policies["{name}"]': Change(Kind.DELETE) for name in sorted(going.keys() - left.keys())}
    found |= {f'left["{name}"]': Change(Kind.DELETE, of_input=False) for name in sorted(left)}
    if {name: path for name, path in old.items() if name not in going} != new:
        found["detachOnDelete"] = Change(Kind.UPDATE)
    for name in ("role", "externalId"):
        if old_inputs.get(name) != news.get(name):
            found[name] = Change(Kind.UPDATE)
    return found


def doomed(old_inputs: Properties, olds: Properties, news: Properties) -> Paths:
    """What leaves and is to be taken from everybody, and what an earlier run could not take."""
    known: Paths = {**(olds.get("left") or {}), **_flagged(old_inputs)}
    return {name: path for name, path in sorted(known.items()) if name not in news["policies"]}


class PolicyRelease:
    """Two calls for each policy that goes, and one for each who has it."""

    def __init__(self, iam: Iam, departures: Departures, cancelled: threading.Event) -> None:
        """Once `cancelled` is set no policy is begun."""
        self._iam, self._departures, self._cancelled = iam, departures, cancelled

    def apply(
        self, old_inputs: Properties, olds: Properties, news: Properties, warn: Warn, limit: TimeLimit = NO_LIMIT
    ) -> Properties:
        """The new outputs. Raises PartlyDoneError with what somebody still has, and may not have taken."""
        member, going = Member.of(news["account"], SpokeRole.of(news)), doomed(old_inputs, olds, news)
        if failed := self._release(member, going, warn, limit):
            left = {name: going[name] for name in failed}
            raise PartlyDoneError(member.account, {"left": left}, list(failed.values()))
        return {}

    def remove(self, old_inputs: Properties, olds: Properties, warn: Warn, limit: TimeLimit = NO_LIMIT) -> None:
        """The account leaves the stack, or the stack goes: so do all its policies. Raises AwsError."""
        member = Member.of(old_inputs["account"], SpokeRole.of(old_inputs))
        if failed := self._release(member, doomed(old_inputs, olds, {"policies": {}}), warn, limit):
            raise AwsError("\n".join(failed.values()))

    def _release(self, member: Member, going: Paths, warn: Warn, limit: TimeLimit) -> dict[str, str]:
        """{policy: reason} of those that somebody still has."""
        failed: dict[str, str] = {}
        for name, path in going.items():
            where = f"account {member.account}: policy {name}"
            if stopped := not_begun(self._cancelled, limit):
                failed[name] = f"{where}: {stopped}"
                continue
            try:
                if holders := self._take(member, name, path):
                    warn(taken(member.account, name, holders))
            except SpokeRoleError as error:
                if not (how := self._departures.how(member.account)):
                    return dict.fromkeys(going, str(error))
                warn(f"account {member.account} is {how}: nobody has anything there any more")
                return {}
            except AwsError as error:
                failed[name] = f"{where}: {error}"
        return failed

    def _take(self, member: Member, name: str, path: str) -> Holders:
        """Who had it. Raises HeldError, before anybody lost it, where it is a permissions boundary."""
        policy = Policy(name, path, "", {})
        live = LivePolicy(arn_of(member, policy), policy)
        try:
            holders = self._iam.holders(member, live)
        except NotFoundError:
            return Holders()
        if holders.boundary_of:
            raise HeldError(name, holders, detach=True)
        ours = holders.without_permission_sets()
        self._iam.detach(member, live, ours)
        return ours


def _flagged(inputs: Properties) -> Paths:
    return {name: inputs["policies"][name] for name in inputs.get("detachOnDelete") or ()}
