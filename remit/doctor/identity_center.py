"""Identity Center: is it on, is it here, is it the organization's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from remit.catalog.models import IdentityCenter
from remit.doctor.finding import Finding, Says
from remit.doctor.observed import Instance

_SAYS = Says("Identity Center")
AUTO = "auto"


def choose(settings: IdentityCenter, region: str, found: Sequence[Instance]) -> tuple[Instance | None, Finding | None]:
    """The instance that a run would take, or what is wrong; both None when there is none in the region."""
    wanted = [each for each in found if str(settings.instance_arn) in {AUTO, each.arn}]
    if len(wanted) > 1:
        arns = ", ".join(each.arn for each in wanted)
        message = f"more than one instance in {region}: {arns}"
        return None, _SAYS.error(message, "choose: identity_center.instance_arn in organization.yaml")
    if found and not wanted:
        message = f"{settings.instance_arn} is not in {region}; there is {', '.join(each.arn for each in found)}"
        return None, _SAYS.error(message, "correct identity_center.instance_arn in organization.yaml")
    return (wanted[0], None) if wanted else (None, None)


def none_here(region: str, elsewhere: Mapping[str, Instance]) -> Finding:
    """No instance in the region. `elsewhere`: what the other regions have."""
    if elsewhere:
        where = ", ".join(sorted(elsewhere))
        remedy = f"identity_center: {{region: {min(elsewhere)}}} in organization.yaml"
        return _SAYS.error(f"no instance in {region}; there is one in {where}", remedy)
    return _SAYS.error(
        f"no instance in {region}, nor in any other region that could be asked: Identity Center is off, or another "
        "account administers it",
        "enable it in the management account, or use credentials of the account that administers it",
    )


def check_instance(instance: Instance, region: str, settings: IdentityCenter, management: str) -> tuple[Finding, ...]:
    """`management`: the management account, "" where it is not known."""
    findings = [_status(instance, region)]
    if management and instance.owner and instance.owner != management:
        message = f"{instance.arn} is an account instance of {instance.owner}: it gives no access to accounts"
        remedy = "enable Identity Center for the organization, in the management account"
        findings.append(_SAYS.error(message, remedy))
    store = str(settings.identity_store_id)
    if store not in {AUTO, instance.identity_store}:
        message = f"its directory is {instance.identity_store}, organization.yaml says {store}"
        findings.append(_SAYS.warning(message, "identity_center: {identity_store_id: auto}"))
    return tuple(findings)


def _status(instance: Instance, region: str) -> Finding:
    if instance.status in {"", "ACTIVE"}:
        return _SAYS.ok(f"{instance.arn} in {region}, directory {instance.identity_store}")
    return _SAYS.error(f"{instance.arn} in {region} is {instance.status}", "wait until it is ACTIVE")
