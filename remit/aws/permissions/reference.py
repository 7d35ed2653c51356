"""The tables of docs/operations.md, generated from the calls: `python -m remit.aws.permissions.reference` writes them.

The page is written by hand; between `<!-- permissions: ROLE -->` and `<!-- end -->` stands a generated table.
"""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path

from remit.aws.permissions.table import TABLE, Permission, Role

PAGE = Path(__file__).parents[3] / "docs" / "operations.md"
_TABLE = re.compile(r"(<!-- permissions: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def with_tables(page: str) -> str:
    """The page with every table as the calls are now. Raises ValueError for a role that does not exist."""
    return _TABLE.sub(lambda found: f"{found[1]}{table(Role(found[2]))}{found[3]}", page)


def table(role: Role) -> str:
    """The actions of a role: on what, what for, and when they are needed at all."""
    mine = [each for each in TABLE if each.role is role]
    rows = [_row(list(group)) for _, group in groupby(mine, lambda each: (each.resource, each.why, each.only))]
    return "\n".join(["| action | on | for |", "|---|---|---|", *rows]) + "\n"


def _row(group: list[Permission]) -> str:
    first = group[0]
    actions = ", ".join(f"`{each.action}`" for each in group)
    called = f" ({first.behind} calls it)" if first.behind else ""
    only = f"; only with {' or '.join(sorted(first.only))}" if first.only else ""
    return f"| {actions} | {first.resource} | {first.why}{called}{only} |"


def main() -> None:
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
