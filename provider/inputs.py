"""The inputs of AccountAssignments: checked, put in order, and named by an id. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple, Self

from pulumi.runtime.rpc import UNKNOWN

Properties = dict[str, Any]

_INSTANCE = re.compile(r"arn:aws[a-z-]*:sso:::instance/\S+")
_PERMISSION_SET = re.compile(r"arn:aws[a-z-]*:sso:::(permissionSet|instance)/\S+/ps-\S+")
# With --continue-on-error the Pulumi CLI asks for a check, without the output of what failed, before it skips us.
_LATE = {"permissionSetArn"}
_ACCOUNT = re.compile(r"\d{12}")
_KEY = re.compile(r"(\d{12})/(?:GROUP|USER)/[^/\s]{1,64}")


class Unmanaged(StrEnum):
    """What happens to an assignment in scope that is not among the inputs."""

    REMOVE = "remove"
    REPORT = "report"


class Failure(NamedTuple):
    """An input that is wrong: its property path, and what to write instead."""

    property: str
    reason: str


@dataclass(frozen=True, slots=True)
class Inputs:
    """`assignments` maps keys to labels. Labels are for people and never make a difference.

    `kept`: keys that a run leaves as they are, there or not, listed or not. It is for the run at hand.
    """

    instance: str
    permission_set: str
    scope: frozenset[str]
    assignments: Mapping[str, str]
    unmanaged: Unmanaged = Unmanaged.REMOVE
    kept: frozenset[str] = frozenset()

    @classmethod
    def of(cls, properties: Properties) -> Self:
        """From properties that `check` has passed and that are all known. Raises ValueError for one that is not."""
        if "permissionSetArn" not in properties:
            raise ValueError("permissionSetArn is not known: the permission set was not made")
        return cls(
            instance=properties["instanceArn"],
            permission_set=properties["permissionSetArn"],
            scope=frozenset(properties["scope"]),
            assignments=properties["assignments"],
            unmanaged=Unmanaged(properties["unmanaged"]),
            kept=kept_in(properties),
        )

    @classmethod
    def recorded(cls, properties: Properties) -> Self:
        """From a state: what a run was to leave as it is, it left; that binds no other run."""
        return replace(cls.of(properties), kept=frozenset())

    @property
    def id(self) -> str:
        return f"{self.instance}|{self.permission_set}"

    def holding(self, assignments: Mapping[str, str]) -> Self:
        return replace(self, assignments=assignments)

    def properties(self) -> Properties:
        return {
            "instanceArn": self.instance,
            "permissionSetArn": self.permission_set,
            "scope": sorted(self.scope),
            "assignments": dict(sorted(self.assignments.items())),
            "unmanaged": self.unmanaged.value,
        }


def kept_in(properties: Properties) -> frozenset[str]:
    """The keys (of policies: the names) that a run leaves as they are."""
    return frozenset(properties.get("kept") or ())


def parse_id(text: str) -> tuple[str, str, frozenset[str] | None]:
    """(instance ARN, permission set ARN, scope or None) of `INSTANCE|PERMISSION-SET[|ACCOUNT,ACCOUNT…]`.

    Raises ValueError with what is wrong.
    """
    instance, _, rest = text.partition("|")
    permission_set, bar, accounts = rest.partition("|")
    if not _INSTANCE.fullmatch(instance) or not _PERMISSION_SET.fullmatch(permission_set):
        raise ValueError(f"{text!r} is not an id of AccountAssignments (INSTANCE-ARN|PERMISSION-SET-ARN[|ACCOUNT,…])")
    scope = frozenset(accounts.split(",")) if bar else None
    for account in sorted(scope or ()):
        if not _ACCOUNT.fullmatch(account):
            raise ValueError(f"{account!r} in the id is not an account id (twelve digits)")
    return instance, permission_set, scope


def check(news: Properties) -> tuple[Properties, list[Failure]]:
    """The inputs in order (scope sorted, defaults filled in), and everything that is wrong with them.

    A value that is not known yet, in a preview, passes as it is.
    """
    checked = {"unmanaged": Unmanaged.REMOVE.value, **news}
    failures = list(_failures(checked))
    scope = checked.get("scope")
    if not failures and isinstance(scope, list):
        checked["scope"] = sorted(set(scope))
    return checked, failures


def _failures(news: Properties) -> Iterator[Failure]:
    known = ("instanceArn", "permissionSetArn", "scope", "assignments", "unmanaged", "kept")
    for name in news.keys() - {*known, "__defaults"}:
        yield Failure(name, f"no such property; AccountAssignments has {', '.join(known)}")
    yield from _pattern(news, "instanceArn", _INSTANCE, "arn:aws:sso:::instance/ssoins-…")
    yield from _pattern(news, "permissionSetArn", _PERMISSION_SET, "arn:aws:sso:::permissionSet/ssoins-…/ps-…")
    if news["unmanaged"] not in (*Unmanaged, UNKNOWN):
        yield Failure("unmanaged", f"{news['unmanaged']!r} is neither remove nor report")
    yield from _scope_failures(news.get("scope"))
    yield from _assignment_failures(news.get("assignments"), news.get("scope"))
    yield from kept_failures(news)


def _pattern(news: Properties, name: str, pattern: re.Pattern[str], example: str) -> Iterator[Failure]:
    value = news.get(name, UNKNOWN if name in _LATE else None)
    if value != UNKNOWN and not (isinstance(value, str) and pattern.fullmatch(value)):
        yield Failure(name, f"{value!r} is not of the form {example}" if value else f"is missing: {example}")


def kept_failures(news: Properties) -> Iterator[Failure]:
    """What is wrong with `kept`: a list of texts."""
    kept = news.get("kept") or []
    if not isinstance(kept, list) or not all(isinstance(each, str) for each in kept):
        yield Failure("kept", f"{kept!r} is not a list of names")


def _scope_failures(scope: object) -> Iterator[Failure]:
    if not isinstance(scope, list):
        if scope != UNKNOWN:
            yield Failure("scope", f"{scope!r} is not a list of account ids")
        return
    for index, account in enumerate(scope):
        if account != UNKNOWN and not (isinstance(account, str) and _ACCOUNT.fullmatch(account)):
            yield Failure(f"scope[{index}]", f"{account!r} is not an account id (twelve digits in a string)")


def _assignment_failures(assignments: object, scope: object) -> Iterator[Failure]:
    if not isinstance(assignments, dict):
        if assignments != UNKNOWN:
            yield Failure("assignments", f"{assignments!r} is not a map of ACCOUNT/GROUP/PRINCIPAL-ID to a label")
        return
    accounts = scope if isinstance(scope, list) and UNKNOWN not in scope else None
    for key, label in assignments.items():
        path = f'assignments["{key}"]'
        match = _KEY.fullmatch(key)
        if match is None:
            yield Failure(path, f"{key!r} is not ACCOUNT/GROUP/PRINCIPAL-ID or ACCOUNT/USER/PRINCIPAL-ID")
            continue
        if not isinstance(label, str):
            yield Failure(path, f"the label {label!r} is not a string")
        if accounts is not None and match[1] not in accounts:
            yield Failure(path, f"account {match[1]} is not in scope: add it to scope or drop the assignment")
