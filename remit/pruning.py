"""Taking what has ended out of the files of a catalog, with what referred to it. The plan of that moment stays.

What cannot go without a decision is kept, and said: a policy that has ended but is still a boundary, for one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from remit.catalog.load import Catalog, files_of, load_catalog
from remit.catalog.models import CustomerPolicy, Entry, ManagedPolicy, PermissionSet
from remit.editing import EditableFile
from remit.endings import attached, attached_name, rule_subject
from remit.errors import CatalogError, Problem, Source
from remit.expiry import expired


@dataclass(frozen=True, slots=True)
class Removal:
    """One thing that goes: what it is, and why."""

    what: str
    why: str
    source: Source


@dataclass(frozen=True, slots=True)
class Pruning:
    """What goes, what stays although it has ended, and the texts of the files that change; None: the file goes."""

    removals: tuple[Removal, ...]
    kept: tuple[Problem, ...]
    texts: Mapping[Path, str | None]


def prune(directory: Path, catalog: Catalog, at: datetime) -> Pruning:
    """Everything that is over at that time, taken out of the files. Nothing is written.

    Raises CatalogError when nothing would be left, or when what is left would not load.
    """
    finding = _Finding(catalog, at)
    removals = sorted(finding.removals(), key=lambda each: each.source)
    texts = _edited(removals)
    if texts:
        _check(directory, texts)
    return Pruning(tuple(removals), tuple(finding.kept), texts)


@dataclass(slots=True)
class _Finding:
    catalog: Catalog
    at: datetime
    kept: list[Problem] = field(default_factory=list)
    _gone: set[str] = field(default_factory=set)
    """Policies that go, by name."""

    def removals(self) -> Iterator[Removal]:
        yield from self._policies()
        for entry in self.catalog.permission_sets:
            if expired(entry.expires, self.at):
                yield Removal(f"permission set {entry.name}", f"ended {entry.expires}", entry.source)
            else:
                yield from self._attached(entry)
                yield from self._inline(entry)
        yield from self._rules()

    def _policies(self) -> Iterator[Removal]:
        for policy in self.catalog.managed_policies:
            over = [each for each in policy.statements if expired(each.expires, self.at)]
            if expired(policy.expires, self.at):
                yield from self._whole_policy(policy, f"ended {policy.expires}", self._boundaries(policy))
            elif len(over) == len(policy.statements):
                holders = [*self._boundaries(policy), *self._attachments(policy)]
                yield from self._whole_policy(policy, "all its statements ended", holders)
            else:
                for each in over:
                    what = f"statement {each.sid or policy.statements.index(each) + 1} of {policy.name}"
                    yield Removal(what, f"ended {each.expires}", each.source)

    def _whole_policy(self, policy: ManagedPolicy, why: str, holders: Sequence[Entry]) -> Iterator[Removal]:
        if holders:
            message = f"managed policy {str(policy.name)!r} is kept: {why}, but {holders[0].source} still needs it"
            self.kept.append(Problem(message, "renew it, or take out what needs it", policy.source))
            return
        self._gone.add(str(policy.name))
        yield Removal(f"managed policy {policy.name}", why, policy.source)

    def _boundaries(self, policy: ManagedPolicy) -> list[Entry]:
        return [
            entry.permissions_boundary
            for entry in self._living()
            if entry.permissions_boundary and _names(entry.permissions_boundary.customer_managed, policy)
        ]

    def _attachments(self, policy: ManagedPolicy) -> list[Entry]:
        return [
            each
            for entry in self._living()
            for each in entry.customer_managed_policies
            if _names(each, policy) and not expired(each.expires, self.at)
        ]

    def _living(self) -> Iterator[PermissionSet]:
        return (entry for entry in self.catalog.permission_sets if not expired(entry.expires, self.at))

    def _attached(self, entry: PermissionSet) -> Iterator[Removal]:
        for policy in attached(entry):
            what = f"policy {attached_name(policy)} of {entry.name}"
            if expired(policy.expires, self.at):
                yield Removal(what, f"ended {policy.expires}", policy.source)
            elif isinstance(policy, CustomerPolicy) and not policy.external and str(policy.name) in self._gone:
                yield Removal(what, "its policy ended", policy.source)

    def _inline(self, entry: PermissionSet) -> Iterator[Removal]:
        for number, each in enumerate(entry.inline_policy.statements if entry.inline_policy else (), start=1):
            if expired(each.expires, self.at):
                yield Removal(f"statement {each.sid or number} of {entry.name}", f"ended {each.expires}", each.source)

    def _rules(self) -> Iterator[Removal]:
        ended = {str(each.name) for each in self.catalog.permission_sets if expired(each.expires, self.at)}
        for rule in self.catalog.access:
            over = [name for name in rule.permission_sets if str(name) in ended]
            what = f"access rule {rule_subject(rule)}"
            if expired(rule.expires, self.at):
                yield Removal(what, f"ended {rule.expires}", rule.source)
            elif len(over) == len(rule.permission_sets):
                yield Removal(what, f"its permission {'set' if len(over) == 1 else 'sets'} ended", rule.source)
            else:
                for name in over:
                    yield Removal(f"permission set {name} of {what}", "it ended", name.source)


def _names(reference: CustomerPolicy | None, policy: ManagedPolicy) -> bool:
    return reference is not None and not reference.external and str(reference.name) == str(policy.name)


def _edited(removals: Sequence[Removal]) -> Mapping[Path, str | None]:
    by_file: defaultdict[str, set[Source]] = defaultdict(set)
    for removal in removals:
        by_file[removal.source.file].add(removal.source)
    texts: dict[Path, str | None] = {}
    for name, sources in by_file.items():
        file = EditableFile.read(Path(name))
        for source in sorted(sources, reverse=True):  # from below: what stands above keeps its place
            file.remove(file.at(source.line, source.column))
        texts[file.path] = None if file.is_empty() else file.text
    return texts


def _check(directory: Path, texts: Mapping[Path, str | None]) -> None:
    """Load what would be left. Raises CatalogError."""
    with TemporaryDirectory() as folder:
        for path in files_of(directory):
            copy = Path(folder) / path.relative_to(directory)
            copy.parent.mkdir(parents=True, exist_ok=True)
            text = texts.get(path, path)
            if isinstance(text, str):
                copy.write_bytes(text.encode())
            elif text is not None:
                copyfile(path, copy)
        try:
            load_catalog(Path(folder))
        except CatalogError as error:
            said = error.problems[0]
            raise CatalogError(
                [
                    Problem(
                        f"what is left would be no catalog: {said.message}".replace(folder, str(directory)),
                        "an anchor may stand in what has ended, or nothing else is there: edit it by hand",
                        Source(said.source.file.replace(folder, str(directory)), 0) if said.source else None,
                    )
                ]
            ) from error
