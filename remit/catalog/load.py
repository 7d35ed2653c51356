"""Reading a folder into a Catalog: every file, every problem, in one go."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from remit.catalog.messages import problems_of
from remit.catalog.models import BY_ID, AccessRule, Entry, ManagedPolicy, PermissionSet, Settings
from remit.catalog.references import reference_problems
from remit.errors import CatalogError, Problem, Source, did_you_mean
from remit.yaml_places import Block, Series, Text, read_yaml, source_of

SETTINGS_FILES = ("organization.yaml", "organization.yml")
SCHEMA_FOLDER = "schema"
_SUFFIXES = frozenset({".yaml", ".yml"})
_EMPTY = "an empty catalog would take away all access; to do that, `remit destroy`"
KINDS: Mapping[str, type[Entry]] = {
    "managed_policies": ManagedPolicy,
    "permission_sets": PermissionSet,
    "access": AccessRule,
}
_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Catalog:
    """All that the files of a catalog say, by file and line."""

    managed_policies: tuple[ManagedPolicy, ...] = ()
    permission_sets: tuple[PermissionSet, ...] = ()
    access: tuple[AccessRule, ...] = ()
    settings: Settings = Settings.model_validate({})  # noqa: RUF009  frozen

    def principal_names(self) -> tuple[set[str], set[str]]:
        """Every group (with its suffix) and every user that an access rule names, less those that it names by id."""
        groups = {self.settings.full_group_name(name) for rule in self.access for name in rule.groups or ()}
        users = {str(name) for rule in self.access for name in rule.users or ()}
        return {name for name in groups if not name.startswith(BY_ID)}, {
            name for name in users if not name.startswith(BY_ID)
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """What a folder holds that is sound, and all that is wrong with the rest. `settings_read`: organization.yaml is."""

    catalog: Catalog
    problems: tuple[Problem, ...] = ()
    settings_read: bool = True


def load_catalog(directory: Path) -> Catalog:
    """Read every *.yaml and *.yml below `directory`. Raises CatalogError with all problems of all files."""
    reading = read_catalog(directory)
    if reading.problems:
        raise CatalogError(reading.problems)
    return reading.catalog


def read_catalog(directory: Path) -> Reading:
    """The same for whoever goes on with what is sound. Raises CatalogError where there is nothing to read."""
    directory = Path(directory)
    if not directory.is_dir():
        remedy = "go to the project's folder, or name it with --catalog or remit:catalog"
        raise CatalogError([Problem(f"there is no catalog folder {directory}", remedy)])
    loading = _Loading()
    files = list(_catalog_files(directory, loading.problems))
    if not files and not loading.problems:
        raise CatalogError([Problem(f"no *.yaml file below {directory}", _EMPTY)])
    loading.settings(directory)
    for file in files:
        loading.file(file)
    return loading.reading(directory)


def load_settings(directory: Path) -> Settings:
    """What organization.yaml of a catalog's folder says; the defaults without one. Raises CatalogError."""
    loading = _Loading()
    loading.settings(Path(directory))
    if loading.problems:
        raise CatalogError(loading.problems)
    return loading.found_settings


def files_of(directory: Path) -> list[Path]:
    """Every file that a catalog in this folder is read from, organization.yaml first."""
    settings = [directory / name for name in SETTINGS_FILES if (directory / name).is_file()]
    return [*settings, *_catalog_files(directory, [])]


