"""Templates of permission sets → the permission sets and assignments that IAMbic would make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pydantic import TypeAdapter, ValidationError

from remit.catalog.fields import AwsPolicyArn, parse_duration
from remit.documents import VERSION
from remit.errors import BadValue, Problem, Source
from remit.importing.ends import NEVER, attachment_key, first, last
from remit.importing.found import FoundAssignment, FoundPolicy, SetTerms
from remit.importing.sources.gathering import Directory
from remit.importing.sources.iambic.accounts import Place, Places
from remit.importing.sources.iambic.matching import STAR, in_organization, rule_applies
from remit.importing.sources.iambic.said import AccessRule, Boundary, PermissionSet, Tag
from remit.importing.sources.iambic.taking import DRIFT, Taking, applying, first_applying, statement_json
from remit.importing.sources.iambic.variables import Filling
from remit.organization import Principal
from remit.permission_set import LivePermissionSet
from remit.planning.values import PrincipalType
from remit.yaml_places import Text

_ARN: TypeAdapter[str] = TypeAdapter(AwsPolicyArn)


@dataclass(slots=True)
class Sets:
    """What IAMbic would make."""

    permission_sets: list[LivePermissionSet] = field(default_factory=list)
    terms: dict[str, SetTerms] = field(default_factory=dict)
    assignments: dict[tuple[str, str], FoundAssignment] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)


def permission_sets_of(
    templates: Iterable[PermissionSet], places: Places, directory: Directory, taking: Taking
) -> Sets:
    """What is wrong, or has no place in a catalog, is in `taking`."""
    sets, center = Sets(), places.center()
    for template in templates:
        what = f"permission set {template.properties.name}"
        if not taking.takes(template, what):
            continue
        if isinstance(center, str):
            taking.leave_out(template.source, what, center)
            continue
        with taking.refusing(template.source):
            if not in_organization(template.included_orgs, template.excluded_orgs, center.subject.organization):
                taking.leave_out(template.source, what, f"it is not for organization {center.subject.organization}")
                continue
            entry = _Set(template, center, places, directory, taking)
            name = entry.add_to(sets)
            if (other := sets.sources.setdefault(name, template.source)) != template.source:
                message = f"permission set {name} is that of {other}, too"
                taking.problems.append(Problem(message, "keep one of them", template.source))
    return sets


def with_ends_of_policies(sets: Sets, policies: Iterable[FoundPolicy], taking: Taking) -> Mapping[str, SetTerms]:
    """The terms, where a policy that goes is detached with it: AWS refuses a reference to nothing.

    One that goes in some accounts alone is a problem: to detach it would take it from the others, too.
    """
    ends = _ends_of(policies)
    assigned: defaultdict[str, set[str]] = defaultdict(set)
    for each in sets.assignments.values():
        assigned[each.permission_set].add(each.account)
    terms = dict(sets.terms)
    for entry in sets.permission_sets:
        until = dict(terms[entry.name].attached)
        for name, path in entry.customer_managed_policies:
            by_account = ends.get(key := attachment_key((name, path)), {})
            here = {end for account, end in by_account.items() if account in assigned[entry.name]}
            if len(everywhere := set(by_account.values())) == 1:
                here = everywhere
            if len(here) > 1:
                message = f"policy {name} of permission set {entry.name} ends in some accounts and stays in others"
                remedy = "give it one expires_at, or give the reference its own"
                taking.problems.append(Problem(message, remedy, sets.sources[entry.name]))
            if end := first(until.get(key, NEVER), *here):
                until[key] = end
        terms[entry.name] = replace(terms[entry.name], attached=until)
    return terms


def boundaries_that_end(sets: Sets, policies: Iterable[FoundPolicy]) -> Iterator[Problem]:
    """A boundary that ends before its permission set would leave access without it."""
    ends = _ends_of(policies)
    for entry in sets.permission_sets:
        boundary = entry.permissions_boundary or {}
        if "name" not in boundary:
            continue
        end = first(*ends.get(attachment_key((boundary["name"], boundary["path"])), {}).values())
        of_set = sets.terms[entry.name].expires
        if end != NEVER and first(end, of_set) != of_set:
            yield Problem(
                f"the boundary {boundary['name']} of permission set {entry.name} ends at {end}, and it does not",
                "take expires_at out of the policy, or give the permission set the same",
                sets.sources[entry.name],
            )


def _ends_of(policies: Iterable[FoundPolicy]) -> Mapping[str, Mapping[str, str]]:
    """When a policy is gone from each account, by path and name."""
    ends: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for policy in policies:
        statements = [each.get("expires", NEVER) for each in policy.document["Statement"]]
        ends[attachment_key((policy.name, policy.path))][policy.account] = first(policy.expires, last(*statements))
    return ends


class _Set:
    """One template on its way. Per-account values are those of the account that has Identity Center."""

    def __init__(
        self, template: PermissionSet, center: Place, places: Places, directory: Directory, taking: Taking
    ) -> None:
        self._template, self._center, self._places = template, center, places
        self._directory, self._taking = directory, taking
        self._said = template.properties
        self._fill = Filling(center.variables, {}).filled
        self._what = f"permission set {self._said.name}"
        self._attached: dict[str, str] = {}

    def add_to(self, sets: Sets) -> str:
        """The name that it has."""
        name = self._fill(self._said.name)
        managed = "import_only" if self._center.managed == "import_only" else self._template.iambic_managed
        drift = DRIFT[managed]
        sets.permission_sets.append(self._permission_set(name))
        sets.terms[name] = SetTerms(self._template.expires_at, drift, self._attached)
        for rule in self._taking.alive(self._template.access_rules, f"access rule of {self._what}"):
            with self._taking.refusing(rule.source):
                for each in self._assignments(name, rule, drift):
                    known = sets.assignments.setdefault((name, each.key), each)
                    if last(known.expires, each.expires) != known.expires:
                        sets.assignments[name, each.key] = each
        return name

    def _permission_set(self, name: str) -> LivePermissionSet:
        said = self._said
        description = first_applying(said.description, self._center.subject, is_list=said.is_list("description"))
        return LivePermissionSet(
            name,
            self._fill(description.description) if description else "",
            self._session_duration(),
            self._fill(said.relay_state) if said.relay_state else "",
            tuple(self._aws_managed()),
            tuple(self._customer_managed()),
            self._inline_policy(),
            self._boundary(),
            self._tags(),
        )

    def _session_duration(self) -> str:
        for each in self._said.session_duration[:1]:
            with self._taking.refusing(each.session_duration.source):
                return parse_duration(self._fill(each.session_duration))
        return "PT1H"

    def _aws_managed(self) -> Iterator[str]:
        for each in self._taking.alive(self._said.managed_policies, f"attached policy of {self._what}"):
            arn = self._fill(each.arn)
            self._check_arn(arn, each.arn.source)
            self._ends(arn, each.expires_at)
            yield arn

    def _check_arn(self, arn: str, source: Source) -> None:
        try:
            _ARN.validate_python(arn)
        except ValidationError:
            remedy = "AWS attaches its own alone; one of an account goes under customer_managed_policy_references"
            self._taking.problems.append(Problem(f"{arn!r} is no policy of AWS", remedy, source))

    def _customer_managed(self) -> Iterator[tuple[str, str]]:
        said = self._said.customer_managed_policy_references
        for each in self._taking.alive(said, f"attached policy of {self._what}"):
            reference = (self._fill(each.name), self._fill(each.path))
            self._ends(attachment_key(reference), each.expires_at)
            yield reference

    def _ends(self, key: str, end: str) -> None:
        if end:
            self._attached[key] = end

    def _inline_policy(self) -> Mapping[str, object] | None:
        inline = self._said.inline_policy
        if inline is None or not self._taking.alive([inline], f"inline policy of {self._what}"):
            return None
        self._taking.version(inline.version, inline.statement, inline.source)
        is_list = inline.is_list("statement")
        self._taking.unheeded(inline.statement, "a statement", is_list=is_list)
        alive = self._taking.alive(inline.statement, f"statement of {self._what}")
        statements = []
        for each in inline.statement:
            with self._taking.refusing(each.source):
                self._taking.statement(each, self._fill, inline=True)
        for each in applying(alive, self._center.subject, is_list=is_list):
            with self._taking.refusing(each.source):
                statement = statement_json(each, self._fill)
                end = first(each.expires_at, inline.expires_at)
                statements.append({**statement, **({"expires": end} if end else {})})
        return {"Version": VERSION, "Statement": statements} if statements else None

    def _boundary(self) -> Mapping[str, str] | None:
        said = self._said.permissions_boundary
        what = f"boundary of {self._what}"
        if said is None or not self._taking.alive([said], what):
            return None
        nested = said.customer_managed_policy_reference
        if nested is not None and not self._taking.alive([nested], what):
            return None
        self._tell_end(said, what)
        if nested is not None:
            return {"name": self._fill(nested.name), "path": self._fill(nested.path)}
        arn = self._fill(said.managed_policy_arn or "")
        self._check_arn(arn, said.source)
        return {"aws_managed": arn}

    def _tell_end(self, said: Boundary, what: str) -> None:
        nested = said.customer_managed_policy_reference
        if end := first(said.expires_at, nested.expires_at if nested else NEVER):
            reason = "a boundary of the catalog never ends, since access would widen: it stays until it is taken out"
            self._taking.leave_out(said.source, f"expires_at {end} of the {what}", reason)

    def _tags(self) -> Mapping[str, str]:
        tags: dict[str, str] = {}
        alive: list[Tag] = self._taking.alive(self._said.tags, f"tag of {self._what}")
        for each in applying(alive, self._center.subject, is_list=True):
            if each.expires_at:
                reason = "a tag of the catalog never ends: it stays until it is taken out"
                self._taking.leave_out(each.source, f"expires_at of tag {each.key} of {self._what}", reason)
            if (key := self._fill(each.key)) in tags:
                raise BadValue(f"tag {key!r} of {self._what} stands twice", "keep one")
            tags[key] = self._fill(each.value)
        return dict(sorted(tags.items()))

    def _assignments(self, name: str, rule: AccessRule, drift: str) -> Iterator[FoundAssignment]:
        organization = self._center.subject.organization
        accounts = [each.id for each in self._places.of_organization(organization) if rule_applies(rule, each)]
        what = f"access rule of {self._what}"
        if not accounts:
            self._taking.leave_out(rule.source, what, "no ACTIVE account is in it")
        elif not rule.users and not rule.groups:
            self._taking.leave_out(rule.source, what, "it names nobody")
        else:
            for kind, principal in self._principals(rule):
                for account in accounts:
                    yield FoundAssignment(
                        account, name, kind, principal.id, principal.name, expires=rule.expires_at, drift=drift
                    )

    def _principals(self, rule: AccessRule) -> Iterator[tuple[PrincipalType, Principal]]:
        organization = self._directory.organization
        kinds: tuple[tuple[PrincipalType, tuple[Text, ...], tuple[Principal, ...]], ...] = (
            ("GROUP", rule.groups, organization.groups),
            ("USER", rule.users, organization.users),
        )
        for kind, names, everybody in kinds:
            for name in names:
                if name == STAR:
                    self._taking.leave_out(
                        rule.source,
                        f"* for all {kind.lower()}s in an access rule of {self._what}",
                        f"the catalog has the {len(everybody)} that are there now, and not those who come later",
                    )
                    yield from ((kind, each) for each in everybody)
                else:
                    with self._taking.refusing(name.source):
                        find = self._directory.group if kind == "GROUP" else self._directory.user
                        yield kind, find(str(name))
