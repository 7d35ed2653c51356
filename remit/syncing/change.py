"""Findings → changes: what a reviewer wants to see in one commit. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


def those_of_both(applied: Iterable[Finding], base: Iterable[Finding]) -> tuple[list[Finding], list[Finding]]:
    """What is to be adopted by the files at hand, and what they say otherwise than the catalog that the stack has.

    `applied`: what differs from the catalog that the stack got last; `base`: from the one at hand. What only the latter
    finds waits for its turn; what only the former finds is in the files already.
    """
    here: Mapping[str, Finding] = {each.id: each for each in base if each.mode == "adopt"}
    adopted: list[Finding] = []
    disputed: list[Finding] = []
    for each in applied:
        found = here.get(each.id)
        if each.mode != "adopt" or found is None:
            continue
        same = found.change == each.change and all(one in each.differences for one in found.differences)
        (adopted if same else disputed).append(found)
    return adopted, disputed


_ORDER = ("permission_set", "assignment", "managed_policy")
_WORDS = {"permission_set": "permission set", "assignment": "access to", "managed_policy": "policy"}
_MOST = 3  # fields that a subject names


def _fields(differences: Iterable[Difference]) -> str:
    names = list(dict.fromkeys(each.field.partition(", ")[0] for each in differences))
    return ", ".join(names) if len(names) <= _MOST else f"{len(names)} fields"
