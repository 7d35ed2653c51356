"""Whatever people change by hand: what is adopted is what is live, a second sync has nothing to do, comments stay."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from remit.drift.live import Live
from remit.managed_policy import LivePolicy, Policy
from tests.unit.drift.world import with_policies, with_set
from tests.unit.small_world import EVERYWHERE, LAB, PAYMENTS, PAYMENTS_DEV, SHOP
from tests.unit.syncing.world import findings_of, plan_of, sync, sync_again

SELECTORS = [
    "*",
    "ou:Workloads",
    "ou-only:Workloads/Prod",
    "ou:Sandbox",
    "tag:stage=dev",
    "account:lab",
    "account:Shop",
]
KEYS = [
    f"{account}/{who}"
    for account in (LAB, PAYMENTS, PAYMENTS_DEV, SHOP)
    for who in ("GROUP/g-eng", "GROUP/g-sre", "USER/u-ann")
]
targets = st.lists(st.sampled_from(SELECTORS), min_size=1, max_size=2, unique=True)
rules = st.lists(
    st.fixed_dictionaries(
        {
            "groups": st.lists(st.sampled_from(["engineers", "sre"]), min_size=1, max_size=2, unique=True),
            "permission_sets": st.lists(st.sampled_from(["Read", "Write"]), min_size=1, max_size=2, unique=True),
            "targets": targets,
        },
        optional={"except": targets, "expires": st.just("2027-01-01"), "reason": st.just("T-1")},
    ),
    min_size=1,
    max_size=4,
)
statements = st.lists(
    st.fixed_dictionaries(
        {
            "Effect": st.sampled_from(["Allow", "Deny"]),
            "Action": st.sampled_from(["s3:Get*", ["s3:Get*", "s3:List*"], "logs:*"]),
            "Resource": st.sampled_from(["*", ["arn:aws:s3:::a", "arn:aws:s3:::b"]]),
        }
    ),
    min_size=1,
    max_size=3,
)
documents = statements.map(lambda each: {"Version": "2012-10-17", "Statement": each})
fields: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "description": st.sampled_from(["", "other words", "a: b # c"]),
        "session_duration": st.sampled_from(["PT1H", "PT8H", "PT90M"]),
        "relay_state": st.sampled_from(["", "https://x.example/?a=b#c"]),
        "aws_managed_policies": st.sampled_from([(), ("arn:aws:iam::aws:policy/job-function/Billing",)]),
        "tags": st.sampled_from([{}, {"team": "b"}, {"team": "a", "other": "yes"}]),
        "inline_policy": st.none() | documents,
    },
)
policies = st.dictionaries(st.sampled_from(sorted(EVERYWHERE)), st.none() | documents, max_size=5)


def text_of(given_rules: list[dict[str, Any]], of_policy: list[dict[str, Any]]) -> str:
    """A catalog in which each entry has a comment that says which it is."""
    lines = ["managed_policies:", "  # about Guard", "  - name: Guard  # guards", '    targets: "*"', "    statements:"]
    lines += [f"      - {json.dumps(each)}  # statement {place}" for place, each in enumerate(of_policy)]
    lines += [
        "",
        "permission_sets:",
        "  # about Read",
        "  - name: Read",
        "    aws_managed_policies: [ReadOnlyAccess]  # r",
    ]
    lines += ["    tags: {team: a}", "    inline_policy:", "      statements:"]
    lines += [f"        - {json.dumps(each)}  # inline {place}" for place, each in enumerate(of_policy)]
    lines += ["  - name: Write  # writes", "", "access:"]
    for place, rule in enumerate(given_rules):
        lines += [f"  # rule {place}", f"  - {json.dumps(rule)}"]
    return "\n".join([*lines, ""])


def changed(
    live: Live,
    toggled: Mapping[str, frozenset[str]],
    of_set: Mapping[str, Any],
    documents_by_account: Mapping[str, Any],
) -> Live:
    """What people did: access given and taken away, fields of a permission set, policies of some accounts."""
    live = replace(live, assignments={name: keys ^ toggled[name] for name, keys in live.assignments.items()})
    live = with_set(live, "Read", **of_set)
    for account, document in documents_by_account.items():
        found = () if document is None else (LivePolicy("arn:Guard", Policy("Guard", "/", "", document)),)
        live = with_policies(live, account, *found)
    return live


@settings(max_examples=60, deadline=None)
@given(
    rules,
    statements,
    st.fixed_dictionaries({name: st.frozensets(st.sampled_from(KEYS), max_size=4) for name in ("Read", "Write")}),
    fields,
    policies,
)
def test_what_is_adopted_is_what_is_live_and_all_else_stays(
    given_rules: list[dict[str, Any]],
    of_policy: list[dict[str, Any]],
    toggled: Mapping[str, frozenset[str]],
    of_set: Mapping[str, Any],
    by_account: Mapping[str, Any],
) -> None:
    with TemporaryDirectory() as name:
        folder, before = Path(name), text_of(given_rules, of_policy)
        synced = sync(folder, before, lambda live: changed(live, toggled, of_set, by_account))
        adopted = {each.id for found in synced.draft.adopted for each in found.change.findings}
        refused = {each.id for found in synced.draft.refused for each in found.change.findings}
        assert {each.id for each in findings_of(folder, synced.live)} == refused
        assert not adopted & refused
        assert synced.text == before or adopted

        again = sync_again(folder, synced.live)
        assert (again.draft.adopted, again.text) == ((), synced.text)

        planned = {each.key for each in plan_of(folder).assignments if each.permission_set == "Read"}
        if "access to Read" not in {each.change.what for each in synced.draft.refused}:
            assert planned == synced.live.assignments["Read"]
        for comment in ("# about Guard", "# guards", "# about Read", "# writes"):
            gone = comment in {"# about Guard", "# guards"} and "- name: Guard" not in synced.text
            assert gone or comment in synced.text
        if not any(each.change == "missing" for found in synced.draft.adopted for each in found.change.findings):
            assert all(f"# rule {place}\n" in synced.text for place in range(len(given_rules)))
