"""Policies of one name become one entry that says the same in every account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from remit.account_sets import AccountSets, Selection
from remit.documents import same_meaning
from remit.importing.found import FoundPolicy
from remit.importing.policies import FoldedPolicy, FoldedStatement, fold_policies
from remit.importing.variables import rewritten
from remit.organization import Account, Organization
from remit.selectors import AccountIndex
from remit.variables import account_variables, substitute

ORGANIZATION = Organization(
    organization_id="o-1",
    management_account="000000000000",
    accounts=(
        Account(id="000000000000", name="boss"),
        Account(id="000000000001", name="orders-dev", ou="Dev", tags={"stage": "dev", "team": "orders"}),
        Account(id="000000000002", name="search-dev", ou="Dev", tags={"stage": "dev", "team": "search"}),
        Account(id="000000000003", name="orders", ou="Prod", tags={"stage": "prod", "team": "orders"}),
        Account(id="000000000004", name="search", ou="Prod", tags={"stage": "prod", "team": "search"}),
    ),
)
MEMBERS = tuple(account.id for account in ORGANIZATION.accounts[1:])
INDEX = AccountIndex(ORGANIZATION)


def policy(account: str, *statements: Mapping[str, Any], **changes: object) -> FoundPolicy:
    values: dict[str, Any] = {"name": "Guardrail", "path": "/", "description": "", **changes}
    document = {"Version": "2012-10-17", "Statement": list(statements), **values.pop("document", {})}
    return FoundPolicy(account=account, document=document, **values)


def allow(action: str, resource: str = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def fold(*policies: FoundPolicy) -> FoldedPolicy:
    (folded,), left_out = fold_policies(policies, ORGANIZATION.account_by_id, AccountSets(INDEX))
    assert not left_out
    return folded


def rendered(folded: FoldedPolicy, account: str) -> list[Any]:
    """The statements of an account, as a plan makes them."""
    own = folded.account_vars.get(account, {})
    values = account_variables(ORGANIZATION, "prod", ORGANIZATION.account_by_id[account], own)
    among = INDEX.select(folded.where.targets, folded.where.without)
    return [
        rewritten(entry.statement, lambda text: substitute(text, values))
        for entry in folded.statements
        if account in (INDEX.select(entry.where.targets) if entry.where.targets else among)
        and account not in INDEX.select(entry.where.without)
    ]


def test_what_is_the_same_everywhere_is_written_once() -> None:
    folded = fold(*(policy(account, allow("s3:Get*")) for account in MEMBERS))
    assert folded.where == Selection(("*",))
    assert folded.statements == (FoldedStatement(allow("s3:Get*"), Selection()),)


def test_the_same_meaning_in_other_words_is_the_same() -> None:
    folded = fold(policy(MEMBERS[0], allow("s3:Get*")), policy(MEMBERS[1], allow("S3:get*")))
    assert [entry.statement for entry in folded.statements] == [allow("s3:Get*")]


def test_a_statement_of_some_accounts_gets_targets() -> None:
    only_dev = allow("ec2:*")
    folded = fold(*(policy(id_, allow("s3:Get*"), *([only_dev] if id_ in MEMBERS[:2] else [])) for id_ in MEMBERS))
    assert folded.statements == (
        FoldedStatement(allow("s3:Get*"), Selection()),
        FoldedStatement(only_dev, Selection(("ou:Dev",))),
    )


def test_a_statement_of_all_but_one_leaves_that_one_out() -> None:
    folded = fold(*(policy(id_, allow("s3:Get*"), *([allow("ec2:*")] if id_ != MEMBERS[3] else [])) for id_ in MEMBERS))
    assert folded.statements[1].where == Selection((), ("account:search",))


def test_ids_names_and_tags_become_variables_where_they_vary() -> None:
    by_id = [policy(id_, allow("iam:PassRole", f"arn:aws:iam::{id_}:role/app")) for id_ in MEMBERS]
    assert fold(*by_id).statements[0].statement["Resource"] == "arn:aws:iam::{{account.id}}:role/app"
    accounts = ORGANIZATION.account_by_id
    by_name = [policy(id_, allow("s3:*", f"arn:aws:s3:::{accounts[id_].name}-logs")) for id_ in MEMBERS]
    assert fold(*by_name).statements[0].statement["Resource"] == "arn:aws:s3:::{{account.name}}-logs"
    by_tag = [policy(id_, allow("s3:*", f"arn:aws:s3:::logs/{accounts[id_].tags['stage']}/*")) for id_ in MEMBERS]
    assert fold(*by_tag).statements[0].statement["Resource"] == "arn:aws:s3:::logs/{{account.tags.stage}}/*"


def test_what_does_not_vary_stays_as_it_is_even_in_the_account_itself() -> None:
    central = allow("sts:AssumeRole", f"arn:aws:iam::{MEMBERS[2]}:role/hub")
    assert [entry.statement for entry in fold(*(policy(id_, central) for id_ in MEMBERS)).statements] == [central]


def test_a_description_that_differs_becomes_a_variable_of_the_accounts() -> None:
    folded = fold(*(policy(id_, allow("s3:*"), description=f"number {id_[-1]}") for id_ in MEMBERS[:2]))
    assert folded.description == "{{account.vars.Guardrail-description}}"
    assert folded.account_vars[MEMBERS[1]] == {"Guardrail-description": "number 2"}
    by_id = fold(*(policy(id_, allow("s3:*"), description=f"of {id_}") for id_ in MEMBERS))
    assert by_id.description == "of {{account.id}}"


def test_what_the_catalog_has_no_words_for_is_left_out_with_its_reason() -> None:
    folded, left_out = fold_policies(
        [
            policy(MEMBERS[0], allow("s3:*"), document={"Version": "2008-10-17"}),
            policy(MEMBERS[1], allow("s3:*"), document={"Id": "x"}),
            policy(MEMBERS[2], allow("s3:*", "arn:aws:s3:::{{bucket}}")),
            policy(MEMBERS[0], allow("s3:*"), path="/b/", name="Other"),
            policy(MEMBERS[1], allow("s3:*"), path="/a/", name="Other"),
            policy(MEMBERS[2], allow("s3:*"), path="/b/", name="Other"),
        ],
        ORGANIZATION.account_by_id,
        AccountSets(INDEX),
    )
    assert [(entry.name, entry.path) for entry in folded] == [("Other", "/b/")]
    assert [(policy.account, policy.name, reason.partition(",")[0]) for policy, reason in left_out] == [
        ("000000000001", "Guardrail", "its Version is '2008-10-17'"),
        ("000000000002", "Guardrail", "its document has Id"),
        ("000000000003", "Guardrail", "it holds {{"),
        ("000000000002", "Other", "most accounts have it as /b/Other"),
    ]


TEXTS = st.sampled_from(
    ["*", "arn:aws:s3:::dev", "000000000001", "x-orders/prod", "search-dev", "team", "arn:orders:1"]
)
STATEMENTS = st.builds(allow, st.sampled_from(["s3:Get*", "ec2:*"]), TEXTS)
DOCUMENTS = st.dictionaries(st.sampled_from(MEMBERS), st.lists(STATEMENTS, min_size=1, max_size=4), min_size=1)


@given(DOCUMENTS)
def test_every_account_gets_back_what_it_had(documents: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    folded = fold(*(policy(account, *statements) for account, statements in documents.items()))
    assert INDEX.select(folded.where.targets, folded.where.without) == set(documents)
    for account, statements in documents.items():
        assert same_meaning({"Statement": rendered(folded, account)}, {"Statement": list(statements)})
    assert len(folded.statements) <= sum(len(statements) for statements in documents.values())
