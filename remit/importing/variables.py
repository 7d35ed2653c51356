"""Text of one account → text that means the same in every account: the reverse of `remit.variables`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from remit.organization import Account

Rewrite = Callable[[str], str]
_ODD = re.compile(r"[*?{}]")
SHORTEST_VALUE = 2
"""Characters of a name or a tag's value that is looked for: one letter stands everywhere."""


def rewrites(account: Account) -> tuple[Rewrite, ...]:
    """Ways to write the account's own values as variables, the most certain first: its id, its name, its tags."""
    by_id = {account.id: "account.id"}
    by_name = {**by_id, account.name: "account.name"}
    by_tag = {
        **{value: f"account.tags.{key}" for key, value in sorted(account.tags.items(), reverse=True)},
        **by_name,
    }
    return tuple(_rewriting(values) for values in (by_id, by_name, by_tag))


def rewritten(value: Any, rewrite: Rewrite) -> Any:  # noqa: ANN401  JSON
    """JSON with every text rewritten, keys of mappings included."""
    if isinstance(value, str):
        return rewrite(value)
    if isinstance(value, Mapping):
        return {rewrite(key): rewritten(item, rewrite) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rewritten(item, rewrite) for item in value]
    return value


def _rewriting(values: Mapping[str, str]) -> Rewrite:
    usable = {
        value: variable
        for value, variable in values.items()
        if len(value) >= SHORTEST_VALUE and not _ODD.search(value + variable)
    }
    words = "|".join(re.escape(value) for value in sorted(usable, key=len, reverse=True))
    pattern = re.compile(rf"(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])")
    return lambda text: pattern.sub(lambda found: f"{{{{{usable[found[0]]}}}}}", text)
