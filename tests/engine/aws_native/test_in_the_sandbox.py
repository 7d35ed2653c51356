"""The provider with boto3 itself, against the sandbox: roles assumed, each type from its making to its end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from engine.aws_native.connection import connect
from engine.aws_native.provider import AwsNativeProvider
from engine.aws_native.server import make_server
from engine.aws_native.values import Properties, from_struct, to_struct
from remit.organization import Account, AccountState, Organization, Principal
from sandbox.server import Sandbox

Provider = Any
INSTANCE = "arn:aws:sso:::instance/ssoins-1111111111111111"
GROUP = "10000000-0000-4000-8000-000000000001"
ACCOUNT, SUSPENDED = "200000000001", "200000000002"
ORGANIZATION = Organization(
    organization_id="o-1111111111",
    management_account="100000000000",
    accounts=(
        Account(id="100000000000", name="management"),
        Account(id=ACCOUNT, name="shop"),
        Account(id=SUSPENDED, name="old", state=AccountState.SUSPENDED),
    ),
    groups=(Principal(id=GROUP, name="engineers"),),
    instance_arn=INSTANCE,
    identity_store_id="d-1111111111",
)


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """The provider, with an instance for each account and one, `""`, as the caller."""
    with Sandbox(ORGANIZATION) as sandbox, pytest.MonkeyPatch.context() as patch:
        for name, value in sandbox.environment().items():
            patch.setenv(name, value)
        server, port = make_server(AwsNativeProvider(connect, sleep=lambda _: None))
        server.start()
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = provider_pb2_grpc.ResourceProviderStub(channel)
            for account in ("", ACCOUNT, SUSPENDED):
                stub.Configure(_configuration(account), metadata=_instance(account))
            yield stub
        server.stop(grace=None).wait()


def _configuration(account: str) -> provider_pb2.ConfigureRequest:
    variables = {"aws-native:config:region": "us-east-1", "aws-native:config:skipCredentialsValidation": "true"}
    if account:
        role = {"roleArn": f"arn:aws:iam::{account}:role/RemitSpoke", "sessionName": "remit"}
        variables["aws-native:config:assumeRole"] = json.dumps(role)
    return provider_pb2.ConfigureRequest(variables=variables, acceptSecrets=True)


def _instance(account: str) -> tuple[tuple[str, str], ...]:
    return (("remit-provider-instance", account),)


class Resource:
    """One resource and the calls that an engine makes for it."""

    def __init__(self, provider: Provider, token: str, account: str = "") -> None:
        self._provider = provider
        self._urn = f"urn:pulumi:test::remit::{token}::name"
        self._metadata = _instance(account)
        self.id = ""
        self.state: Properties = {}

    def create(self, **inputs: Any) -> Properties:
        request = provider_pb2.CreateRequest(urn=self._urn, properties=to_struct(inputs))
        answer = self._provider.Create(request, metadata=self._metadata)
        self.id, self.state = answer.id, from_struct(answer.properties)
        return self.state

    def read(self) -> Properties | None:
        """The inputs that the live resource amounts to; None when it is gone."""
        request = provider_pb2.ReadRequest(urn=self._urn, id=self.id, properties=to_struct(self.state))
        answer = self._provider.Read(request, metadata=self._metadata)
        if not answer.id:
            return None
        self.state = from_struct(answer.properties)
        return from_struct(answer.inputs)

    def update(self, **inputs: Any) -> Properties:
        request = provider_pb2.UpdateRequest(
            urn=self._urn, id=self.id, olds=to_struct(self.state), news=to_struct(inputs)
        )
        self.state = from_struct(self._provider.Update(request, metadata=self._metadata).properties)
        return self.state

    def differs_from(self, **inputs: Any) -> bool:
        request = provider_pb2.DiffRequest(
            urn=self._urn, id=self.id, olds=to_struct(self.state), news=to_struct(inputs)
        )
        answer = self._provider.Diff(request, metadata=self._metadata)
        return bool(answer.changes != provider_pb2.DiffResponse.DIFF_NONE)

    def delete(self) -> None:
        request = provider_pb2.DeleteRequest(urn=self._urn, id=self.id, properties=to_struct(self.state))
        self._provider.Delete(request, metadata=self._metadata)


def document(action: str) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": [action], "Resource": "*"}]}


def lives_through(resource: Resource, first: dict[str, Any], second: dict[str, Any]) -> None:
    """Made, seen unchanged, changed, seen changed, removed, seen gone."""
    resource.create(**first)
    assert resource.read() == first
    assert not resource.differs_from(**first)
    assert resource.differs_from(**second)
    resource.update(**second)
    assert resource.read() == second
    assert not resource.differs_from(**second)
    resource.delete()
    assert resource.read() is None
    resource.delete()


def test_a_policy_lives_in_the_account_of_its_role(provider: Provider):
    policy = Resource(provider, "aws-native:iam:ManagedPolicy", ACCOUNT)
    named = {"managedPolicyName": "Guardrail", "path": "/remit/", "description": "d"}
    first, second = ({**named, "policyDocument": document(action)} for action in ("s3:Get*", "s3:*"))
    lives_through(policy, first, second)
    assert policy.id == f"arn:aws:iam::{ACCOUNT}:policy/remit/Guardrail"


def test_a_permission_set_changes_in_every_field(provider: Provider):
    named = {"name": "Engineer", "instanceArn": INSTANCE}
    first = {
        **named,
        "description": "one",
        "sessionDuration": "PT1H",
        "managedPolicies": ["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/PowerUserAccess"],
        "customerManagedPolicyReferences": [{"name": "A", "path": "/"}],
        "tags": [{"key": "team", "value": "a"}],
    }
    second = {
        **named,
        "description": "two",
        "sessionDuration": "PT8H",
        "relayStateType": "https://example.com/",
        "managedPolicies": ["arn:aws:iam::aws:policy/PowerUserAccess"],
        "customerManagedPolicyReferences": [{"name": "B", "path": "/remit/"}],
        "inlinePolicy": document("s3:*"),
        "permissionsBoundary": {"customerManagedPolicyReference": {"name": "A", "path": "/"}},
        "tags": [{"key": "team", "value": "b"}, {"key": "x", "value": "y"}],
    }
    lives_through(Resource(provider, "aws-native:sso:PermissionSet"), first, second)
    lives_through(Resource(provider, "aws-native:sso:PermissionSet"), second, first)


def test_an_assignment_comes_and_goes(provider: Provider):
    permission_set = Resource(provider, "aws-native:sso:PermissionSet")
    permission_set.create(name="Assigned", instanceArn=INSTANCE)
    assigned = {
        "instanceArn": INSTANCE,
        "permissionSetArn": permission_set.state["permissionSetArn"],
        "principalId": GROUP,
        "principalType": "GROUP",
        "targetId": ACCOUNT,
        "targetType": "AWS_ACCOUNT",
    }
    assignment = Resource(provider, "aws-native:sso:Assignment")
    assignment.create(**assigned)
    assert assignment.read() == assigned
    assignment.delete()
    assert assignment.read() is None
    permission_set.delete()


def test_an_account_that_cannot_be_entered_is_named_when_it_is_first_called(provider: Provider):
    policy = Resource(provider, "aws-native:iam:ManagedPolicy", SUSPENDED)
    with pytest.raises(grpc.RpcError, match=rf"could not assume arn:aws:iam::{SUSPENDED}:role/RemitSpoke in account"):
        policy.create(managedPolicyName="P", policyDocument=document("s3:*"))


def test_credentials_of_an_assumed_role_are_validated_when_asked(provider: Provider) -> None:
    request = _configuration(ACCOUNT)
    del request.variables["aws-native:config:skipCredentialsValidation"]
    provider.Configure(request, metadata=_instance("validated"), timeout=30)
    request.variables["aws-native:config:allowedAccountIds"] = json.dumps([SUSPENDED])
    with pytest.raises(grpc.RpcError, match="account ID not allowed"):
        provider.Configure(request, metadata=_instance("validated"), timeout=30)
