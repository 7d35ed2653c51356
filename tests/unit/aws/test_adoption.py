"""What is looked up before anything is taken over: no account holds up the others."""

from __future__ import annotations

import pytest

from remit.aws.adoption import policies_named
from remit.aws.iam import Iam
from remit.aws.member_sessions import Member, SpokeRoleError
from remit.aws.session import Answer
from remit.errors import AccessDeniedError, AwsError

ONE, TWO = Member("111111111111", "RemitSpoke"), Member("222222222222", "RemitSpoke")


class OnePolicy:
    """`remit.aws.iam.Calls`: each account has the policy Guardrail; `errors` by account."""

    def __init__(self, **errors: AwsError) -> None:
        self._errors = errors

    def call(self, member: Member, operation: str, **_: object) -> Answer:
        if operation == "GetPolicy":
            return {"Policy": {"Description": "What nobody may do"}}
        assert operation == "GetAccountAuthorizationDetails"
        if error := self._errors.get(f"in_{member.account}"):
            raise error
        arn = f"arn:aws:iam::{member.account}:policy/Guardrail"
        version = {"VersionId": "v1", "IsDefaultVersion": True, "Document": {"Statement": []}}
        return {"Policies": [{"Arn": arn, "PolicyName": "Guardrail", "Path": "/", "PolicyVersionList": [version]}]}


def test_an_account_whose_role_may_not_read_is_a_remark_and_the_others_go_on() -> None:
    denied = AccessDeniedError("iam:GetAccountAuthorizationDetails in account 111111111111 was denied")
    found, remarks = policies_named({"guardrail"}, Iam(OnePolicy(in_111111111111=denied)), [ONE, TWO])
    assert {account: [each.name for each in policies] for account, policies in found.items()} == {
        ONE.account: [],
        TWO.account: ["Guardrail"],
    }
    assert remarks == (f"account 111111111111: nothing can be taken over there ({denied})",)


def test_an_account_that_nobody_gets_into_says_so_in_its_own_turn() -> None:
    closed = SpokeRoleError("account 111111111111: the role RemitSpoke cannot be assumed")
    found, remarks = policies_named({"Guardrail"}, Iam(OnePolicy(in_111111111111=closed)), [ONE, TWO])
    assert (found[ONE.account], len(found[TWO.account]), remarks) == ([], 1, ())


def test_what_is_wrong_with_the_caller_ends_the_look_up() -> None:
    lost = AwsError("sts:AssumeRole: the AWS credentials are not valid any more")
    with pytest.raises(AwsError, match="not valid any more"):
        policies_named({"Guardrail"}, Iam(OnePolicy(in_222222222222=lost)), [ONE, TWO])
