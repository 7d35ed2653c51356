"""What AWS does not know of what was found and the catalog does: when it ends, and what becomes of changes by hand.

An import may change what the catalog gives, but never when it ends. So the ends of the catalog are given to what was
found, entry by entry and element by element, and the proof of an import compares the plans at each of them. What has
ended in the catalog and was found all the same ends no more: it is there, and a person is told.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from remit.catalog.load import Catalog
from remit.catalog.models import CustomerManagedPolicy, CustomerPolicy, ManagedPolicy, PermissionSet
from remit.documents import Document
from remit.endings import attached, attached_name
from remit.expiry import Expiry, expired
from remit.importing.ends import NEVER, attachment_key, end_text, first, last
from remit.importing.found import Found, FoundPolicy, SetTerms, Wording
from remit.importing.pairing import Known, Statements, pairs, unsure
from remit.importing.policies import Statement
from remit.importing.proof import EVERYWHERE
from remit.permission_set import LivePermissionSet
from remit.planning.access import plan_access
from remit.planning.world import World
from remit.selectors import AccountIndex

_ALMOST_A_SECOND = timedelta(microseconds=999_999)


def with_ends_of(catalog: Catalog, found: Found, at: datetime) -> Found:
    """What was found, ending as the catalog has it; as it is where its source knows that itself."""
    return found if found.with_terms else _Giving(catalog, found, at).ends()


@dataclass(frozen=True, slots=True)
class Elements:
    """Statements and attached policies that a person should look at, in words.

    `over`: ended in the catalog, and found. `unsure`: found, and it may be one that ends in other words.
    """

    over: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()


def elements_worth_a_look(catalog: Catalog, found: Found, at: datetime) -> Elements:
    """None where the source knows itself what ends."""
    if found.with_terms:
        return Elements()
    giving = _Giving(catalog, found, at)
    giving.policies()
    giving.permission_sets()
    return Elements(tuple(dict.fromkeys(giving.over)), tuple(dict.fromkeys(giving.unsure)))


def end_of(expires: Expiry | None, at: datetime) -> str:
    """When what was found ends that ends so in the catalog: what a part of a second is left of, in the next one."""
    return end_text(expires.end + _ALMOST_A_SECOND) if expires and not expired(expires, at) else NEVER


@dataclass(slots=True)
class _Giving:
    catalog: Catalog
    found: Found
    at: datetime
    over: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    """As `Elements` has them."""
    _policies: Mapping[str, ManagedPolicy] = field(init=False)
    _statements: Statements = field(init=False)
    _account_vars: Mapping[str, Mapping[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        index = AccountIndex(self.found.organization)
        self._policies = {str(each.name): each for each in self.catalog.managed_policies}
        self._statements = Statements(self.catalog, self.found, self.at)
        self._account_vars = {
            index.account(account).id: {str(key): str(value) for key, value in values.items()}
            for account, values in self.catalog.settings.account_vars.items()
        }

    def ends(self) -> Found:
        ends = self._last_ends({live.name for live in self.found.permission_sets})
        sets, terms = self.permission_sets()
        return replace(
            self.found,
            policies=self.policies(),
            permission_sets=sets,
            assignments=tuple(
                replace(each, expires=ends.get((each.permission_set, each.key), NEVER))
                for each in self.found.assignments
            ),
            set_terms=terms,
            with_terms=True,
            of_catalog=True,
        )

    def policies(self) -> tuple[FoundPolicy, ...]:
        active = {each.id for each in self.found.organization.active_accounts}
        return tuple(self._policy(each) if each.account in active else each for each in self.found.policies)

    def permission_sets(self) -> tuple[tuple[LivePermissionSet, ...], Mapping[str, SetTerms]]:
        known = {str(each.name): each for each in self.catalog.permission_sets}
        found = [(live, known.get(live.name)) for live in self.found.permission_sets]
        return (
            tuple(self._permission_set(live, entry) if entry else live for live, entry in found),
            {live.name: self._terms(live, entry) for live, entry in found if entry},
        )

    def _last_ends(self, alive: Collection[str]) -> Mapping[tuple[str, str], str]:
        """When the last living rule of each grant (permission set, key of the assignment) ends."""
        sets = (
            each.model_copy(update={"expires": None}) if str(each.name) in alive else each
            for each in self.catalog.permission_sets
        )
        catalog = replace(self.catalog, permission_sets=tuple(sets))
        rules = {rule.source: end_of(rule.expires, self.at) for rule in catalog.access}
        plan = plan_access(World(catalog, self.found.organization, self.at, EVERYWHERE))
        return {
            (each.permission_set, each.key): last(*(rules[source] for source in each.sources))
            for each in plan.assignments()
        }

    def _policy(self, live: FoundPolicy) -> FoundPolicy:
        entry = self._policies.get(live.name)
        if entry is None:
            return live
        document = live.document
        if any(each.expires for each in entry.statements):
            known = list(self._statements.of_policy(entry, live.account))
            document = self._document(document, known, f"policy {live.name}")
        wording = None
        if "{{" in entry.description and live.description == self._statements.description(entry, live.account):
            wording = Wording(str(entry.description), document, self._account_vars.get(live.account, {}))
        return replace(
            live,
            document=document,
            expires=end_of(entry.expires, self.at),
            drift=entry.drift or "",
            wording=wording,
        )

    def _permission_set(self, live: LivePermissionSet, entry: PermissionSet) -> LivePermissionSet:
        if live.inline_policy is None:
            return live
        known = list(self._statements.of_permission_set(entry))
        what = f"permission set {live.name}"
        return replace(live, inline_policy=self._document(live.inline_policy, known, what))

    def _document(self, document: Document, known: Sequence[Known], what: str) -> Document:
        said: list[Statement] = []
        found = pairs(known, document)
        for each in found:
            end = end_of(each.expires, self.at)
            said.append({**each.found, "expires": end} if end else each.found)
            if each.known and each.known.is_over:
                self.over.append(f"statement {each.known.entry.sid or each.known.place + 1} of {what}")
        for statement in unsure(known, found):
            self.unsure.append(f"statement {statement.get('Sid') or json.dumps(statement)} of {what}")
        return {**document, "Statement": said}

    def _terms(self, live: LivePermissionSet, entry: PermissionSet) -> SetTerms:
        paths = {name: str(policy.path) for name, policy in self._policies.items()}
        customer = references(entry.customer_managed_policies, paths, live.customer_managed_policies)
        keys = [
            *(each.full_arn for each in entry.aws_managed_policies),
            *map(attachment_key, customer),
        ]
        there = {*live.aws_managed_policies, *map(attachment_key, live.customer_managed_policies)}
        ends: dict[str, str] = {}
        for key, each in zip(keys, attached(entry), strict=True):
            if key not in there:
                continue
            is_own = isinstance(each, CustomerManagedPolicy) and not each.external
            policy = self._policies.get(str(each.name)) if is_own else None
            ends[key] = first(end_of(each.expires, self.at), end_of(policy.expires, self.at) if policy else NEVER)
            if expired(each.expires, self.at):
                self.over.append(f"{attached_name(each)}, attached to permission set {live.name}")
        return SetTerms(
            end_of(entry.expires, self.at), entry.drift or "", {key: end for key, end in ends.items() if end}
        )


def references(
    written: Sequence[CustomerManagedPolicy], paths: Mapping[str, str], there: Collection[tuple[str, str]]
) -> list[tuple[str, str]]:
    """The names and paths that the references of a permission set stand for. `there`: what is attached to it.

    One that is not there is that of its name which is there at another path: it was moved, and goes on to end when it
    was to.
    """
    known = [name_and_path(each, paths) for each in written]
    moved = {name: (name, path) for name, path in sorted({*there} - {*known}, reverse=True)}
    return [each if each in there else moved.pop(each[0], each) for each in known]


def name_and_path(reference: CustomerPolicy, paths: Mapping[str, str]) -> tuple[str, str]:
    """What a reference refers to; `paths` are those of the catalog's own policies."""
    name = str(reference.name)
    own = None if reference.external else paths.get(name)
    return name, own or str(reference.path or "/")
