"""An organization as one file, YAML or JSON: for offline plans, for the sandbox, for tests.

`remit snapshot` writes one from a live organization. Accounts name their organizational unit by path; one that
`organizational_units` does not list gets an id derived from its path, and so does each of its ancestors.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from remit.catalog.messages import problems_of
from remit.errors import Problem, SnapshotError, Source
from remit.organization import Organization, OrganizationalUnit
from remit.yaml_places import Block, Series, read_yaml


def read_snapshot(path: Path) -> Organization:
    """The organization of a .json, .yaml or .yml file. Raises SnapshotError with every problem and its line."""
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SnapshotError(f"{path}: cannot be read: {error.strerror}") from error
    documents, problems = read_yaml(content, str(path))
    if path.suffix == ".json":
        # Positions come from the YAML reading where that succeeds; the values are JSON's own, escapes and all.
        return _organization(_json(content, path), documents, path)
    if problems:
        raise _refusal(problems)
    return _organization(documents[0] if documents else None, documents, path)


def write_snapshot(organization: Organization, suffix: str = ".yaml") -> str:
    """The text of a snapshot file. `suffix` is that of the file: .json, .yaml or .yml."""
    values = organization.model_dump(mode="json", exclude_defaults=True)
    if suffix == ".json":
        return json.dumps(values, indent=2, ensure_ascii=False) + "\n"
    return yaml.dump(values, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def with_every_organizational_unit(organization: Organization) -> Organization:
    """The same organization, with the units that accounts and other units name and the list does not have."""
    listed = {unit.path for unit in organization.organizational_units}
    named = listed | {account.ou for account in organization.accounts if account.ou}
    missing = sorted({ancestor for path in named for ancestor in _lineage(path)} - listed)
    if not missing:
        return organization
    added = tuple(OrganizationalUnit(id=derived_id(path), path=path) for path in missing)
    return organization.model_copy(update={"organizational_units": organization.organizational_units + added})


def derived_id(path: str) -> str:
    """A stable id for an organizational unit, in the form of AWS's own: ou-xxxx-xxxxxxxxxxxxxxxx."""
    digest = hashlib.sha256(path.encode()).hexdigest()
    return f"ou-{digest[:4]}-{digest[4:20]}"


def _lineage(path: str) -> Iterator[str]:
    parts = path.split("/")
    return ("/".join(parts[:end]) for end in range(1, len(parts) + 1))


def _json(content: bytes, path: Path) -> object:
    try:
        return json.loads(content)
    except json.JSONDecodeError as error:
        raise SnapshotError(f"{path}:{error.lineno}: not JSON: {error.msg}") from error
    except UnicodeDecodeError as error:
        raise SnapshotError(f"{path}: not UTF-8 at byte {error.start}") from error


def _organization(data: object, documents: list[Any], path: Path) -> Organization:
    places = documents[0] if documents else None
    try:
        organization = Organization.model_validate(data)
    except ValidationError as error:
        raise _refusal(problems_of(error, Organization, places), path) from error
    problems = list(_inconsistencies(organization, places))
    if problems:
        raise _refusal(problems, path)
    return with_every_organizational_unit(organization)


def _inconsistencies(organization: Organization, places: object) -> Iterator[Problem]:
    seen = Counter[str]()
    for index, account in enumerate(organization.accounts):
        seen[account.id] += 1
        if seen[account.id] == 2:
            yield Problem(f"account {account.id} stands twice", "keep one", _account_place(places, index))
        if account.ou and not all(account.ou.split("/")):
            message = f"the ou of account {account.id}, {account.ou!r}, has a slash too many"
            yield Problem(message, "write a path such as Workloads/Prod", _account_place(places, index))
    if organization.management_account not in seen:
        yield Problem(f"the management account {organization.management_account} is not among the accounts", "add it")


def _account_place(places: object, index: int) -> Source | None:
    accounts = places.get("accounts") if isinstance(places, Block) else None
    return accounts.places[index] if isinstance(accounts, Series) else None


def _refusal(problems: Any, path: Path | None = None) -> SnapshotError:  # noqa: ANN401
    placed = (p if p.source or path is None else Problem(p.message, p.remedy, Source(str(path), 0)) for p in problems)
    return SnapshotError("\n".join(str(problem) for problem in placed))


class _Dumper(yaml.SafeDumper):
    """Quotes digits, so that no YAML reader takes an account id for a number, and what cannot be seen."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        style = '"' if text[:1].isdigit() or not text.isprintable() else None
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _Dumper.represent_text)
