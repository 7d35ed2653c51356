"""The accounts of IAMbic's configuration, as far as the organization has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from remit.errors import Problem
from remit.importing.found import LeftOut
from remit.importing.sources.iambic.matching import Subject
from remit.importing.sources.iambic.said import Account, Aws, values_of
from remit.importing.sources.iambic.variables import ID, NAME, cut_down
from remit.organization import AccountState, Organization

_READS_ONLY = "is import_only: IAMbic writes nothing there, and `remit import` takes what is there"
_OFF = "is disabled: IAMbic leaves it alone"


@dataclass(frozen=True, slots=True)
class Place:
    """An ACTIVE account that IAMbic knows. `has_own_name`: its variable account_name is its name."""

    subject: Subject
    variables: Mapping[str, str]
    has_own_name: bool
    managed: str = "undefined"

    @property
    def id(self) -> str:
        return self.subject.id


class Places:
    """Where templates go."""

    def __init__(self, aws: Aws, organization: Organization) -> None:
        self.left_out: list[LeftOut] = []
        self.problems = list(_twice(aws))
        self._known = {place.id: place for each in aws.accounts if (place := self._place(each, organization))}
        self._organization = organization
        self._aws = aws

    @property
    def written_to(self) -> list[Place]:
        """The accounts in which IAMbic makes policies."""
        return [each for each in self._known.values() if each.managed not in ("import_only", "disabled")]

    def note_modes(self) -> None:
        """Tells of the accounts in which IAMbic makes none, and of the mode that the others have."""
        for each in self._known.values():
            if each.managed in ("import_only", "disabled"):
                reason = _OFF if each.managed == "disabled" else _READS_ONLY
                self.left_out.append(LeftOut(f"policies in account {each.subject.name} ({each.id})", f"it {reason}"))
        modes = Counter(each.managed for each in self.written_to if each.managed != "undefined")
        for mode, drift in (("read_and_write", "adopt"), ("enforced", "enforce")):
            if modes[mode]:
                what = f"iambic_managed: {mode} of {modes[mode]} accounts in the configuration"
                self.left_out.append(LeftOut(what, f"a stack says it of all its accounts: remit:drift: {drift}"))

    def center(self) -> Place | str:
        """The account from which IAMbic keeps permission sets; or why there is none."""
        centers = [each for each in self._aws.organizations if each.identity_center is not None]
        if not centers:
            return "no organization in IAMbic's configuration has identity_center, so it makes no permission sets"
        id_ = str(centers[0].org_account_id)
        if id_ not in self._known:
            return f"account {id_} of Identity Center is none of the accounts in IAMbic's configuration"
        if self._known[id_].managed == "disabled":
            return f"account {id_} of Identity Center {_OFF}"
        return self._known[id_]

    def of_organization(self, organization_id: str) -> list[Subject]:
        """Every ACTIVE account, known to IAMbic or not: access rules are about these, by their names in AWS."""
        return [Subject(each.id, each.name, organization_id) for each in self._organization.active_accounts]

    def _place(self, account: Account, organization: Organization) -> Place | None:
        id_ = str(account.account_id)
        known = organization.account_by_id.get(id_)
        if known is None or known.state is not AccountState.ACTIVE:
            why = f"it is {known.state}" if known else f"organization {organization.organization_id} does not have it"
            self.left_out.append(LeftOut(f"{account.source} account {account.account_name} ({id_})", why))
            return None
        own = {"owner": str(account.owner)} if account.owner else {}
        said = {**values_of(account.variables), **own, ID: id_, NAME: str(account.account_name)}
        values = {key: cut_down(value) for key, value in said.items()}
        subject = Subject(id_, str(account.account_name), str(account.org_id or ""))
        return Place(subject, values, values[NAME] == known.name, account.iambic_managed)


def _twice(aws: Aws) -> Iterator[Problem]:
    seen: set[str] = set()
    for account in aws.accounts:
        if (id_ := str(account.account_id)) in seen:
            yield Problem(f"account {id_} stands twice", "keep one", account.account_id.source)
        seen.add(id_)
    for more in aws.organizations[1:]:
        yield Problem("IAMbic takes one organization", "keep one", more.source)
