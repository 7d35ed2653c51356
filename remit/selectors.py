"""The one grammar that says which accounts: `targets`, `except` and a stack's scope.

    *                   every ACTIVE account but the management account
    management          the management account
    ou:PATH, ou:ID      an organizational unit with all below it; a bare name may stand for a path if it is unique
    ou-only:PATH        its direct accounts
    account:NAME, :ID   one account; with *, ? or [ ] a glob over names and ids; upper and lower case are the same
    tag:KEY=GLOB        accounts whose tag matches; upper and lower case differ

Only ACTIVE accounts are ever selected. A name that nothing has is an error, a glob that matches nothing a warning.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase, translate

from remit.errors import BadValue, did_you_mean, listed
from remit.organization import Account, AccountState, Organization

ALL = "*"
MANAGEMENT = "management"
_GLOB = re.compile(r"[*?\[]")
_TWELVE_DIGITS = "an account id has twelve digits, zeros in front included: account:012345678901"
_EVERYTHING = frozenset({"all", "any", "everything", "everywhere", "**", "*:*"})
_CURLY_QUOTES = frozenset("\u201c\u201d\u2018\u2019")
_ID = re.compile(r"\d{12}")
_BARE_NAME = re.compile(r"[A-Za-z][\w .@/-]*")


class Kind(StrEnum):
    """The word before the colon, or the whole selector."""

    ALL = "*"
    MANAGEMENT = "management"
    OU = "ou"
    OU_ONLY = "ou-only"
    ACCOUNT = "account"
    TAG = "tag"


_WITH_A_NAME = frozenset({Kind.OU, Kind.OU_ONLY, Kind.ACCOUNT})


@dataclass(frozen=True, slots=True)
class Selector:
    """A selector, read. `value` is what stands after the colon."""

    kind: Kind
    value: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """The ACTIVE accounts (ids) of a selector, and what is odd about it."""

    accounts: frozenset[str]
    warning: str = ""
    inactive: bool = False
    """The selector names an account that is not ACTIVE."""


def parse_selector(text: str) -> Selector:
    """Read a selector. Raises BadValue when it is none."""
    if text in {ALL, MANAGEMENT}:
        return Selector(Kind(text))
    word, colon, value = text.partition(":")
    if not colon or word not in {Kind.OU, Kind.OU_ONLY, Kind.ACCOUNT, Kind.TAG}:
        raise BadValue(f"{text!r} is no selector", _remedy_for(text))
    if not value or value != value.strip():
        wrong = "spaces around its name" if value.strip() else "no name"
        raise BadValue(f"selector {text!r} has {wrong}", f"write {word}:{value.strip() or 'NAME'}")
    if word == Kind.TAG and (not value.partition("=")[1] or value.startswith("=")):
        raise BadValue(f"selector {text!r} does not say which value", "write tag:KEY=VALUE, such as tag:stage=dev")
    return Selector(Kind(word), value)


def names_one_account(text: str) -> bool:
    """Whether a selector stands for one account, now and later. Raises BadValue for what is no selector."""
    selector = parse_selector(text)
    return selector.kind is Kind.MANAGEMENT or (selector.kind is Kind.ACCOUNT and not _GLOB.search(selector.value))


def _remedy_for(text: str) -> str:
    word, _, value = text.partition(":")
    if text.isdecimal():
        return f"write account:{text}" if _ID.fullmatch(text) else _TWELVE_DIGITS
    if text.casefold() in _EVERYTHING or text[:1] in _CURLY_QUOTES:
        return f'write "*"{", with straight quotes" if text[:1] in _CURLY_QUOTES else ""}'
    if text.startswith(("ou-", "r-")):
        return f"write ou:{text}"
    if word.casefold() in _WITH_A_NAME:
        return f"write {word.casefold()}:{value or 'NAME'}"
    return did_you_mean(word, Kind) or _all_of_them(text)


def _all_of_them(text: str) -> str:
    if _BARE_NAME.fullmatch(text):
        return f'write account:{text} or ou:{text}; there are "*", management, ou-only:PATH and tag:KEY=VALUE, too'
    return 'write "*", management, ou:PATH, ou-only:PATH, account:NAME, account:ID or tag:KEY=VALUE'


def describe(account: Account) -> str:
    """payments-prod (111122223333)."""
    return f"{account.name} ({account.id})"


class AccountIndex:
    """The accounts of an organization by everything that a selector can name. Each selector is looked up once."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.active = frozenset(account.id for account in organization.active_accounts)
        self._by_id = organization.account_by_id
        self._by_name: defaultdict[str, list[Account]] = defaultdict(list)
        self._direct: defaultdict[str, set[str]] = defaultdict(set)
        self._below: defaultdict[str, set[str]] = defaultdict(set)
        self._path_by_ou_id = {unit.id: unit.path for unit in organization.organizational_units}
        self._paths_by_bare_name: defaultdict[str, set[str]] = defaultdict(set)
        self._seen: dict[str, Match | BadValue] = {}
        for unit in organization.organizational_units:
            self._know_path(unit.path)
        for account in organization.accounts:
            self._add(account)

    def match(self, text: str) -> Match:
        """The accounts of one selector. Raises BadValue for a selector or a name that does not exist."""
        if text not in self._seen:
            try:
                self._seen[text] = self._match(parse_selector(text))
            except BadValue as error:
                self._seen[text] = error
        found = self._seen[text]
        if isinstance(found, BadValue):
            raise BadValue(found.message, found.remedy)  # a new one: an exception gathers a traceback each time
        return found

    def select(self, targets: Iterable[str], without: Iterable[str] = ()) -> frozenset[str]:
        """The union of `targets` less the union of `without`. Raises BadValue at the first bad selector."""
        return self._union(targets) - self._union(without)

    def account(self, name_or_id: str) -> Account:
        """The one account of that name (in any case) or id, whatever its state. Raises BadValue."""
        if _ID.fullmatch(name_or_id):
            if name_or_id not in self._by_id:
                raise BadValue(f"no account {name_or_id} in the organization", did_you_mean(name_or_id, self._by_id))
            return self._by_id[name_or_id]
        named = self._by_name.get(name_or_id.casefold(), [])
        alive = [account for account in named if account.state is AccountState.ACTIVE] or named
        if not alive:
            raise BadValue(f"no account {name_or_id!r} in the organization", self._remedy_for_account(name_or_id))
        if len(alive) > 1:
            ids = " and ".join(account.id for account in alive)
            raise BadValue(f"account {name_or_id!r} stands for {ids}", "write account:ID")
        return alive[0]

    def _remedy_for_account(self, name: str) -> str:
        if name.isdecimal() and name.zfill(12) in self._by_id:
            return f"an id has twelve digits: {name.zfill(12)}"
        if name.isdecimal():
            return "an id has twelve digits"
        close = did_you_mean(name, (account.name for account in self.organization.accounts))
        return close or "write its name or id as AWS Organizations has it"

    def _union(self, selectors: Iterable[str]) -> frozenset[str]:
        return frozenset[str]().union(*(self.match(text).accounts for text in selectors))

    def _add(self, account: Account) -> None:
        self._by_name[account.name.casefold()].append(account)
        if account.ou:
            self._know_path(account.ou)
        if account.id in self.active:
            self._direct[account.ou].add(account.id)
            for path in _lineage(account.ou):
                self._below[path].add(account.id)

    def _know_path(self, path: str) -> None:
        for ancestor in _lineage(path):
            self._paths_by_bare_name[ancestor.rpartition("/")[2]].add(ancestor)

    def _match(self, selector: Selector) -> Match:
        match selector.kind:
            case Kind.ALL:
                return Match(self.active - {self.organization.management_account})
            case Kind.MANAGEMENT:
                return Match(self.active & {self.organization.management_account})
            case Kind.OU:
                return Match(frozenset(self._below[self._ou_path(selector.value)]))
            case Kind.OU_ONLY:
                return Match(frozenset(self._direct[self._ou_path(selector.value)]))
            case Kind.TAG:
                return self._tagged(selector.value)
            case Kind.ACCOUNT:
                return self._accounts(selector.value)

    def _ou_path(self, name: str) -> str:
        if name in self._path_by_ou_id:
            return self._path_by_ou_id[name]
        path = name.strip("/")
        same_name = self._paths_by_bare_name.get(path, set()) if "/" not in name else set()
        if len(same_name) > 1:
            paths = " or ".join(f"ou:{'' if '/' in path else '/'}{path}" for path in sorted(same_name))
            raise BadValue(f"organizational unit {name!r} stands for more than one", f"write {paths}")
        if same_name:
            return next(iter(same_name))
        every_path = set[str]().union(*self._paths_by_bare_name.values())
        if path in every_path:
            return path
        below = sorted(known for known in every_path if known.endswith(f"/{path}"))
        close = f"write {' or '.join(f'ou:{known}' for known in below)}" if below else ""
        close = close or did_you_mean(path, [*every_path, *self._path_by_ou_id, *self._paths_by_bare_name])
        close = close or "write its path of names from the root, such as ou:Workloads/Prod, or its id"
        raise BadValue(f"no organizational unit {name!r} in the organization", close)

    def _tagged(self, value: str) -> Match:
        key, _, glob = value.partition("=")
        found = frozenset(
            account.id for account in self.organization.active_accounts if _tag_matches(account, key, glob)
        )
        return Match(found, "" if found else f"tag:{value} matches no active account")

    def _accounts(self, value: str) -> Match:
        if _GLOB.search(value) and value.casefold() not in self._by_name:
            glob = re.compile(translate(value.casefold()))
            found = frozenset(
                account.id
                for account in self.organization.active_accounts
                if glob.match(account.name.casefold()) or glob.match(account.id)
            )
            return Match(found, "" if found else f"account:{value} matches no active account")
        account = self.account(value)
        if account.state is AccountState.ACTIVE:
            return Match(frozenset({account.id}))
        return Match(frozenset(), f"account {describe(account)} is {account.state}: it gets nothing", inactive=True)


def _tag_matches(account: Account, key: str, glob: str) -> bool:
    return key in account.tags and fnmatchcase(account.tags[key], glob)


def _lineage(path: str) -> list[str]:
    """Workloads/Prod/EU → Workloads, Workloads/Prod, Workloads/Prod/EU."""
    parts = path.split("/") if path else []
    return ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]


def describe_all(index: AccountIndex, accounts: Iterable[str], most: int = 3) -> str:
    """The accounts of these ids by name, the first `most` of them."""
    return listed((describe(index.organization.account_by_id[id_]) for id_ in sorted(accounts)), most)
