"""What IAM has against a policy document: moto's validator, and what that lets pass."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from moto.core.exceptions import ServiceException
from moto.iam.policy_validation import IAMPolicyDocumentValidator

POLICY_SIZE = 6144
_SID = re.compile(r"[A-Za-z0-9]*")


def size(document: str) -> int:
    """Characters as IAM counts them: white space is free."""
    return len(re.sub(r"\s", "", document))


@lru_cache(maxsize=2048)
def complaint(document: str) -> str:
    """Why the document of a managed or an inline policy is MalformedPolicyDocument; empty when it is not."""
    try:
        IAMPolicyDocumentValidator(document).validate()
    except ServiceException as error:
        return str(error.message)
    return next(_missed(json.loads(document)), "")


def _missed(document: Any) -> Iterator[str]:  # noqa: ANN401  JSON
    statements = document["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        if statement.keys() & {"Principal", "NotPrincipal"}:
            yield "Policy document should not specify a principal."
        if not _SID.fullmatch(statement.get("Sid", "")):
            yield (
                "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
                "[A-Za-z0-9]*"
            )
