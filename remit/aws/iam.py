"""Customer managed policies of any account of the organization, in our own values.

Reading is one call a page for a whole account: GetAccountAuthorizationDetails has every policy with its versions and
their documents. It leaves the descriptions out, though the API's model has them, as ListPolicies does: GetPolicy tells
one at a time. So it is asked for those alone that decide something and that no state knows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from remit.aws.member_sessions import Member
from remit.aws.refusals import NotFoundError
from remit.aws.session import Answer
from remit.documents import Document
from remit.errors import AwsError
from remit.managed_policy import Holders, LivePolicy, Policy, as_recorded, by_name

_PAGE = 1000  # the most that AWS takes; it may still return less
_KINDS = (("PolicyRoles", "RoleName"), ("PolicyUsers", "UserName"), ("PolicyGroups", "GroupName"))


class Calls(Protocol):
    """`remit.aws.member_calls.MemberCalls`."""

    def call(self, member: Member, operation: str, **parameters: object) -> Answer: ...


class Iam:
    """Every method raises AwsError; a call by ARN NotFoundError when there is no such policy."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def policies(self, member: Member) -> list[LivePolicy]:
        """Every customer managed policy of the account, without its description."""
        pages = self._pages(member, "GetAccountAuthorizationDetails", Filter=["LocalManagedPolicy"])
        return [_live(each) for page in pages for each in page.get("Policies", ())]

    def described(self, member: Member, policies: Iterable[LivePolicy]) -> list[LivePolicy]:
        """The same with their descriptions: a call for each that has none. What is gone since is left out."""
        told = (self._described(member, live) for live in policies)
        return [live for live in told if live is not None]

    def policies_to_compare(
        self, member: Member, wanted: Mapping[str, str], recorded: Mapping[str, Policy] | None = None
    ) -> list[LivePolicy]:
        """Every policy of the account; those that are `wanted`, whatever the case of their names, with descriptions.

        `wanted`: descriptions by name. A call for each that `recorded`, what the state says is there, does not have so.
        """
        names = {name.lower() for name in wanted}
        live = as_recorded(self.policies(member), wanted, recorded or {})
        told = self.described(member, (each for each in live if each.name.lower() in names))
        return [*told, *(each for each in live if each.name.lower() not in names)]

    def has(self, member: Member, policy: Policy) -> bool:
        """Whether the policy is there, just so; False also where that cannot be read."""
        try:
            found = by_name(self.policies(member)).get(policy.name.lower())
            told = self.described(member, [found]) if found and found.policy.same(policy) else ()
        except AwsError:
            return False
        return any(live.policy.same(policy) for live in told)

    def create(self, member: Member, policy: Policy) -> None:
        described = {"Description": policy.description} if policy.description else {}
        self._calls.call(
            member,
            "CreatePolicy",
            PolicyName=policy.name,
            Path=policy.path,
            PolicyDocument=_text(policy.document),
            **described,
        )

    def update(self, member: Member, live: LivePolicy, document: Document) -> None:
        """A new default version; the oldest other one goes first when there are five."""
        if live.version_to_drop is not None:
            self._drop(member, live.arn, live.version_to_drop)
        self._calls.call(
            member, "CreatePolicyVersion", PolicyArn=live.arn, PolicyDocument=_text(document), SetAsDefault=True
        )

    def delete(self, member: Member, live: LivePolicy) -> None:
        """With all versions. Raises StillAttachedError while somebody holds it."""
        for version in live.spare_versions:
            self._drop(member, live.arn, version)
        try:
            self._calls.call(member, "DeletePolicy", PolicyArn=live.arn)
        except NotFoundError:
            return  # somebody was faster

    def holders(self, member: Member, live: LivePolicy) -> Holders:
        """Who has it attached, and who has it as a permissions boundary."""
        roles, users, groups = self._entities(member, live.arn, "PermissionsPolicy")
        bounded = self._entities(member, live.arn, "PermissionsBoundary")
        kinds = ("role", "user", "group")
        boundary_of = (f"{kind} {name}" for kind, names in zip(kinds, bounded, strict=True) for name in names)
        return Holders(roles, users, groups, tuple(boundary_of))

    def detach(self, member: Member, live: LivePolicy, holders: Holders) -> None:
        """From the roles, users and groups; boundaries stay."""
        for kind, name in _attached(holders):
            try:
                self._calls.call(member, f"Detach{kind}Policy", PolicyArn=live.arn, **{f"{kind}Name": name})
            except NotFoundError:
                continue  # it is detached: the answer to an earlier call was lost, or somebody was faster

    def attach(self, member: Member, arn: str, holders: Holders) -> None:
        for kind, name in _attached(holders):
            self._calls.call(member, f"Attach{kind}Policy", PolicyArn=arn, **{f"{kind}Name": name})

    def _described(self, member: Member, live: LivePolicy) -> LivePolicy | None:
        """None when it is gone."""
        if live.policy.description is not None:
            return live
        try:
            told = self._calls.call(member, "GetPolicy", PolicyArn=live.arn)
        except NotFoundError:
            return None
        return live.described(told["Policy"].get("Description", ""))

    def _drop(self, member: Member, arn: str, version: str) -> None:
        try:
            self._calls.call(member, "DeletePolicyVersion", PolicyArn=arn, VersionId=version)
        except NotFoundError:
            return

    def _entities(self, member: Member, arn: str, usage: str) -> list[tuple[str, ...]]:
        pages = list(self._pages(member, "ListEntitiesForPolicy", PolicyArn=arn, PolicyUsageFilter=usage))
        return [tuple(each[name] for page in pages for each in page.get(key, ())) for key, name in _KINDS]

    def _pages(self, member: Member, operation: str, **parameters: object) -> Iterator[Answer]:
        marker: dict[str, object] = {}
        while True:
            page = self._calls.call(member, operation, MaxItems=_PAGE, **parameters, **marker)
            yield page
            if not page.get("IsTruncated"):
                return
            marker = {"Marker": page["Marker"]}


def _attached(holders: Holders) -> Iterator[tuple[str, str]]:
    """(Role, User or Group; its name)."""
    for kind, names in (("Role", holders.roles), ("User", holders.users), ("Group", holders.groups)):
        yield from ((kind, name) for name in names)


def _live(told: Mapping[str, Any]) -> LivePolicy:
    versions = sorted(told["PolicyVersionList"], key=lambda each: int(each["VersionId"].removeprefix("v")))
    default = next(each for each in versions if each["IsDefaultVersion"])
    return LivePolicy(
        told["Arn"],
        Policy(told["PolicyName"], told["Path"], told.get("Description"), _document(default["Document"])),
        tuple(each["VersionId"] for each in versions if not each["IsDefaultVersion"]),
        held=bool(told.get("AttachmentCount") or told.get("PermissionsBoundaryUsageCount")),
        id=told.get("PolicyId", ""),
    )


def _document(told: Any) -> Document:  # noqa: ANN401  boto3 decodes it, where it is JSON
    found: Document = json.loads(told) if isinstance(told, str) else told
    return found


def _text(document: Document) -> str:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)
