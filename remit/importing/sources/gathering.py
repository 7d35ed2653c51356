"""What all converters share: the names and ids of an organization, and what they gather with its places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from remit.errors import BadValue, CatalogError, Problem, Source, did_you_mean, listed
from remit.importing.entries import IGNORED
from remit.importing.found import Found, FoundAssignment, LeftOut
from remit.organization import Account, Principal
from remit.planning.values import PrincipalType

Ignored = Callable[[str], bool]
"""Whether organization.yaml leaves a permission set of this name alone."""


@dataclass(frozen=True, slots=True)
class Sourced:
    """What an import goes on with, and what the source said that has no place in it."""

    found: Found
    left_out: tuple[LeftOut, ...] = ()


class Directory:
    """Names and ids of what was read of an organization. What it does not have is a BadValue."""

    def __init__(self, found: Found) -> None:
        self.organization = organization = found.organization
        self.arn_by_name = {**organization.permission_sets, **{each.name: each.arn for each in found.permission_sets}}
        self._sets = {each.name for each in found.permission_sets}
        self._groups = {each.name: each for each in organization.groups}
        self._users = {each.name: each for each in organization.users}
        self._by_id: dict[str, tuple[PrincipalType, Principal]] = {}
        self._by_id.update({each.id: ("GROUP", each) for each in organization.groups})
        self._by_id.update({each.id: ("USER", each) for each in organization.users})
        self._named: defaultdict[str, list[Account]] = defaultdict(list)
        for account in organization.accounts:
            self._named[account.name].append(account)

    def permission_set(self, name: str) -> str:
        if name in self._sets:
            return str(name)
        raise BadValue(f"there is no permission set {str(name)!r}", did_you_mean(name, self._sets))

    def group(self, name: str, suffix: str = "") -> Principal:
        """By its name, to which the suffix belongs that the file says once."""
        if (full := f"{name}{suffix}") in self._groups:
            return self._groups[full]
        alike = [known.removesuffix(suffix) for known in self._groups if known.endswith(suffix)]
        raise BadValue(f"there is no group {full!r}", did_you_mean(name, alike))

    def user(self, name: str) -> Principal:
        if name in self._users:
            return self._users[name]
        raise BadValue(f"there is no user {str(name)!r}", did_you_mean(name, self._users))

    def has(self, kind: PrincipalType, name: str) -> bool:
        return name in (self._groups if kind == "GROUP" else self._users)

    def principal_of(self, id_: str) -> tuple[PrincipalType, Principal] | None:
        """Who has this id in the identity store."""
        return self._by_id.get(id_)

    def account_named(self, name: str) -> Account:
        """By its exact name, which must be that of one account."""
        found = self._named.get(name, [])
        if len(found) == 1:
            return found[0]
        if found:
            ids = ", ".join(account.id for account in found)
            raise BadValue(f"{len(found)} accounts are called {str(name)!r}", f"they are {ids}: write an id")
        raise BadValue(f"there is no account {str(name)!r}", did_you_mean(name, self._named))

    def accounts_below(self, path: str, *, direct: bool = False) -> Iterator[Account]:
        """The ACTIVE accounts of an organizational unit, those of units below it too; of the root for an empty path."""
        for account in self.organization.active_accounts:
            if account.ou == path or (not direct and (not path or account.ou.startswith(f"{path}/"))):
                yield account


@dataclass(slots=True)
class Gathering:
    """What a converter has found so far. `ignored`: the permission sets that the catalog leaves alone."""

    ignored: Ignored
    assignments: set[FoundAssignment] = field(default_factory=set)
    left_out: list[LeftOut] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @contextmanager
    def refusing(self, source: Source | None) -> Iterator[None]:
        """A BadValue is a problem at this place."""
        try:
            yield
        except BadValue as error:
            self.problems.append(error.at(source))

    def grant(
        self,
        kind: PrincipalType,
        principal: Principal,
        permission_set: str,
        accounts: Iterable[str],
        source: Source | None,
    ) -> None:
        """What the file says at this place."""
        if self.ignored(permission_set):
            self.left_out.append(LeftOut(f"{source} {principal.name or principal.id}: {permission_set}", IGNORED))
            return
        for account in accounts:
            self.assignments.add(FoundAssignment(account, permission_set, kind, principal.id, principal.name))

    def done(self, found: Found, path: Path) -> Sourced:
        """What was read, with these assignments in place of its own. Raises CatalogError."""
        if self.problems:
            raise CatalogError(self.problems)
        said = replace(found, assignments=tuple(sorted(self.assignments)))
        return Sourced(said, (*self.left_out, *self._not_given(found, path)))

    def _not_given(self, found: Found, path: Path) -> Iterator[LeftOut]:
        """What is there in ACTIVE accounts and the file does not give: the first `up` would take it away."""
        names = {account.id: account.name for account in found.organization.active_accounts}
        ours = [each for each in found.assignments if not self.ignored(each.permission_set)]
        there = [each for each in ours if each.account in names and each not in self.assignments]
        if there:
            examples = listed(
                f"{each.principal or each.principal_id}: {each.permission_set} in {names[each.account]}"
                for each in there
            )
            yield LeftOut(
                f"{len(there)} of the {len(ours)} assignments that are there ({examples})",
                f"{path.name} does not give them, so `up` takes them away, unless remit:unmanaged is report",
            )
