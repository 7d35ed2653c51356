"""What people and AWS do beside Remit in a scenario: accounts come and go, access and policies change by hand."""

from __future__ import annotations

import json
import urllib.request
from typing import Any, Protocol

import boto3

from remit.aws.permissions import Role
from tests.e2e.roles import NAMES

INSTANCE, STORE = "arn:aws:sso:::instance/ssoins-e2e0000000000001", "d-e2e0000001"


class Cloud(Protocol):
    """A sandbox, in this process or another."""

    @property
    def url(self) -> str:
        """http://127.0.0.1:PORT"""

    def environment(self) -> dict[str, str]:
        """All that a client of AWS needs to talk to it."""


class ByHand:
    """Hands in the organization of a sandbox."""

    sandbox: Cloud

    def create_account(self, name: str, ou: str) -> str:
        organizations = self.client("organizations")
        status = organizations.create_account(AccountName=name, Email=f"{name}@shop.example")["CreateAccountStatus"]
        request = status["Id"]
        while status["State"] == "IN_PROGRESS":
            status = organizations.describe_create_account_status(CreateAccountRequestId=request)["CreateAccountStatus"]
        assert status["State"] == "SUCCEEDED", status
        self.move_account(status["AccountId"], ou)
        account: str = status["AccountId"]
        return account

    def move_account(self, account: str, ou: str) -> None:
        organizations = self.client("organizations")
        parent = organizations.list_parents(ChildId=account)["Parents"][0]["Id"]
        target = organizations.list_roots()["Roots"][0]["Id"]
        for name in ou.split("/"):
            units = organizations.list_organizational_units_for_parent(ParentId=target)["OrganizationalUnits"]
            target = next(unit["Id"] for unit in units if unit["Name"] == name)
        organizations.move_account(AccountId=account, SourceParentId=parent, DestinationParentId=target)

    def suspend(self, account: str) -> None:
        self._control("PUT", f"accounts/{account}", state="SUSPENDED")

    def break_role(self, account: str) -> None:
        """Nobody can assume a role in the account until `mend_role`."""
        self._control("PUT", f"accounts/{account}", missing_role=True)

    def mend_role(self, account: str) -> None:
        self._control("PUT", f"accounts/{account}", missing_role=False)

    def switch_identity_center(self, *, on: bool) -> None:
        self._control("PUT", "identity-center", on=on)

    def expire_key(self, key: str) -> None:
        """The session of an access key is over."""
        self._control("PUT", f"keys/{key}", expired=True)

    def delegate(self, account: str, service: str) -> None:
        self.client("organizations").register_delegated_administrator(AccountId=account, ServicePrincipal=service)

    def session_in(self, account: str, role_of: Role = Role.PREVIEW) -> dict[str, str]:
        """What makes a hub role of another account the caller: environment variables."""
        name, iam = NAMES[role_of], self.client("iam", account)
        if name not in {each["RoleName"] for each in iam.list_roles()["Roles"]}:
            iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")
        role = f"arn:aws:iam::{account}:role/{name}"
        keys = self.client("sts").assume_role(RoleArn=role, RoleSessionName="delegate")["Credentials"]
        names = {"AWS_ACCESS_KEY_ID": "AccessKeyId", "AWS_SECRET_ACCESS_KEY": "SecretAccessKey"}
        return {name: keys[key] for name, key in {**names, "AWS_SESSION_TOKEN": "SessionToken"}.items()}

    def slow(self, milliseconds: int) -> None:
        """Every AWS call takes that much longer."""
        self._control("PUT", "faults", slow_ms=milliseconds, calls=["*"])

    def rename_group(self, group: str, name: str) -> None:
        operation = {"AttributePath": "displayName", "AttributeValue": name}
        self.client("identitystore").update_group(IdentityStoreId=STORE, GroupId=group, Operations=[operation])

    def delete_group(self, group: str) -> None:
        self.client("identitystore").delete_group(IdentityStoreId=STORE, GroupId=group)

    def assign(self, permission_set: str, account: str, principal_type: str, principal: str) -> None:
        self.client("sso-admin").create_account_assignment(
            **self._assignment(permission_set, account, principal_type, principal)
        )
        self._control("GET", "state")  # by then it is done

    def unassign(self, permission_set: str, account: str, principal_type: str, principal: str) -> None:
        self.client("sso-admin").delete_account_assignment(
            **self._assignment(permission_set, account, principal_type, principal)
        )
        self._control("GET", "state")

    def write_policy(self, account: str, path_and_name: str, statement: dict[str, Any]) -> None:
        document = {"Version": "2012-10-17", "Statement": [statement]}
        self.client("iam", account).create_policy_version(
            PolicyArn=f"arn:aws:iam::{account}:policy{path_and_name}",
            PolicyDocument=json.dumps(document),
            SetAsDefault=True,
        )

    def delete_policy(self, account: str, path_and_name: str) -> None:
        self.client("iam", account).delete_policy(PolicyArn=f"arn:aws:iam::{account}:policy{path_and_name}")

    def set_duration(self, permission_set: str, duration: str) -> None:
        self.client("sso-admin").update_permission_set(**self._permission_set(permission_set), SessionDuration=duration)

    def attach(self, permission_set: str, policy: str) -> None:
        self.client("sso-admin").attach_managed_policy_to_permission_set(
            **self._permission_set(permission_set), ManagedPolicyArn=policy
        )

    def _groups(self) -> list[dict[str, Any]]:
        store = STORE
        groups: list[dict[str, Any]] = self.client("identitystore").list_groups(IdentityStoreId=store)["Groups"]
        return groups

    def _permission_set(self, name: str) -> dict[str, str]:
        sso, instance = self.client("sso-admin"), INSTANCE
        for arn in sso.list_permission_sets(InstanceArn=instance, MaxResults=100)["PermissionSets"]:
            described = sso.describe_permission_set(InstanceArn=instance, PermissionSetArn=arn)["PermissionSet"]
            if described["Name"] == name:
                return {"InstanceArn": instance, "PermissionSetArn": arn}
        raise AssertionError(f"no permission set {name}")

    def _assignment(self, permission_set: str, account: str, principal_type: str, principal: str) -> dict[str, str]:
        return {
            **self._permission_set(permission_set),
            "TargetId": account,
            "TargetType": "AWS_ACCOUNT",
            "PrincipalType": principal_type,
            "PrincipalId": principal,
        }

    def client(self, service: str, account: str | None = None) -> Any:
        """An administrator's boto3 client: of the management account, or of an account by AssumeRole."""
        session = boto3.Session(aws_access_key_id="sandbox", aws_secret_access_key="sandbox", region_name="us-east-1")
        if account:
            role = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
            sts = session.client("sts", endpoint_url=self.sandbox.url)
            keys = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
            session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], "us-east-1")
        return session.client(service, endpoint_url=self.sandbox.url)

    def _control(self, method: str, path: str, **body: Any) -> Any:
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(f"{self.sandbox.url}/_sandbox/{path}", data=data, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
