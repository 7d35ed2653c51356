"""`{{var.KEY}}` comes to what IAMbic writes, and becomes the catalog's own variables."""

from __future__ import annotations

import pytest

from remit.errors import BadValue
from remit.importing.sources.iambic.variables import Filling, cut_down

WORDS = {"account_id": "account.id"}


def test_values_are_cut_down_to_the_characters_of_names() -> None:
    assert cut_down("Shop (prod)/*") == "Shopprod"
    assert cut_down("a_+=,.@-Ä") == "a_+=,.@-Ä"
    assert cut_down("x" * 70) == "x" * 64


def test_a_text_is_filled_in_and_worded() -> None:
    filling = Filling({"account_id": "112233445566", "vpc": "vpc-1"}, WORDS)
    text = "arn:{{var.account_id}}:{{ var.vpc }}/${aws:username}"
    assert filling.filled(text) == "arn:112233445566:vpc-1/${aws:username}"
    assert filling.worded(text) == "arn:{{account.id}}:{{account.vars.vpc}}/${aws:username}"
    assert filling.account_vars() == {"vpc": "vpc-1"}
    assert filling.undefined() == set()


def test_a_variable_that_the_account_lacks_is_empty_and_known_to_be() -> None:
    filling = Filling({}, WORDS)
    assert filling.filled("x{{var.team}}y") == "xy"
    assert filling.undefined() == {"team"}
    assert filling.account_vars() == {"team": ""}


@pytest.mark.parametrize(
    "text", ["{{var.a|upper}}", "{{account_id}}", "{{ var['a'] }}", "{% if x %}", "{# note #}", "{{"]
)
def test_more_of_jinja_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="has more of Jinja"):
        Filling({"a": "b"}, WORDS).filled(text)
