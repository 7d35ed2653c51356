"""A change after the other is written into a copy of the catalog, and counts once it is proven.

Proven: the copy, read and planned for the whole organization again, differs from what it came to before by just what is
live of the change's findings; and so at each later time that something of the entry ends. A change that cannot be is
taken back, with the reason; the others go on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path, PurePosixPath

from remit.catalog.load import Catalog, load_catalog
from remit.drift.compare import Comparison
from remit.drift.live import Live
from remit.drift.modes import Modes
from remit.editing import write_texts
from remit.errors import BadValue, CatalogError, NotProvenError
from remit.importing.edits import Edits
from remit.importing.meant import MeantAccounts
from remit.organization import Organization
from remit.plan import Plan, make_plan
from remit.selectors import AccountIndex
from remit.stack import Stack
from remit.syncing.access import edit_access
from remit.syncing.attention import Look, worth_a_look
from remit.syncing.change import Change
from remit.syncing.lasting import lasting_otherwise
from remit.syncing.permission_sets import edit_permission_set
from remit.syncing.policies import edit_policy
from remit.syncing.refusal import CannotAdoptError
from remit.syncing.said import Said, everywhere

_MOST_DIFFERENCES = 3


@dataclass(frozen=True, slots=True)
class Adopted:
    """A change with the files that it changes, by their places in the catalog's folder; None: the file goes.

    `attention`: what a reviewer should look at.
    """

    change: Change
    files: Mapping[PurePosixPath, str | None]
    attention: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A change that the catalog cannot follow, and why."""

    change: Change
    reason: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What became of each change."""

    adopted: tuple[Adopted, ...] = ()
    refused: tuple[Refused, ...] = ()


@dataclass(slots=True)
class Drafting:
    """A catalog in `folder`, which is a copy that may be edited, and what it is held against."""

    folder: Path
    organization: Organization
    stack: Stack
    live: Live
    at: datetime
    _catalog: Catalog = field(init=False)
    _plan: Plan = field(init=False)
    _look: Look | None = field(default=None, init=False)

    def draft(self, changes: Iterable[Change]) -> Draft:
        """Raises CatalogError for what is wrong in the catalog before, NotProvenError when the whole does not hold."""
        self._catalog, self._plan = self._read()
        adopted: list[Adopted] = []
        refused: list[Refused] = []
        for change in changes:
            try:
                adopted.append(self._adopt(change))
            except (CannotAdoptError, CatalogError) as error:
                refused.append(Refused(change, self._reason(error)))
        self._prove([each.change for each in adopted])
        return Draft(tuple(adopted), tuple(refused))

    def _adopt(self, change: Change) -> Adopted:
        before, wanted = self._catalog, Said.of(self._plan).with_adopted(change.findings, self.live)
        texts = self._edited(change)
        were = {path: path.read_bytes().decode() if path.exists() else None for path in texts}
        write_texts(texts)
        try:
            catalog, plan = self._read()
            _check(wanted.differences(Said.of(plan)))
            _check(lasting_otherwise(before, catalog, change, self.at, self._planned))
        except (CannotAdoptError, CatalogError):
            write_texts({path: text for path, text in were.items() if text is not None or path.exists()})
            raise
        was = self._look or Look(before, self.organization, self.stack, self.at)
        now = Look(catalog, self.organization, self.stack, self.at)
        self._catalog, self._plan, self._look = catalog, plan, now
        files = {PurePosixPath(path.relative_to(self.folder).as_posix()): text for path, text in texts.items()}
        return Adopted(change, files, worth_a_look(was, now, change))

    def _edited(self, change: Change) -> Mapping[Path, str | None]:
        edits = Edits(self.folder, self._catalog, self._plan, MeantAccounts(AccountIndex(self.organization)))
        first = change.findings[0]
        try:
            if first.kind == "managed_policy":
                edit_policy(edits, first.name, change.findings, self.live, self.at)
            elif first.kind == "permission_set":
                edit_permission_set(edits, first, self.live, self.at)
            else:
                edit_access(edits, change.findings, self.stack.drift)
            return edits.texts()
        except (KeyError, BadValue) as error:  # an anchor, say: the place in the file is not the place of the entry
            raise CannotAdoptError(f"the file is written in a way that cannot be edited ({error})") from error

    def _read(self) -> tuple[Catalog, Plan]:
        catalog = load_catalog(self.folder)
        return catalog, self._planned(catalog, self.at)

    def _planned(self, catalog: Catalog, at: datetime) -> Plan:
        return make_plan(catalog, self.organization, at=at, stack=everywhere(self.stack))

    def _prove(self, changes: Sequence[Change]) -> None:
        """Held against what is live, as `remit drift` does it, nothing of what is adopted differs any more."""
        plan = make_plan(self._catalog, self.organization, at=self.at, stack=self.stack)
        names = {account.id: account.name for account in self.organization.accounts}
        modes = Modes(self._catalog, self.stack)
        left = {each.id for each in Comparison(plan, self.live, modes, self.stack, names).findings()}
        for change in changes:
            if wrong := [each.title for each in change.findings if each.id in left]:
                raise NotProvenError(f"the catalog would still differ in {wrong[0]}, so nothing was written")

    def _reason(self, error: CannotAdoptError | CatalogError) -> str:
        return str(error).replace(f"{self.folder}/", "").replace("\n", "; ")


def _check(differences: Iterator[str]) -> None:
    if wrong := list(islice(differences, _MOST_DIFFERENCES)):
        raise CannotAdoptError(f"the catalog would say something else: {'; '.join(wrong)}")
