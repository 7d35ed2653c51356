"""What should not live on: it is imported as it is, and pointed out, in the files and in the summary."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from remit.catalog.models import BY_ID
from remit.importing.entries import Entries, Entry
from remit.selectors import ALL

_ADMINISTRATOR = "AdministratorAccess"


@dataclass(frozen=True, slots=True)
class Remark:
    """What is said of one entry: the kind of remark, and the sentence that stands above the entry."""

    kind: str
    text: str


class Remarks:
    """What there is to say of the entries of an import."""

    def __init__(self, entries: Entries) -> None:
        self._used = {name for rule in entries.access for name in rule["permission_sets"]}
        self._attached = set(_references(entries))
        self._administrators = {entry["name"] for entry in entries.permission_sets if is_administrator(entry)}

    def of(self, kind: str, entry: Entry) -> Iterator[Remark]:
        """Of an entry of `managed_policies`, `permission_sets` or `access`."""
        match kind:
            case "access":
                yield from self._of_rule(entry)
            case "permission_sets" if entry["name"] not in self._used:
                yield Remark("permission sets that nobody has", "Nobody has it.")
            case "managed_policies" if entry["name"] not in self._attached:
                yield Remark("policies that no permission set refers to", "No permission set refers to it.")

    def _of_rule(self, rule: Entry) -> Iterator[Remark]:
        principals = [*rule.get("groups", ()), *rule.get("users", ())]
        if gone := [name for name in principals if name.startswith(BY_ID)]:
            yield Remark("access of principals that are gone", f"Gone from the identity store: {', '.join(gone)}.")
        if users := [name for name in rule.get("users", ()) if not name.startswith(BY_ID)]:
            yield Remark("access of users", f"Given to {_people(users)} directly: a group outlives a person.")
        administers = sorted(self._administrators & set(rule["permission_sets"]))
        if administers and ALL in _texts(rule["targets"]):
            yield Remark("administrators everywhere", f"{', '.join(administers)} in the whole organization.")


def _people(users: Collection[str]) -> str:
    return "a user" if len(users) == 1 else f"{len(users)} users"


def is_administrator(entry: Entry) -> bool:
    """May this permission set do everything: by AWS's policy, or by a statement of its own?"""
    inline: Mapping[str, list[Mapping[str, object]]] = entry.get("inline_policy", {"statements": []})
    attached = (each if isinstance(each, str) else each["name"] for each in entry.get("aws_managed_policies", ()))
    return _ADMINISTRATOR in attached or any(
        statement["Effect"] == "Allow"
        and "*" in _texts(statement.get("Action"))
        and "*" in _texts(statement.get("Resource"))
        for statement in inline["statements"]
    )


def _texts(value: object) -> Collection[object]:
    return value if isinstance(value, list | tuple) else [value]


def _references(entries: Entries) -> Iterator[str]:
    for entry in entries.permission_sets:
        boundary = entry.get("permissions_boundary", {}).get("customer_managed")
        for reference in (*entry.get("customer_managed_policies", ()), *([boundary] if boundary else ())):
            yield reference if isinstance(reference, str) else reference["name"]
