"""Permission sets are read whole, by boto3 itself, against the sandbox."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from remit.aws.permission_sets import permission_set_arns, read_permission_set
from remit.aws.refusals import NotFoundError
from remit.aws.session import Aws
from remit.permission_set import LivePermissionSet
from tests.sandbox.cloud import ALLOW, INSTANCE, Cloud, running

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
POWER_USER = "arn:aws:iam::aws:policy/PowerUserAccess"


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running(fleet=0) as cloud:
        yield cloud


@pytest.fixture
def aws(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Aws:
    for name, value in cloud.sandbox.environment().items():
        monkeypatch.setenv(name, value)
    return Aws("us-east-1", session=boto3.session.Session, sleep=lambda _: None)


def test_every_field_is_read(cloud: Cloud, aws: Aws) -> None:
    sso: Any = cloud.client("sso-admin")
    fields = {
        "Description": "d",
        "SessionDuration": "PT8H",
        "RelayState": "https://x",
        "Tags": [{"Key": "a", "Value": "b"}],
    }
    arn = cloud.permission_set("Whole", **fields)
    which = {"InstanceArn": INSTANCE, "PermissionSetArn": arn}
    sso.attach_managed_policy_to_permission_set(**which, ManagedPolicyArn=READ_ONLY)
    guard = {"Name": "Guard", "Path": "/remit/"}
    sso.attach_customer_managed_policy_reference_to_permission_set(**which, CustomerManagedPolicyReference=guard)
    sso.put_inline_policy_to_permission_set(**which, InlinePolicy=json.dumps(ALLOW))
    sso.put_permissions_boundary_to_permission_set(
        **which, PermissionsBoundary={"CustomerManagedPolicyReference": guard}
    )
    assert arn in permission_set_arns(aws, INSTANCE)
    read = read_permission_set(aws, INSTANCE, arn)
    assert read == LivePermissionSet(
        name="Whole",
        description="d",
        session_duration="PT8H",
        relay_state="https://x",
        aws_managed_policies=(READ_ONLY,),
        customer_managed_policies=(("Guard", "/remit/"),),
        inline_policy=ALLOW,
        permissions_boundary={"name": "Guard", "path": "/remit/"},
        tags={"a": "b"},
    )
    assert read.arn == arn


def test_what_is_not_set_reads_as_a_plan_has_it(cloud: Cloud, aws: Aws) -> None:
    assert read_permission_set(aws, INSTANCE, cloud.permission_set("Bare")) == LivePermissionSet(name="Bare")


def test_a_boundary_of_aws_reads_by_its_arn(cloud: Cloud, aws: Aws) -> None:
    arn = cloud.permission_set("Bound")
    cloud.client("sso-admin").put_permissions_boundary_to_permission_set(
        InstanceArn=INSTANCE, PermissionSetArn=arn, PermissionsBoundary={"ManagedPolicyArn": POWER_USER}
    )
    assert read_permission_set(aws, INSTANCE, arn).permissions_boundary == {"aws_managed": POWER_USER}


def test_one_that_is_gone_is_said_to_be(cloud: Cloud, aws: Aws) -> None:
    arn = cloud.permission_set("Gone")
    cloud.client("sso-admin").delete_permission_set(InstanceArn=INSTANCE, PermissionSetArn=arn)
    with pytest.raises(NotFoundError):
        read_permission_set(aws, INSTANCE, arn)
