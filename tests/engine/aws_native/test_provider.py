"""The provider over gRPC: what goes in and comes out is what the stock aws-native plugin and Pulumi say."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2, status_pb2

from engine.aws_native.values import UNKNOWN, from_struct, to_struct

# Fixtures: see conftest.py.
Provider = Any
Cloud = Any

POLICY_URN = "urn:pulumi:sandbox::remit::remit:index:AccountPolicies$aws-native:iam:ManagedPolicy::1/Guardrail"
SET_URN = "urn:pulumi:sandbox::remit::aws-native:sso:PermissionSet::Engineer"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


def document(*actions: str) -> dict[str, Any]:
    statement = {"Action": list(actions), "Effect": "Allow", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def policy(*actions: str, **more: Any) -> dict[str, Any]:
    return {
        "description": "d",
        "managedPolicyName": "Guardrail",
        "path": "/remit/",
        "policyDocument": document(*actions or ("s3:Get*",)),
        **more,
    }


def state_of(inputs: dict[str, Any]) -> dict[str, Any]:
    return {**inputs, "policyArn": "arn:Guardrail", "__inputs": {**SECRET, "value": inputs}}


@pytest.fixture
def configured(provider: Provider) -> Provider:
    provider.Configure(request_of_configuration())
    return provider


def request_of_configuration(role: str = "") -> provider_pb2.ConfigureRequest:
    variables = {"aws-native:config:region": "us-east-1", "aws-native:config:skipCredentialsValidation": "true"}
    if role:
        variables["aws-native:config:assumeRole"] = f'{{"roleArn": "{role}", "sessionName": "remit"}}'
    return provider_pb2.ConfigureRequest(variables=variables, acceptSecrets=True)


def create(provider: Provider, inputs: dict[str, Any], **more: Any) -> Any:
    return provider.Create(provider_pb2.CreateRequest(urn=POLICY_URN, properties=to_struct(inputs), **more))


def read(provider: Provider, state: dict[str, Any], identifier: str = "arn:Guardrail") -> Any:
    return provider.Read(provider_pb2.ReadRequest(urn=POLICY_URN, id=identifier, properties=to_struct(state)))


def diff(provider: Provider, state: dict[str, Any], new: dict[str, Any]) -> Any:
    return provider.Diff(provider_pb2.DiffRequest(urn=POLICY_URN, olds=to_struct(state), news=to_struct(new)))


def test_the_handshake_is_declined_as_the_stock_plugin_does(provider: Provider):
    with pytest.raises(grpc.RpcError) as error:
        provider.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address="127.0.0.1:1"))
    assert error.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_configure_says_what_the_stock_plugin_says(provider: Provider):
    answer = provider.Configure(request_of_configuration())
    assert (answer.acceptSecrets, answer.supportsPreview, answer.supports_autonaming_configuration) == (1, 1, 1)
    assert not answer.acceptResources
    assert not answer.acceptOutputs


def test_check_config_hands_back_what_it_was_given(provider: Provider):
    settings = to_struct({"region": "us-east-1", "skipRegionValidation": "true", "version": "1.84.0"})
    answer = provider.CheckConfig(provider_pb2.CheckRequest(urn=POLICY_URN, news=settings))
    assert answer.inputs == settings
    assert not answer.failures


def test_check_config_refuses_what_is_not_served(provider: Provider):
    settings = to_struct({"region": "us-east-1", "defaultTags": '{"tags": {}}'})
    answer = provider.CheckConfig(provider_pb2.CheckRequest(urn=POLICY_URN, news=settings))
    assert [failure.property for failure in answer.failures] == ["defaultTags"]


def test_diff_config_names_every_setting_when_one_changed(provider: Provider):
    old = to_struct({"region": "us-east-1", "version": "1.84.0"})
    new = to_struct({"region": "eu-west-1", "version": "1.84.0"})
    same = provider.DiffConfig(provider_pb2.DiffRequest(urn=POLICY_URN, olds=old, news=old))
    changed = provider.DiffConfig(provider_pb2.DiffRequest(urn=POLICY_URN, olds=old, news=new))
    assert same.changes == provider_pb2.DiffResponse.DIFF_NONE
    assert (changed.changes, list(changed.diffs)) == (provider_pb2.DiffResponse.DIFF_SOME, ["region", "version"])


def test_a_call_before_configure_is_an_error(provider: Provider):
    with pytest.raises(grpc.RpcError, match="not configured"):
        create(provider, policy())


def test_a_type_that_is_not_served_is_an_error_that_names_the_served(configured: Provider):
    request = provider_pb2.CheckRequest(urn="urn:pulumi:s::p::aws-native:s3:Bucket::b", news=to_struct({}))
    with pytest.raises(grpc.RpcError, match=r"aws-native:s3:Bucket is not served.*aws-native:iam:ManagedPolicy"):
        configured.Check(request)


def test_create_keeps_the_inputs_as_a_secret_in_the_state(configured: Provider):
    answer = create(configured, policy())
    assert answer.id == "arn:Guardrail"
    assert from_struct(answer.properties) == state_of(policy())


def test_an_engine_that_accepts_no_secrets_gets_the_inputs_unmarked(provider: Provider):
    request = request_of_configuration()
    request.acceptSecrets = False
    provider.Configure(request)
    answer = create(provider, policy())
    assert from_struct(answer.properties)["__inputs"] == policy()
    assert diff(provider, from_struct(answer.properties), policy()).changes == provider_pb2.DiffResponse.DIFF_NONE
    assert from_struct(read(provider, from_struct(answer.properties)).inputs) == policy()


def test_create_waits_for_the_operation_with_a_token_of_its_own(
    configured: Provider, cloud: Cloud, sleeps: list[float]
):
    cloud.polls = 3
    create(configured, policy())
    assert [name for name, _ in cloud.calls] == ["create", "status", "status", "status", "get"]
    assert len(sleeps) == 3
    assert cloud.calls[0][1]["ClientToken"]


def test_a_preview_of_create_calls_nothing_and_leaves_aws_values_unknown(configured: Provider, cloud: Cloud):
    outputs = from_struct(create(configured, policy(), preview=True).properties)
    assert cloud.calls == []
    unknown = {name for name, value in outputs.items() if value == UNKNOWN}
    assert "policyArn" in unknown
    assert {name: outputs[name] for name in outputs.keys() - unknown} == policy()


def test_creating_what_exists_is_an_error_not_an_adoption(configured: Provider):
    create(configured, policy())
    with pytest.raises(grpc.RpcError, match="AlreadyExists"):
        create(configured, policy("s3:*"))


def test_a_creation_that_failed_halfway_hands_over_the_state_of_what_exists(configured: Provider, cloud: Cloud):
    cloud.models["arn:Guardrail"] = {"ManagedPolicyName": "Guardrail", "PolicyArn": "arn:Guardrail"}
    cloud.failures = [
        {
            "OperationStatus": "FAILED",
            "Operation": "CREATE",
            "ErrorCode": "NotStabilized",
            "StatusMessage": "took too long",
            "Identifier": "arn:Guardrail",
        }
    ]
    with pytest.raises(grpc.RpcError, match="took too long") as error:
        create(configured, policy())
    detail = init_failure(error.value)
    assert detail.id == "arn:Guardrail"
    assert from_struct(detail.properties)["policyArn"] == "arn:Guardrail"
    assert from_struct(detail.inputs) == policy()
    assert "NotStabilized" in detail.reasons[0]


def init_failure(error: Any) -> provider_pb2.ErrorResourceInitFailed:
    raw = dict(error.trailing_metadata())["grpc-status-details-bin"]
    detail = provider_pb2.ErrorResourceInitFailed()
    assert status_pb2.Status.FromString(raw).details[0].Unpack(detail)
    return detail


def test_a_creation_that_left_nothing_behind_is_a_plain_error(configured: Provider, cloud: Cloud):
    cloud.failures = [
        {
            "OperationStatus": "FAILED",
            "Operation": "CREATE",
            "ErrorCode": "AccessDenied",
            "StatusMessage": "no",
            "Identifier": "arn:Guardrail",
        }
    ]
    with pytest.raises(grpc.RpcError, match="AccessDenied") as error:
        create(configured, policy())
    assert "grpc-status-details-bin" not in dict(error.value.trailing_metadata())


def test_diff_of_the_same_inputs_is_none(configured: Provider):
    assert diff(configured, state_of(policy()), policy()).changes == provider_pb2.DiffResponse.DIFF_NONE


def test_diff_leaves_the_details_to_the_engine(configured: Provider):
    answer = diff(configured, state_of(policy()), policy("s3:Get*", "s3:List*"))
    assert answer.changes == provider_pb2.DiffResponse.DIFF_UNKNOWN
    assert answer.deleteBeforeReplace
    assert not answer.hasDetailedDiff
    assert not answer.replaces


def test_update_sends_only_what_changed_as_a_patch(configured: Provider, cloud: Cloud):
    state = from_struct(create(configured, policy()).properties)
    new = policy("s3:List*")
    request = provider_pb2.UpdateRequest(urn=POLICY_URN, id="arn:Guardrail", olds=to_struct(state), news=to_struct(new))
    answer = configured.Update(request)
    patch = next(arguments for name, arguments in cloud.calls if name == "update")["PatchDocument"]
    assert '"op": "replace", "path": "/PolicyDocument"' in patch
    assert patch.count('"op"') == 1
    assert from_struct(answer.properties) == state_of(new)


def test_a_preview_of_update_calls_nothing_and_leaves_the_arn_of_a_policy_unknown(configured: Provider, cloud: Cloud):
    request = provider_pb2.UpdateRequest(
        urn=POLICY_URN, olds=to_struct(state_of(policy())), news=to_struct(policy("s3:List*")), preview=True
    )
    outputs = from_struct(configured.Update(request).properties)
    assert cloud.calls == []
    assert outputs["policyArn"] == UNKNOWN
    assert outputs["policyDocument"] == document("s3:List*")


def test_a_preview_of_update_keeps_the_arn_of_a_permission_set(configured: Provider):
    old = {"name": "Engineer", "instanceArn": "i", "permissionSetArn": "ps"}
    request = provider_pb2.UpdateRequest(
        urn=SET_URN, olds=to_struct(old), news=to_struct({"name": "Engineer", "instanceArn": "i"}), preview=True
    )
    assert from_struct(configured.Update(request).properties)["permissionSetArn"] == "ps"


def test_read_shows_what_was_changed_by_hand_in_the_inputs(configured: Provider, cloud: Cloud):
    state = from_struct(create(configured, policy()).properties)
    cloud.models["arn:Guardrail"]["PolicyDocument"] = document("*")
    answer = read(configured, state)
    assert from_struct(answer.inputs) == policy("*")
    assert from_struct(answer.properties) == state_of(policy("*"))
    assert diff(configured, from_struct(answer.properties), policy()).changes == provider_pb2.DiffResponse.DIFF_UNKNOWN


def test_read_of_what_is_unchanged_returns_the_same_state(configured: Provider):
    state = from_struct(create(configured, policy()).properties)
    answer = read(configured, state)
    assert from_struct(answer.inputs) == policy()
    assert from_struct(answer.properties) == state


def test_read_of_what_is_gone_has_no_id(configured: Provider):
    assert read(configured, state_of(policy())).id == ""


def test_import_takes_all_that_can_be_set_as_inputs(configured: Provider, cloud: Cloud):
    create(configured, policy())
    cloud.models["arn:Guardrail"]["Groups"] = ["admins"]
    answer = read(configured, {})
    assert answer.id == "arn:Guardrail"
    assert from_struct(answer.inputs) == policy(groups=["admins"])
    assert from_struct(answer.properties)["__inputs"]["value"] == policy(groups=["admins"])


def test_delete_of_what_is_gone_succeeds(configured: Provider, cloud: Cloud):
    create(configured, policy())
    for _ in range(2):
        configured.Delete(provider_pb2.DeleteRequest(urn=POLICY_URN, id="arn:Guardrail"))
    assert cloud.models == {}


def test_check_fills_in_a_name_that_the_preview_and_the_update_agree_on(configured: Provider):
    news = to_struct({"policyDocument": document("s3:Get*")})
    request = provider_pb2.CheckRequest(urn=POLICY_URN, news=news, randomSeed=b"seed")
    first, second = (from_struct(configured.Check(request).inputs)["managedPolicyName"] for _ in range(2))
    assert first == second
    assert first.startswith("1/Guardrail-")


def test_check_names_every_wrong_property(configured: Provider):
    news = to_struct({"managedPolicyName": "x", "path": ["/"], "colour": "red"})
    answer = configured.Check(provider_pb2.CheckRequest(urn=POLICY_URN, news=news))
    reasons = {failure.property: failure.reason for failure in answer.failures}
    assert reasons == {
        "colour": "unknown property colour",
        "path": "path must be a string",
        "policyDocument": "missing required property policyDocument",
    }


def test_instances_in_one_process_do_not_mix_their_accounts(provider: Provider, clouds: dict[str, Cloud], cloud: Cloud):
    other = clouds["222222222222"] = type(cloud)()
    clouds["111111111111"] = cloud
    for account in ("111111111111", "222222222222"):
        metadata = (("remit-provider-instance", account),)
        provider.Configure(request_of_configuration(f"arn:aws:iam::{account}:role/RemitSpoke"), metadata=metadata)
    request = provider_pb2.CreateRequest(urn=POLICY_URN, properties=to_struct(policy()))
    provider.Create(request, metadata=(("remit-provider-instance", "222222222222"),))
    assert list(other.models) == ["arn:Guardrail"]
    assert cloud.models == {}


@pytest.mark.parametrize("method", ["Invoke", "Call"])
def test_functions_are_not_served(provider: Provider, method: str):
    request = provider_pb2.InvokeRequest() if method == "Invoke" else provider_pb2.CallRequest()
    with pytest.raises(grpc.RpcError) as error:
        getattr(provider, method)(request)
    assert error.value.code() is grpc.StatusCode.UNIMPLEMENTED
