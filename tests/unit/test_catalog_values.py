"""What a catalog may write, and what it means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.catalog.fields import parse_duration
from remit.errors import BadValue, CatalogError
from remit.spoke_role import SpokeRole
from tests.unit.small_world import catalog_of


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("8h", "PT8H"),
        ("90m", "PT1H30M"),
        ("1h30m", "PT1H30M"),
        ("1h 30m", "PT1H30M"),
        ("PT8H", "PT8H"),
        ("PT480M", "PT8H"),
        ("PT1H30M", "PT1H30M"),
        ("60m", "PT1H"),
        ("12h", "PT12H"),
        ("720m", "PT12H"),
    ],
)
def test_a_duration_becomes_iso_8601(text: str, iso: str):
    assert parse_duration(text) == iso


@pytest.mark.parametrize(
    "text", ["", "PT", "8", "8 hours", "0h", "59m", "721m", "12h1m", "-8h", "PT8H30S", "P1D", "h", "1d"]
)
def test_what_is_no_duration_of_1_to_12_hours_is_refused(text: str):
    with pytest.raises(BadValue):
        parse_duration(text)


@given(st.integers(60, 720))
def test_every_minute_between_has_one_form(minutes: int):
    iso = parse_duration(f"{minutes}m")
    assert parse_duration(iso) == iso == parse_duration(f"PT{minutes}M")


def test_one_is_as_good_as_a_list_of_one():
    one = "permission_sets: [name: A]\naccess: [{groups: sre, permission_sets: A, targets: '*', except: management}]"
    many = (
        one.replace("sre", "[sre]")
        .replace("sets: A", "sets: [A]")
        .replace("'*'", "['*']")
        .replace("except: management", "except: [management]")
    )
    (left,), (right,) = catalog_of(one).access, catalog_of(many).access
    assert left.model_dump() == right.model_dump()


def test_a_name_is_as_good_as_a_mapping_with_a_name():
    short = "permission_sets: [{name: A, aws_managed_policies: [ReadOnlyAccess]}]"
    long = short.replace("[ReadOnlyAccess]", "[{name: ReadOnlyAccess}]")
    arn = short.replace("[ReadOnlyAccess]", "['arn:aws:iam::aws:policy/ReadOnlyAccess']")
    arns = {catalog_of(text).permission_sets[0].aws_managed_policies[0].full_arn for text in (short, long, arn)}
    assert arns == {"arn:aws:iam::aws:policy/ReadOnlyAccess"}


_ONE = "permission_sets: [{name: A}]"


def test_settings_have_defaults():
    settings = catalog_of("permission_sets: [{name: A}]").settings
    assert settings.spoke == SpokeRole("RemitSpoke")
    assert (settings.identity_center.region, settings.identity_center.instance_arn) == ("us-east-1", "auto")
    assert settings.identity_center.identity_store_id == "auto"
    assert "AWSReservedSSO*" in settings.ignore_permission_sets


def test_an_external_id_has_the_letters_that_aws_takes():
    text = "external_id: {}\nspoke_role: platform/RemitSpoke\n"
    settings = catalog_of(_ONE, text.format("remit:7f3a/91")).settings
    assert settings.spoke == SpokeRole("platform/RemitSpoke", "remit:7f3a/91")
    for wrong in ("x", "two words", "{{account.id}}", "''"):
        with pytest.raises(CatalogError, match="external_id"):
            catalog_of(_ONE, text.format(wrong))


def test_every_entry_knows_its_line():
    text = "access:\n  - groups: a\n    permission_sets: A\n    targets: '*'\npermission_sets:\n  -   name: A\n"
    catalog = catalog_of(text)
    assert [entry.source.line for entry in (*catalog.access, *catalog.permission_sets)] == [2, 6]
    assert catalog.access[0].permission_sets[0].source.line == 3


def test_entries_that_share_an_anchor_are_as_if_written_out():
    rules = "  - &rule {groups: a, permission_sets: A, targets: management}\n  - <<: *rule\n    groups: b\n"
    text = f"permission_sets: [name: A]\naccess:\n{rules}"
    assert [rule.groups for rule in catalog_of(text).access] == [("a",), ("b",)]


def test_the_path_of_a_policy_may_be_deep():
    statement = "{Effect: Deny, Action: iam:X, Resource: '*'}"
    policy = "managed_policies: [{name: P, path: %s, targets: management, statements: [" + statement + "]}]"
    for path in ("/", "/remit/", "/a/b.c/d-e/"):
        assert catalog_of(policy % path).managed_policies[0].path == path
