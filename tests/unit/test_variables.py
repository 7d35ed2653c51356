"""What `{{…}}` becomes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.errors import BadValue
from remit.variables import account_variables, instance_variables, substitute
from tests.unit.small_world import ORGANIZATION, PAYMENTS

ACCOUNT = ORGANIZATION.account_by_id[PAYMENTS]
VALUES = account_variables(ORGANIZATION, "prod", ACCOUNT, {"vpc": "vpc-1", "any.key": "*"})


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{{account.id}}", PAYMENTS),
        ("a-{{account.name}}-{{ stack }}-z", "a-payments-prod-z"),
        ("{{account.ou}}", "Workloads/Prod"),
        ("{{account.tags.stage}}", "prod"),
        ("{{account.vars.vpc}}", "vpc-1"),
        ("{{account.vars.any.key}}", "*"),
        ("{{organization.id}}", "o-example"),
        ("${aws:PrincipalTag/team}", "${aws:PrincipalTag/team}"),
        ("${aws:username}/{{account.id}}", "${aws:username}/" + PAYMENTS),
    ],
)
def test_a_variable_becomes_its_value(text: str, result: str):
    assert substitute(text, VALUES) == result


@pytest.mark.parametrize(
    ("text", "message", "remedy"),
    [
        ("{{account.nmae}}", "{{account.nmae}} is not defined", "account.name"),
        ("{{account.tags.cost}}", "is not defined", "tag the account"),
        ("{{account.vars.subnet}}", "is not defined", "account_vars"),
        ("{{}}", "{{}} is not defined", "account.id"),
        ("{{account.id", "without", "{{account.id}}"),
        ("{{account.id}} {{", "without", "{{account.id}}"),
        ("{{aws:username}}", "is not defined", ""),
    ],
)
def test_an_undefined_variable_is_an_error(text: str, message: str, remedy: str):
    with pytest.raises(BadValue) as error:
        substitute(text, VALUES)
    assert message in error.value.message
    assert remedy in error.value.remedy


@pytest.mark.parametrize("value", ["*", "a?b", "${aws:username}", "pay*", ""])
@pytest.mark.parametrize("field", ["name", "ou", "tags"])
def test_a_value_from_outside_never_widens_a_policy(field: str, value: str):
    changed = ACCOUNT.model_copy(update={field: {"x": value} if field == "tags" else value})
    values = account_variables(ORGANIZATION, "prod", changed, {})
    with pytest.raises(BadValue, match="would widen"):
        substitute(f"{{{{account.{field}{'.x' if field == 'tags' else ''}}}}}", values)


def test_a_value_is_not_read_for_variables_again():
    values = account_variables(ORGANIZATION, "prod", ACCOUNT, {"x": "{{account.id}}"})
    assert substitute("{{account.vars.x}}", values) == "{{account.id}}"


def test_an_instance_has_no_account():
    with pytest.raises(BadValue, match="same in every account"):
        substitute("{{account.id}}", instance_variables(ORGANIZATION, "prod"))


@given(st.text().filter(lambda text: "{{" not in text))
def test_text_without_variables_passes_untouched(text: str):
    assert substitute(text, VALUES) == text
