"""The policies of the state: of its bucket, of its key, and what the hub roles may do with both. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi

from bootstrap.settings import PROJECT
from bootstrap.trust import roots
from remit.documents import Document, document

_READ = ("kms:Decrypt", "kms:DescribeKey")
_WRITE = ("kms:Encrypt", "kms:GenerateDataKey")
_OBJECTS = ("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject")
_LOCKED = (
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:DeleteObjectVersion",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
)
"""What would lose a state for good, or lay it open. s3:DeleteObject only hides a version: Pulumi makes it of locks."""


def state_access(bucket: str, key_arn: pulumi.Input[str], *, write: bool) -> Document:
    """What a hub role may do: a preview reads the state and takes no lock."""
    arn = f"arn:aws:s3:::{bucket}"
    objects = ["s3:GetObject", *(["s3:PutObject", "s3:DeleteObject"] if write else [])]
    return document(
        [
            {"Sid": "Bucket", "Effect": "Allow", "Action": ["s3:GetBucketLocation", "s3:ListBucket"], "Resource": arn},
            {"Sid": "States", "Effect": "Allow", "Action": objects, "Resource": f"{arn}/*"},
            {
                "Sid": "Key",
                "Effect": "Allow",
                "Action": [*_READ, *(_WRITE if write else ())],
                "Resource": key_arn,
            },
        ]
    )


def bucket_policy(
    bucket: str, *, hubs: Sequence[str], guests: Sequence[str], administrators: Sequence[str]
) -> Document:
    """`hubs`: ARNs of all hub roles; `guests`: of those in another account than the bucket, which write.

    Without `administrators` the hub roles alone are kept from what would lose a state. The state of this program itself
    is in the bucket too: who could write it would have an administrator's next run do what they like.
    """
    arn = f"arn:aws:s3:::{bucket}"
    others = {"ArnNotLike": {"aws:PrincipalArn": list(administrators)}}
    theirs = others if administrators else {"ArnEquals": {"aws:PrincipalArn": list(hubs)}}
    return document(
        [
            _deny("TlsOnly", "s3:*", arn, {"Bool": {"aws:SecureTransport": "false"}}),
            _deny("TlsOfToday", "s3:*", arn, {"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
            _deny("Locked", list(_LOCKED), arn, theirs),
            {
                **_deny("Bootstrap", list(_OBJECTS), arn, {"ArnEquals": {"aws:PrincipalArn": list(hubs)}}),
                "Resource": f"{arn}/.pulumi/*/{PROJECT}/*",  # stacks, history, backups; locks/organization
            },
            *_guests("Guests", guests, ["s3:GetBucketLocation", "s3:ListBucket"], arn),
            *_guests("GuestsStates", guests, ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], f"{arn}/*"),
        ]
    )


def key_policy(account: str, *, guests: Sequence[str]) -> Document:
    """The account's own policies say who may use the key; `guests` of another account need the key's word too."""
    root = {"AWS": f"arn:aws:iam::{account}:root"}
    own = {"Sid": "Account", "Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}
    return document([own, *_guests("Guests", guests, [*_READ, *_WRITE], "*")])


def _deny(sid: str, actions: str | list[str], bucket: str, condition: dict[str, Any]) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Deny",
        "Principal": "*",
        "Action": actions,
        "Resource": [bucket, f"{bucket}/*"],
        "Condition": condition,
    }


def _guests(sid: str, guests: Sequence[str], actions: list[str], resource: str) -> list[dict[str, Any]]:
    if not guests:
        return []
    return [
        {
            "Sid": sid,
            "Effect": "Allow",
            "Principal": {"AWS": roots(guests)},
            "Action": actions,
            "Resource": resource,
            "Condition": {"ArnEquals": {"aws:PrincipalArn": list(guests)}},
        }
    ]
