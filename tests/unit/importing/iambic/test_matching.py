"""IAMbic's rules of which account something is for, case by case."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from remit.errors import BadValue
from remit.importing.sources.iambic.matching import Subject, applies, order, rule_applies

SUBJECT = Subject("112233445566", "Shop-Prod", "o-shop")


@dataclass(frozen=True)
class Scopes:
    included_accounts: tuple[str, ...] = ("*",)
    excluded_accounts: tuple[str, ...] = ()
    included_orgs: tuple[str, ...] = ("*",)
    excluded_orgs: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("included", "excluded", "expected"),
    [
        (("*",), (), True),
        ((), (), True),
        ((), ("shop-prod",), True),  # nothing included is all, before anybody looks at what is excluded
        (("112233445566",), (), True),
        (("SHOP-PROD",), (), True),
        (("shop",), (), False),  # without a star it is the whole name
        (("shop*",), (), True),
        (("hop*",), (), False),  # from the beginning
        (("*prod",), (), True),
        (("s*p",), (), True),  # not to the end: shop
        (("shop.*",), (), True),  # .* is a star
        (("sh.p-*",), (), True),  # with a star, a dot is any character
        (("sh.p-prod",), (), False),
        (("(shop*",), (), False),  # no expression: compared as it stands
        (("1122*",), (), True),
        (("other", "shop-prod"), (), True),
        (("*",), ("*",), False),
        (("*",), ("shop-prod",), False),
        (("shop-prod",), ("*",), True),  # the longer one wins
        (("shop-prod",), ("shop*",), True),
        (("shop*",), ("shop-prod",), False),
        (("shop-*",), ("*-prod",), False),  # as long is not longer
        (("shop-*", "s*"), ("*-prod", "p*"), False),
        (("shop-p*", "*"), ("*-prod",), True),  # the longest that match
        (("lake-production", "*"), ("shop*",), False),  # a long one that does not match counts for nothing
        (("*",), ("lake-production",), True),
    ],
)
def test_templates_and_statements_go_by_the_longer_pattern(
    included: tuple[str, ...], excluded: tuple[str, ...], *, expected: bool
) -> None:
    assert applies(Scopes(included, excluded), SUBJECT) is expected


@pytest.mark.parametrize(
    ("included", "excluded", "expected"),
    [
        (("*",), (), True),
        (("o-shop",), (), True),
        (("o-",), (), True),  # it begins with it
        (("o-s.op",), (), True),
        (("O-SHOP",), (), False),
        (("o-other",), (), False),
        (("*",), ("o-shop",), False),
        (("*",), ("o-",), True),  # what is excluded is a whole id
        ((), (), False),
    ],
)
def test_organizations_of_templates(included: tuple[str, ...], excluded: tuple[str, ...], *, expected: bool) -> None:
    assert applies(Scopes(included_orgs=included, excluded_orgs=excluded), SUBJECT) is expected


def test_an_account_without_an_organization_is_in_all_of_them() -> None:
    scopes = Scopes(included_orgs=("o-other",), excluded_orgs=("o-shop",))
    assert applies(scopes, Subject("112233445566", "Shop-Prod", ""))
    assert not rule_applies(scopes, Subject("112233445566", "Shop-Prod", ""))


def test_an_organization_that_is_no_expression_is_refused() -> None:
    with pytest.raises(BadValue, match=r"'o-\[' is no regular expression"):
        applies(Scopes(included_orgs=("o-[",)), SUBJECT)


@pytest.mark.parametrize(
    ("included", "excluded", "expected"),
    [
        (("*",), (), True),
        ((), (), False),  # nothing included is nowhere
        (("112233445566",), (), True),
        (("1122",), (), True),  # it begins with it, star or not
        (("SHOP",), (), True),
        (("prod",), (), False),
        (("shop*",), (), True),
        (("shop-pr*",), (), True),
        (("shopx*",), (), True),  # an expression as it stands: x, as often as you like
        (("*-prod",), (), False),  # no expression: compared as it stands
        (("*",), ("shop-prod",), False),
        (("shop-prod",), ("s",), False),  # any that is excluded, however short
        (("*",), ("*",), True),  # no expression, and nobody is called *
        (("*",), ("lake",), True),
    ],
)
def test_access_rules_go_by_beginnings(included: tuple[str, ...], excluded: tuple[str, ...], *, expected: bool) -> None:
    assert rule_applies(Scopes(included, excluded), SUBJECT) is expected


@pytest.mark.parametrize(
    ("included", "excluded", "expected"),
    [
        (("*",), (), True),
        (("o-shop",), (), True),
        (("o-",), (), False),
        (("o-other", "*"), (), True),
        (("*",), ("o-shop",), False),
        (("*",), ("o-",), True),
    ],
)
def test_organizations_of_access_rules_are_whole_ids(
    included: tuple[str, ...], excluded: tuple[str, ...], *, expected: bool
) -> None:
    assert rule_applies(Scopes(included_orgs=included, excluded_orgs=excluded), SUBJECT) is expected


def test_values_are_sorted_by_their_lists_as_python_writes_them() -> None:
    assert order(Scopes(("b", "a"), ("c",))) == "['a', 'b']['c']['*'][]"
    assert min(Scopes(("*-dev",)), Scopes(("*",)), key=order) == Scopes(("*",))
