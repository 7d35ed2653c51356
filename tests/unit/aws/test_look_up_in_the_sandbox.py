"""The look-up by boto3 itself, against the sandbox: what went in comes out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from remit.aws.look_up import look_up, look_up_organization
from remit.aws.session import Aws
from remit.catalog import IdentityCenter, load_catalog
from remit.organization import Organization, Principal
from remit.snapshot import read_snapshot
from remit.stack import Stack
from sandbox.server import Sandbox

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def organization() -> Organization:
    return read_snapshot(ROOT / "sandbox" / "organization.yaml")


@pytest.fixture(scope="module")
def aws(organization: Organization) -> Iterator[Aws]:
    """The sandbox's AWS, without keeping to AWS's rates."""
    with Sandbox(organization) as sandbox, pytest.MonkeyPatch.context() as patch:
        for name, value in sandbox.environment().items():
            patch.setenv(name, value)
        yield Aws("us-east-1", session=boto3.session.Session, sleep=lambda _: None)


def by_id(principals: tuple[Principal, ...]) -> set[tuple[str, str]]:
    return {(principal.id, principal.name) for principal in principals}


def test_a_look_up_of_everything_is_the_organization_that_the_sandbox_was_given(aws: Aws, organization: Organization):
    found = look_up(aws, IdentityCenter.model_validate({}))
    assert found.organization_id == organization.organization_id
    assert found.management_account == organization.management_account
    assert found.account_by_id == organization.account_by_id
    assert set(found.organizational_units) == set(organization.organizational_units)
    assert by_id(found.groups) == by_id(organization.groups)
    assert by_id(found.users) == by_id(organization.users)
    assert (found.instance_arn, found.identity_store_id) == (
        organization.instance_arn,
        organization.identity_store_id,
    )


def test_a_look_up_for_a_catalog_has_the_groups_that_it_names(aws: Aws, organization: Organization):
    catalog = load_catalog(ROOT / "policies")
    names, _ = catalog.principal_names()
    found = look_up_organization(aws, catalog, Stack("s"))
    assert by_id(found.groups) == {each for each in by_id(organization.groups) if each[1] in names}
    assert found.users == ()
    assert found.account_by_id == organization.account_by_id
