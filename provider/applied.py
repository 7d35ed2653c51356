"""The resource Applied: which commit of the catalog the stack got last. It writes nothing.

The program makes it depend on all that it makes, so that the engine moves it on only when everything else succeeded.
"""

from __future__ import annotations

from provider.changes import Change, Kind
from provider.inputs import Failure, Properties

ID = "applied"
_CONTENT = ("catalog", "stackFile", "dirty")


def check(news: Properties) -> tuple[Properties, list[Failure]]:
    known = {"commit", *_CONTENT}
    return news, [Failure(name, "no such property of Applied") for name in sorted(news.keys() - known - {"__defaults"})]


def changes(old_inputs: Properties, news: Properties) -> dict[str, Change]:
    """Another commit with the same content is no change."""
    differing = [name for name in _CONTENT if old_inputs.get(name) != news.get(name)]
    return {name: Change(Kind.UPDATE) for name in (["commit", *differing] if differing else [])}
