"""IAM of one account in memory, behind the calls that `remit.aws.iam` makes: for tests of many scenarios."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from remit.aws.member_sessions import Member
from remit.aws.refusals import NotFoundError, StillAttachedError
from remit.aws.session import Answer
from remit.errors import AwsError


@dataclass
class FakeIam:
    """`remit.aws.iam.Calls`. `holders`: by ARN, names of roles that have it. While `refusing`, no call succeeds."""

    policies: dict[str, dict[str, Any]] = field(default_factory=dict)
    holders: dict[str, set[str]] = field(default_factory=dict)
    refusing: bool = False
    _ids: Any = field(default_factory=count)

    def call(self, member: Member, operation: str, **parameters: object) -> Answer:
        if self.refusing:
            raise AwsError(f"{operation} in account {member.account} was refused")
        answer: Answer = getattr(self, operation)(**parameters) or {}
        return answer

    def GetAccountAuthorizationDetails(self, **_: object) -> Answer:  # noqa: N802 - IAM's name, as below
        told = ({**each, "AttachmentCount": len(self._held(each["Arn"]))} for each in self.policies.values())
        return {"Policies": list(told)}

    def GetPolicy(self, PolicyArn: str) -> Answer:  # noqa: N802, N803
        return {"Policy": self._found(PolicyArn)}

    def CreatePolicy(self, PolicyName: str, Path: str, PolicyDocument: str, Description: str = "") -> None:  # noqa: N802, N803
        assert PolicyName.lower() not in {each["PolicyName"].lower() for each in self.policies.values()}
        arn = f"arn:aws:iam::111111111111:policy{Path}{PolicyName}"
        self.policies[arn] = {
            "PolicyName": PolicyName,
            "PolicyId": f"ANPA{next(self._ids)}",
            "Arn": arn,
            "Path": Path,
            "Description": Description,
            "PolicyVersionList": [self._version(1, PolicyDocument)],
        }

    def CreatePolicyVersion(self, PolicyArn: str, PolicyDocument: str, **_: object) -> None:  # noqa: N802, N803
        self._found(PolicyArn)["PolicyVersionList"] = [self._version(1, PolicyDocument)]

    def DeletePolicy(self, PolicyArn: str) -> None:  # noqa: N802, N803
        self._found(PolicyArn)
        if self._held(PolicyArn):
            raise StillAttachedError(f"{PolicyArn} is attached")
        del self.policies[PolicyArn]

    def ListEntitiesForPolicy(self, PolicyArn: str, PolicyUsageFilter: str, **_: object) -> Answer:  # noqa: N802, N803
        held = self._held(PolicyArn) if PolicyUsageFilter == "PermissionsPolicy" else ()
        return {"PolicyRoles": [{"RoleName": each} for each in sorted(held)]}

    def DetachRolePolicy(self, PolicyArn: str, RoleName: str) -> None:  # noqa: N802, N803
        self.holders[PolicyArn].discard(RoleName)

    def AttachRolePolicy(self, PolicyArn: str, RoleName: str) -> None:  # noqa: N802, N803
        self.holders.setdefault(PolicyArn, set()).add(RoleName)

    def _held(self, arn: str) -> set[str]:
        return self.holders.get(arn) or set()

    def _found(self, arn: str) -> dict[str, Any]:
        if arn not in self.policies:
            raise NotFoundError(f"there is no {arn}")
        return self.policies[arn]

    @staticmethod
    def _version(number: int, document: str) -> dict[str, Any]:
        return {"VersionId": f"v{number}", "IsDefaultVersion": True, "Document": json.loads(document)}
