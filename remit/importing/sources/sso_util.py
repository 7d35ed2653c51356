"""aws-sso-util's assignment groups: its configuration files, and templates for its macro.

    Groups, Users, PermissionSets, OUs, RecursiveOUs, Accounts          a configuration file
    Resources: {X: {Type: SSOUtil::SSO::AssignmentGroup, Properties: {Principal, PermissionSet, Target}}}

As that tool does it: an OU gives its own ACTIVE accounts, a recursive one those below it too, and never the management
account, which has to be named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from remit.errors import BadValue, Problem, Source, did_you_mean
from remit.importing.found import Found, LeftOut
from remit.importing.sources.cloudformation import PERMISSION_SETS, Template, mapping_of, values_of
from remit.importing.sources.gathering import Directory, Gathering, Ignored, Sourced
from remit.importing.sources.reading import read_mapping
from remit.organization import Principal
from remit.planning.values import PrincipalType
from remit.yaml_places import Block

_GROUP = "SSOUtil::SSO::AssignmentGroup"
_ASSIGNMENT = "AWS::SSO::Assignment"
_PRINCIPAL_KEYS, _TARGET_KEYS = ("Principal", "Principals"), ("Target", "Targets")
_SETS_KEYS = ("PermissionSet", "PermissionSetArn", "PermissionSets", "PermissionSetArns")
_PRINCIPAL_TYPE, _PRINCIPAL_ID = ("Type", "PrincipalType"), ("Id", "PrincipalId", "Ids", "PrincipalIds")
_TARGET_TYPE, _TARGET_ID = ("Type", "TargetType"), ("Id", "TargetId", "Ids", "TargetIds")
_INSTANCE_KEYS = ("Instance", "InstanceArn", "InstanceARN")
_OF_GENERATION = (
    *("AssignmentGroupName", "NumChildStacks", "NumChildTemplates", "MaxAssignmentsAllocation"),
    *("DefaultSessionDuration", "MaxConcurrentAssignments", "MaxResourcesPerTemplate"),
)
_CONFIGURATION = {
    "groups": ("Groups", "Group"),
    "users": ("Users", "User"),
    "permission_sets": _SETS_KEYS,
    "ous": ("OUs", "Ous", "OU", "Ou"),
    "recursive": ("RecursiveOUs", "RecursiveOus", "RecursiveOU", "RecursiveOu"),
    "accounts": ("Accounts", "Account"),
}
_ID_DIGITS = 12


def convert(path: Path, found: Found, ignored: Ignored) -> Sourced:
    """The assignments of the file, in place of those that were read. Raises CatalogError."""
    data = read_mapping(path, functions=True)
    converter = _Converter(Directory(found), data, ignored)
    if "Resources" in data:
        converter.template()
    else:
        converter.configuration()
    return converter.gathering.done(found, path)


class _Converter:
    def __init__(self, directory: Directory, data: Block, ignored: Ignored) -> None:
        self._directory, self.gathering, self._data = directory, Gathering(ignored), data
        self._template = Template(data)

    def configuration(self) -> None:
        self._check(self._data, [], [*_CONFIGURATION.values(), _INSTANCE_KEYS, *((key,) for key in _OF_GENERATION)])
        given = {name: list(values_of(self._data, keys)) for name, keys in _CONFIGURATION.items()}
        self._give(
            [*self._principals("GROUP", given["groups"]), *self._principals("USER", given["users"])],
            self._sets(given["permission_sets"]),
            [
                *self._accounts(given["accounts"]),
                *self._of_units(given["ous"], direct=True),
                *self._of_units(given["recursive"], direct=False),
            ],
        )

    def template(self) -> None:
        resources = self._data["Resources"]
        if not isinstance(resources, Block):
            self._problem("Resources takes a mapping", "", self._data.places["Resources"])
            return
        for name, resource in resources.items():
            place = resources.places[name]
            properties = resource.get("Properties") if isinstance(resource, Block) else None
            type_ = resource.get("Type") if isinstance(resource, Block) else None
            if type_ in PERMISSION_SETS:
                continue
            if type_ not in (_GROUP, _ASSIGNMENT):
                self.gathering.left_out.append(LeftOut(f"{place} {name}", f"{type_ or 'it'} is no access to accounts"))
            elif not isinstance(properties, Block):
                self._problem(f"{name} has no Properties", "add them", place)
            elif "Condition" in resource:
                remedy = "take the condition out, or the resource"
                self._problem(f"whether {name} exists is for CloudFormation to say", remedy, place)
            elif type_ == _GROUP:
                self._assignment_group(properties)
            else:
                self._assignment(properties)

    def _assignment_group(self, properties: Block) -> None:
        more = [_INSTANCE_KEYS, ("Name",), ("UpdateNonce",)]
        self._check(properties, [_PRINCIPAL_KEYS, _SETS_KEYS, _TARGET_KEYS], more)
        principals: list[tuple[PrincipalType, Principal]] = []
        for entry, source in values_of(properties, _PRINCIPAL_KEYS):
            with self.gathering.refusing(source):
                self._check(mapping_of(entry), [_PRINCIPAL_TYPE, _PRINCIPAL_ID])
                principals += self._typed_principals(entry)
        accounts: list[str] = []
        for entry, source in values_of(properties, _TARGET_KEYS):
            with self.gathering.refusing(source):
                self._check(mapping_of(entry), [_TARGET_TYPE, _TARGET_ID], [("Recursive",)])
                accounts += self._targets(entry)
        self._give(principals, self._sets(values_of(properties, _SETS_KEYS)), accounts)

    def _assignment(self, properties: Block) -> None:
        """A plain one of CloudFormation's, whose properties are those of one principal and one target."""
        keys = ("PrincipalType", "PrincipalId", "PermissionSetArn", "TargetType", "TargetId")
        self._check(properties, [(key,) for key in keys], [("InstanceArn",)])
        with self.gathering.refusing(properties.source):
            principals, accounts = self._typed_principals(properties), self._targets(properties)
            self._give(principals, self._sets(values_of(properties, ("PermissionSetArn",))), accounts)

    def _give(
        self,
        principals: Iterable[tuple[PrincipalType, Principal]],
        sets: Iterable[tuple[str, Source]],
        accounts: Iterable[str],
    ) -> None:
        sets, accounts = list(sets), list(accounts)
        for kind, principal in principals:
            for name, source in sets:
                self.gathering.grant(kind, principal, name, accounts, source)

    def _typed_principals(self, entry: Block) -> Iterable[tuple[PrincipalType, Principal]]:
        values = list(values_of(entry, _PRINCIPAL_ID))
        match self._type(entry, _PRINCIPAL_TYPE):
            case "GROUP":
                return self._principals("GROUP", values)
            case "USER":
                return self._principals("USER", values)
            case other:
                raise BadValue(f"principal type {other!r}", "write GROUP or USER")

    def _targets(self, entry: Block) -> Iterable[str]:
        values = list(values_of(entry, _TARGET_ID))
        match self._type(entry, _TARGET_TYPE):
            case "AWS_ACCOUNT":
                return self._accounts(values)
            case "AWS_OU":
                return self._of_units(values, direct=not self._template.flag(entry, "Recursive"))
            case other:
                raise BadValue(f"target type {other!r}", "write AWS_ACCOUNT or AWS_OU")

    def _type(self, entry: Block, keys: tuple[str, ...]) -> str:
        return next((self._template.text(value).upper() for value, _ in values_of(entry, keys)), "")

    def _principals(
        self, kind: PrincipalType, values: Iterable[tuple[Any, Source]]
    ) -> list[tuple[PrincipalType, Principal]]:
        """By id. One that nobody has any more is a principal that is gone."""
        found: list[tuple[PrincipalType, Principal]] = []
        for value, source in values:
            with self.gathering.refusing(source):
                id_ = self._template.text(value)
                known = self._directory.principal_of(id_)
                if known and known[0] != kind:
                    raise BadValue(f"{id_} is the {known[0].lower()} {known[1].name}, no {kind.lower()}")
                found.append(known or (kind, Principal(id=id_, name="")))
        return found

    def _sets(self, values: Iterable[tuple[Any, Source]]) -> list[tuple[str, Source]]:
        names = []
        for value, source in values:
            with self.gathering.refusing(source):
                names.append((self._directory.permission_set(self._set_name(value)), source))
        return names

    def _set_name(self, value: object) -> str:
        """Of an ARN, an id (with the instance's before it or not), a resource of the file, or a definition in place."""
        if isinstance(value, Block):
            if (resource := self._template.permission_set(value)) is not None:
                return self._set_name(resource)
            if isinstance(inner := value.get("Properties", value), Block) and "Name" in inner:
                return self._template.text(inner["Name"])
        wanted = self._template.text(value).rpartition("/")[2]
        for name, arn in self._directory.arn_by_name.items():
            if arn.rpartition("/")[2] == wanted:
                return name
        raise BadValue(f"no permission set has the id {wanted}")

    def _accounts(self, values: Iterable[tuple[Any, Source]]) -> list[str]:
        ids = []
        for value, source in values:
            with self.gathering.refusing(source):
                text = self._template.text(value)
                if not text.isdecimal() or len(text) > _ID_DIGITS:
                    raise BadValue(f"account {text!r} is no id of twelve digits")
                ids.append(text.zfill(_ID_DIGITS))
        return ids

    def _of_units(self, values: Iterable[tuple[Any, Source]], *, direct: bool) -> list[str]:
        organization = self._directory.organization
        paths = {unit.id: unit.path for unit in organization.organizational_units}
        ids: list[str] = []
        for value, source in values:
            with self.gathering.refusing(source):
                text = self._template.text(value)
                if text not in paths and not text.startswith("r-"):
                    raise BadValue(f"there is no organizational unit {text}", did_you_mean(text, paths))
                accounts = self._directory.accounts_below(paths.get(text, ""), direct=direct)
                ids += [each.id for each in accounts if each.id != organization.management_account]
        return ids

    def _check(
        self, block: Block, needed: Collection[tuple[str, ...]], allowed: Collection[tuple[str, ...]] = ()
    ) -> None:
        """One key each of the groups that are needed, at most one of those that are allowed, and no other."""
        known = [key for keys in (*needed, *allowed) for key in keys]
        for key in block:
            if key not in known:
                remedy = did_you_mean(key, known) or f"there are {', '.join(known)}"
                self._problem(f"unknown key {str(key)!r}", remedy, block.places[key])
        for keys in (*needed, *allowed):
            there = [key for key in keys if key in block]
            if len(there) > 1:
                self._problem(f"{' and '.join(there)} mean the same", "keep one", block.places[there[1]])
            elif keys in needed and (not there or block[there[0]] is None):
                self._problem(f"{keys[0]!r} is missing", "add it", block.source)

    def _problem(self, message: str, remedy: str, source: Source) -> None:
        self.gathering.problems.append(Problem(message, remedy, source))
