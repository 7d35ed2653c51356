"""What AWS does not know of what was found and the catalog does: when it ends, and what becomes of changes by hand.

An import may change what the catalog gives, but never when it ends. So the ends of the catalog are given to what was
found, entry by entry and element by element, and the proof of an import compares the plans at each of them. What has
ended in the catalog and was found all the same ends no more: it is there, and a person is told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from remit.catalog.load import Catalog
from remit.catalog.models import AwsManagedPolicy, CustomerManagedPolicy, CustomerPolicy, ManagedPolicy, PermissionSet
from remit.documents import Document
from remit.endings import attached, attached_name
from remit.expiry import Expiry, expired
from remit.importing.ends import NEVER, attachment_key, end_text, first, last
from remit.importing.found import Found, FoundPolicy, SetTerms, Wording
from remit.importing.pairing import Pair, Statements, pairs
from remit.importing.policies import Statement
from remit.importing.proof import EVERYWHERE
from remit.permission_set import LivePermissionSet
from remit.planning.unending import plan_without_refusals
from remit.selectors import AccountIndex

_ALMOST_A_SECOND = timedelta(microseconds=999_999)


def with_ends_of(catalog: Catalog, found: Found, at: datetime) -> Found:
    """What was found, ending as the catalog has it; as it is where its source knows that itself."""
    return found if found.with_terms else _Giving(catalog, found, at).ends()


def elements_still_there(catalog: Catalog, found: Found, at: datetime) -> tuple[str, ...]:
    """Statements and attached policies that have ended in the catalog and were found, where no source knows ends."""
    if found.with_terms:
        return ()
    giving = _Giving(catalog, found, at)
    giving.ends()
    return tuple(dict.fromkeys(giving.over))


def end_of(expires: Expiry | None, at: datetime) -> str:
    """When what was found ends that ends so in the catalog: what a part of a second is left of, in the next one."""
    return end_text(expires.end + _ALMOST_A_SECOND) if expires and not expired(expires, at) else NEVER


@dataclass(slots=True)
class _Giving:
    catalog: Catalog
    found: Found
    at: datetime
    over: list[str] = field(default_factory=list)
    """What has ended and is there, in words."""
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
        known = {str(each.name): each for each in self.catalog.permission_sets}
        found = [(live, known.get(live.name)) for live in self.found.permission_sets]
        ends = self._last_ends({live.name for live, _ in found})
        active = {each.id for each in self.found.organization.active_accounts}
        return replace(
            self.found,
            policies=tuple(self._policy(each) if each.account in active else each for each in self.found.policies),
            permission_sets=tuple(self._permission_set(live, entry) if entry else live for live, entry in found),
            assignments=tuple(
                replace(each, expires=ends.get((each.permission_set, each.key), NEVER))
                for each in self.found.assignments
            ),
            set_terms={live.name: self._terms(live, entry) for live, entry in found if entry},
            with_terms=True,
            of_catalog=True,
        )

    def _last_ends(self, alive: Collection[str]) -> Mapping[tuple[str, str], str]:
        """When the last living rule of each grant (permission set, key of the assignment) ends."""
        sets = (
            each.model_copy(update={"expires": None}) if str(each.name) in alive else each
            for each in self.catalog.permission_sets
        )
        catalog = replace(self.catalog, permission_sets=tuple(sets))
        rules = {rule.source: end_of(rule.expires, self.at) for rule in catalog.access}
        plan = plan_without_refusals(catalog, self.found.organization, at=self.at, stack=EVERYWHERE)
        return {
            (each.permission_set, each.key): last(*(rules[source] for source in each.sources))
            for each in plan.assignments
        }

    def _policy(self, live: FoundPolicy) -> FoundPolicy:
        entry = self._policies.get(live.name)
        if entry is None:
            return live
        document = live.document
        if any(each.expires for each in entry.statements):
            known = list(self._statements.of_policy(entry, live.account))
            document = self._document(document, pairs(known, document), f"policy {live.name}")
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
        found = pairs(list(self._statements.of_permission_set(entry)), live.inline_policy)
        what = f"permission set {live.name}"
        return replace(live, inline_policy=self._document(live.inline_policy, found, what))

    def _document(self, document: Document, found: Iterable[Pair], what: str) -> Document:
        said: list[Statement] = []
        for each in found:
            end = end_of(each.known.entry.expires, self.at) if each.known else NEVER
            said.append({**each.found, "expires": end} if end else each.found)
            if each.known and each.known.is_over:
                self.over.append(f"statement {each.known.entry.sid or each.known.place + 1} of {what}")
        return {**document, "Statement": said}

    def _terms(self, live: LivePermissionSet, entry: PermissionSet) -> SetTerms:
        there = {*map(attachment_key, live.aws_managed_policies), *map(attachment_key, live.customer_managed_policies)}
        ends: dict[str, str] = {}
        for each in attached(entry):
            key, policy = each.full_arn if isinstance(each, AwsManagedPolicy) else self._key(each), None
            if isinstance(each, CustomerManagedPolicy) and not each.external:
                policy = self._policies.get(str(each.name))
            if key in there:
                ends[key] = first(end_of(each.expires, self.at), end_of(policy.expires, self.at) if policy else NEVER)
                if expired(each.expires, self.at):
                    self.over.append(f"{attached_name(each)}, attached to permission set {live.name}")
        return SetTerms(
            end_of(entry.expires, self.at), entry.drift or "", {key: end for key, end in ends.items() if end}
        )

    def _key(self, reference: CustomerManagedPolicy) -> str:
        return attachment_key(name_and_path(reference, {name: str(p.path) for name, p in self._policies.items()}))


def name_and_path(reference: CustomerPolicy, paths: Mapping[str, str]) -> tuple[str, str]:
    """What a reference refers to; `paths` are those of the catalog's own policies."""
    name = str(reference.name)
    own = None if reference.external else paths.get(name)
    return name, own or str(reference.path or "/")
