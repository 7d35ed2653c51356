"""Inline policies in old words are imported where they mean the same, and refused by name where they would not."""

from __future__ import annotations

from typing import Any

import pytest

from remit.errors import CatalogError
from remit.importing.draft import Draft, draft_catalog
from remit.importing.found import Found
from remit.permission_set import LivePermissionSet
from tests.unit.importing.test_round_trip import AT, DEFAULTS, ORGANIZATION

ALLOW = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
OWN = {**ALLOW, "Resource": "arn:aws:s3:::home/${aws:username}"}
NEW, OLD = {"Version": "2012-10-17"}, {"Version": "2008-10-17"}


def draft(**documents: dict[str, object]) -> Draft:
    sets = tuple(LivePermissionSet(name, inline_policy=document) for name, document in documents.items())
    return draft_catalog(Found(ORGANIZATION, sets), DEFAULTS, "", "Imported", AT)


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({}, ["the lack of a Version"]),
        (OLD, ["Version 2008-10-17"]),
        ({**NEW, "Id": "x"}, ["the Id"]),
        ({"Id": "x"}, ["the Id", "the lack of a Version"]),
        (NEW, []),
    ],
)
def test_what_means_the_same_is_written_as_remit_does_and_told(document: dict[str, object], told: list[str]) -> None:
    entries = draft(Read={**document, "Statement": [ALLOW]}, Write={**NEW, "Statement": OWN}).entries
    assert [each.inline_policy for each in entries.said.permission_sets] == [
        {**NEW, "Statement": [ALLOW]},
        {**NEW, "Statement": OWN},
    ]
    assert [each.what.partition(" of the inline policy of permission set ")[::2] for each in entries.left_out] == [
        (what, "Read") for what in told
    ]


def test_what_would_become_a_variable_is_refused_by_name_all_at_once() -> None:
    with pytest.raises(CatalogError) as raised:
        draft(Read={"Statement": [OWN]}, Write={**OLD, "Statement": OWN}, Other={"Statement": ALLOW})
    read, write = map(str, raised.value.problems)
    assert "permission set Read has an inline policy of no Version" in read
    assert "permission set Write has an inline policy of Version 2008-10-17" in write
    assert "or name Write in ignore_permission_sets of organization.yaml" in write


@pytest.mark.parametrize("values", [{"description": "of {{x}}"}, {"relay_state": "{{"}, {"tags": {"team": "{{x}}"}}])
def test_text_that_would_be_a_variable_of_the_catalog_is_refused_by_name(values: dict[str, Any]) -> None:
    with pytest.raises(CatalogError, match=rf"the {next(iter(values))} of permission set Read holds {{{{"):
        draft_catalog(Found(ORGANIZATION, (LivePermissionSet("Read", **values),)), DEFAULTS, "", "Imported", AT)
