"""The resource PolicyWatch: says who has a policy that the stock plugin is about to delete or to make anew.

AWS refuses to delete a policy that somebody has, and the stock plugin passes that on without saying who it is. Worse,
the Pulumi CLI with `--continue-on-error` waits forever when it cannot delete what it is to make anew. So in each
account whose policies go through a provider alias there is one PolicyWatch, and the policies wait for it. It writes
nothing: its state remembers what the policies are, so that Diff, in a preview as in an update, knows which of them
go, and its own update fails, with the names, where one that is to be made anew is held. What left the catalog, and is
held, is told until it is gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from provider.changes import Change, Kind
from provider.inputs import Failure, Properties
from remit.aws.iam import Iam
from remit.aws.member_sessions import Member
from remit.errors import AwsError
from remit.managed_policy import RESERVED_ROLE, Holders, LivePolicy, Policy
from remit.spoke_role import SpokeRole

TOKEN = "remit:index:PolicyWatch"  # noqa: S105 - a type token, not a secret
_FIXED = ("path", "description")
_NEEDED = {"account", "role", "policies"}
_NAMES = _NEEDED | {"externalId"}

Shapes = Mapping[str, Mapping[str, str]]
"""{policy name: {"path", "description"}}"""


@dataclass(frozen=True, slots=True)
class Doomed:
    """A policy that goes, or (`fixed`: what of it IAM fixes at creation) is made anew."""

    name: str
    path: str
    fixed: tuple[str, ...] = ()


def check(news: Properties) -> tuple[Properties, list[Failure]]:
    unknown = sorted(news.keys() - _NAMES - {"__defaults"})
    failures = [Failure(name, "no such property of PolicyWatch") for name in unknown]
    return news, failures + [Failure(name, "is missing") for name in sorted(_NEEDED - news.keys())]


def changes(old_inputs: Properties, olds: Properties, news: Properties) -> dict[str, Change]:
    """{property path: change}. What is left makes one in each run, so that each run looks whether it still is."""
    old, new = old_inputs.get("policies") or {}, news["policies"]
    found = {f'policies["{name}"]': Change(Kind.ADD) for name in sorted(new.keys() - old.keys())}
    found |= {f'policies["{name}"]': Change(Kind.DELETE) for name in sorted(old.keys() - new.keys())}
    for name in sorted(old.keys() & new.keys()):
        if old[name] != new[name]:
            found[f'policies["{name}"]'] = Change(Kind.UPDATE)
    for name in ("role", "externalId"):
        if old_inputs.get(name) != news.get(name):
            found[name] = Change(Kind.UPDATE)
    return found | {f'left["{name}"]': Change(Kind.DELETE, of_input=False) for name in sorted(olds.get("left") or {})}


def doomed(old_inputs: Properties, olds: Properties, news: Properties) -> Iterator[Doomed]:
    """What the stock plugin is going to delete, first or for good."""
    known: Shapes = {**(olds.get("left") or {}), **(old_inputs.get("policies") or {})}
    for name, was in sorted(known.items()):
        shall = news["policies"].get(name)
        if shall is None:
            yield Doomed(name, was["path"])
        elif fixed := tuple(key for key in _FIXED if was[key] != shall[key]):
            yield Doomed(name, was["path"], fixed)


class PolicyWatch:
    """Reads who has the policies that are doomed; two calls for each of them."""

    def __init__(self, iam: Iam) -> None:
        self._iam = iam

    def tell(self, old_inputs: Properties, olds: Properties, news: Properties) -> list[str]:
        """What a preview says: what is made anew, and what AWS is going to refuse."""
        held = self._held(old_inputs, olds, news)
        found = [(each, held.get(each)) for each in doomed(old_inputs, olds, news)]
        return [_line(news["account"], each, holders) for each, holders in found if each.fixed or holders]

    def apply(self, old_inputs: Properties, olds: Properties, news: Properties) -> Properties:
        """The new outputs: what left the catalog and cannot go. Raises AwsError for what cannot be made anew."""
        held = self._held(old_inputs, olds, news)
        if refused := [_line(news["account"], each, holders) for each, holders in held.items() if each.fixed]:
            raise AwsError("\n".join(refused))
        left = {each.name: {"path": each.path, "description": ""} for each in held}
        return {"left": left} if left else {}

    def _held(self, old_inputs: Properties, olds: Properties, news: Properties) -> dict[Doomed, Holders]:
        """Nothing in an account that nobody gets into: it says so itself."""
        member = Member.of(news["account"], SpokeRole.of(news))
        found = {each: self._holders(member, each) for each in doomed(old_inputs, olds, news)}
        return {each: holders for each, holders in found.items() if holders}

    def _holders(self, member: Member, each: Doomed) -> Holders:
        arn = f"arn:aws:iam::{member.account}:policy{each.path}{each.name}"
        try:
            holders = self._iam.holders(member, LivePolicy(arn, Policy(each.name, each.path, "", {})))
        except AwsError:
            return Holders()
        if each.fixed:
            return holders
        # The permission sets of what leaves the catalog are changed first, and take their roles with them.
        ours = tuple(name for name in holders.roles if not name.startswith(RESERVED_ROLE))
        return Holders(ours, holders.users, holders.groups, holders.boundary_of)


def _line(account: str, each: Doomed, holders: Holders | None) -> str:
    what = f"account {account}: policy {each.name} "
    if each.fixed:
        what += (
            f"gets another {' and '.join(each.fixed)}, which IAM fixes at creation: it is to be deleted and made anew"
        )
    else:
        what += "is to be deleted"
    if not holders:
        return what
    return f"{what}, which AWS refuses while it is held by {holders} ({_remedy(each, holders)})"


def _remedy(each: Doomed, holders: Holders) -> str:
    if each.fixed and holders.permission_sets:
        return "give the policy a new name instead: then everybody moves over before the old one goes"
    return "take it from them first, or let remit:fanOut: pooled do so with detach_on_delete"
