"""Groups, users and permission sets by name, for the fewest calls."""

from __future__ import annotations

import pytest

from remit.aws.identity_center import groups, permission_sets, users
from remit.aws.session import Aws
from remit.organization import Principal
from tests.unit.aws.fake_session import FakeSession


def with_groups(session: FakeSession, count: int) -> None:
    many = tuple(Principal(id=f"g-{number}", name=f"group-{number:04}") for number in range(count))
    session.organization = session.organization.model_copy(update={"groups": many})


def spent(session: FakeSession) -> int:
    return int(session.calls["list_groups"] + session.calls["get_group_id"])


@pytest.mark.parametrize(
    ("existing", "wanted", "calls"),
    [
        (1000, 0, 0),
        (1000, 1, 1),  # asked by name
        (50, 15, 1),  # one page has them all
        (1000, 100, 1),  # the first page happens to
        (250, 250, 3),  # every page
        (1000, 3, 1),
    ],
)
def test_the_calls_are_few(aws: Aws, session: FakeSession, existing: int, wanted: int, calls: int):
    with_groups(session, existing)
    names = [group.name for group in session.organization.groups[:wanted]]
    assert [group.name for group in groups(aws, "d-1", names)] == names
    assert spent(session) == calls


def test_a_few_names_far_down_a_long_list_are_asked_for(aws: Aws, session: FakeSession):
    with_groups(session, 10_000)
    names = {"group-9000", "group-9500", "group-9999"}
    assert {group.name for group in groups(aws, "d-1", names)} == names
    assert spent(session) == 6  # three pages, then three names


def test_a_name_that_nobody_has_is_left_out(aws: Aws, session: FakeSession):
    with_groups(session, 300)
    assert groups(aws, "d-1", {"nobody"}) == ()
    assert [group.name for group in groups(aws, "d-1", {"nobody", "group-0299"})] == ["group-0299"]


def test_every_group_of_a_name_is_returned(aws: Aws, session: FakeSession):
    twins = (Principal(id="g-1", name="sre"), Principal(id="g-2", name="sre"), Principal(id="g-3", name="it"))
    session.organization = session.organization.model_copy(update={"groups": twins})
    assert groups(aws, "d-1", {"sre", "it"}) == (twins[2], twins[0], twins[1])


def test_users_are_found_by_user_name(aws: Aws):
    assert users(aws, "d-1", {"ada"}) == (Principal(id="u-1", name="ada"),)


def test_permission_sets_are_named(aws: Aws, session: FakeSession):
    assert permission_sets(aws, session.organization.instance_arn) == session.organization.permission_sets
