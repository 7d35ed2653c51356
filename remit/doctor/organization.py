"""The organization, and what the caller is in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from remit.doctor.finding import Finding, Says
from remit.doctor.observed import Identity
from remit.errors import AwsError, Problem, listed
from remit.organization import Organization
from remit.planning.values import Plan

_ORGANIZATION, _DELEGATION = Says("organization"), Says("delegation")
_SSO = "sso.amazonaws.com"


def features(*, all_on: bool) -> Iterator[Finding]:
    if not all_on:
        message = "the organization has consolidated billing alone; Identity Center gives access only with all features"
        yield _ORGANIZATION.error(message, "aws organizations enable-all-features, in the management account")


def told(organization: Organization, source: str) -> Finding:
    """`source`: a file, or ""."""
    active, all_accounts = len(organization.active_accounts), len(organization.accounts)
    units = len(organization.organizational_units)
    where = f" ({source})" if source else ""
    return _ORGANIZATION.ok(
        f"{organization.organization_id}: {all_accounts} accounts, {active} of them active, {units} units{where}"
    )


def not_listed(identity: Identity, management: str, error: AwsError) -> Finding:
    """The caller may not read the organization."""
    if identity.account == management:
        return _ORGANIZATION.refused(error)
    message = (
        f"account {identity.account} may not read the organization: it is neither the management account "
        f"({management}) nor a delegated administrator. {error.message}"
    )
    return _ORGANIZATION.error(message, f"use credentials of {management}, or {_register(identity.account)}")


def check_delegation(identity: Identity, organization: Organization, delegates: Iterable[str]) -> Iterator[Finding]:
    """`delegates`: accounts that are delegated administrators of Identity Center."""
    found = sorted(delegates)
    if identity.account == organization.management_account:
        who = f"; delegated to {listed(_names(found, organization))}" if found else ""
        yield _DELEGATION.ok(f"the caller is in the management account{who}")
    elif identity.account in found:
        yield _DELEGATION.ok(f"account {identity.account} is a delegated administrator of Identity Center")
    else:
        message = f"account {identity.account} is no delegated administrator of Identity Center"
        yield _DELEGATION.error(message, _register(identity.account))


def check_management_access(plan: Plan, refused: Sequence[Problem], provisioned: Sequence[str]) -> Iterator[Finding]:
    """What a delegated administrator may not touch: `refused` is what the plan of one is told, and the plan of anybody
    else is not; `provisioned` are the permission sets that the management account has."""
    for problem in refused:
        yield _DELEGATION.error(f"{problem.source}: {problem.message}", problem.remedy)
    for name in sorted({each.name for each in plan.permission_sets} & set(provisioned)):
        message = (
            f"{name} is provisioned in the management account: AWS refuses its changes to a delegated administrator"
        )
        remedy = "take its assignments there away, with credentials of the management account, and give another set"
        yield _DELEGATION.error(message, remedy, name)


def _names(accounts: Iterable[str], organization: Organization) -> list[str]:
    known = organization.account_by_id
    return [f"{known[each].name} ({each})" if each in known else each for each in accounts]


def _register(account: str) -> str:
    return (
        f"in the management account: aws organizations register-delegated-administrator --account-id {account} "
        f"--service-principal {_SSO}"
    )
