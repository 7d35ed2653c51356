"""The resource PolicyWatch: says who has a policy that the stock plugin is about to delete or to make anew.

AWS refuses to delete a policy that somebody has, and the stock plugin passes that on without saying who it is. There is
one PolicyWatch in a stack whose policies go through provider aliases. It writes nothing: its state remembers where each
policy is, so that Diff, in a preview as in an update, knows which of them go; and its own update fails, with the names,
where AWS will refuse. Nothing waits for it. Accounts that leave the stack as a whole are not its business.
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

TOKEN = "remit:index:PolicyWatch"  # noqa: S105 - a type token, not a secret
ID = "policy-watch"
_FIXED = ("path", "description")
_NAMES = {"role", "accounts", "policies"}

Places = Mapping[str, Mapping[str, Mapping[str, str]]]
"""{policy name: {account: {"path", "description"}}}"""


@dataclass(frozen=True, slots=True)
class Doomed:
    """A policy that goes, or (`fixed`: what of it IAM fixes at creation) is made anew."""

    account: str
    name: str
    path: str
    fixed: tuple[str, ...] = ()


def check(news: Properties) -> tuple[Properties, list[Failure]]:
    failures = [
        Failure(name, "no such property of PolicyWatch") for name in sorted(news.keys() - _NAMES - {"__defaults"})
    ]
    return news, failures + [Failure(name, "is missing") for name in sorted(_NAMES - news.keys())]


def changes(old_inputs: Properties, news: Properties) -> dict[str, Change]:
    """{property path: change}. Which accounts there are makes none by itself."""
    old, new = dict(_flat(old_inputs.get("policies") or {})), dict(_flat(news["policies"]))
    found = {_path(place): Change(Kind.ADD) for place in sorted(new.keys() - old.keys())}
    found |= {_path(place): Change(Kind.DELETE) for place in sorted(old.keys() - new.keys())}
    found |= {
        _path(place): Change(Kind.UPDATE) for place in sorted(old.keys() & new.keys()) if old[place] != new[place]
    }
    return found | ({"role": Change(Kind.UPDATE)} if old_inputs.get("role") != news["role"] else {})


def doomed(old_inputs: Properties, news: Properties) -> Iterator[Doomed]:
    """What the stock plugin is going to delete, first or for good."""
    new, staying = dict(_flat(news["policies"])), frozenset(news["accounts"])
    for (name, account), was in _flat(old_inputs.get("policies") or {}):
        shall = new.get((name, account))
        if account not in staying:
            continue
        if shall is None:
            yield Doomed(account, name, was["path"])
        elif fixed := tuple(key for key in _FIXED if was[key] != shall[key]):
            yield Doomed(account, name, was["path"], fixed)


class PolicyWatch:
    """Reads who has the policies that are doomed; two calls for each of them."""

    def __init__(self, iam: Iam) -> None:
        self._iam = iam

    def refusals(self, old_inputs: Properties, news: Properties) -> list[str]:
        """What AWS is going to refuse, a line for each. An account that nobody gets into says so itself."""
        held = [(each, self._holders(each, old_inputs["role"])) for each in doomed(old_inputs, news)]
        return [
            f"{_what(each)}, which AWS refuses while it is held by {holders} ({_remedy(each, holders)})"
            for each, holders in held
            if holders
        ]

    def _holders(self, each: Doomed, role: str) -> Holders:
        arn = f"arn:aws:iam::{each.account}:policy{each.path}{each.name}"
        live = LivePolicy(arn, Policy(each.name, each.path, "", {}))
        try:
            holders = self._iam.holders(Member(each.account, role), live)
        except AwsError:
            return Holders()
        if each.fixed:
            return holders
        # The permission sets of what leaves the catalog are changed first, and take their roles with them.
        ours = tuple(name for name in holders.roles if not name.startswith(RESERVED_ROLE))
        return Holders(ours, holders.users, holders.groups, holders.boundary_of)


def replacements(old_inputs: Properties, news: Properties) -> list[str]:
    """What is made anew: without it, a preview would not say what becomes of those who have it."""
    return [_what(each) for each in doomed(old_inputs, news) if each.fixed]


def told(watch: PolicyWatch, old_inputs: Properties, news: Properties) -> list[str]:
    """What a preview says."""
    refused = watch.refusals(old_inputs, news)
    return refused + [
        line for line in replacements(old_inputs, news) if not any(each.startswith(line) for each in refused)
    ]


def _what(each: Doomed) -> str:
    if not each.fixed:
        return f"account {each.account}: policy {each.name} is to be deleted"
    fixed = " and ".join(each.fixed)
    return (
        f"account {each.account}: policy {each.name} gets another {fixed}, which IAM fixes at creation: it is to be "
        "deleted and made anew"
    )


def _remedy(each: Doomed, holders: Holders) -> str:
    if each.fixed and holders.permission_sets:
        return "give the policy a new name instead: then everybody moves over before the old one goes"
    return "take it from them first, or let remit:fanOut: pooled do so with detach_on_delete"


def _flat(policies: Places) -> Iterator[tuple[tuple[str, str], Mapping[str, str]]]:
    for name, accounts in policies.items():
        yield from (((name, account), shape) for account, shape in accounts.items())


def _path(place: tuple[str, str]) -> str:
    return f'policies["{place[0]}"]["{place[1]}"]'
