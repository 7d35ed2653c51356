"""Who may take which role: the trust policies of hub and spoke. Pure.

A job of CI proves who it is by a token of its host. Its subject names repository and branch or environment; each is
written out here, so that no fork, no other repository and no other branch has one that fits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bootstrap.settings import Settings
from remit.documents import Document, document

PREVIEW_ROLE, APPLY_ROLE = "remit-preview", "remit-apply"


@dataclass(frozen=True, slots=True)
class Subjects:
    """The subjects of tokens. `any_branch`: a prefix, whatever branch of the repository comes behind it."""

    exact: tuple[str, ...]
    any_branch: str = ""


def preview_subjects(settings: Settings) -> Subjects:
    """Pull requests, and scheduled jobs of the branch. GitLab knows no pull request in a subject: any branch."""
    if settings.ci_host == "gitlab":
        return Subjects((), f"project_path:{settings.repository}:ref_type:branch:ref:")
    repository = f"repo:{settings.repository}"
    return Subjects((f"{repository}:pull_request", f"{repository}:ref:refs/heads/{settings.branch}"))


def apply_subjects(settings: Settings, environments: Sequence[str]) -> Subjects:
    """GitHub: jobs in these environments, which only the branch may use. GitLab: jobs of the branch."""
    if settings.ci_host == "gitlab":
        return Subjects((f"project_path:{settings.repository}:ref_type:branch:ref:{settings.branch}",))
    return Subjects(tuple(f"repo:{settings.repository}:environment:{each}" for each in environments))


def hub_trust(provider_arn: str, signer: str, subjects: Subjects) -> Document:
    """`signer` is the address of the tokens' issuer, without https://."""
    exact = {"StringEquals": {f"{signer}:aud": "sts.amazonaws.com", f"{signer}:sub": list(subjects.exact)}}
    like = {
        "StringEquals": {f"{signer}:aud": "sts.amazonaws.com"},
        "StringLike": {f"{signer}:sub": f"{subjects.any_branch}*"},
    }
    return document(
        [
            {
                "Effect": "Allow",
                "Principal": {"Federated": provider_arn},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": like if subjects.any_branch else exact,
            }
        ]
    )


def spoke_trust(callers: Sequence[str], external_ids: Sequence[str]) -> Document:
    """`callers`: ARNs of roles. Their accounts are the principals, and a condition names them.

    Any one of `external_ids` will do, so that one can follow another.

    A role as principal would be kept by its inner id, and be nobody any more once it is made anew.
    """
    asked = {"StringEquals": {"sts:ExternalId": list(external_ids)}} if external_ids else {}
    return document(
        [
            {
                "Effect": "Allow",
                "Principal": {"AWS": roots(callers)},
                "Action": "sts:AssumeRole",
                "Condition": {"ArnEquals": {"aws:PrincipalArn": list(callers)}, **asked},
            }
        ]
    )


def roots(arns: Sequence[str]) -> list[str]:
    """The accounts of the ARNs, as principals."""
    return sorted({f"arn:aws:iam::{arn.split(':')[4]}:root" for arn in arns})


def role_arn(account: str, name: str) -> str:
    return f"arn:aws:iam::{account}:role/{name}"


def principal_globs(caller: str) -> list[str]:
    """What aws:PrincipalArn is for a caller, as globs. A session does not say which path its role has."""
    *_, account, what = caller.split(":")
    kind, _, names = what.partition("/")
    if kind != "assumed-role":
        return [caller]
    name = names.partition("/")[0]
    return [role_arn(account, name), role_arn(account, f"*/{name}")]
