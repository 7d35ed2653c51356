"""A policy as properties of a resource: each statement under its own name, so that a diff can say which one changed.

{"path", "description", "statements": {SID: statement}, "order"?: [SID…], "version"?, "id"?, "detachOnDelete"?}

A statement without a Sid stands under its place in the document: "#2". `order` is left out where it is that of the
names, `version` where it is today's. `policy_of(name, shaped(policy))` is the same policy.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from remit.documents import FIRST_VERSION, VERSION, Document, document, same_meaning, statements_of
from remit.managed_policy import Policy

Shape = dict[str, Any]


def shaped(policy: Policy) -> Shape:
    """The properties of a policy. The name is not among them: it is their key."""
    statements = statements_of(policy.document)
    sids = Counter(statement.get("Sid", "") for statement in statements)
    names = [
        sid if (sid := statement.get("Sid", "")) and sids[sid] == 1 else f"#{number}"
        for number, statement in enumerate(statements, 1)
    ]
    version, document_id = policy.document.get("Version", FIRST_VERSION), policy.document.get("Id")
    return {
        "path": policy.path,
        "description": policy.description,
        "statements": {
            name: _plain(statement, with_sid=name.startswith("#"))
            for name, statement in zip(names, statements, strict=True)
        },
        **({"order": names} if names != sorted(names) else {}),
        **({"version": version} if version != VERSION else {}),
        **({"id": document_id} if document_id else {}),
        **({"detachOnDelete": True} if policy.detach_on_delete else {}),
    }


def policy_of(name: str, shape: Mapping[str, Any]) -> Policy:
    """The policy that `shaped` was given."""
    statements = shape["statements"]
    order = shape.get("order") or sorted(statements)
    made: Document = {
        "Version": shape.get("version", VERSION),
        **({"Id": shape["id"]} if shape.get("id") else {}),
        "Statement": [statements[key] if key.startswith("#") else {"Sid": key, **statements[key]} for key in order],
    }
    return Policy(name, shape["path"], shape["description"], made, bool(shape.get("detachOnDelete")))


def same_statement(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two statements, or parts of them, mean the same."""
    return same_meaning(document([one]), document([other]))


def _plain(statement: Mapping[str, Any], *, with_sid: bool) -> dict[str, Any]:
    """JSON values alone; numbers and truth values of a condition as text, which is what they mean to IAM."""
    return {key: _value(key, value) for key, value in statement.items() if key != "Sid" or (with_sid and value)}


def _value(key: str, value: Any) -> Any:  # noqa: ANN401  JSON
    if key != "Condition":
        return _strings(value)
    return {
        str(operator): {str(name): _strings(values) for name, values in keys.items()}
        for operator, keys in value.items()
    }


def _strings(value: Any) -> Any:  # noqa: ANN401  JSON
    if isinstance(value, list | tuple):
        return list(_each(value))
    return json.dumps(value) if isinstance(value, bool | int | float) else str(value)


def _each(values: list[Any] | tuple[Any, ...]) -> Iterator[Any]:
    return (_strings(value) for value in values)
