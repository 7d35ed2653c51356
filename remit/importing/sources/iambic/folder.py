"""The files of an IAMbic repository: its configuration, and its templates by their types."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from remit.catalog.messages import problems_of
from remit.errors import CatalogError, Problem, Source
from remit.importing.found import LeftOut
from remit.importing.sources.iambic.numbers import misread
from remit.importing.sources.iambic.said import Config, ManagedPolicy, PermissionSet, Said
from remit.importing.sources.reading import read_mapping, read_text
from remit.yaml_places import Block, Text

CONFIG = "NOQ::Core::Config"
_OF_IAMBIC = re.compile(r"template_type:\n?.*NOQ::")
_REASONS = {
    "NOQ::AWS::IAM::Role": "Remit makes no roles: let IAMbic or Pulumi keep them",
    "NOQ::AWS::IAM::User": "Remit makes no IAM users",
    "NOQ::AWS::IAM::Group": "Remit makes no IAM groups",
    "NOQ::AWS::Organizations::SCP": "Remit makes no service control policies",
}

Model = TypeVar("Model", bound=Said)


@dataclass(slots=True)
class Repository:
    """What was read. `left_out`: templates of kinds that Remit does not know, and keys that IAMbic does not."""

    config: Config
    policies: list[ManagedPolicy] = field(default_factory=list)
    permission_sets: list[PermissionSet] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


def read_repository(folder: Path) -> Repository:
    """Every template below the folder. Raises CatalogError with all that is wrong."""
    if not folder.is_dir():
        raise CatalogError([Problem("is no folder", "name the folder of IAMbic's repository", Source(str(folder), 0))])
    reading = _Reading()
    blocks: defaultdict[str, list[Block]] = defaultdict(list)
    for path in _files(folder):
        for block in reading.blocks(path):
            blocks[_type_of(block)].append(block)
    repository = Repository(reading.config(blocks.pop(CONFIG, []), folder))
    for type_, found in sorted(blocks.items()):
        for block in found:
            reading.template(type_, block, repository)
    if reading.problems:
        raise CatalogError(reading.problems)
    return repository


def _files(folder: Path) -> list[Path]:
    return sorted(path for suffix in ("yaml", "yml") for path in folder.glob(f"**/*.{suffix}") if path.is_file())


def _type_of(block: Block) -> str:
    type_ = block.get("template_type")
    return str(type_) if isinstance(type_, Text) else ""


class _Reading:
    """Goes on after what is wrong in a file, so that all of it is told at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def blocks(self, path: Path) -> Iterator[Block]:
        """The mapping of a file of IAMbic's; nothing for any other file."""
        try:
            text = read_text(path)
            if _OF_IAMBIC.search(text):
                block = read_mapping(path)
                if _type_of(block).startswith("NOQ::"):
                    yield block
        except CatalogError as error:
            self.problems += error.problems

    def config(self, found: list[Block], folder: Path) -> Config:
        if len(found) > 1:
            others = " and ".join(str(block.source) for block in found[1:])
            self.problems.append(
                Problem(f"{CONFIG} stands here and in {others}", "IAMbic takes one: keep it", found[0].source)
            )
        elif not found and not self.problems:
            message, remedy = f"holds no file with template_type: {CONFIG}", "it says which accounts there are"
            raise CatalogError([Problem(message, remedy, Source(str(folder), 0))])
        return (self._valid(Config, found[0]) if found else None) or Config.model_validate({})

    def template(self, type_: str, block: Block, repository: Repository) -> None:
        if type_ == "NOQ::AWS::IAM::ManagedPolicy":
            if policy := self._valid(ManagedPolicy, block):
                repository.policies.append(policy)
                repository.left_out += _unknown(policy)
        elif type_ == "NOQ::AWS::IdentityCenter::PermissionSet":
            if entry := self._valid(PermissionSet, block):
                repository.permission_sets.append(entry)
                repository.left_out += _unknown(entry)
        else:
            reason = _REASONS.get(type_, f"{type_} is nothing that Remit keeps")
            repository.left_out.append(LeftOut(str(block.source), reason))

    def _valid(self, model: type[Model], block: Block) -> Model | None:
        self.problems += misread(block)
        try:
            return model.model_validate(block)
        except ValidationError as error:
            self.problems += problems_of(error, model, block)
            return None


def _unknown(said: Said) -> Iterator[LeftOut]:
    for key in said.unknown():
        yield LeftOut(f"{key.source} {key}", "IAMbic has no such key, and heeds none")
