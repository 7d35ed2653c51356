"""Whatever the templates say, the catalog gives what IAMbic would have given, now and later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.catalog import Settings, load_catalog
from remit.documents import canonical
from remit.editing import write_texts
from remit.importing.draft import draft_catalog, draft_changes
from remit.importing.found import Found
from remit.importing.proof import EVERYWHERE
from remit.importing.sources.iambic import convert
from remit.organization import Account, Organization, Principal
from remit.plan import make_plan
from tests.unit.importing.iambic.oracle import World, world

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SOON, LATER = datetime(2026, 9, 1, tzinfo=UTC), datetime(2027, 5, 19, 14, 37, tzinfo=UTC)
PAST = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = {
    "000000000010": ("boss", ""),
    "112233445566": ("lake-prod", "Prod"),
    "123456789012": ("shop-prod", "Prod"),
    "200000000001": ("Shop Dev", "Dev"),
    "200000000002": ("audit", "Dev"),
}
ORGANIZATION = Organization(
    organization_id="o-shop",
    management_account="000000000010",
    accounts=tuple(Account(id=id_, name=name, ou=ou) for id_, (name, ou) in NAMES.items()),
    groups=(Principal(id="g-1", name="engineers"), Principal(id="g-2", name="auditors")),
    users=(Principal(id="u-1", name="ann"),),
)
PATTERNS = st.lists(
    st.sampled_from(
        [
            "*",
            "boss",
            "BOSS",
            "*-prod",
            "shop*",
            "shop-prod",
            "lake",
            "1122*",
            "200000000001",
            "Shop Dev",
            "(x*",
            "audit",
        ]
    ),
    max_size=2,
)
ORGS = st.lists(st.sampled_from(["*", "o-shop", "o-", "o-other"]), min_size=1, max_size=2)
SCOPES: dict[str, st.SearchStrategy[Any]] = {
    "included_accounts": PATTERNS,
    "excluded_accounts": PATTERNS,
    "included_orgs": ORGS,
    "excluded_orgs": st.just(["o-other"]),
}
ENDS: dict[str, st.SearchStrategy[Any]] = {
    "expires_at": st.sampled_from([PAST, SOON, LATER]),
    "deleted": st.booleans(),
}
TEXTS = st.sampled_from(
    ["*", "arn:aws:iam::{{var.account_id}}:role/a", "arn:aws:s3:::{{var.account_name}}-b", "arn:aws:x:::{{var.vpc}}"]
)
STATEMENTS = st.fixed_dictionaries(
    {"effect": st.sampled_from(["Allow", "Deny"]), "action": st.sampled_from(["s3:*", "ec2:*"]), "resource": TEXTS},
    optional={
        **SCOPES,
        **ENDS,
        "condition": st.just({"StringEquals": {"aws:ResourceAccount": "{{var.account_id}}"}}),
    },
)
DOCUMENTS = st.fixed_dictionaries(
    {"version": st.just("2012-10-17"), "statement": STATEMENTS | st.lists(STATEMENTS, min_size=1, max_size=3)},
    optional=SCOPES,
)
DESCRIPTIONS = st.sampled_from(["plain", "of {{var.account_id}}", "in {{var.vpc}}"]) | st.lists(
    st.fixed_dictionaries({"description": st.sampled_from(["one", "two"])}, optional=SCOPES), min_size=1, max_size=2
)
MODES = st.sampled_from(["undefined", "enforced", "read_and_write", "disabled"])
POLICIES = st.fixed_dictionaries(
    {"policy_document": DOCUMENTS | st.lists(DOCUMENTS, min_size=1, max_size=2)},
    optional={"path": st.just("/team/"), "description": DESCRIPTIONS},
)
SETS = st.fixed_dictionaries(
    {},
    optional={
        "description": DESCRIPTIONS,
        "session_duration": st.just("PT4H"),
        "managed_policies": st.lists(
            st.fixed_dictionaries(
                {"arn": st.sampled_from([f"arn:aws:iam::aws:policy/{x}" for x in "AB"])}, optional=ENDS
            ),
            unique_by=lambda each: each["arn"],
            max_size=2,
        ),
        "customer_managed_policy_references": st.just([{"name": "Elsewhere", "path": "/net/"}]),
        "inline_policy": st.fixed_dictionaries(
            {"version": st.just("2012-10-17"), "statement": st.lists(STATEMENTS, max_size=3)}, optional=ENDS
        ),
        "tags": st.just([{"key": "account", "value": "{{var.account_name}}"}]),
    },
)
RULES = st.lists(
    st.fixed_dictionaries(
        {"groups": st.lists(st.sampled_from(["engineers", "auditors", "*"]), max_size=2)},
        optional={**SCOPES, **ENDS, "users": st.just(["ann"])},
    ),
    max_size=4,
)
TEMPLATES = st.tuples(
    st.lists(st.tuples(POLICIES, st.fixed_dictionaries({}, optional={**SCOPES, **ENDS, "iambic_managed": MODES}))),
    st.lists(
        st.tuples(
            SETS,
            RULES,
            st.fixed_dictionaries({}, optional={**ENDS, "included_orgs": ORGS, "iambic_managed": MODES}),
        ),
        max_size=3,
    ),
).map(
    lambda drawn: [
        *(
            {
                "template_type": "NOQ::AWS::IAM::ManagedPolicy",
                **terms,
                "properties": {"policy_name": f"P{number}{'-{{var.account_name}}' * (number % 2)}", **said},
            }
            for number, (said, terms) in enumerate(drawn[0])
        ),
        *(
            {
                "template_type": "NOQ::AWS::IdentityCenter::PermissionSet",
                **terms,
                "properties": {"name": f"S{number}", **said},
                "access_rules": rules,
            }
            for number, (said, rules, terms) in enumerate(drawn[1])
        ),
    ]
)
CONFIGS = st.fixed_dictionaries(
    {
        "org_id": st.just("o-shop"),
        "variables": st.sampled_from([[], [{"key": "vpc", "value": "vpc 1"}], [{"key": "vpc", "value": "vpc-2"}]]),
        "iambic_managed": st.sampled_from(["read_and_write", "undefined", "import_only"]),
    }
)


@settings(max_examples=40, deadline=None)
@given(TEMPLATES, st.lists(CONFIGS, min_size=5, max_size=5))
def test_the_catalog_gives_what_iambic_would_have_given(
    templates: Sequence[Mapping[str, Any]], accounts: Sequence[Mapping[str, Any]]
) -> None:
    config = config_of(accounts)
    with TemporaryDirectory() as name:
        source, folder = Path(name, "iambic"), Path(name, "policies")
        write_repository(source, config, templates)
        sourced = convert(source, Found(ORGANIZATION), NOW)
        draft = draft_catalog(sourced.found, Settings.model_validate({}), "", "Imported", NOW)
        write_texts({folder / place: text for place, text in draft.files.items()})
        for at in (NOW, SOON - timedelta(seconds=1), SOON, LATER - timedelta(seconds=1), LATER):
            expected = world(config, templates, ORGANIZATION, at)
            assert planned(folder, at) == comparable(expected)
        if draft.files:
            assert not draft_changes(sourced.found, folder, "Imported", NOW).files


def config_of(accounts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    named = [
        {"account_id": id_, "account_name": name, **each}
        for (id_, (name, _)), each in zip(NAMES.items(), accounts, strict=True)
    ]
    organization = {"org_id": "o-shop", "org_account_id": "000000000010", "identity_center": {"region": "us-east-1"}}
    return {"template_type": "NOQ::Core::Config", "aws": {"accounts": named, "organizations": [organization]}}


def write_repository(folder: Path, config: Mapping[str, Any], templates: Sequence[Mapping[str, Any]]) -> None:
    folder.mkdir()
    (folder / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    for number, template in enumerate(templates):
        (folder / f"{number}.yaml").write_text(yaml.safe_dump(template, sort_keys=False))


def planned(folder: Path, at: datetime) -> dict[str, Any]:
    """A plan of the written catalog, in the shapes of `comparable`. Where nothing was written it gives nothing."""
    if not folder.is_dir():
        return comparable(World())
    plan = make_plan(load_catalog(folder), ORGANIZATION, at=at, stack=EVERYWHERE)
    return {
        "policies": {
            (each.account, each.name): (each.path, each.description, canonical(each.document))
            for each in plan.managed_policies
        },
        "permission_sets": {
            each.name: (
                each.description,
                each.session_duration,
                list(each.aws_managed_policies),
                list(each.customer_managed_policies),
                canonical(each.inline_policy or {})["Statement"],
                dict(each.tags),
            )
            for each in plan.permission_sets
        },
        "assignments": {
            (each.permission_set, each.account, each.principal_type, each.principal_id) for each in plan.assignments
        },
    }


def comparable(expected: World) -> dict[str, Any]:
    return {
        "policies": {
            key: (each["path"], each["description"], canonical(each["document"]))
            for key, each in expected.policies.items()
        },
        "permission_sets": {
            name: (
                each["description"],
                each["session_duration"],
                each["aws_managed_policies"],
                each["customer_managed_policies"],
                canonical({"Statement": each["inline_policy"]})["Statement"],
                each["tags"],
            )
            for name, each in expected.permission_sets.items()
        },
        "assignments": expected.assignments,
    }
