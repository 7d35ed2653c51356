"""What most verbs start from: a catalog, a stack, an organization and a time, by the same options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from remit.catalog import Catalog
from remit.catalog.load import Reading, read_catalog
from remit.errors import CatalogError, Problem, SnapshotError
from remit.organization import Organization
from remit.snapshot import read_snapshot
from remit.stack import Stack
from remit.stack_file import read_stack

_PROJECT_FILE = "Pulumi.yaml"

Verb = TypeVar("Verb", bound=Callable[..., None])


class When(click.ParamType[datetime]):
    """A date (its first moment, UTC) or a date-time with its zone."""

    name = "when"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:  # noqa: ANN401
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is neither a date (2026-12-31) nor a date-time (2026-12-31T18:00:00Z)", param, ctx)
        if moment.tzinfo is None and not _is_date(value):
            self.fail(f"{value!r} has no time zone: write {value}Z for UTC", param, ctx)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _stack_names(_context: click.Context, _option: click.Parameter, begun: str) -> list[str]:
    """What a shell completes --stack to: the stacks that have a file."""
    names = (
        path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in stack_file("*").parent.glob("Pulumi.*.yaml")
    )
    return sorted(name for name in names if name.startswith(begun))


_OPTIONS = {
    "catalog": click.option("--catalog", metavar="DIR", type=click.Path(path_type=Path), help="Default: policies."),
    "organization": click.option(
        "--organization",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="A snapshot of the organization, as remit snapshot writes it.",
    ),
    "stack": click.option(
        "--stack",
        metavar="STACK",
        shell_complete=_stack_names,
        help="Reads Pulumi.STACK.yaml beside Pulumi.yaml.",
    ),
    "at": click.option("--at", type=When(), help="The plan of another day: 2026-12-31, or with time and zone."),
    "json": click.option("--json", "as_json", is_flag=True, help="For programs."),
}


def options(*names: str) -> Callable[[Verb], Verb]:
    """The options of these names, in that order."""

    def add(verb: Verb) -> Verb:
        for name in reversed(names):
            verb = _OPTIONS[name](verb)
        return verb

    return add


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a catalog and a stack come to. Without a stack: all accounts, own permission sets."""

    catalog: Catalog
    stack: Stack


def read_inputs(
    catalog: Path | None, stack: str | None, *, organization: Path | None = None, at: datetime | None = None
) -> Inputs:
    """The catalog and the stack. Raises CatalogError with the problems of both.

    With a snapshot of the organization also with those that a plan of the sound part has, so that one run tells all.
    """
    problems: list[Problem] = []
    found_stack, reading = Stack("default"), Reading(Catalog())
    try:
        found_stack = read_stack(stack_file(stack)) if stack else found_stack
    except CatalogError as error:
        problems.extend(error.problems)
    try:
        reading = read_catalog(catalog or catalog_folder(found_stack))
    except CatalogError as error:
        problems.extend(error.problems)
    if reading.problems and not problems and reading.settings_read and organization:
        problems.extend(_problems_of_the_rest(reading.catalog, organization, at or now(), found_stack))
    problems.extend(reading.problems)
    if problems:
        raise CatalogError(problems)
    return Inputs(reading.catalog, found_stack)


def _problems_of_the_rest(catalog: Catalog, organization: Path, at: datetime, stack: Stack) -> tuple[Problem, ...]:
    from remit.planning.sound_part import problems_of_sound_part  # noqa: PLC0415  only a wrong catalog needs it

    try:
        return problems_of_sound_part(catalog, read_snapshot(organization), at=at, stack=stack)
    except SnapshotError:
        return ()  # the catalog comes first; what is wrong with the snapshot is told when it is right


def stack_file(stack: str) -> Path:
    """Where a stack's settings stand. With Pulumi Cloud its name may have the owner before it: shop/prod."""
    return project_folder() / f"Pulumi.{stack.rpartition('/')[2]}.yaml"


def catalog_folder(stack: Stack) -> Path:
    """Where the catalog of a stack stands."""
    return project_folder() / stack.catalog


def read_organization(path: Path | None, inputs: Inputs) -> Organization:
    """The organization of a snapshot file, else the live one, as far as a plan reads it."""
    if path:
        return read_snapshot(path)
    from remit.aws.look_up import look_up_organization  # noqa: PLC0415  boto3 takes half a second
    from remit.aws.session import Aws  # noqa: PLC0415

    aws = Aws(inputs.catalog.settings.identity_center.region)
    return look_up_organization(aws, inputs.catalog, inputs.stack)


def now() -> datetime:
    return datetime.now(UTC)


def project_folder() -> Path:
    """The folder of the nearest Pulumi.yaml, from here upwards, as one would write it from here; else here."""
    for up in range(len(Path.cwd().parts)):
        folder = Path(*[".."] * up)
        if (folder / _PROJECT_FILE).is_file():
            return folder
    return Path()
