"""The resources that a call is about, as IAM's policies name them.

Of the services whose policies can be narrowed here: IAM, STS, SNS and Identity Center. All others are about anything.
"""

from __future__ import annotations

from sandbox.wire import Call

_HOLDERS = {"RoleName": "role", "UserName": "user", "GroupName": "group"}
_ARNS = ("InstanceArn", "PermissionSetArn", "ResourceArn", "RoleArn", "TopicArn")
_ACCOUNTS = ("AccountId", "TargetId")


def resources_of(call: Call) -> tuple[str, ...]:
    """ARNs; () for a call that names none."""
    given = call.params
    if call.service == "iam":
        return _of_iam(call)
    found = [str(given[name]) for name in _ARNS if name in given]
    if call.service == "sso-admin":
        found += [f"arn:aws:sso:::account/{given[name]}" for name in _ACCOUNTS if name in given]
    return tuple(found)


def policy_of(call: Call) -> str:
    """What the condition key iam:PolicyARN has: the policy that somebody is given, or loses. "" for another call."""
    about_holder = call.service == "iam" and call.operation.startswith(("Attach", "Detach"))
    return str(call.params.get("PolicyArn", "")) if about_holder else ""


def _of_iam(call: Call) -> tuple[str, ...]:
    given, prefix = call.params, f"arn:aws:iam::{call.account}:"
    if call.operation == "CreatePolicy":
        return (f"{prefix}policy{given.get('Path', '/')}{given.get('PolicyName', '')}",)
    holders = tuple(f"{prefix}{kind}/{given[name]}" for name, kind in _HOLDERS.items() if name in given)
    return holders or ((str(given["PolicyArn"]),) if "PolicyArn" in given else ())
