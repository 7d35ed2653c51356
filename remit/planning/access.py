"""Access rules → assignments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from remit.catalog.models import BY_ID, AccessRule
from remit.errors import BadValue, Source, did_you_mean
from remit.expiry import Expiry, expired
from remit.organization import Principal
from remit.planning.values import PlannedAssignment, PrincipalType
from remit.planning.world import World
from remit.yaml_places import Text

MOST_GROUPS = 100
"""Groups that one permission set may be assigned to in one account: a fixed limit of AWS."""


@dataclass(frozen=True, slots=True, order=True)
class Holding:
    """A permission set in the hands of a principal, wherever that is."""

    permission_set: str
    principal_type: PrincipalType
    principal: str
    principal_id: str


@dataclass(slots=True)
class Access:
    """Who holds what in which accounts, and which rules say so."""

    grants: dict[Holding, list[tuple[Source, frozenset[str]]]] = field(default_factory=dict)
    accounts: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The accounts in which a permission set is assigned, by its name."""
    _ends: defaultdict[str, set[tuple[Expiry | None, frozenset[str]]]] = field(default_factory=lambda: defaultdict(set))

    def add(self, holding: Holding, rule: AccessRule, accounts: frozenset[str]) -> None:
        self.grants.setdefault(holding, []).append((rule.source, accounts))
        self.accounts[holding.permission_set] |= accounts
        self._ends[holding.permission_set].add((rule.expires, accounts))

    def accounts_at(self, permission_set: str, at: datetime) -> frozenset[str]:
        """Those of `accounts` in which it is still assigned at a later time, if it has not ended itself."""
        given = self._ends.get(permission_set, ())
        return frozenset[str]().union(*(accounts for expires, accounts in given if not expired(expires, at)))

    def assignments(self) -> Iterator[PlannedAssignment]:
        """Every assignment, by account, permission set and principal."""
        in_account: defaultdict[str, list[PlannedAssignment]] = defaultdict(list)
        for holding in sorted(self.grants):
            for account, sources in _sources_by_account(self.grants[holding]):
                in_account[account].append(
                    PlannedAssignment(
                        account,
                        holding.permission_set,
                        holding.principal_type,
                        holding.principal,
                        holding.principal_id,
                        sources[0],
                        sources,
                    )
                )
        for account in sorted(in_account):
            yield from in_account[account]

    def groups_by_account(self) -> Mapping[tuple[str, str], int]:
        """How many groups hold a permission set in an account."""
        counts: defaultdict[tuple[str, str], int] = defaultdict(int)
        for permission_set, groups in self._groups().items():
            if len(groups) > MOST_GROUPS:
                for accounts in groups:
                    for account in accounts:
                        counts[permission_set, account] += 1
        return counts

    def _groups(self) -> Mapping[str, list[frozenset[str]]]:
        found: defaultdict[str, list[frozenset[str]]] = defaultdict(list)
        for holding, grants in self.grants.items():
            if holding.principal_type == "GROUP":
                found[holding.permission_set].append(frozenset[str]().union(*(accounts for _, accounts in grants)))
        return found


def plan_access(world: World) -> Access:
    """Every rule that has not ended, in the accounts of the stack's scope."""
    access = Access()
    directory = Directory(world)
    for rule in sorted(world.catalog.access, key=lambda rule: rule.source):
        if expired(rule.expires, world.at):
            continue
        accounts = world.select(rule.targets, rule.except_) & world.scope
        principals = directory.principals(rule)
        for name in sorted(_alive(rule, world)):
            for principal_type, principal in principals:
                if accounts:
                    access.add(Holding(name, principal_type, principal.name, principal.id), rule, accounts)
    for (permission_set, account), count in access.groups_by_account().items():
        if count > MOST_GROUPS:
            message = f"permission set {permission_set!r} is assigned to {count} groups"
            source = world.permission_sets[permission_set].source
            world.findings.wrong_in(account, message, f"AWS allows {MOST_GROUPS}: merge groups", source)
    return access


