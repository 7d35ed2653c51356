"""What IAM Access Analyzer says of the policies of a catalog, as values: `remit.aws.access_analyzer` asks it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from remit.documents import Document, document, statement_json
from remit.errors import Source
from remit.linting.statements import StatementList

Step = str | int
_VARIABLE = re.compile(r"\{\{\s*(.*?)\s*\}\}")
_STANDS_FOR = {"account.id": "111122223333"}
_ANYTHING = "placeholder"


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding of ValidatePolicy. `kind`: ERROR, SECURITY_WARNING, WARNING, SUGGESTION; `path`: Statement, 0, Sid."""

    kind: str
    code: str
    details: str
    link: str
    path: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class NewAccess:
    """A reason of CheckNoNewAccess: what the document gives that it did not give before."""

    description: str
    statement: int | None = None


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was said of one policy."""

    policy: StatementList
    remarks: Sequence[Remark] = ()
    new_access: Sequence[NewAccess] = ()

    def place(self, path: Sequence[Step]) -> Source:
        """Where a path of the document stands in the catalog, as near as it is known."""
        number = path[1] if len(path) > 1 and path[0] == "Statement" else None
        if not isinstance(number, int) or number >= len(self.policy.statements):
            return self.policy.owner.source
        statement = self.policy.statements[number]
        return statement.place(str(path[2])) if len(path) > 2 else statement.source


def document_of(policy: StatementList) -> Document:
    """The document of a policy, with something in place of each variable: what accounts make of it, only they know."""
    return document([statement_json(statement, _without_variables) for statement in policy.statements])


def changed(policies: Sequence[StatementList], before: Sequence[StatementList]) -> Mapping[int, Document | None]:
    """By position, the policies whose document is not what it was; with it, what it was, or None for a new one."""
    were = {_key(policy): document_of(policy) for policy in before}
    return {
        position: were.get(_key(policy))
        for position, policy in enumerate(policies)
        if were.get(_key(policy)) != document_of(policy)
    }


def text_of(policy: Document) -> str:
    return json.dumps(policy, ensure_ascii=False)


def _key(policy: StatementList) -> str:
    return str(policy)


def _without_variables(text: str) -> str:
    return _VARIABLE.sub(lambda found: _STANDS_FOR.get(found[1], _ANYTHING), text)
