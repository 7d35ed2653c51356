"""Findings → changes: what a reviewer wants to see in one commit. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from remit.drift.values import Difference, Finding


@dataclass(frozen=True, slots=True)
class Change:
    """What was changed by hand of one entry: a permission set, the access to it, or a policy in all its accounts."""

    what: str
    findings: tuple[Finding, ...]

    @property
    def subject(self) -> str:
        """One line that says what is adopted."""
        return f"Adopt {self.what}: {self._how()}"

    def _how(self) -> str:
        first = self.findings[0]
        if first.kind == "permission_set" and first.change == "changed":
            return _fields(first.differences)
        if first.kind == "permission_set":
            return "deleted by hand"
        if first.kind == "assignment":
            given = sum(each.change == "unmanaged" for each in self.findings)
            taken = len(self.findings) - given
            return ", ".join([*([f"{given} given"] if given else []), *([f"{taken} taken away"] if taken else [])])
        places = sorted({each.account_name or each.account for each in self.findings})
        return f"changed in {places[0] if len(places) == 1 else f'{len(places)} accounts'}"


def changes_of(findings: Iterable[Finding]) -> tuple[Change, ...]:
    """Permission sets first, then access, then policies, each by name. A set that is gone takes its access along."""
    findings = list(findings)
    gone = {each.name for each in findings if each.kind == "permission_set" and each.change == "missing"}
    groups: dict[tuple[int, str], list[Finding]] = {}
    for each in findings:
        kind = "permission_set" if each.kind == "assignment" and each.name in gone else each.kind
        groups.setdefault((_ORDER.index(kind), each.name), []).append(each)
    return tuple(
        Change(f"{_WORDS[_ORDER[place]]} {name}", tuple(sorted(group, key=lambda each: each.kind == "assignment")))
        for (place, name), group in sorted(groups.items())
    )


_ORDER = ("permission_set", "assignment", "managed_policy")
_WORDS = {"permission_set": "permission set", "assignment": "access to", "managed_policy": "policy"}
_MOST = 3  # fields that a subject names


def _fields(differences: Iterable[Difference]) -> str:
    names = list(dict.fromkeys(each.field.partition(", ")[0] for each in differences))
    return ", ".join(names) if len(names) <= _MOST else f"{len(names)} fields"
