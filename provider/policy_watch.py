"""The resource PolicyWatch: says who has a policy that the stock plugin is about to delete or to make anew.

AWS refuses to delete a policy that somebody has, and the stock plugin passes that on without saying who it is. Worse,
the Pulumi CLI with `--continue-on-error` waits forever when it cannot delete what it is to make anew. So in each
account whose policies go through a provider alias there is one PolicyWatch, and the policies wait for it. It writes
nothing: its state remembers what the policies are, so that Diff, in a preview as in an update, knows which of them
go, and its own update fails, with the names, where one that is to be made anew is held, or AWS does not say whether it
is. What left the catalog, and is held, is told until it is gone. What its state knows from a refresh is
`policy_sight`'s business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from provider.changes import Change, Kind
from provider.inputs import Failure, Properties
from provider.policy_sight import look, outputs, still_strange
from remit.aws.iam import Iam
from remit.aws.member_sessions import Member, SpokeRoleError
from remit.aws.refusals import NotFoundError
from remit.errors import AwsError
from remit.managed_policy import Holders, LivePolicy, Policy
from remit.spoke_role import SpokeRole

_FIXED = ("path", "description")
_NEEDED = {"account", "role", "policies"}
_NAMES = _NEEDED | {"externalId", "ownedPath"}

Shapes = Mapping[str, Mapping[str, Any]]
"""{policy name: {"path", "description", "detachOnDelete"?, "document"?: its fingerprint}}"""


@dataclass(frozen=True, slots=True)
class Doomed:
    """A policy that goes, or (`fixed`: what of it IAM fixes at creation) is made anew.

    `anew`: its path and description then. `detach`: PolicyRelease takes it from those who have it.
    """

    name: str
    path: str
    description: str
    fixed: tuple[str, ...] = ()
    anew: tuple[str, str] = ("", "")
    detach: bool = False

    def refused(self, holders: Holders) -> bool:
        """Whether AWS is going to refuse to delete it."""
        return bool(holders) and not (self.detach and not holders.boundary_of)


def check(news: Properties) -> tuple[Properties, list[Failure]]:
    unknown = sorted(news.keys() - _NAMES - {"__defaults"})
    failures = [Failure(name, "no such property of PolicyWatch") for name in unknown]
    return news, failures + [Failure(name, "is missing") for name in sorted(_NEEDED - news.keys())]


def changes(old_inputs: Properties, olds: Properties, news: Properties) -> dict[str, Change]:
    """{property path: change}; documents make none. What is left does in each run, which looks whether it still is."""
    old, new = old_inputs.get("policies") or {}, news["policies"]
    found = {f'policies["{name}"]': Change(Kind.ADD) for name in sorted(new.keys() - old.keys())}
    found |= {f'policies["{name}"]': Change(Kind.DELETE) for name in sorted(old.keys() - new.keys())}
    for name in sorted(old.keys() & new.keys()):
        if _without_document(old[name]) != _without_document(new[name]):
            found[f'policies["{name}"]'] = Change(Kind.UPDATE)
    for name in ("role", "externalId", "ownedPath"):
        if old_inputs.get(name) != news.get(name):
            found[name] = Change(Kind.UPDATE)
    if "documents" not in olds:  # made before there were any
        found["documents"] = Change(Kind.ADD, of_input=False)
    return found | {f'left["{name}"]': Change(Kind.DELETE, of_input=False) for name in sorted(olds.get("left") or {})}


def doomed(old_inputs: Properties, olds: Properties, news: Properties) -> Iterator[Doomed]:
    """What the stock plugin is going to delete, first or for good."""
    known: Shapes = {**(olds.get("left") or {}), **(old_inputs.get("policies") or {})}
    for name, was in sorted(known.items()):
        shall = news["policies"].get(name)
        if shall is None:
            yield Doomed(name, was["path"], was["description"], detach=bool(was.get("detachOnDelete")))
        elif fixed := tuple(key for key in _FIXED if was[key] != shall[key]):
            yield Doomed(name, was["path"], was["description"], fixed, (shall["path"], shall["description"]))


class PolicyWatch:
    """Reads who has the policies that are doomed; two calls for each of them."""

    def __init__(self, iam: Iam) -> None:
        self._iam = iam

    def tell(self, old_inputs: Properties, olds: Properties, news: Properties) -> list[str]:
        """What a preview says: what is made anew, and what AWS is going to refuse."""
        found = self._held(old_inputs, olds, news).items()
        return [_line(news["account"], each, who) for each, who in found if each.fixed or who]

    def apply(self, old_inputs: Properties, olds: Properties, news: Properties) -> Properties:
        """The new outputs: what left the catalog and cannot go. Raises AwsError for what cannot be made anew."""
        held = self._held(old_inputs, olds, news)
        if refused := [_line(news["account"], each, who) for each, who in held.items() if each.fixed and who]:
            raise AwsError("\n".join(refused))
        left = {
            each.name: {"path": each.path, "description": each.description}
            for each, who in held.items()
            if isinstance(who, Holders) and each.refused(who)
        }
        return outputs(left, olds.get("documents") or {}, still_strange(olds, news))

    def enter(self, news: Properties) -> None:
        """Raises SpokeRoleError for an account that nobody gets into: the stock plugin says it less clearly."""
        try:
            self._iam.policies(Member.of(news["account"], SpokeRole.of(news)))
        except SpokeRoleError:
            raise
        except AwsError:
            return  # a right that only a refresh needs

    def refresh(self, inputs: Properties, olds: Properties) -> Properties:
        """The new outputs."""
        return look(self._iam, inputs, olds)

    def _held(self, old_inputs: Properties, olds: Properties, news: Properties) -> dict[Doomed, Holders | AwsError]:
        """Who has what; the error where one that is to be made anew could not be asked about."""
        member, known = Member.of(news["account"], SpokeRole.of(news)), doomed(old_inputs, olds, news)
        return {each: self._holders(member, each) for each in known if not self._is_so_already(member, each)}

    def _is_so_already(self, member: Member, each: Doomed) -> bool:
        """Whether it was never made anew: the state says what the last run asked for, which may have failed then."""
        try:
            path, description = each.anew
            told = self._iam.described(member, [_live(member, each.name, path, None)] if each.fixed else [])
        except AwsError:
            return False
        return any(live.policy.description == description for live in told)

    def _holders(self, member: Member, each: Doomed) -> Holders | AwsError:
        try:
            holders = self._iam.holders(member, _live(member, each.name, each.path, each.description))
        except NotFoundError:
            return Holders()
        except AwsError as error:
            return error if each.fixed else Holders()  # an account that nobody gets into says so itself
        if each.fixed:
            return holders
        # The permission sets of what leaves the catalog are changed first, and take their roles with them.
        return holders.without_permission_sets()


def _live(member: Member, name: str, path: str, description: str | None) -> LivePolicy:
    return LivePolicy(f"arn:aws:iam::{member.account}:policy{path}{name}", Policy(name, path, description, {}))


def _without_document(shape: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in shape.items() if key != "document"}


def _line(account: str, each: Doomed, holders: Holders | AwsError) -> str:
    what = f"account {account}: policy {each.name} "
    if each.fixed:
        what += (
            f"gets another {' and '.join(each.fixed)}, which IAM fixes at creation: it is to be deleted and made anew"
        )
    else:
        what += "is to be deleted"
    if isinstance(holders, AwsError):
        return f"{what}, which is not begun before AWS says who has it: {holders}"
    if not holders:
        return what
    if not each.refused(holders):
        return f"{what}, and before that it is taken from {holders} (detach_on_delete)"
    return f"{what}, which AWS refuses while it is held by {holders} ({_remedy(each, holders)})"


def _remedy(each: Doomed, holders: Holders) -> str:
    if each.fixed and holders.permission_sets:
        return "give the policy a new name instead: then everybody moves over before the old one goes"
    if each.fixed:
        return "take it from them first, or let remit:fanOut: pooled do so with detach_on_delete"
    if holders.boundary_of:
        return "a boundary is never taken away by itself: remove it there"
    return "take it from them first, or run once with `detach_on_delete: true` at the policy before it goes"
