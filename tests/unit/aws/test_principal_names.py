"""A name is a courtesy: told when AWS tells it, and never a reason to fail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from remit.aws.principal_names import PrincipalNames
from remit.aws.refusals import NotFoundError
from remit.aws.session import Aws
from remit.errors import AccessDeniedError, AwsError

INSTANCE = "arn:aws:sso:::instance/ssoins-1111111111111111"
GROUP, USER = "111111111111/GROUP/g-1", "111111111111/USER/u-1"


class FakeAws(Aws):
    """One group and one user, and a count of the calls."""

    def __init__(self, refusal: AwsError | None = None) -> None:
        super().__init__("us-east-1", session=lambda: None)
        self.calls = 0
        self.refusal = refusal

    def items(self, *_: str, **__: object) -> Iterator[Mapping[str, Any]]:
        yield {"InstanceArn": INSTANCE, "IdentityStoreId": "d-1"}

    def call(self, service: str, operation: str, **parameters: object) -> Mapping[str, Any]:
        assert service == "identitystore"
        self.calls += 1
        if self.refusal:
            raise self.refusal
        assert parameters["IdentityStoreId"] == "d-1"
        if operation == "DescribeGroup":
            assert parameters["GroupId"] == "g-1"
            return {"DisplayName": "contractors"}
        assert parameters["UserId"] == "u-1"
        return {"UserName": "jane"}


def test_groups_and_users_are_named_and_asked_for_once() -> None:
    aws = FakeAws()
    names = PrincipalNames(aws)
    for _ in range(3):
        assert names.name(INSTANCE, GROUP) == "contractors"
        assert names.name(INSTANCE, USER) == "jane"
    assert aws.calls == 2


@pytest.mark.parametrize(
    ("refusal", "name"),
    [
        (NotFoundError("identitystore:DescribeGroup: GROUP not found."), "deleted group"),
        (AccessDeniedError("identitystore:DescribeGroup was denied"), ""),
    ],
)
def test_what_aws_does_not_tell_is_no_error(refusal: AwsError, name: str) -> None:
    assert PrincipalNames(FakeAws(refusal)).name(INSTANCE, GROUP) == name
