"""What both kinds of template have in common: what of them is alive, applies, and is fit for a catalog."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from remit.catalog.messages import problems_of
from remit.catalog.models import InlineStatement, PolicyStatement
from remit.documents import VERSION
from remit.errors import BadValue, Problem, Source
from remit.importing.ends import is_over
from remit.importing.found import LeftOut
from remit.importing.sources.iambic.matching import Subject, applies, order
from remit.importing.sources.iambic.said import Ending, Scoped, Statement, Template
from remit.importing.sources.iambic.variables import placed
from remit.yaml_places import Block, Series, Text

Fill = Callable[[str], str]
DRIFT = {"enforced": "enforce", "read_and_write": "adopt", "import_only": "report", "undefined": ""}
_OLD_VERSIONS = (None, "2008-10-17")

_Ending = TypeVar("_Ending", bound=Ending)
_Scoped = TypeVar("_Scoped", bound=Scoped)


@dataclass(slots=True)
class Taking:
    """What is taken at a time, and what is told of the rest."""

    at: datetime
    left_out: list[LeftOut] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def leave_out(self, source: Source, what: str, reason: str) -> None:
        self.left_out.append(LeftOut(f"{source} {what}", reason))

    @contextmanager
    def refusing(self, source: Source | None) -> Iterator[None]:
        """A BadValue is a problem at this place."""
        try:
            yield
        except BadValue as error:
            self.problems.append(error.at(source))

    def takes(self, template: Template, what: str) -> bool:
        """Whether IAMbic makes something of the template."""
        if template.iambic_managed == "disabled":
            self.leave_out(template.source, what, "it is disabled: IAMbic leaves it alone")
            return False
        return bool(self.alive([template], what))

    def alive(self, items: Iterable[_Ending], what: str) -> list[_Ending]:
        """Those that neither have ended nor are to be deleted; the others are told of."""
        kept = []
        for item in items:
            if item.deleted:
                self.leave_out(item.source, what, "it is deleted")
            elif is_over(item.expires_at, self.at):
                self.leave_out(item.source, what, f"it ended at {item.expires_at}")
            else:
                kept.append(item)
        return kept

    def unheeded(self, items: Iterable[Scoped], what: str, *, is_list: bool) -> None:
        """Tells of accounts that IAMbic does not look at: those of a value that is no list."""
        for item in items:
            if not is_list and item.is_scoped():
                self.leave_out(
                    item.source, f"the accounts of {what}", "IAMbic heeds them in lists alone: it applies in all"
                )

    def version(self, version: Text | None, statements: Sequence[Statement], source: Source) -> None:
        """A document of the old version means the same in the new one if it has no `${`."""
        if version in _OLD_VERSIONS:
            if "${" in json.dumps([_values(each) for each in statements]):
                old = f"version {version}" if version else "no version, which AWS takes for 2008-10-17"
                self.problems.append(
                    Problem(
                        f"a policy with {old}, where ${{…}} is plain text",
                        f"write version: '{VERSION}' if it is to be a variable, and import again",
                        source,
                    )
                )
        elif version != VERSION:
            self.problems.append(Problem(f"version {version!r} is none of IAM's", f"write '{VERSION}'", source))

    def statement(self, said: Statement, word: Fill, *, inline: bool = False) -> None:
        """Checks a statement as the catalog would. Problems stand at its lines in the template."""
        block = Block(said.source)
        for key, value in _values(said).items():
            if key != "Sid" or "{{" not in value:  # the catalog's Sid has no variables: it is filled in
                block[key], block.places[key] = worded(value, word), said.source
        for key in ("Principal", "NotPrincipal"):
            if getattr(said, "principal" if key == "Principal" else "not_principal") is not None:
                block[key], block.places[key] = Text("", said.source), said.source
        model = InlineStatement if inline else PolicyStatement
        try:
            model.model_validate(block)
        except ValidationError as error:
            self.problems += problems_of(error, model, block)


def applying(items: Iterable[_Scoped], subject: Subject, *, is_list: bool) -> list[_Scoped]:
    """The items for an account; all of what is no list. Raises BadValue for a pattern that is none."""
    return [item for item in items if not is_list or applies(item, subject)]


def first_applying(items: Iterable[_Scoped], subject: Subject, *, is_list: bool) -> _Scoped | None:
    """The first in IAMbic's order."""
    return next(iter(applying(sorted(items, key=order), subject, is_list=is_list)), None)


def statement_json(said: Statement, fill: Fill) -> dict[str, Any]:
    """A statement as IAM has it, with the catalog's `expires`."""
    filled = {key: plain(value, fill) for key, value in _values(said).items()}
    return {**filled, **({"expires": said.expires_at} if said.expires_at else {})}


def _values(said: Statement) -> dict[str, Any]:
    given = {
        "Sid": said.sid,
        "Effect": said.effect,
        "Action": said.action,
        "NotAction": said.not_action,
        "Resource": said.resource,
        "NotResource": said.not_resource,
        "Condition": said.condition,
    }
    return {key: value for key, value in given.items() if value is not None}


def plain(value: Any, fill: Fill) -> Any:  # noqa: ANN401  JSON
    """JSON with every text filled in. A list of one is that one, as a plan writes it."""
    if isinstance(value, str):
        return fill(value)
    if isinstance(value, dict):
        return {fill(key): plain(each, fill) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return plain(value[0], fill) if len(value) == 1 else [plain(each, fill) for each in value]
    return value


def worded(value: Any, word: Fill) -> Any:  # noqa: ANN401  values of remit.yaml_places
    """The same values at their places, with every text filled in."""
    if isinstance(value, Text):
        return placed(word(value), value)
    if isinstance(value, Block):
        block = Block(value.source)
        for key, each in value.items():
            name = placed(word(key), key) if isinstance(key, Text) else Text(word(key), value.source)
            block[name], block.places[name] = worded(each, word), value.places[key]
        return block
    if isinstance(value, list | tuple):
        first = value[0].source if value and isinstance(value[0], Text) else Source("", 0)
        series = Series(value.source if isinstance(value, Series) else first)
        series.extend(worded(each, word) for each in value)
        series.places.extend(each.source if isinstance(each, Text) else series.source for each in value)
        return series
    return value