def validate(model: type[_Model], data: object, problems: list[Problem]) -> _Model | None:
    """`data` as a model; None when it is none, with the reasons added to `problems`."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems.extend(problems_of(error, model, data))
        return None


def _catalog_files(directory: Path, problems: list[Problem]) -> Iterator[Path]:
    """The files in order. What cannot be looked into is a problem: access must not end because a folder is closed."""

    def unreadable(error: OSError) -> None:
        problems.append(Problem(f"cannot be read: {error.strerror}", "", Source(str(error.filename), 0)))

    for folder, folders, names in os.walk(directory, onerror=unreadable):
        here, skipped = Path(folder), {SCHEMA_FOLDER, *SETTINGS_FILES} if Path(folder) == directory else set()
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in skipped)
        problems += [_link(here / name) for name in folders if (here / name).is_symlink()]
        files = sorted(name for name in names if not name.startswith(".") and name not in skipped)
        yield from (here / name for name in files if Path(name).suffix.lower() in _SUFFIXES)


def _link(folder: Path) -> Problem:
    return Problem("is a link to a folder, which is not followed", "move the folder here", Source(str(folder), 0))


class _Loading:
    """What has been read so far. `broken` are names of entries that do not validate: they are no unknown names."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.entries: dict[str, list[Entry]] = {kind: [] for kind in KINDS}
        self.broken: dict[str, set[str]] = {kind: set() for kind in KINDS}
        self.found_settings = Settings.model_validate({})
        self.settings_read = True
        self.all_read = True
        """Whether every entry was found, so that a name that is not there is an unknown one."""

    def settings(self, directory: Path) -> None:
        before = len(self.problems)
        self._settings(directory)
        self.settings_read, self.all_read = len(self.problems) == before, True

    def _settings(self, directory: Path) -> None:
        found = [directory / name for name in SETTINGS_FILES if (directory / name).is_file()]
        if len(found) > 1:
            self.problems.append(
                Problem(f"{found[0]} and {found[1].name} both exist", "keep one", Source(str(found[0]), 1))
            )
        documents = [document for document in self._documents(found[0]) if document is not None] if found else []
        if len(documents) > 1:
            self.problems.append(Problem("more than one document", "keep one, without ---", source_of(documents[1])))
        for document in documents[:1]:
            self.found_settings = validate(Settings, document, self.problems) or self.found_settings

    def file(self, path: Path) -> None:
        for document in self._documents(path):
            if isinstance(document, Block):
                self._block(document)
            elif document is not None:
                message = f"a catalog file is {'a list' if isinstance(document, Series) else 'text'}, not a mapping"
                remedy = f"begin with {', '.join(f'{kind}:' for kind in KINDS)}"
                self._unread(Problem(message, remedy, source_of(document)))

    def _unread(self, problem: Problem) -> None:
        """There may be entries in what cannot be read: names that are not found are not unknown."""
        self.problems.append(problem)
        self.all_read = False

    def reading(self, directory: Path) -> Reading:
        catalog = Catalog(
            managed_policies=tuple(self._of(ManagedPolicy)),
            permission_sets=tuple(self._of(PermissionSet)),
            access=tuple(self._of(AccessRule)),
            settings=self.found_settings,
        )
        self.problems.extend(
            reference_problems(
                catalog.managed_policies,
                catalog.permission_sets,
                catalog.access,
                all_read=self.all_read,
                broken_policies=self.broken["managed_policies"],
                broken_permission_sets=self.broken["permission_sets"],
                ignored=catalog.settings.ignore_permission_sets,
            )
        )
        if not self.problems and not any(self.entries.values()):
            self.problems.append(Problem(f"there is no entry in the files below {directory}", _EMPTY))
        return Reading(catalog, tuple(self.problems), self.settings_read)

    def _of(self, model: type[_Model]) -> Iterable[_Model]:
        return (entry for entries in self.entries.values() for entry in entries if isinstance(entry, model))

    def _documents(self, path: Path) -> list[object]:
        try:
            content = path.read_bytes()
        except OSError as error:
            self._unread(Problem(f"cannot be read: {error.strerror}", "", Source(str(path), 0)))
            return []
        documents, problems = read_yaml(content, str(path))
        self.problems.extend(problems)
        self.all_read = self.all_read and (bool(documents) or not problems)
        return documents

    def _block(self, block: Block) -> None:
        for kind, entries in block.items():
            place = block.places[kind]
            if kind not in KINDS:
                remedy = did_you_mean(kind, KINDS) or f"there are {', '.join(KINDS)}"
                self._unread(Problem(f"unknown key {str(kind)!r}", remedy, place))
            elif isinstance(entries, Series):
                for entry in entries:
                    self._entry(kind, entry, entries)
            elif entries is not None:
                self._unread(Problem(f"{kind} takes a list", "begin each entry with a dash", place))

    def _is_told(self, place: Source) -> bool:
        """Whether a problem of that line is told already."""
        lines = ((each.source.file, each.source.line) for each in self.problems if each.source)
        return (place.file, place.line) in lines

    def _entry(self, kind: str, data: object, among: Series) -> None:
        if not isinstance(data, Block):
            place = source_of(data) or among.source
            if not (data == "" and self._is_told(place)):
                remedy = _with_a_space(data) or "write its keys"
                self._unread(Problem(f"an entry of {kind} is a mapping, not {_shown(data)}", remedy, place))
            return
        entry = validate(KINDS[kind], data, self.problems)
        if entry is not None:
            self.entries[kind].append(entry)
        elif isinstance(name := data.get("name"), str):
            self.broken[kind].add(str(name))
        elif kind != "access":
            self.all_read = False


def _with_a_space(data: object) -> str:
    """A remedy for `name:A`, which YAML takes for text."""
    key, colon, value = data.partition(":") if isinstance(data, Text) else ("", "", "")
    return f"write {key}: {value}, with a space after the colon" if colon and value else ""


def _shown(data: object) -> str:
    return "nothing" if data is None else "a list" if isinstance(data, Series) else repr(str(data))