def _alive(rule: AccessRule, world: World) -> set[str]:
    """The permission sets of a rule that have not ended."""
    names = set()
    for name in rule.permission_sets:
        entry = world.permission_sets.get(name)
        if entry is None:
            remedy = did_you_mean(name, world.permission_sets) or "add it under permission_sets"
            world.findings.wrong(f"no permission set {str(name)!r} in the catalog", remedy, name.source)
        elif not expired(entry.expires, world.at):
            names.add(str(name))
    return names


class Directory:
    """Groups and users of the identity store by name."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._groups = _by_name(world.organization.groups)
        self._users = _by_name(world.organization.users)
        self._seen: dict[tuple[str, str], Principal | BadValue] = {}

    def principals(self, rule: AccessRule) -> list[tuple[PrincipalType, Principal]]:
        """Everybody that a rule names. One that does not exist, or twice, is a finding."""
        full_name = self._world.catalog.settings.full_group_name
        groups = [self._find("group", name, full_name(name), self._groups) for name in rule.groups or ()]
        users = [self._find("user", name, str(name), self._users) for name in rule.users or ()]
        if rule.users:
            self._world.findings.odd(
                f"access is given to a user, {str(rule.users[0])!r}", "give it to a group", rule.users[0].source
            )
        found: dict[tuple[PrincipalType, str], Principal] = {}
        found.update({("GROUP", group.id): group for group in groups if group})
        found.update({("USER", user.id): user for user in users if user})
        return [(principal_type, principal) for (principal_type, _), principal in found.items()]

    def _find(
        self, what: str, written: Text, full_name: str, known: Mapping[str, Sequence[Principal]]
    ) -> Principal | None:
        if full_name.startswith(BY_ID):
            return self._by_id(what, written, [each for alike in known.values() for each in alike])
        if (what, full_name) not in self._seen:
            try:
                self._seen[what, full_name] = find_principal(what, full_name, known)
            except BadValue as error:
                self._seen[what, full_name] = error
        found = self._seen[what, full_name]
        if isinstance(found, BadValue):
            self._world.findings.refuse(found, written.source)
            return None
        return found

    def _by_id(self, what: str, written: Text, known: Sequence[Principal]) -> Principal:
        """Nobody checks that an id exists: AWS keeps the assignments of principals that are gone."""
        remedy = "write its name, or take it out once nobody needs it"
        self._world.findings.odd(f"{what} {str(written)!r} is not looked up", remedy, written.source)
        id_ = written.removeprefix(BY_ID)
        return next((each for each in known if each.id == id_), Principal(id=id_, name=str(written)))


def find_principal(what: str, name: str, known: Mapping[str, Sequence[Principal]]) -> Principal:
    """The one principal of that name. Raises BadValue when there is none, or more."""
    found = known.get(name, ())
    if len(found) == 1:
        return found[0]
    if found:
        ids = " and ".join(principal.id for principal in found)
        raise BadValue(f"{what} {name!r} stands for {ids} in the identity store", "rename one of them there")
    remedy = did_you_mean(name, known) or f"create it in the identity store, or correct the {what}'s name"
    raise BadValue(f"no {what} {name!r} in the identity store", remedy)


def _by_name(principals: Sequence[Principal]) -> Mapping[str, list[Principal]]:
    found: defaultdict[str, list[Principal]] = defaultdict(list)
    for principal in principals:
        found[principal.name].append(principal)
    return dict(found)


def _sources_by_account(
    grants: Sequence[tuple[Source, frozenset[str]]],
) -> Iterator[tuple[str, tuple[Source, ...]]]:
    if len(grants) == 1:
        source, accounts = grants[0]
        sources = (source,)
        yield from ((account, sources) for account in accounts)
        return
    by_account: defaultdict[str, list[Source]] = defaultdict(list)
    for source, accounts in sorted(grants, key=lambda grant: grant[0]):
        for account in accounts:
            by_account[account].append(source)
    for account, found in by_account.items():
        yield account, tuple(dict.fromkeys(found))
