"""Managed policies as the engine asks for them, in-process, on a simulated AWS: no gRPC, no program."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest

from provider.served import served_policies
from provider.serving import Served
from remit.aws.departures import Departures
from remit.aws.iam import Iam
from remit.aws.member_calls import MemberCalls, member_client
from remit.aws.member_sessions import Member, MemberSessions
from remit.aws.session import Aws
from remit.documents import document
from remit.managed_policy import Policy
from remit.organization import Account, Organization
from remit.policy_shape import shaped
from sandbox.server import Sandbox
from tests.provider.plugin import A, B, C


def brief(seconds: float) -> None:
    """Sleeps, but not for long: tests do not wait for AWS's clock."""
    time.sleep(min(seconds, 0.0005))


MANAGEMENT = "999999999999"
ORGANIZATION = Organization(
    organization_id="o-abcdef1234",
    management_account=MANAGEMENT,
    accounts=tuple(Account(id=each, name=f"account-{each[0]}") for each in (MANAGEMENT, A, B, C)),
    instance_arn="arn:aws:sso:::instance/ssoins-1111111111111111",
    identity_store_id="d-1234567890",
)
ROLE = "RemitSpoke"
READ = {"Sid": "Read", "Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "*"}
BUILD = {"Sid": "Build", "Effect": "Allow", "Action": "ecs:*", "Resource": "*"}


def policy(name: str, *statements: dict[str, Any], path: str = "/remit/", detach: bool = False) -> Policy:
    return Policy(name, path, "why", document(statements or [READ]), detach)


def inputs(*policies: Policy, account: str = A, **more: object) -> dict[str, Any]:
    shapes = {each.name: shaped(each) for each in policies}
    return {"account": account, "role": ROLE, "policies": shapes, "unmanaged": "report", **more}


class Accounts:
    """The resources of one plugin process, the accounts that they work on, and what was said."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox, self.said = sandbox, list[str]()
        aws = Aws("us-east-1", sleep=brief)
        self.calls = MemberCalls(MemberSessions(aws), lambda: member_client("us-east-1"), sleep=brief)
        self.iam = Iam(self.calls)
        self.cancelled = threading.Event()
        self._served = served_policies(self.iam, Departures(aws), self.cancelled)

    @property
    def policies(self) -> Served:
        return self._served["remit:index:ManagedPolicies"]

    @property
    def removal(self) -> Served:
        return self._served["remit:index:PolicyRemoval"]

    @property
    def release(self) -> Served:
        return self._served["remit:index:PolicyRelease"]

    def warn(self, message: str) -> None:
        self.said.append(message)

    def create(self, news: dict[str, Any]) -> dict[str, Any]:
        return self.policies.create(news, self.warn, preview=False).outputs

    def update(self, old: dict[str, Any], news: dict[str, Any], olds: dict[str, Any] | None = None) -> dict[str, Any]:
        return self.policies.update(news["account"], old, olds or {}, news, self.warn, preview=False).outputs

    def refresh(self, old: dict[str, Any], olds: dict[str, Any] | None = None) -> tuple[Any, Any]:
        """(inputs, outputs), or two None where the account is gone."""
        found = self.policies.read(old["account"], old, olds or {}, self.warn)
        return (found.inputs, found.outputs) if found else (None, None)

    def differs(self, old: dict[str, Any], news: dict[str, Any], olds: dict[str, Any] | None = None) -> dict[str, str]:
        found = self.policies.diff(old, olds or {}, news, self.warn)
        return {path: change.kind.name for path, change in found.items()}

    def live(self, account: str = A) -> dict[str, Policy]:
        member = Member(account, ROLE)
        return {each.name: each.policy for each in self.iam.described(member, self.iam.policies(member))}

    def versions(self, name: str) -> int:
        found = {each.name: each for each in self.iam.policies(Member(A, ROLE))}
        return 1 + len(found[name].spare_versions)

    def client(self, account: str = A) -> Any:
        """Somebody else's IAM client in the account."""
        role = f"arn:aws:iam::{account}:role/{ROLE}"
        keys = boto3.client("sts", region_name="us-east-1").assume_role(RoleArn=role, RoleSessionName="somebody")[
            "Credentials"
        ]
        session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], "us-east-1")
        return session.client("iam")

    def write(self, name: str, *statements: dict[str, Any], path: str = "/remit/", description: str = "") -> None:
        """By hand, in the account A; `description` of one that is new."""
        content, arn = json.dumps(document(statements)), arn_of(name, path)
        if name in self.live():
            self.client().create_policy_version(PolicyArn=arn, PolicyDocument=content, SetAsDefault=True)
        else:
            self.client().create_policy(PolicyName=name, Path=path, PolicyDocument=content, Description=description)

    def attach(self, name: str, role: str = "ci") -> None:
        iam = self.client()
        trust = document([{"Effect": "Allow", "Principal": {"AWS": A}, "Action": "sts:AssumeRole"}])
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))
        iam.attach_role_policy(RoleName=role, PolicyArn=arn_of(name))

    def attached(self, role: str = "ci") -> list[str]:
        found = self.client().list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        return [each["PolicyArn"] for each in found]


def arn_of(name: str, path: str = "/remit/", account: str = A) -> str:
    return f"arn:aws:iam::{account}:policy{path}{name}"


@contextmanager
def accounts(monkeypatch: pytest.MonkeyPatch, **options: Any) -> Iterator[Accounts]:
    with Sandbox(ORGANIZATION, **options) as sandbox:
        for name, value in sandbox.environment().items():
            monkeypatch.setenv(name, value)
        yield Accounts(sandbox)
