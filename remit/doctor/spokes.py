"""The role that is taken in each account, and what it may read there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from remit.doctor.finding import Finding, Says
from remit.doctor.observed import Spoke
from remit.managed_policy import SPOKE_PATH, under
from remit.organization import Organization
from remit.plan import Plan

_SAYS = Says("spoke roles")
_REMEDIES: Mapping[str, str] = {
    "no identity-based policy allows": "allow the caller sts:AssumeRole of arn:aws:iam::*:role/{role}",
    "service control policy": "a service control policy denies it: leave {role} out of it",
    "RegionDisabled": "activate STS for this region in the account's IAM settings",
    "not valid any more": "sign in anew: the caller's credentials ended meanwhile",
}
_MISSING = (
    "make {role} there and let it trust the caller, with the caller's external id if it demands one "
    "(docs/bootstrap.md){old}"
)
_READING = "allow {role} iam:GetAccountAuthorizationDetails and iam:GetPolicy there"


def check_spokes(
    spokes: Sequence[Spoke], organization: Organization, *, role: str, needed: Collection[str], snapshot: str = ""
) -> Iterator[Finding]:
    """`needed`: accounts that get policies. `snapshot`: the file that stands for the organization, "" if it is live."""
    fine = [each for each in spokes if not each.refused and not each.unread]
    refused = [each for each in spokes if each.refused]
    if len(refused) == len(spokes) > 1 and any(each.account in needed for each in spokes):
        message = f"{role} can be taken in none of the {len(spokes)} accounts: look at its name and its trust first"
        yield _SAYS.error(message, "spoke_role in organization.yaml; docs/operations.md")
    elif fine:
        yield _SAYS.ok(f"{role} can be taken in {len(fine)} of {len(spokes)} accounts, and reads their policies")
    elif not spokes:
        yield _SAYS.note("no account is in the scope")
    for each in spokes:
        if each.refused:
            old = f"; or the account was closed since {snapshot} was written" if snapshot else ""
            remedy = _remedy(each.refused).format(role=role, old=old)
            yield _told(each, each.refused, remedy, organization, needed)
        elif each.unread:
            yield _told(each, each.unread, _READING.format(role=role), organization, needed)


def check_paths(plan: Plan, role: str) -> Iterator[Finding]:
    """Policies where the spoke role, as the docs and the bootstrap make it, may not write."""
    outside = {each.name: each.path for each in plan.managed_policies if not under(each.path, SPOKE_PATH)}
    if outside:
        shown = [f"{name} ({path})" for name, path in sorted(outside.items())]
        named = ", ".join(shown[:5]) + (f" and {len(shown) - 5} more" if len(shown) > 5 else "")
        message = f"outside of {SPOKE_PATH}, where {role} may write as the docs make it: policy {named}"
        yield _SAYS.warning(message, f"`path: {SPOKE_PATH}` at the policy; or see that {role} may write there")


def _told(spoke: Spoke, reason: str, remedy: str, organization: Organization, needed: Collection[str]) -> Finding:
    account = organization.account_by_id.get(spoke.account)
    subject = f"{account.name} ({spoke.account})" if account else spoke.account
    if spoke.account in needed:
        return _SAYS.error(reason, remedy, subject)
    if spoke.account == organization.management_account:
        return _SAYS.note(f"{reason}. No policy goes to the management account, so that it needs no role", "", subject)
    return _SAYS.warning(f"{reason}. No policy goes there yet", remedy, subject)


def _remedy(reason: str) -> str:
    return next((remedy for words, remedy in _REMEDIES.items() if words in reason), _MISSING)
