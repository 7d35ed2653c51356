"""What a sandbox can be told when it starts. Nothing here is needed for a realistic one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import sleep, time

from sandbox.faults import FaultPlan
from sandbox.limits import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Durations are milliseconds, unless their name says otherwise.

    `latency_ms`: how long an asynchronous operation stays IN_PROGRESS; 0 means that the first poll sees it done.
    `limits`: AWS's request rates and caps; None switches them off.
    `empty_pages`: ListAccountsForParent now and then answers an empty page that carries a NextToken, as AWS may.
    `account_paths`: whether ListAccounts and DescribeAccount carry `Paths`.
    `roles`: the roles that every account has without anybody making them, as a StackSet with automatic deployment
      would see to; `*`: every role. Others can be assumed once they are made, by IAM's CreateRole.
    `missing_roles`: accounts that have none of `roles`.
    `attached_roles`: AWS::IAM::ManagedPolicy shows the roles, users and groups that hold the policy even when
      something else attached them (Identity Center's own roles, say).
    """

    port: int = 0
    host: str = "127.0.0.1"
    region: str = "us-east-1"
    latency_ms: float = 0
    limits: Limits | None = None
    faults: FaultPlan = field(default_factory=FaultPlan)
    empty_pages: bool = True
    account_paths: bool = True
    roles: frozenset[str] = frozenset({"RemitSpoke", "OrganizationAccountAccessRole"})
    missing_roles: frozenset[str] = frozenset()
    attached_roles: bool = False
    seed: int = 0
    clock: Callable[[], float] = time
    sleep: Callable[[float], None] = sleep
