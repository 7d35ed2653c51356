"""The judge of the calls is strict: each thing that a role could lack is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from remit.aws.permissions import Feature, Role
from tests.e2e.ledger import Ledger
from tests.e2e.roles import ROWS, TOPIC, Asked, judge

SET = "arn:aws:sso:::permissionSet/ssoins-1/ps-1"
OWN, OTHERS = "arn:aws:iam::1:policy/remit/Guardrail", "arn:aws:iam::1:policy/Guardrail"
POOLED, DETACH = frozenset({Feature.POOLED}), frozenset({Feature.POOLED, Feature.DETACH})


def refused(asked: Asked, features: frozenset[Feature] = frozenset()) -> bool:
    found = judge([asked], features)
    assert {action for _, action in found.used} == {asked.action}
    return bool(found.refused)


@pytest.mark.parametrize(
    ("asked", "features"),
    [
        (Asked("RemitPreview", "1", "sso-admin", "ListInstances"), frozenset()),
        (Asked("RemitApply", "1", "sso-admin", "ListInstances"), frozenset()),
        (Asked("RemitApply", "1", "sso-admin", "CreateAccountAssignment", (SET, "arn:aws:sso:::account/2")), POOLED),
        (Asked("RemitApply", "1", "sts", "AssumeRole", ("arn:aws:iam::2:role/RemitSpoke",)), POOLED),
        (Asked("RemitApply", "1", "sns", "Publish", (TOPIC,)), frozenset({Feature.TOPICS})),
        (Asked("RemitSpoke", "1", "iam", "DeletePolicy", (OWN,)), POOLED),
        (Asked("RemitSpoke", "1", "iam", "AttachRolePolicy", ("arn:aws:iam::1:role/r",), OWN), DETACH),
    ],
)
def test_what_the_policies_say_is_allowed(asked: Asked, features: frozenset[Feature]) -> None:
    assert not refused(asked, features)


@pytest.mark.parametrize(
    ("asked", "features"),
    [
        (Asked("RemitPreview", "1", "sso-admin", "CreateAccountAssignment", (SET,)), POOLED),
        (Asked("RemitApply", "1", "organizations", "CreateAccount"), POOLED),
        (Asked("RemitApply", "1", "sso-admin", "CreateAccountAssignment", (SET, "arn:aws:iam::2:root")), POOLED),
        (Asked("RemitApply", "1", "sts", "AssumeRole", ("arn:aws:iam::2:role/Admin",)), POOLED),
        (Asked("RemitApply", "1", "sns", "Publish", (f"{TOPIC}s",)), frozenset({Feature.TOPICS})),
        (Asked("RemitApply", "1", "sns", "Publish", (TOPIC,)), POOLED),
        (Asked("RemitSpoke", "1", "iam", "DeletePolicy", (OTHERS,)), POOLED),
        (Asked("RemitSpoke", "1", "iam", "DeletePolicy", (OWN,)), frozenset({Feature.ALIASES})),
        (Asked("RemitSpoke", "1", "iam", "AttachRolePolicy", ("arn:aws:iam::1:role/r",), OTHERS), DETACH),
        (Asked("RemitSpoke", "1", "iam", "AttachRolePolicy", ("arn:aws:iam::1:role/r",), OWN), POOLED),
    ],
)
def test_everything_else_is_refused(asked: Asked, features: frozenset[Feature]) -> None:
    assert refused(asked, features)


def test_what_others_call_with_the_roles_credentials_is_not_a_call_of_remits() -> None:
    (said,) = judge([Asked("RemitApply", "1", "sso-admin", "CreatePermissionSet", (SET,))], POOLED).refused
    assert "no row of the table says that Remit calls" in said


def test_the_calls_of_anybody_else_are_not_judged() -> None:
    found = judge(
        [Asked("sandbox", "1", "iam", "CreateUser"), Asked("RemitApply", "1", "sts", "GetCallerIdentity")], ()
    )
    assert (found.used, found.refused) == (set(), [])
    assert judge([Asked("RemitSpoke", "1", "iam", "GetAccountSummary")], ()).used == {
        (Role.SPOKE, "iam:GetAccountSummary")
    }


def test_what_is_given_and_not_used_is_told_once_every_scenario_ran(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    rest = sorted(ROWS)
    ledger.note(rest[:5])
    assert ledger.unused() == [], "a part of the scenarios uses a part of the calls"
    ledger.note_that_all_run()
    assert ledger.unused() == rest[5:]
    ledger.note(rest[4:])
    assert ledger.unused() == []
