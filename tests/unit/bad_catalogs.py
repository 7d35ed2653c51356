"""The corpus of broken catalogs: tests/fixtures/bad/CLASS/NAME.yaml; beside it NAME.txt, what `remit validate` says.

NAME.organization.yaml is the catalog's organization.yaml, where the case has one. After a message has been changed,
`python -m tests.unit.bad_catalogs` writes every NAME.txt anew: read the difference as a user would before committing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from click.testing import CliRunner, Result

from remit.cli.main import remit
from remit.organization import Organization, Principal
from remit.snapshot import write_snapshot
from tests.unit.small_world import AT, ORGANIZATION, account

FOLDER = Path(__file__).parents[1] / "fixtures" / "bad"
SETTINGS = ".organization.yaml"
CASES = sorted(path for path in FOLDER.rglob("*.yaml") if not path.name.endswith(SETTINGS))
MORE_ACCOUNTS = (
    account("666666666661", "twin", "Sandbox"),
    account("666666666662", "Twin", "Sandbox"),
    account("777777777777", "wild", "", glob="a*"),
)
TWINS = (Principal(id="u-eve1", name="eve"), Principal(id="u-eve2", name="eve"))


def organization() -> Organization:
    """The small world, with what some cases need besides: accounts and users of one name, a tag that holds a glob."""
    accounts, users = (*ORGANIZATION.accounts, *MORE_ACCOUNTS), (*ORGANIZATION.users, *TWINS)
    return ORGANIZATION.model_copy(update={"accounts": accounts, "users": users})


class Run(NamedTuple):
    """What `remit validate` did with a case, and the files that were there before and after."""

    result: Result
    before: set[str]
    after: set[str]


def validate(case: Path, folder: Path, snapshot: str) -> Run:
    """Run `remit validate` on a case, in this folder, as a user would: with policies/ and org.yaml in it."""
    policies = folder / "policies"
    policies.mkdir()
    (policies / "c.yaml").write_bytes(case.read_bytes())
    settings = case.with_suffix("").with_name(case.stem + SETTINGS)
    if settings.exists():
        (policies / "organization.yaml").write_bytes(settings.read_bytes())
    (folder / "org.json").write_text(snapshot, encoding="utf-8")
    before = _files(folder)
    with _inside(folder):
        options = ("--catalog", "policies", "--organization", "org.json", "--at", AT.isoformat())
        result = CliRunner().invoke(remit, ["validate", *options])
    return Run(result, before, _files(folder))


def snapshot() -> str:
    return write_snapshot(organization(), ".json")


def _files(folder: Path) -> set[str]:
    return {f"{path.relative_to(folder)} {path.stat().st_size}" for path in folder.rglob("*")}


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    here = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)


def main() -> None:
    world = snapshot()
    for case in CASES:
        with TemporaryDirectory() as folder:
            case.with_suffix(".txt").write_text(validate(case, Path(folder), world).result.stderr, encoding="utf-8")


if __name__ == "__main__":
    main()
