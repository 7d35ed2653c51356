"""aws-sso-util's assignment groups: its configuration files, and templates for its macro.

    Groups, Users, PermissionSets, OUs, RecursiveOUs, Accounts          a configuration file
    Resources: {X: {Type: SSOUtil::SSO::AssignmentGroup, Properties: {Principal, PermissionSet, Target}}}

As that tool does it: an OU gives its own ACTIVE accounts, a recursive one those below it too, and never the management
account, which has to be named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from remit.errors import BadValue, Problem, Source, did_you_mean
from remit.importing.found import Found, LeftOut
from remit.importing.sources.gathering import Directory, Gathering, Sourced
from remit.importing.sources.reading import read_mapping
from remit.organization import Principal
from remit.planning.values import PrincipalType
from remit.yaml_places import Block, Series, Text, not_text, source_of

_GROUP = "SSOUtil::SSO::AssignmentGroup"
_ASSIGNMENT = "AWS::SSO::Assignment"
_PERMISSION_SETS = ("AWS::SSO::PermissionSet", "SSOUtil::SSO::PermissionSet")
_SETS_KEYS = ("PermissionSet", "PermissionSetArn", "PermissionSets", "PermissionSetArns")
_ID_KEYS = ("Id", "Ids")
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
_TRUE, _FALSE = {"true", "True", "TRUE"}, {"false", "False", "FALSE"}
_ID_DIGITS = 12


def convert(path: Path, found: Found) -> Sourced:
    """The assignments of the file, in place of those that were read. Raises CatalogError."""
    data = read_mapping(path, functions=True)
    converter = _Converter(Directory(found), data)
    if "Resources" in data:
        converter.template()
    else:
        converter.configuration()
    return converter.gathering.done(found, path)


class _Converter:
    def __init__(self, directory: Directory, data: Block) -> None:
        self._directory, self.gathering, self._data = directory, Gathering(), data
        self._resources = data.get("Resources") or {}

    def configuration(self) -> None:
        known = [*(key for keys in _CONFIGURATION.values() for key in keys), *_INSTANCE_KEYS, *_OF_GENERATION]
        self._refuse_unknown(self._data, known)
        given = {name: list(_values(self._data, keys)) for name, keys in _CONFIGURATION.items()}
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
        if not isinstance(self._resources, Block):
            self._problem("Resources takes a mapping", "", self._data.places["Resources"])
            return
        for name, resource in self._resources.items():
            place = self._resources.places[name]
            properties = resource.get("Properties") if isinstance(resource, Block) else None
            type_ = resource.get("Type") if isinstance(resource, Block) else None
            if type_ in _PERMISSION_SETS:
                continue
            if type_ not in {_GROUP, _ASSIGNMENT}:
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
        known = [*("Name", "Principal", "Principals", "Target", "Targets", "UpdateNonce"), *_SETS_KEYS, *_INSTANCE_KEYS]
        self._refuse_unknown(properties, known)
        principals: list[tuple[PrincipalType, Principal]] = []
        for entry, source in _values(properties, ("Principal", "Principals")):
            with self.gathering.refusing(source):
                principals += self._typed_principals(_mapping(entry), ("PrincipalId", "PrincipalIds"))
        accounts: list[str] = []
        for entry, source in _values(properties, ("Target", "Targets")):
            with self.gathering.refusing(source):
                accounts += self._targets(_mapping(entry), ("TargetId", "TargetIds"))
        self._give(principals, self._sets(_values(properties, _SETS_KEYS)), accounts)

    def _assignment(self, properties: Block) -> None:
        """A plain one of CloudFormation's, whose properties are those of one principal and one target."""
        with self.gathering.refusing(properties.source):
            principals = self._typed_principals(properties, ("PrincipalId",))
            accounts = self._targets(properties, ("TargetId",))
            self._give(principals, self._sets(_values(properties, ("PermissionSetArn",))), accounts)

    def _give(
        self, principals: Iterable[tuple[PrincipalType, Principal]], sets: Iterable[str], accounts: Iterable[str]
    ) -> None:
        sets, accounts = list(sets), list(accounts)
        for kind, principal in principals:
            for name in sets:
                self.gathering.grant(kind, principal, name, accounts)

    def _typed_principals(self, entry: Block, keys: tuple[str, ...]) -> Iterable[tuple[PrincipalType, Principal]]:
        values = list(_values(entry, (*_ID_KEYS, *keys)))
        match self._type(entry, ("Type", "PrincipalType")):
            case "GROUP":
                return self._principals("GROUP", values)
            case "USER":
                return self._principals("USER", values)
            case other:
                raise BadValue(f"principal type {other!r}", "write GROUP or USER")

    def _targets(self, entry: Block, keys: tuple[str, ...]) -> Iterable[str]:
        values = list(_values(entry, (*_ID_KEYS, *keys)))
        match self._type(entry, ("Type", "TargetType")):
            case "AWS_ACCOUNT":
                return self._accounts(values)
            case "AWS_OU":
                return self._of_units(values, direct=not _is_true(entry.get("Recursive")))
            case other:
                raise BadValue(f"target type {other!r}", "write AWS_ACCOUNT or AWS_OU")

    def _type(self, entry: Block, keys: tuple[str, ...]) -> str:
        return next((self._text(value).upper() for value, _ in _values(entry, keys)), "")

    def _principals(
        self, kind: PrincipalType, values: Iterable[tuple[Any, Source]]
    ) -> list[tuple[PrincipalType, Principal]]:
        """By id. One that nobody has any more is a principal that is gone."""
        found: list[tuple[PrincipalType, Principal]] = []
        for value, source in values:
            with self.gathering.refusing(source):
                id_ = self._text(value)
                known = self._directory.principal_of(id_)
                if known and known[0] != kind:
                    raise BadValue(f"{id_} is the {known[0].lower()} {known[1].name}, no {kind.lower()}")
                found.append(known or (kind, Principal(id=id_, name="")))
        return found

    def _sets(self, values: Iterable[tuple[Any, Source]]) -> list[str]:
        names = []
        for value, source in values:
            with self.gathering.refusing(source):
                names.append(self._directory.permission_set(self._set_name(value)))
        return names

    def _set_name(self, value: object) -> str:
        """Of an ARN, an id (with the instance's before it or not), a resource of the file, or a definition in place."""
        if isinstance(value, Block):
            if (resource := self._referred(value)) is not None:
                return self._set_name(resource)
            if isinstance(inner := value.get("Properties", value), Block) and "Name" in inner:
                return self._text(inner["Name"])
        wanted = self._text(value).rpartition("/")[2]
        for name, arn in self._directory.arn_by_name.items():
            if arn.rpartition("/")[2] == wanted:
                return name
        raise BadValue(f"no permission set has the id {wanted}")

    def _referred(self, value: Block) -> object | None:
        """The permission set of the file that `{Ref: X}` or `{Fn::GetAtt: X.PermissionSetArn}` names."""
        target = value.get("Ref", value.get("Fn::GetAtt"))
        name = target[0] if isinstance(target, Series) and target else target
        resource = self._resources.get(name.partition(".")[0]) if isinstance(name, Text) else None
        is_set = isinstance(resource, Block) and resource.get("Type") in _PERMISSION_SETS
        return resource if is_set else None

    def _accounts(self, values: Iterable[tuple[Any, Source]]) -> list[str]:
        ids = []
        for value, source in values:
            with self.gathering.refusing(source):
                text = self._text(value)
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
                text = self._text(value)
                if text not in paths and not text.startswith("r-"):
                    raise BadValue(f"there is no organizational unit {text}", did_you_mean(text, paths))
                accounts = self._directory.accounts_below(paths.get(text, ""), direct=direct)
                ids += [each.id for each in accounts if each.id != organization.management_account]
        return ids

    def _text(self, value: object) -> str:
        """A value, or the default of the parameter that it refers to. Raises BadValue for what is not in the file."""
        if isinstance(value, Block) and isinstance(value.get("Ref"), Text):
            parameter = (self._data.get("Parameters") or {}).get(value["Ref"])
            if isinstance(parameter, Block) and isinstance(parameter.get("Default"), Text):
                return str(parameter["Default"])
            raise BadValue(f"the value of {value['Ref']} is not in the file", "write the value itself")
        if isinstance(value, Block) and len(value) == 1 and next(iter(value)).startswith("Fn::"):
            raise BadValue(f"{next(iter(value))} is worked out by CloudFormation", "write the value itself")
        if not isinstance(value, Text):
            raise BadValue(f"the value {not_text(value)}")
        return str(value)

    def _refuse_unknown(self, block: Block, known: Iterable[str]) -> None:
        for key in block:
            if key not in (known := list(known)):
                remedy = did_you_mean(key, known) or f"there are {', '.join(known)}"
                self._problem(f"unknown key {str(key)!r}", remedy, block.places[key])

    def _problem(self, message: str, remedy: str, source: Source) -> None:
        self.gathering.problems.append(Problem(message, remedy, source))


def _values(block: Mapping[str, Any], keys: Iterable[str]) -> Iterator[tuple[Any, Source]]:
    """What stands under the first of the keys that has a value: one value, or each of a list."""
    value = next((block[key] for key in keys if block.get(key) is not None), None)
    for each in value if isinstance(value, Series) else [] if value is None else [value]:
        yield each, source_of(each) or source_of(block) or Source("", 0)


def _mapping(value: object) -> Block:
    if isinstance(value, Block):
        return value
    raise BadValue(f"the text {str(value)!r}, where a mapping is needed", "write Type and Id")


def _is_true(value: object) -> bool:
    if value is None or value in _FALSE:
        return False
    if value in _TRUE:
        return True
    raise BadValue(f"Recursive takes true or false, not {value!r}")
