"""Organizations, as clients see it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.cloud import AUDIT, DEV, MANAGEMENT, PROD, SUSPENDED, Cloud, refused, running


def root_of(client: Any) -> str:
    return client.list_roots()["Roots"][0]["Id"]


def unit_named(client: Any, name: str, parent: str | None = None) -> str:
    pages = client.get_paginator("list_organizational_units_for_parent").paginate(ParentId=parent or root_of(client))
    return next(unit["Id"] for page in pages for unit in page["OrganizationalUnits"] if unit["Name"] == name)


def test_the_snapshot_is_what_clients_see(cloud: Cloud):
    client = cloud.client("organizations")
    described = client.describe_organization()["Organization"]
    assert (described["Id"], described["MasterAccountId"]) == ("o-a1b2c3d4e5", MANAGEMENT)
    accounts = {
        account["Id"]: account
        for page in client.get_paginator("list_accounts").paginate()
        for account in page["Accounts"]
    }
    assert len(accounts) == 50
    assert (accounts[DEV]["Name"], accounts[DEV]["State"], accounts[DEV]["Status"]) == ("dev", "ACTIVE", "ACTIVE")
    assert accounts[SUSPENDED]["State"] == "SUSPENDED"
    assert client.list_tags_for_resource(ResourceId=PROD)["Tags"] == [{"Key": "stage", "Value": "prod"}]


def test_an_account_says_where_it_stands_by_path_and_by_parents(cloud: Cloud):
    client = cloud.client("organizations")
    path = client.describe_account(AccountId=DEV)["Account"]["Paths"][0]
    parent = client.list_parents(ChildId=DEV)["Parents"][0]
    workloads = client.list_parents(ChildId=parent["Id"])["Parents"][0]["Id"]
    assert path == f"o-a1b2c3d4e5/{root_of(client)}/{workloads}/{parent['Id']}/{DEV}/"
    assert parent["Type"] == "ORGANIZATIONAL_UNIT"
    assert unit_named(client, "Dev", unit_named(client, "Workloads")) == parent["Id"]


def test_paths_can_be_left_out():
    with running(account_paths=False) as cloud:
        assert "Paths" not in cloud.client("organizations").list_accounts()["Accounts"][0]


def test_pages_hold_twenty_at_most_and_more_cannot_be_asked_for(cloud: Cloud):
    client = cloud.client("organizations")
    page = client.list_accounts()
    assert len(page["Accounts"]) == 20
    assert page["NextToken"]


def test_an_empty_page_that_carries_a_token_is_not_the_end(cloud: Cloud):
    client = cloud.client("organizations")
    pages = list(client.get_paginator("list_accounts_for_parent").paginate(ParentId=unit_named(client, "Fleet")))
    sizes = [len(page["Accounts"]) for page in pages]
    assert sum(sizes) == 45
    assert 0 in sizes[:-1]
    assert len({account["Id"] for page in pages for account in page["Accounts"]}) == 45


def test_empty_pages_can_be_switched_off():
    with running(empty_pages=False) as cloud:
        client = cloud.client("organizations")
        pages = client.get_paginator("list_accounts_for_parent").paginate(ParentId=unit_named(client, "Fleet"))
        assert [len(page["Accounts"]) for page in pages] == [20, 20, 5]


@pytest.mark.parametrize("call", ["list_accounts", "list_roots"])
def test_a_member_account_is_denied_unless_it_administers_a_service(cloud: Cloud, call: str):
    member = cloud.client("organizations", AUDIT)
    with refused("AccessDeniedException"):
        getattr(member, call)()
    cloud.delegate(AUDIT)
    getattr(member, call)()
    with refused("AccessDeniedException"):
        member.create_account(AccountName="x", Email="x@example.com")


def test_a_created_account_stands_under_the_root_once_its_status_says_so(cloud: Cloud):
    client = cloud.client("organizations")
    started = client.create_account(AccountName="new", Email="new@example.com")["CreateAccountStatus"]
    assert started["State"] == "IN_PROGRESS"
    status = client.describe_create_account_status(CreateAccountRequestId=started["Id"])["CreateAccountStatus"]
    assert status["State"] == "SUCCEEDED"
    assert client.list_parents(ChildId=status["AccountId"])["Parents"][0]["Type"] == "ROOT"


def test_an_address_serves_one_account(cloud: Cloud):
    client = cloud.client("organizations")
    started = client.create_account(AccountName="new", Email="root@example.com")["CreateAccountStatus"]
    status = client.describe_create_account_status(CreateAccountRequestId=started["Id"])["CreateAccountStatus"]
    assert (status["State"], status["FailureReason"]) == ("FAILED", "EMAIL_ALREADY_EXISTS")


def test_a_moved_account_is_found_at_its_destination_alone(cloud: Cloud):
    client = cloud.client("organizations")
    source = client.list_parents(ChildId=DEV)["Parents"][0]["Id"]
    fleet = unit_named(client, "Fleet")
    client.move_account(AccountId=DEV, SourceParentId=source, DestinationParentId=fleet)
    assert client.list_parents(ChildId=DEV)["Parents"] == [{"Id": fleet, "Type": "ORGANIZATIONAL_UNIT"}]
    left = client.list_children(ParentId=source, ChildType="ACCOUNT")["Children"]
    assert DEV not in [child["Id"] for child in left]
    with refused("SourceParentNotFoundException"):
        client.move_account(AccountId=DEV, SourceParentId=source, DestinationParentId=fleet)


def test_a_closed_account_is_suspended_and_stays_listed(cloud: Cloud):
    client = cloud.client("organizations")
    client.close_account(AccountId=DEV)
    assert client.describe_account(AccountId=DEV)["Account"]["State"] == "SUSPENDED"
    with refused("AccountAlreadyClosedException"):
        client.close_account(AccountId=DEV)
    with refused("ConstraintViolationException"):
        client.close_account(AccountId=MANAGEMENT)


def test_a_removed_account_is_gone(cloud: Cloud):
    client = cloud.client("organizations")
    client.remove_account_from_organization(AccountId=DEV)
    with refused("AccountNotFoundException"):
        client.describe_account(AccountId=DEV)


def test_siblings_have_different_names_and_only_empty_units_go(cloud: Cloud):
    client = cloud.client("organizations")
    root = root_of(client)
    with refused("DuplicateOrganizationalUnitException"):
        client.create_organizational_unit(ParentId=root, Name="Fleet")
    with refused("OrganizationalUnitNotEmptyException"):
        client.delete_organizational_unit(OrganizationalUnitId=unit_named(client, "Fleet"))
    made = client.create_organizational_unit(ParentId=unit_named(client, "Workloads"), Name="Fleet")
    unit = made["OrganizationalUnit"]["Id"]
    client.update_organizational_unit(OrganizationalUnitId=unit, Name="Harbour")
    assert client.describe_organizational_unit(OrganizationalUnitId=unit)["OrganizationalUnit"]["Name"] == "Harbour"
    client.delete_organizational_unit(OrganizationalUnitId=unit)
    with refused("OrganizationalUnitNotFoundException"):
        client.describe_organizational_unit(OrganizationalUnitId=unit)


def test_units_are_five_deep_at_most(cloud: Cloud):
    client = cloud.client("organizations")
    parent = root_of(client)
    for depth in range(5):
        made = client.create_organizational_unit(ParentId=parent, Name=f"level-{depth}")
        parent = made["OrganizationalUnit"]["Id"]
    with refused("ConstraintViolationException"):
        client.create_organizational_unit(ParentId=parent, Name="too deep")


def test_tags_of_accounts_change(cloud: Cloud):
    client = cloud.client("organizations")
    client.tag_resource(ResourceId=DEV, Tags=[{"Key": "team", "Value": "core"}])
    client.untag_resource(ResourceId=DEV, TagKeys=["stage"])
    assert client.list_tags_for_resource(ResourceId=DEV)["Tags"] == [{"Key": "team", "Value": "core"}]
