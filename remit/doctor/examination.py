"""Every check, in order. One that needs what an earlier one could not find out says so: it never passes in silence.

The files and tools come first, so that something is told where there are no credentials at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from remit.catalog import Catalog, Settings
from remit.doctor.backend import check_backend, check_encryption
from remit.doctor.credentials import check_identity
from remit.doctor.existing import check_existing, new_permission_sets
from remit.doctor.finding import Finding, Says
from remit.doctor.identity_center import check_instance, choose, none_here
from remit.doctor.observed import Backend, Cloud, Encryption, Identity, Instance, Repository, Spoke, Told, Tools
from remit.doctor.organization import check_delegation, check_management_access, features, not_listed
from remit.doctor.organization import told as organization_told
from remit.doctor.project import check_catalog, check_plan, check_together, wrong_files
from remit.doctor.quotas import accounts_beyond_a_role, check_quotas, check_roles, versions_note
from remit.doctor.repository import check_repository
from remit.doctor.spokes import check_paths, check_spokes
from remit.doctor.tools import check_tools
from remit.drift.recorded import Recorded
from remit.errors import AccessDeniedError, AwsError, CatalogError, Problem
from remit.organization import Organization
from remit.plan import Plan, make_plan
from remit.stack import Stack
from remit.territory import StackFile


class Project(Protocol):
    """What stands on this machine: nothing of it asks AWS, but the engine about its backend."""

    def tools(self) -> Tools: ...

    def backend(self) -> Backend: ...

    def encryption(self) -> Sequence[Encryption]: ...

    def repository(self) -> Repository: ...

    def catalog(self) -> tuple[Catalog, str]:
        """The catalog, and what is in it in words. Raises CatalogError."""

    def lint(self) -> tuple[int, int]:
        """Errors and warnings. Raises CatalogError."""

    def stack(self) -> Stack:
        """The stack that was named, else one that is all. Raises CatalogError."""

    def made(self) -> Recorded | str:
        """What the state of the stack has that was named; or why nobody knows, "" where none was named."""

    def stacks(self) -> tuple[Sequence[StackFile], frozenset[str]]:
        """Every stack that has a file, and those that `promotion:` names. Raises CatalogError."""


@dataclass(slots=True)
class Known:
    """What the checks have found out. None: not, or not yet."""

    backend: Backend | None = None
    catalog: Catalog | None = None
    stack: Stack | None = None
    identity: Identity | None = None
    management: str | None = None
    tree: Organization | None = None
    instance: Instance | None = None
    organization: Organization | None = None
    plan: Plan | None = None
    spokes: Sequence[Spoke] = field(default_factory=list)
    permission_sets: int | None = None


_FOUND_BY: Mapping[str, str] = {
    "catalog": "catalog",
    "stack": "stacks",
    "identity": "credentials",
    "management": "organization",
    "tree": "organization",
    "instance": "Identity Center",
    "organization": "groups and users",
    "plan": "plan",
}
Value = TypeVar("Value")


class Examination:
    """Runs every check once. `snapshot`: stands for the look-up of the organization; `source` names its file."""

    def __init__(
        self,
        project: Project,
        cloud: Cloud,
        *,
        region: str,
        at: datetime,
        told: Told,
        snapshot: Organization | None = None,
        source: str = "",
    ) -> None:
        """`region`: where Identity Center is looked for; "": where organization.yaml says."""
        self._project, self._cloud, self._told = project, cloud, told
        self._region, self._at = region, at
        self._snapshot, self._source = snapshot, source
        self._known = Known()

    def findings(self) -> Iterator[Finding]:
        """In the order of the checks, each as soon as it is known."""
        unknown: set[Finding] = set()
        for name, needs, check in self._checks():
            missing = [need for need in needs if getattr(self._known, need) is None]
            says = Says(name)
            if missing:
                finding = says.unchecked(_after(list(dict.fromkeys(_FOUND_BY[need] for need in missing))))
                yield from {finding} - unknown
                unknown.add(finding)
                continue
            try:
                yield from check()
            except AwsError as error:
                yield says.refused(error)
            except CatalogError as error:
                yield from says.problems(error.problems)

    def _checks(self) -> Sequence[tuple[str, tuple[str, ...], Callable[[], Iterator[Finding]]]]:
        """Name, what it needs, the check."""
        live = () if self._snapshot else ("identity",)
        directory = () if self._snapshot else ("instance",)
        return (
            ("tools", (), lambda: check_tools(self._project.tools())),
            ("backend", (), self._backend),
            ("encryption", (), lambda: check_encryption(self._project.encryption(), self._known.backend)),
            ("catalog", (), self._catalog),
            ("stacks", (), self._stack),
            ("credentials", (), self._credentials),
            ("organization", live, self._organization),
            ("delegation", ("identity", "management"), self._delegation),
            ("Identity Center", ("identity",), self._identity_center),
            ("groups and users", ("tree", "catalog", "stack", *directory), self._directory),
            ("plan", ("catalog", "stack", "organization"), self._plan),
            ("stacks", ("catalog",), self._together),
            ("delegation", ("identity", "tree"), self._management_access),
            ("spoke roles", ("identity", "tree", "catalog"), self._spokes),
            ("what exists", ("plan",), self._existing),
            ("quotas", ("plan",), self._quotas),
            ("git and CI", (), self._repository),
        )

    # --- on this machine ---------------------------------------------------------------------------------------

    def _backend(self) -> Iterator[Finding]:
        self._known.backend = self._project.backend()
        yield from check_backend(self._known.backend)

    def _catalog(self) -> Iterator[Finding]:
        try:
            self._known.catalog, entries = self._project.catalog()
        except CatalogError as error:
            yield from wrong_files(error.problems)
            return
        errors, warnings = self._project.lint()
        yield from check_catalog(entries, errors, warnings)

    def _stack(self) -> Iterator[Finding]:
        self._known.stack = self._project.stack()
        yield from ()

    def _together(self) -> Iterator[Finding]:
        files, promoted = self._project.stacks()
        yield from check_together(files, self._known.tree, promoted)

    def _repository(self) -> Iterator[Finding]:
        settings = self._settings
        yield from check_repository(self._project.repository(), promotion=bool(settings.promotion))

    # --- AWS ---------------------------------------------------------------------------------------------------

    def _credentials(self) -> Iterator[Finding]:
        self._known.identity = self._cloud.identity()
        yield from check_identity(self._known.identity)

    def _organization(self) -> Iterator[Finding]:
        known = self._known
        if self._snapshot:
            known.tree, known.management = self._snapshot, self._snapshot.management_account
            yield organization_told(self._snapshot, self._source)
            return
        known.management, all_on = self._cloud.all_features()
        yield from features(all_on=all_on)
        try:
            known.tree = self._cloud.organization(known.catalog, known.stack)
        except AccessDeniedError as error:
            yield not_listed(_found(known.identity), known.management, error)
            return
        yield organization_told(known.tree, "")

    def _delegation(self) -> Iterator[Finding]:
        known = self._known
        if known.tree is None:
            yield Says("delegation").unchecked(_after(["organization"]))
            return
        try:
            delegates = self._cloud.delegates()
        except AccessDeniedError as error:
            yield Says("delegation").unchecked(str(error))
            return
        yield from check_delegation(_found(known.identity), known.tree, delegates)

    def _identity_center(self) -> Iterator[Finding]:
        settings = self._settings.identity_center
        region = self._region or str(settings.region)
        chosen, wrong = choose(settings, region, self._cloud.instances(region))
        if wrong:
            yield wrong
        elif chosen is None:
            yield none_here(region, self._cloud.regions_with_an_instance())
        else:
            self._known.instance = chosen
            yield from check_instance(chosen, region, settings, self._known.management or "")

    def _directory(self) -> Iterator[Finding]:
        known, says = self._known, Says("groups and users")
        if self._snapshot:
            known.organization = self._snapshot
            yield says.ok(f"{len(self._snapshot.groups)} groups, {len(self._snapshot.users)} users ({self._source})")
            return
        instance, stack = _found(known.instance), _found(known.stack)
        asked = _found(known.catalog).principal_names()
        groups, users = self._cloud.principals(instance.identity_store, *asked)
        sets = self._cloud.permission_sets(instance.arn) if stack.refers else {}
        known.permission_sets = len(sets) if stack.refers else self._cloud.count_permission_sets(instance.arn)
        known.organization = _found(known.tree).model_copy(
            update={
                "groups": groups,
                "users": users,
                "permission_sets": sets,
                "instance_arn": instance.arn,
                "identity_store_id": instance.identity_store,
            }
        )
        yield says.ok(f"{len(groups)} of {len(asked[0])} groups and {len(users)} of {len(asked[1])} users were found")

    def _plan(self) -> Iterator[Finding]:
        known = self._known
        stack = _found(known.stack)
        catalog, organization = _found(known.catalog), _found(known.organization)
        known.plan = make_plan(catalog, organization, at=self._at, stack=stack, looks_ahead=True)
        yield from check_plan(known.plan, stack)

    def _management_access(self) -> Iterator[Finding]:
        """What a delegated administrator cannot do is of no concern to the management account."""
        known = self._known
        identity, tree, instance = _found(known.identity), _found(known.tree), known.instance
        if identity.account == tree.management_account:
            return
        if known.plan is None:
            yield Says("delegation").unchecked(f"what is given in the management account: {_after(['plan'])}")
            return
        there: Sequence[str] = ()
        if instance is None:
            yield Says("delegation").unchecked("what is provisioned in the management account: no instance was found")
        else:
            try:
                there = self._cloud.permission_sets_in(instance.arn, tree.management_account)
            except AccessDeniedError as error:
                yield Says("delegation").unchecked(f"what is provisioned in the management account: {error}")
        yield from check_management_access(known.plan, self._refused_to(identity), there)

    def _refused_to(self, delegate: Identity) -> Sequence[Problem]:
        known = self._known
        organization = _found(known.organization).model_copy(update={"caller": delegate.account})
        try:
            make_plan(_found(known.catalog), organization, at=self._at, stack=_found(known.stack), reads_only=False)
        except CatalogError as error:
            return error.problems
        return ()

    def _spokes(self) -> Iterator[Finding]:
        known, tree, spoke = self._known, _found(self._known.tree), self._settings.spoke
        plan = known.plan
        accounts = list(plan.scope) if plan else [each.id for each in tree.active_accounts]
        needed = {each.account for each in plan.managed_policies} if plan else set(accounts)
        known.spokes = self._cloud.spokes(accounts, spoke, self._told)
        yield from check_spokes(known.spokes, tree, role=spoke.name, needed=needed, snapshot=self._source)
        if plan:
            yield from check_paths(plan, spoke.name)

    def _existing(self) -> Iterator[Finding]:
        """Of a stack that adopts, the preview tells it."""
        known, plan, stack = self._known, _found(self._known.plan), _found(self._known.stack)
        made = "" if stack.adopt else self._project.made()
        if isinstance(made, str):
            yield from [Says("what exists").unchecked(made)] if made else ()
            return
        new = frozenset[str]() if stack.permission_sets == "refer" else new_permission_sets(plan, made)
        if new and known.instance is None:
            yield Says("what exists").unchecked(_after(["Identity Center"]))
            return
        there = self._cloud.permission_sets(_found(known.instance).arn).keys() if new else frozenset[str]()
        yield from check_existing(stack.name, plan, made, known.spokes, new & there)

    def _quotas(self) -> Iterator[Finding]:
        known, plan = self._known, _found(self._known.plan)
        yield from check_quotas(plan, known.spokes, known.permission_sets)
        yield from versions_note(known.spokes)
        if known.permission_sets is None:
            yield Says("quotas").unchecked("how many permission sets the instance has")
        if any(each.refused or each.unread for each in known.spokes) or not known.spokes:
            yield Says("quotas").unchecked("how many policies there are in accounts that could not be read")
        wanted = accounts_beyond_a_role(plan)
        if known.identity and wanted:
            yield from check_roles(wanted, self._cloud.role_quotas(sorted(wanted), self._settings.spoke))

    @property
    def _settings(self) -> Settings:
        return self._known.catalog.settings if self._known.catalog else Settings.model_validate({})


def _after(checks: Sequence[str]) -> str:
    find = "find" if len(checks) > 1 else "finds"
    return f"it needs what {' and '.join(repr(each) for each in checks)} {find} out, and that failed"


def _found(value: Value | None) -> Value:
    """What the check needs, and what the examination has seen to."""
    if value is None:
        raise AssertionError("a check ran without what it needs")
    return value
