"""Import, then plan, is the identity; so is plan, then import, then plan."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from remit.catalog.models import Settings
from remit.importing.draft import draft_catalog
from remit.importing.entries import entries_of
from remit.importing.found import Found, FoundAssignment, FoundPolicy
from remit.importing.proof import differences
from remit.importing.writing import files_of
from remit.organization import Account, Organization, OrganizationalUnit, Principal
from remit.permission_set import LivePermissionSet
from remit.plan import Plan, make_plan
from remit.stack import Stack
from tests.unit.small_world import catalog_of

AT = datetime(2026, 6, 1, tzinfo=UTC)
OUS = ("Workloads", "Workloads/Prod", "Workloads/Dev", "Sandbox")
ORGANIZATION = Organization(
    organization_id="o-1",
    management_account="100000000000",
    accounts=(
        Account(id="100000000000", name="boss"),
        *(
            Account(id=f"{number:012}", name=f"account-{number}", ou=OUS[number % 4], tags={"stage": "ab"[number % 2]})
            for number in range(1, 9)
        ),
    ),
    organizational_units=tuple(OrganizationalUnit(id=f"ou-{number}", path=path) for number, path in enumerate(OUS)),
    groups=tuple(Principal(id=f"g-{name}", name=name) for name in ("admins", "sre", "data@corp", "NO", "1e3")),
    users=(Principal(id="u-ann", name="ann"),),
)
ACCOUNTS = st.sampled_from(sorted(ORGANIZATION.account_by_id))
DEFAULTS = Settings.model_validate({})
ORIGIN = "Imported from o-1"
TEXT = st.text(st.sampled_from("aZ0 :#'\"-?*&!|>%@`{}[],\\/~"), max_size=12).filter(lambda text: "{{" not in text)


def rules_of_import(found: Found) -> int:
    """Imports what was found, which the import proves, and says in how many access rules."""
    entries = draft_catalog(found, DEFAULTS, "", ORIGIN, AT).entries
    assert entries.said.permission_sets == found.permission_sets
    assert entries.said.assignments == found.assignments
    assert not entries.left_out or all("lacks it" in each.reason for each in entries.left_out)
    return len(entries.access)


SETS = ("Read", "Write", "no")
PRINCIPALS = [("GROUP", group.id, group.name) for group in ORGANIZATION.groups]
PRINCIPALS += [("USER", "u-ann", "ann"), ("GROUP", "9067642ac7-0f0e", "")]
ASSIGNMENTS = st.frozensets(
    st.builds(
        lambda account, name, principal: FoundAssignment(account, name, *principal),
        ACCOUNTS,
        st.sampled_from(SETS),
        st.sampled_from(PRINCIPALS),
    ),
    max_size=25,
)
PERMISSION_SETS = st.builds(
    LivePermissionSet,
    name=st.just("Read"),
    description=TEXT,
    session_duration=st.sampled_from(["PT1H", "PT8H", "PT1H30M", "PT12H"]),
    relay_state=st.sampled_from(["", "https://console.aws.amazon.com/?a=b#c"]),
    aws_managed_policies=st.sampled_from([(), ("arn:aws:iam::aws:policy/job-function/Billing",)]),
    customer_managed_policies=st.sampled_from([(), (("Guard", "/remit/"),), (("Other", "/x/"), ("Guard", "/"))]),
    inline_policy=st.none()
    | st.just({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "NotAction": "a:b", "Resource": "*"}}),
    permissions_boundary=st.sampled_from(
        [None, {"aws_managed": "arn:aws:iam::aws:policy/PowerUserAccess"}, {"name": "Guard", "path": "/remit/"}]
    ),
    tags=st.dictionaries(
        st.sampled_from(["team", "NO", "012"]), st.sampled_from(["", "1.0", "yes", "a b"]), max_size=2
    ),
)
STATEMENTS = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Deny"]),
        "Action": st.sampled_from(["s3:Get*", ["ec2:*", "sqs:*"]]),
        "Resource": st.sampled_from(
            ["*", "arn:aws:iam::000000000001:role/x", "arn:aws:s3:::account-2-a", ["arn:a:::", "*"]]
        ),
    },
    optional={
        "Condition": st.just({"Bool": {"aws:SecureTransport": "true"}, "StringLike": {"aws:PrincipalArn": ["a", "b:"]}})
    },
)
POLICIES = st.dictionaries(
    ACCOUNTS, st.tuples(st.lists(STATEMENTS, min_size=1, max_size=3), st.sampled_from(["", "same", "of 000000000001"]))
).map(
    lambda documents: tuple(
        FoundPolicy(id_, "Guard", "/remit/", text, {"Version": "2012-10-17", "Statement": each})
        for id_, (each, text) in documents.items()
    )
)


@settings(max_examples=60)
@given(ASSIGNMENTS, PERMISSION_SETS, POLICIES)
def test_what_was_imported_is_planned_again(
    assignments: frozenset[FoundAssignment], permission_set: LivePermissionSet, policies: tuple[FoundPolicy, ...]
) -> None:
    others = tuple(LivePermissionSet(name) for name in SETS if name != permission_set.name)
    found = Found(ORGANIZATION, (permission_set, *others), tuple(assignments), policies)
    assert rules_of_import(found) <= len(assignments)


def found_in(plan: Plan) -> Found:
    """What an `up` of the plan would leave behind."""
    names = [each.name for each in fields(LivePermissionSet) if each.compare]
    return Found(
        ORGANIZATION,
        tuple(LivePermissionSet(**{name: getattr(entry, name) for name in names}) for entry in plan.permission_sets),
        tuple(
            FoundAssignment(each.account, each.permission_set, each.principal_type, each.principal_id, each.principal)
            for each in plan.assignments
        ),
    )


SELECTORS = st.lists(
    st.sampled_from(
        ["*", "management", "ou:Workloads", "ou-only:Workloads", "ou:Sandbox", "tag:stage=a", "account:account-1"]
    ),
    min_size=1,
    max_size=3,
)
RULES = st.lists(
    st.fixed_dictionaries(
        {
            "groups": st.lists(st.sampled_from(["admins", "sre", "data@corp"]), min_size=1, max_size=2),
            "permission_sets": st.lists(st.sampled_from(["Read", "Write"]), min_size=1, max_size=2),
            "targets": SELECTORS,
        },
        optional={"except": SELECTORS},
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60)
@given(RULES)
def test_what_a_catalog_gives_is_found_again_in_about_as_many_rules(rules: Sequence[dict[str, Any]]) -> None:
    catalog = catalog_of(json.dumps({"permission_sets": [{"name": "Read"}, {"name": "Write"}], "access": rules}))
    plan = make_plan(catalog, ORGANIZATION, at=AT, stack=Stack("x"))
    assert rules_of_import(found_in(plan)) <= 1.5 * len(rules)


def test_a_difference_is_named() -> None:
    """The proof can fail: each kind of difference is told."""
    found = Found(
        ORGANIZATION,
        (LivePermissionSet("Read"),),
        (FoundAssignment("000000000001", "Read", "GROUP", "g-sre", "sre"),),
        (FoundPolicy("000000000001", "Guard", "/", "", {"Version": "2012-10-17", "Statement": [_ALLOW]}),),
    )
    files = files_of(entries_of(found, DEFAULTS), ORIGIN)
    assert differences(files, found, AT) == []
    other = replace(
        found,
        assignments=(FoundAssignment("000000000002", "Read", "GROUP", "g-sre", "sre"),),
        permission_sets=(LivePermissionSet("Read", description="other"),),
        policies=(replace(found.policies[0], document={"Version": "2012-10-17", "Statement": []}),),
    )
    assert [str(each).partition(" would")[0] for each in differences(files, other, AT)] == [
        "assignment 000000000002/GROUP/g-sre of permission set Read",
        "assignment 000000000001/GROUP/g-sre of permission set Read",
        "description of permission set Read",
        "document of policy Guard in 000000000001",
    ]


_ALLOW = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}


def test_each_thing_has_a_file_of_its_own() -> None:
    found = Found(ORGANIZATION, (LivePermissionSet("Read"), LivePermissionSet(".Hidden")))
    assert [str(place) for place in files_of(entries_of(found, DEFAULTS), ORIGIN)] == [
        str(Path("permission-sets/_.hidden.yaml")),
        str(Path("permission-sets/read.yaml")),
    ]
