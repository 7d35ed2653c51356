"""What IAM refuses of a managed policy. Every check raises AwsError, as AWS words it, and changes nothing."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from sandbox.errors import AwsError
from sandbox.iam import documents, holders

POLICIES = 1500
ATTACHED = 10  # to one principal, unless the quota was raised
_DESCRIPTION = 1000
_PATH = 512
_TEXT = 131072
_NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
_PATHS = re.compile(r"(/[\w.,+@=-]+)*/", re.ASCII)
_LETTERS = re.compile("[\t\n\r\x20-\xff]*")


def check_name(name: str) -> None:
    if len(name) > 128:
        raise _too_long("policyName", 128)
    if not _NAME.fullmatch(name):
        raise AwsError(
            "ValidationError",
            "The specified value for policyName is invalid. It must contain only alphanumeric characters and/or the "
            "following: +=,.@_-",
        )


def check_path(path: str) -> None:
    if len(path) > _PATH:
        raise _too_long("path", _PATH)
    if not _PATHS.fullmatch(path):
        raise AwsError(
            "ValidationError",
            "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric "
            "characters and/or / characters.",
        )


def check_description(description: str) -> None:
    if len(description) > _DESCRIPTION:
        raise _too_long("description", _DESCRIPTION)


def check_document(document: str) -> None:
    """Size first, as AWS does: a document that is too long is not read."""
    if len(document) > _TEXT:
        raise _too_long("policyDocument", _TEXT)
    if not _LETTERS.fullmatch(document):
        raise AwsError("ValidationError", "The specified value for policyDocument is invalid.")
    if documents.size(document) > documents.POLICY_SIZE:
        raise AwsError("LimitExceeded", f"Cannot exceed quota for PolicySize: {documents.POLICY_SIZE}", status=409)
    if complaint := documents.complaint(document):
        raise AwsError("MalformedPolicyDocument", complaint)


def check_unique(name: str, policies: Collection[Any]) -> None:
    """A name is unique in its account, whatever the path; `policies` are the account's own."""
    if any(policy.name.lower() == name.lower() for policy in policies):
        message = f"A policy called {name} already exists. Duplicate names are not allowed."
        raise AwsError("EntityAlreadyExists", message, status=409)
    if len(policies) >= POLICIES:
        raise AwsError("LimitExceeded", f"Cannot exceed quota for PoliciesPerAccount: {POLICIES}", status=409)


def check_not_held(account: str, arn: str) -> None:
    if holders.is_held(account, arn):
        raise AwsError("DeleteConflict", "Cannot delete a policy attached to entities.", status=409)


def check_one_version(policy: Any) -> None:  # noqa: ANN401  moto has no types
    if len(policy.versions) > 1:
        raise AwsError(
            "DeleteConflict",
            "This policy has more than one version. Before you delete a policy, you must delete the policy's "
            "versions. The default version is deleted with the policy.",
            status=409,
        )


def check_attachable(holder: Any, kind: str) -> None:  # noqa: ANN401
    """The quota of policies that one user, group or role may hold."""
    if len(holder.managed_policies) >= ATTACHED:
        quota = f"PoliciesPer{kind.title()}"
        raise AwsError("LimitExceeded", f"Cannot exceed quota for {quota}: {ATTACHED}", status=409)


def _too_long(what: str, most: int) -> AwsError:
    return AwsError(
        "ValidationError",
        f"1 validation error detected: Value at '{what}' failed to satisfy constraint: Member must have length less "
        f"than or equal to {most}",
    )
