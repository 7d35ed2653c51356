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


class Difference(_Input):
    """One thing that is not as the catalog says. `who` and `when` where CloudTrail was asked."""

    what: str
    detail: str = ""
    account: str = ""
    account_name: str = ""
    mode: str = ""
    who: str = ""
    when: str = ""


class Drift(_Input):
    """All that was found in a stack's scope."""

    stack: str = ""
    differences: tuple[Difference, ...] = ()


class Ending(_Input):
    """An entry of the catalog that ends at `expires`, or has ended. `source` is its file and line."""

    what: str
    expires: str
    expired: bool = False
    source: str = ""
    reason: str = ""


class Expiring(_Input):
    """Entries, those that end first at the top."""

    entries: tuple[Ending, ...] = ()


@dataclass(frozen=True, slots=True)
class News:
    """All there is to tell. `missing_report`: a report was promised, and the run left none."""

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
