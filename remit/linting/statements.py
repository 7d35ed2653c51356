"""The statements of a catalog, by the policy that they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from remit.catalog.load import Catalog
from remit.catalog.models import InlineStatement, ManagedPolicy, PermissionSet, PolicyStatement
from remit.expiry import expired
from remit.yaml_places import Text

Statement = PolicyStatement | InlineStatement


@dataclass(frozen=True, slots=True)
class StatementList:
    """A managed policy or an inline policy: who has it, and its statements that have not ended."""

    owner: ManagedPolicy | PermissionSet
    statements: Sequence[Statement]

    def __str__(self) -> str:
        if isinstance(self.owner, ManagedPolicy):
            return f"policy {str(self.owner.name)!r}"
        return f"the inline policy of permission set {str(self.owner.name)!r}"


def statement_lists(catalog: Catalog, at: datetime) -> Iterator[StatementList]:
    """Every policy of the catalog that has not ended, with what is left of its statements."""
    for policy in catalog.managed_policies:
        if not expired(policy.expires, at):
            yield StatementList(policy, [each for each in policy.statements if not expired(each.expires, at)])
    for entry in catalog.permission_sets:
        if entry.inline_policy is not None and not expired(entry.expires, at):
            alive = [each for each in entry.inline_policy.statements if not expired(each.expires, at)]
            yield StatementList(entry, alive)


def actions_of(statement: Statement) -> tuple[Text, ...]:
    """The actions that a statement names, as Action or as NotAction."""
    return tuple(statement.action or statement.not_action or ())


_EVERY_ACTION = re.compile(r"\*+(:\*+)?")
_EVERY_RESOURCE = re.compile(r"\*+|arn:\*+|arn:[^:]+(:\*+)+")


def is_every_action(action: str) -> bool:
    """`*`, `*:*` and the like."""
    return _EVERY_ACTION.fullmatch(action) is not None


def allows_everything(statement: Statement) -> bool:
    """Allow, every action, every resource, under no condition."""
    return (
        statement.effect == "Allow"
        and statement.condition is None
        and any(map(is_every_action, statement.action or ()))
        and any(_EVERY_RESOURCE.fullmatch(resource) for resource in statement.resource or ())
    )


def denies_everywhere(statement: Statement) -> bool:
    """A Deny on every resource, under no condition, in every account of its policy."""
    return (
        statement.effect == "Deny"
        and statement.condition is None
        and getattr(statement, "targets", None) is None
        and getattr(statement, "except_", None) is None
        and any(resource == "*" for resource in statement.resource or ())
    )
