"""What a run may take away, and the words in which it is refused."""

from __future__ import annotations

import pytest

from remit.max_revoke import MaxRevoke
from remit.revocation import (
    Caller,
    Holding,
    Limits,
    RevocationRefusedError,
    caller_of,
    refuse_lockout,
    refuse_too_many,
)

ONE, TWO = "111111111111", "222222222222"
ADA = Caller(ONE, "Admin", "ada@example.com")


def going(count: int, account: str = ONE) -> dict[str, str]:
    return {f"{account}/GROUP/g-{number}": f"group-{number}" for number in range(count)}


@pytest.mark.parametrize(
    ("limit", "held", "gone", "allowed"),
    [
        (MaxRevoke(), 8, 8, True),  # ten may always go
        (MaxRevoke(), 20, 11, False),
        (MaxRevoke(), 100, 20, True),
        (MaxRevoke(), 100, 21, False),
        (MaxRevoke(percent=None, count=0), 100, 1, False),
        (MaxRevoke(percent=None, count=100), 100, 100, True),
    ],
)
def test_a_share_of_the_stack_may_go_and_ten_always(limit: MaxRevoke, held: int, gone: int, allowed: bool) -> None:
    holdings = {"Admin": Holding(held - held // 2, going(gone)), "Reader": Holding(held // 2)}
    if allowed:
        refuse_too_many(holdings, Limits(limit))
    else:
        with pytest.raises(RevocationRefusedError, match=f"set remit:maxRevoke to {gone} "):
            refuse_too_many(holdings, Limits(limit))


def test_the_refusal_lists_everybody_by_account_permission_set_and_principal() -> None:
    gone = {**going(2), f"{TWO}/GROUP/g-0": "group-0", f"{TWO}/USER/u-9": ""}
    with pytest.raises(RevocationRefusedError) as refused:
        refuse_too_many({"Admin": Holding(4, gone)}, Limits(MaxRevoke(count=3)), {ONE: "payments"})
    assert str(refused.value).splitlines()[1:-1] == [
        f"  Admin from group group-0 in {ONE} (payments), {TWO}",
        f"  Admin from group group-1 in {ONE} (payments)",
        f"  Admin from user u-9 in {TWO}",
    ]


@pytest.mark.parametrize(
    ("arn", "caller"),
    [
        (f"arn:aws:sts::{ONE}:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/ada@example.com", ADA),
        (
            f"arn:aws-us-gov:sts::{ONE}:assumed-role/AWSReservedSSO_Data_Admin_0123456789abcdef/bob",
            Caller(ONE, "Data_Admin", "bob"),
        ),
        (f"arn:aws:sts::{ONE}:assumed-role/RemitHub/ci", None),
        (f"arn:aws:iam::{ONE}:user/ada", None),
        (f"arn:aws:iam::{ONE}:root", None),
    ],
)
def test_a_caller_is_known_by_the_role_that_identity_center_made(arn: str, caller: Caller | None) -> None:
    assert caller_of(arn) == caller


@pytest.mark.parametrize(
    ("name", "account", "limits", "caller", "refused"),
    [
        ("Admin", ONE, Limits(), ADA, True),
        ("Admin", ONE, Limits(allow_self_lockout=True), ADA, False),
        ("Admin", TWO, Limits(), ADA, False),
        ("Reader", ONE, Limits(), ADA, False),
        ("Admin", ONE, Limits(), None, False),
    ],
)
def test_the_callers_own_way_in_is_kept(
    name: str, account: str, limits: Limits, caller: Caller | None, refused: bool
) -> None:
    holding = Holding(5, going(1, account))
    if refused:
        with pytest.raises(RevocationRefusedError, match="your own access"):
            refuse_lockout(name, holding, limits, caller)
    else:
        refuse_lockout(name, holding, limits, caller)
