"""What there is in AWS, before the first file is written: the caller, the organization, Identity Center."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from remit.catalog.models import IdentityCenter
from remit.doctor.finding import Finding, Grade
from remit.doctor.identity_center import check_instance, none_here
from remit.doctor.observed import Cloud, Identity, Instance
from remit.doctor.organization import check_delegation, features, not_listed
from remit.errors import AccessDeniedError, RemitError
from remit.organization import Organization


class NotReadyError(RemitError):
    """The organization, or the caller, is not what Remit needs. Nothing was written."""

    def __init__(self, finding: Finding, remedy: str = "") -> None:
        super().__init__(f"{finding.message} ({remedy or finding.remedy})")


@dataclass(frozen=True, slots=True)
class Survey:
    """`delegates`: accounts that are delegated administrators of Identity Center. `region` is the instance's own;
    `permission_sets` are the names of those that exist."""

    identity: Identity
    organization: Organization
    delegates: tuple[str, ...]
    region: str
    instance: Instance
    permission_sets: tuple[str, ...]

    @property
    def in_management(self) -> bool:
        return self.identity.account == self.organization.management_account


def survey(cloud_in: Callable[[str], Cloud], *, region: str, likely: Sequence[str]) -> Survey:
    """Few calls, none of which writes. `region`: where Identity Center must be, "" to look for it: first in the
    `likely` ones, then everywhere at once. Raises AwsError, and NotReadyError with the remedy."""
    cloud = cloud_in(region or likely[0])
    identity = cloud.identity()
    management, all_on = cloud.all_features()
    _refuse(list(features(all_on=all_on)))
    try:
        organization = cloud.organization(None, None)
    except AccessDeniedError as error:
        raise NotReadyError(not_listed(identity, management, error)) from error
    delegates = cloud.delegates()
    _refuse(list(check_delegation(identity, organization, delegates)))
    found_in, instance = _instance(cloud, region, likely)
    _refuse(list(check_instance(instance, found_in, IdentityCenter.model_validate({}), management)))
    names = cloud_in(found_in).permission_sets(instance.arn)
    return Survey(identity, organization, tuple(sorted(delegates)), found_in, instance, tuple(sorted(names)))


def _instance(cloud: Cloud, region: str, likely: Sequence[str]) -> tuple[str, Instance]:
    """An organization has one instance, and it is seen in its own region alone."""
    for each in [region] if region else list(dict.fromkeys(likely)):
        if found := cloud.instances(each):
            return each, found[0]
    elsewhere = cloud.regions_with_an_instance()
    if region or not elsewhere:
        remedy = f"--region {min(elsewhere)}" if elsewhere else ""
        raise NotReadyError(none_here(region or "the regions that were asked first", elsewhere), remedy)
    return min(elsewhere.items())


def _refuse(findings: Sequence[Finding]) -> None:
    for finding in findings:
        if finding.grade is Grade.ERROR:
            raise NotReadyError(finding)
