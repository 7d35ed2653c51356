"""Looking up the live organization: what comes out, and for how many calls."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.aws.look_up import EVERYTHING, Needs, look_up, needs_of
from remit.aws.organizations import READINGS
from remit.aws.session import Aws
from remit.catalog import AccessRule, Catalog, IdentityCenter, ManagedPolicy, Settings
from remit.errors import AwsError
from remit.organization import Account, AccountState, Organization, OrganizationalUnit, Principal
from remit.stack import Stack
from tests.unit.aws.fake_session import FakeSession

AUTO = IdentityCenter.model_validate({})
NOTHING = Needs(groups=(), users=(), tags=False, permission_sets=False)


def test_everything_is_found_as_it_is(aws: Aws, session: FakeSession):
    assert look_up(aws, AUTO, EVERYTHING) == session.organization


def test_an_aws_that_does_not_say_where_accounts_are_gives_the_same(aws: Aws, session: FakeSession):
    session.paths = False
    assert look_up(aws, AUTO, EVERYTHING) == session.organization


def test_empty_pages_are_not_the_end(aws: Aws, session: FakeSession):
    session.empty_pages = True
    assert look_up(aws, AUTO, EVERYTHING) == session.organization


LISTED_IN: tuple[tuple[str, ...], ...] = ((), ("Workloads", "Security"))
"""Where an account that is being moved is listed: no more in one unit and not yet in the other; or in both."""


@pytest.mark.parametrize("listed", LISTED_IN)
def test_an_account_that_is_moved_while_it_is_read_is_neither_lost_nor_twice(
    aws: Aws, session: FakeSession, listed: tuple[str, ...]
):
    session.paths, session.places = False, [listed] * (READINGS - 1)
    assert look_up(aws, AUTO, EVERYTHING) == session.organization


@pytest.mark.parametrize("listed", LISTED_IN)
def test_an_account_that_never_stands_still_is_an_error_and_not_gone(
    aws: Aws, session: FakeSession, listed: tuple[str, ...]
):
    session.paths, session.places = False, [listed] * READINGS
    with pytest.raises(AwsError, match=r"in no unit or in several: account 000000000024 \(run again once"):
        look_up(aws, AUTO, EVERYTHING)


def test_an_account_in_a_unit_that_is_new_is_not_taken_for_one_of_the_root(aws: Aws, session: FakeSession):
    session.unknown_parents = ["ou-new"]
    assert look_up(aws, AUTO, EVERYTHING) == session.organization
    session.unknown_parents = ["ou-new"] * READINGS
    with pytest.raises(AwsError, match="in no unit or in several: account 000000000000"):
        look_up(aws, AUTO, EVERYTHING)


def test_what_is_not_needed_is_not_asked_for(aws: Aws, session: FakeSession):
    found = look_up(aws, AUTO, NOTHING)
    assert dict(session.calls) == {
        "describe_organization": 1,
        "list_roots": 1,
        "list_organizational_units_for_parent": 5,  # the root and four units
        "list_accounts": 2,  # 25 accounts, 20 a page
        "list_instances": 1,
    }
    assert found.groups == found.users == ()


def test_an_instance_that_is_configured_is_not_looked_up(aws: Aws, session: FakeSession):
    settings = IdentityCenter.model_validate({"instance_arn": "arn:i", "identity_store_id": "d-2"})
    found = look_up(aws, settings, NOTHING)
    assert (found.instance_arn, found.identity_store_id) == ("arn:i", "d-2")
    assert session.calls["list_instances"] == 0


def test_several_instances_are_an_error_that_lists_them(aws: Aws, session: FakeSession):
    session.instances.append({"InstanceArn": "arn:other", "IdentityStoreId": "d-2"})
    with pytest.raises(AwsError, match=r"arn:other.*choose: identity_center\.instance_arn"):
        look_up(aws, AUTO, NOTHING)


def test_no_instance_is_an_error_that_names_the_region(aws: Aws, session: FakeSession):
    session.instances.clear()
    with pytest.raises(AwsError, match=r"no Identity Center instance in us-east-1 \(set identity_center\.region"):
        look_up(aws, AUTO, NOTHING)


def test_one_of_several_instances_can_be_chosen(aws: Aws, session: FakeSession):
    session.instances.append({"InstanceArn": "arn:other", "IdentityStoreId": "d-2"})
    found = look_up(aws, IdentityCenter.model_validate({"instance_arn": "arn:other"}), NOTHING)
    assert found.identity_store_id == "d-2"


def test_an_account_whose_state_aws_does_not_know_yet_is_read_by_its_status(aws: Aws, session: FakeSession):
    session.states = False
    assert look_up(aws, AUTO, EVERYTHING) == session.organization


def access(**rule: Any) -> AccessRule:
    return AccessRule.model_validate({"permission_sets": ["Engineer"], "targets": ["*"], **rule})


def test_a_catalog_needs_the_principals_that_its_rules_name():
    settings = Settings.model_validate({"group_suffix": "@corp"})
    needs = needs_of(Catalog(access=(access(groups=["sre"], users=["ada"]),), settings=settings), Stack("s"))
    assert needs == Needs(groups={"sre@corp"}, users={"ada"}, tags=False, permission_sets=False, caller=True)


@pytest.mark.parametrize(
    "catalog",
    [
        Catalog(access=(access(groups=["g"], targets=["tag:stage=dev"]),)),
        Catalog(access=(access(groups=["g"], **{"except": ["tag:stage=dev"]}),)),
        Catalog(
            managed_policies=(
                ManagedPolicy.model_validate(
                    {
                        "name": "P",
                        "targets": "*",
                        "statements": [
                            {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::{{ account.tags.team }}"}
                        ],
                    }
                ),
            )
        ),
    ],
)
def test_tags_are_needed_wherever_the_catalog_uses_them(catalog: Catalog):
    assert needs_of(catalog, Stack("s")).tags


def test_tags_are_needed_for_a_scope_or_a_wave_by_tags():
    assert needs_of(Catalog(), Stack("s", scope=("tag:stage=dev",))).tags
    assert needs_of(Catalog(), Stack("s", waves=("*", "tag:stage=dev"))).tags
    assert not needs_of(Catalog(), Stack("s")).tags


def test_permission_sets_are_needed_by_a_stack_that_does_not_own_them():
    assert needs_of(Catalog(), Stack("s", permission_sets="refer")).permission_sets


def test_without_a_stack_nothing_is_taken_for_unneeded():
    needs = needs_of(Catalog(), None)
    assert needs.tags
    assert needs.permission_sets


names = st.text("abc", min_size=1, max_size=2)
unit_names = names | names.map(lambda name: f"{name}%2F{name}")  # a slash within a name, as a path has it
paths = st.lists(unit_names, max_size=4).map("/".join)


@st.composite
def organizations(draw: st.DrawFn) -> Organization:
    """Organizations with units nested at random, and accounts anywhere in them."""
    places = draw(st.lists(paths, max_size=6))
    units = {"/".join(place.split("/")[:end]) for place in places if place for end in range(1, place.count("/") + 2)}
    spots = st.sampled_from(["", *sorted(units)])
    return Organization(
        organization_id="o-1",
        management_account="000000000000",
        accounts=tuple(
            Account(id=f"{number:012}", name=draw(names), state=draw(st.sampled_from(AccountState)), ou=draw(spots))
            for number in range(draw(st.integers(1, 45)))
        ),
        organizational_units=tuple(
            OrganizationalUnit(id=f"ou-{number}", path=path) for number, path in enumerate(sorted(units))
        ),
        groups=tuple(Principal(id=f"g-{number}", name=f"n{number:03}") for number in range(draw(st.integers(0, 250)))),
        instance_arn="arn:aws:sso:::instance/ssoins-1111111111111111",
        identity_store_id="d-1",
    )


@given(organizations(), st.booleans(), st.booleans())
def test_any_organization_is_found_as_it_is(organization: Organization, paths: bool, empty_pages: bool):
    session = FakeSession(organization)
    session.paths, session.empty_pages = paths, empty_pages
    aws = Aws("us-east-1", session=lambda: session, clock=lambda: 0.0, sleep=lambda _: None)
    assert look_up(aws, AUTO, EVERYTHING) == organization
