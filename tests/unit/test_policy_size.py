"""IAM's limit of a policy: measured after rendering, in each account, without white space."""

from __future__ import annotations

import json

import pytest

from remit.documents import size
from remit.errors import CatalogError
from tests.unit.small_world import LAB, PAYMENTS, SHOP, plan_of

CATALOG = """\
managed_policies:
  - name: Wide
    targets: [account:lab, account:Shop, account:payments]
    statements:
      - Effect: Deny
        Action: "s3:*"
        Resource: ["arn:aws:s3:::{{{{account.vars.bucket}}}}", "arn:aws:s3:::{filler}"]
"""


def catalog(room: int) -> str:
    """Leaves this many characters for the name of the bucket."""
    bare = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": ["arn:aws:s3:::", "arn:aws:s3:::"]}],
    }
    return CATALOG.format(filler="x" * (6_144 - size(bare) - room))


def buckets(**names: str) -> str:
    return json.dumps(
        {
            "account_vars": {"lab": {"bucket": "l"}, "Shop": {"bucket": "l"}, "payments": {"bucket": "l"}}
            | {account: {"bucket": name} for account, name in names.items()}
        }
    )


def test_the_account_where_a_policy_is_too_long_is_named_with_its_size() -> None:
    with pytest.raises(CatalogError) as error:
        plan_of(catalog(10), buckets(Shop="b" * 11))
    (problem,) = error.value.problems
    assert "policy 'Wide' has 6,145 characters without white space" in str(problem)
    assert SHOP in str(problem)
    assert LAB not in str(problem)
    assert "AWS allows 6,144" in str(problem)


def test_a_policy_may_be_just_as_long_as_iam_allows() -> None:
    plan = plan_of(catalog(10), buckets(payments="b" * 10, lab="b" * 9))
    sizes = {policy.account: size(policy.document) for policy in plan.managed_policies}
    assert (sizes[PAYMENTS], sizes[LAB]) == (6_144, 6_143)
