"""A catalog that is there, what is found of it, and an import into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from remit.catalog import load_catalog
from remit.editing import write_texts
from remit.importing.draft import Draft, draft_changes
from remit.importing.found import Found, FoundPolicy
from remit.plan import make_plan
from remit.stack import Stack
from tests.unit.importing.test_round_trip import AT, ORGANIZATION, SELECTORS, found_in

CATALOG = """\
# Who may read.
permission_sets:
  - name: Read   # for everybody
    description: Reading
    session_duration: 8h

  - name: Write
access:
  # The auditors' own.
  - groups: [sre]
    permission_sets: [Read]
    targets: ou:Workloads
    reason: CHG-1

  - groups: [admins]
    permission_sets: [Read, Write]
    targets: "*"
"""
POLICY = """\
managed_policies:
  - name: Guard
    path: /remit/
    targets: ou:Sandbox
    statements:
      - {Effect: Deny, Action: "iam:*", Resource: "*"}   # never
"""
ENDING = """\
permission_sets:
  - name: Read
    aws_managed_policies:
      - ReadOnlyAccess
      - {name: AdministratorAccess, expires: 2026-07-01}   # for the move
    inline_policy:
      statements:
        - {Effect: Allow, Action: "s3:*", Resource: "*"}
        - {Effect: Allow, Action: "iam:*", Resource: "*", expires: 2026-07-01}
access:
  # Contractors.
  - groups: [sre, admins]
    permission_sets: [Read]
    targets: ou:Workloads
    expires: 2026-07-01
    drift: report
    reason: CHG-1
"""
TWO_STATEMENTS = """\
managed_policies:
  - name: Guard
    targets: ou:Sandbox
    statements:
      # All day.
      - {Sid: A, Effect: Allow, Action: "s3:*", Resource: "*"}
      - {Sid: B, Effect: Allow, Action: "iam:*", Resource: "*", expires: 2026-07-01}
"""


def found(folder: Path) -> Found:
    plan = make_plan(load_catalog(folder), ORGANIZATION, at=AT, stack=Stack("x", scope=("*", "management")))
    policies = [
        FoundPolicy(each.account, each.name, each.path, each.description, each.document)
        for each in plan.managed_policies
    ]
    return replace(found_in(plan), policies=tuple(policies))


def imported(folder: Path, what: Found) -> Draft:
    """Imports into the folder, which proves that it gives what was found."""
    draft = draft_changes(what, folder, "Imported", AT)
    write_texts({folder / place: text for place, text in draft.files.items()})
    return draft


def with_statements(live: Found, changed: Callable[[Sequence[dict[str, Any]]], Sequence[Mapping[str, Any]]]) -> Found:
    policies = (
        replace(each, document={**each.document, "Statement": list(changed(each.document["Statement"]))})
        for each in live.policies
    )
    return replace(live, policies=tuple(policies))


ENDS = st.sampled_from([{}, {}, {"expires": "2026-07-01"}, {"expires": "2026-08-01T12:00:00Z"}])


def ending_at_times(values: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(lambda one, end: {**one, **end}, values, ENDS)


def statements(most: int, *, targets: bool) -> st.SearchStrategy[list[dict[str, Any]]]:
    one = st.fixed_dictionaries(
        {
            "Effect": st.just("Allow"),
            "Action": st.sampled_from(["s3:*", "ec2:*", "iam:*"]),
            "Resource": st.sampled_from(["*", "arn:aws:iam::1:role/x"]),
        },
        optional={"targets": SELECTORS} if targets else {},
    )
    return st.lists(ending_at_times(one), min_size=1, max_size=most)


AWS_POLICIES = ("ReadOnlyAccess", "AdministratorAccess", "SecurityAudit")
ATTACHED = st.lists(
    ending_at_times(st.fixed_dictionaries({"name": st.sampled_from(AWS_POLICIES)})),
    max_size=2,
    unique_by=lambda each: each["name"],
)
CATALOGS = st.fixed_dictionaries(
    {
        "managed_policies": ending_at_times(
            st.fixed_dictionaries(
                {"name": st.just("Guard"), "targets": SELECTORS, "statements": statements(3, targets=True)}
            )
        ).map(lambda each: [each]),
        "permission_sets": st.tuples(
            *(
                ending_at_times(
                    st.fixed_dictionaries(
                        {"name": st.just(name), "aws_managed_policies": ATTACHED},
                        optional={"inline_policy": statements(2, targets=False).map(lambda each: {"statements": each})},
                    )
                )
                for name in ("Read", "Write")
            )
        ).map(list),
        "access": st.lists(
            ending_at_times(
                st.fixed_dictionaries(
                    {
                        "groups": st.lists(st.sampled_from(["admins", "sre"]), min_size=1, max_size=2, unique=True),
                        "permission_sets": st.lists(
                            st.sampled_from(["Read", "Write"]), min_size=1, max_size=2, unique=True
                        ),
                        "targets": SELECTORS,
                    },
                    optional={"drift": st.just("report"), "reason": st.sampled_from(["CHG-1", "CHG-2"])},
                )
            ),
            min_size=1,
            max_size=4,
        ),
    }
)
