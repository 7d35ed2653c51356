"""What messages tell beside the run's own report: drift (`remit drift --json`), access that ends (`remit expiring`).

Unknown keys are passed over, so that those verbs may say more.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from remit.errors import RemitError
from remit.reporting.report import RunReport

Input = TypeVar("Input", bound=BaseModel)


class _Input(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Deed(_Input):
    """A call that somebody made by hand."""

    time: str = ""
    by: str = ""


class Place(_Input):
    """An account."""

    id: str
    name: str = ""


class DifferentField(_Input):
    """A field, or a statement, that differs."""

    field: str


class Difference(_Input):
    """One thing that is not as the catalog says. `change`: missing, changed or unmanaged. `who`: newest first."""

    id: str = ""
    title: str
    change: str
    mode: str = ""
    differences: tuple[DifferentField, ...] = ()
    who: tuple[Deed, ...] | None = None


class Unread(_Input):
    """An account that could not be looked into."""

    account: Place
    reason: str


class Repair(_Input):
    """What became of the differences to be reverted, by their ids. A preview leaves all, and does not fail."""

    exit_code: int = 0
    repaired: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


class Drift(_Input):
    """All that was found in a stack's scope: what `remit.drift.values.as_json` writes, and `remit repair` adds."""

    stack: str = ""
    drift: tuple[Difference, ...]
    unread: tuple[Unread, ...] = ()
    repair: Repair = Repair()

    @property
    def repaired(self) -> tuple[Difference, ...]:
        return tuple(each for each in self.drift if each.id in self.repair.repaired)

    @property
    def not_repaired(self) -> tuple[Difference, ...]:
        """What a repair that failed should have reverted."""
        return tuple(each for each in self.drift if self.repair.exit_code and each.id in self.repair.left)

    @property
    def waiting(self) -> tuple[Difference, ...]:
        """What a person decides on, and all of it where nothing was to be repaired."""
        told = {*self.repaired, *self.not_repaired}
        return tuple(each for each in self.drift if each not in told)


class Ending(_Input):
    """An entry of the catalog that ends at `expires`, or has ended."""

    kind: str
    subject: str
    expires: str
    reason: str = ""
    file: str = ""
    line: int = 0


class Expiring(_Input):
    """What ends soon and what has ended, the soonest first."""

    ending: tuple[Ending, ...]
    ended: tuple[Ending, ...] = ()


@dataclass(frozen=True, slots=True)
class News:
    """All there is to tell. `missing_report`: a report, or the drift, was promised, and the run left none."""

    report: RunReport | None = None
    drift: Drift | None = None
    expiring: Expiring | None = None
    missing_report: str = ""
    run_url: str = ""


def read_input(path: Path, model: type[Input]) -> Input:
    """What a JSON file holds. Raises RemitError with the first thing that is wrong, without the file's own words."""
    try:
        return model.model_validate_json(path.read_bytes())
    except OSError as error:
        raise RemitError(f"{path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise RemitError(f"{path} is not what it should be: {where}{': ' if where else ''}{first['msg']}") from error
