"""Reading the provider's configuration."""

from __future__ import annotations

import json

import pytest

from engine.aws_native.configuration import ConfigurationError, read_configuration, setting_failures


def variables(**settings: str) -> dict[str, str]:
    return {f"aws-native:config:{name}": value for name, value in settings.items()}


def test_the_region_falls_back_on_the_environment():
    assert read_configuration({}, {"AWS_REGION": "eu-west-1"}).region == "eu-west-1"
    assert read_configuration(variables(region="us-east-1"), {"AWS_REGION": "eu-west-1"}).region == "us-east-1"


def test_no_region_is_an_error():
    with pytest.raises(ConfigurationError, match="aws-native:region"):
        read_configuration({}, {})


def test_a_role_becomes_the_arguments_of_the_call_to_sts():
    role = {
        "roleArn": "arn:aws:iam::111122223333:role/RemitSpoke",
        "sessionName": "remit",
        "externalId": "x",
        "durationSeconds": 900,
        "policyArns": ["arn:p"],
        "tags": {"k": "v"},
    }
    assumed = read_configuration(variables(region="r", assumeRole=json.dumps(role)), {}).assume_role
    assert assumed is not None
    assert assumed.account == "111122223333"
    assert assumed.arguments == {
        "RoleArn": "arn:aws:iam::111122223333:role/RemitSpoke",
        "RoleSessionName": "remit",
        "ExternalId": "x",
        "DurationSeconds": 900,
        "PolicyArns": [{"arn": "arn:p"}],
        "Tags": [{"Key": "k", "Value": "v"}],
    }


@pytest.mark.parametrize("given", ["not json", '{"sessionName": "x"}'])
def test_a_role_that_cannot_be_read_is_never_passed_over(given: str):
    with pytest.raises(ConfigurationError, match="assumeRole"):
        read_configuration(variables(region="r", assumeRole=given), {})


def test_credentials_are_validated_unless_told_not_to():
    assert read_configuration(variables(region="r"), {}).validate_credentials
    assert not read_configuration(variables(region="r", skipCredentialsValidation="true"), {}).validate_credentials


def test_keys_of_the_configuration_go_before_the_environment():
    read = read_configuration(variables(region="r", accessKey="a", secretKey="s"), {})
    assert read.credentials == {"aws_access_key_id": "a", "aws_secret_access_key": "s"}


def test_a_skip_flag_may_only_be_true():
    assert [name for name, _ in setting_failures({"skipRegionValidation": False})] == ["skipRegionValidation"]
    assert setting_failures({"skipRegionValidation": True, "skipMetadataApiCheck": "true", "__internal": {}}) == []
