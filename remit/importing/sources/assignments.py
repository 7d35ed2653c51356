"""The configuration of Lambda-style assignment tools, as YAML or JSON.

    {AdDomain, GlobalAssignments: [{AdGroupName, PermissionSet}], OuAssignments: [{OuName, Assignments: […]}],
     AccountAssignments: [{AccountName, Assignments: […]}]}

As those tools do it: the group is AdGroupName@AdDomain; global is every ACTIVE account, the management account too; an
OU is found by its name anywhere in the tree, and takes in the units below it; what does not exist gives nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from remit.catalog.messages import problems_of
from remit.errors import BadValue, CatalogError
from remit.importing.found import Found, LeftOut
from remit.importing.sources.gathering import Directory, Gathering, Ignored, Sourced
from remit.importing.sources.reading import read_mapping
from remit.yaml_places import Text

_ROOT = "root"


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class _Assignment(_Said):
    group: Text = Field(alias="AdGroupName")
    permission_set: Text = Field(alias="PermissionSet")


class _OfUnit(_Said):
    ou: Text = Field(alias="OuName")
    assignments: tuple[_Assignment, ...] = Field(alias="Assignments")


class _OfAccount(_Said):
    account: Text = Field(alias="AccountName")
    assignments: tuple[_Assignment, ...] = Field(alias="Assignments")


class _Configuration(_Said):
    domain: Text = Field(default=Text(""), alias="AdDomain")
    everywhere: tuple[_Assignment, ...] = Field(default=(), alias="GlobalAssignments")
    units: tuple[_OfUnit, ...] = Field(default=(), alias="OuAssignments")
    accounts: tuple[_OfAccount, ...] = Field(default=(), alias="AccountAssignments")


def convert(path: Path, found: Found, ignored: Ignored) -> Sourced:
    """The assignments of the file, in place of those that were read. Raises CatalogError."""
    data = read_mapping(path)
    try:
        said = _Configuration.model_validate(data)
    except ValidationError as error:
        raise CatalogError(problems_of(error, _Configuration, data)) from error
    converter = _Converter(Directory(found), said.domain, ignored)
    converter.give(said.everywhere, [account.id for account in converter.directory.accounts_below("")])
    for unit in said.units:
        with converter.gathering.refusing(unit.ou.source):
            converter.give(unit.assignments, converter.accounts_of_unit(unit.ou))
    for one in said.accounts:
        with converter.gathering.refusing(one.account.source):
            converter.give(one.assignments, converter.account(one.account))
    return converter.gathering.done(found, path)


class _Converter:
    def __init__(self, directory: Directory, domain: str, ignored: Ignored) -> None:
        self.directory, self.gathering = directory, Gathering(ignored)
        self._suffix = f"@{domain.removeprefix('@')}" if domain else ""

    def accounts_of_unit(self, name: Text) -> list[str]:
        units = self.directory.organization.organizational_units
        paths = [""] if name == _ROOT else [unit.path for unit in units if unit.path.split("/")[-1] == name]
        if len(paths) > 1:
            raise BadValue(
                f"{len(paths)} organizational units are called {str(name)!r}: {', '.join(sorted(paths))}",
                "the tool takes the first that AWS lists: give the OU a name of its own, or list the accounts",
            )
        accounts = [account.id for path in paths for account in self.directory.accounts_below(path)]
        if not accounts:
            reason = "no ACTIVE account is in it" if paths else "there is no such organizational unit"
            self._leave_out(f"OuName {name}", name, reason)
        return accounts

    def account(self, name: Text) -> list[str]:
        active = {account.name for account in self.directory.organization.active_accounts}
        if name not in active:
            self._leave_out(f"AccountName {name}", name, "there is no ACTIVE account of that name")
            return []
        same = [account for account in self.directory.organization.active_accounts if account.name == name]
        return [same[0].id] if len(same) == 1 else [self.directory.account_named(name).id]

    def give(self, assignments: Iterable[_Assignment], accounts: Iterable[str]) -> None:
        if not (accounts := list(accounts)):
            return
        for each in assignments:
            try:
                group = self.directory.group(each.group, self._suffix)
                name = self.directory.permission_set(each.permission_set)
            except BadValue as error:
                remedy = f": {error.remedy}" if error.remedy else ""
                self._leave_out(f"{each.group}: {each.permission_set}", each.group, f"{error.message}{remedy}")
            else:
                self.gathering.grant("GROUP", group, name, accounts, each.group.source)

    def _leave_out(self, what: str, at: Text, reason: str) -> None:
        self.gathering.left_out.append(LeftOut(f"{at.source} {what}", f"{reason} (the tool skips it, too)"))
