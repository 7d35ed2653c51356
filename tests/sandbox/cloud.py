"""A small organization, and what tests need to talk to a sandbox of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from remit.organization import Account, AccountState, Organization, OrganizationalUnit, Principal
from sandbox.server import Sandbox

MANAGEMENT, DEV, PROD, SUSPENDED, AUDIT = (digit * 12 for digit in "12345")
INSTANCE = "arn:aws:sso:::instance/ssoins-7223b0f6c9e4a1d8"
STORE = "d-9067a1b2c3"
ENGINEERS = "a1b2c3d4-0000-4000-8000-000000000001"
AUDITORS = "a1b2c3d4-0000-4000-8000-000000000002"
ALICE = "a1b2c3d4-0000-4000-8000-00000000000a"
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:Get*"], "Resource": "*"}]}
_SESSION = boto3.Session()  # shared: it keeps the service models that it has read
_NO_RETRIES = Config(retries={"total_max_attempts": 1}, user_agent_extra="test")

Client = Callable[..., Any]


class Clock:
    """A clock that stands still until a test moves it. Seconds."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def organization(fleet: int = 45, permission_sets: Mapping[str, str] | None = None) -> Organization:
    """Five accounts by name, one of them suspended, and a fleet of accounts in one organizational unit."""
    named = (
        Account(id=MANAGEMENT, name="management", email="root@example.com"),
        Account(id=DEV, name="dev", ou="Workloads/Dev", tags={"stage": "dev"}),
        Account(id=PROD, name="prod", ou="Workloads/Prod", tags={"stage": "prod"}),
        Account(id=SUSPENDED, name="old", ou="Workloads/Dev", state=AccountState.SUSPENDED),
        Account(id=AUDIT, name="audit", ou="Security"),
    )
    ships = tuple(Account(id=f"{600000000000 + number}", name=f"ship-{number}", ou="Fleet") for number in range(fleet))
    return Organization(
        organization_id="o-a1b2c3d4e5",
        management_account=MANAGEMENT,
        accounts=named + ships,
        organizational_units=(OrganizationalUnit(id="ou-a1b2-fleet000", path="Fleet"),),
        groups=(Principal(id=ENGINEERS, name="engineers"), Principal(id=AUDITORS, name="auditors")),
        users=(Principal(id=ALICE, name="alice"),),
        instance_arn=INSTANCE,
        identity_store_id=STORE,
        permission_sets=permission_sets or {},
    )


class Cloud:
    """A running sandbox with clients for it. boto3 clients never retry here."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.url = sandbox.url
        self._clients: list[Any] = []

    def client(self, service: str, account: str = MANAGEMENT, key: str = "sandbox", region: str = "us-east-1") -> Any:
        """A client of the management account's administrator, or of a role in another account."""
        credentials = {"aws_access_key_id": key, "aws_secret_access_key": "sandbox"}
        if account != MANAGEMENT:
            credentials = self.assume(f"arn:aws:iam::{account}:role/RemitSpoke")
        made = _SESSION.client(service, endpoint_url=self.url, region_name=region, config=_NO_RETRIES, **credentials)
        self._clients.append(made)
        return made

    def assume(self, role: str) -> dict[str, str]:
        found = self.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        return {
            "aws_access_key_id": found["AccessKeyId"],
            "aws_secret_access_key": found["SecretAccessKey"],
            "aws_session_token": found["SessionToken"],
        }

    def control(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One of the sandbox's own endpoints."""
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(f"{self.url}/_sandbox/{path}", data, method=method)) as answer:
            return json.load(answer)

    # --- shortcuts ---------------------------------------------------------------------------------------------

    def permission_set(self, name: str = "Engineer", **fields: Any) -> str:
        made = self.client("sso-admin").create_permission_set(InstanceArn=INSTANCE, Name=name, **fields)
        return str(made["PermissionSet"]["PermissionSetArn"])

    def assign(self, permission_set: str, account: str = DEV, principal: str = ENGINEERS, **other: Any) -> Any:
        """Creates an assignment and returns the status at its end."""
        sso = self.client("sso-admin")
        started = sso.create_account_assignment(**assignment(permission_set, account, principal, **other))
        request = started["AccountAssignmentCreationStatus"]["RequestId"]
        return sso.describe_account_assignment_creation_status(
            InstanceArn=INSTANCE, AccountAssignmentCreationRequestId=request
        )["AccountAssignmentCreationStatus"]

    def unassign(self, permission_set: str, account: str = DEV, principal: str = ENGINEERS) -> Any:
        sso = self.client("sso-admin")
        started = sso.delete_account_assignment(**assignment(permission_set, account, principal))
        request = started["AccountAssignmentDeletionStatus"]["RequestId"]
        return sso.describe_account_assignment_deletion_status(
            InstanceArn=INSTANCE, AccountAssignmentDeletionRequestId=request
        )["AccountAssignmentDeletionStatus"]

    def policy(self, account: str, name: str = "Guardrail", path: str = "/remit/", description: str = "") -> str:
        """A customer managed policy; returns its ARN."""
        iam = self.client("iam", account)
        made = iam.create_policy(PolicyName=name, Path=path, PolicyDocument=json.dumps(ALLOW), Description=description)
        return str(made["Policy"]["Arn"])

    def delegate(self, account: str) -> None:
        """Makes an account the delegated administrator of Identity Center."""
        self.client("organizations").register_delegated_administrator(
            AccountId=account, ServicePrincipal="sso.amazonaws.com"
        )

    def close(self) -> None:
        for client in self._clients:
            client.close()


def assignment(permission_set: str, account: str, principal: str, kind: str = "GROUP") -> dict[str, str]:
    """The parameters that Create- and DeleteAccountAssignment share."""
    return {
        "InstanceArn": INSTANCE,
        "PermissionSetArn": permission_set,
        "TargetId": account,
        "TargetType": "AWS_ACCOUNT",
        "PrincipalType": kind,
        "PrincipalId": principal,
    }


@contextmanager
def refused(code: str, words: str = "") -> Iterator[None]:
    """AWS refuses with this error code, and says these words."""
    with pytest.raises(ClientError) as caught:
        yield
    error = caught.value.response["Error"]
    assert error["Code"] == code
    assert words in error["Message"]


@contextmanager
def running(fleet: int = 45, permission_sets: Mapping[str, str] | None = None, **options: Any) -> Iterator[Cloud]:
    """A cloud with options of its own."""
    with Sandbox(organization(fleet, permission_sets), **options) as sandbox:
        cloud = Cloud(sandbox)
        try:
            yield cloud
        finally:
            cloud.close()
