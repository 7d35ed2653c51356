"""Pages and the opaque tokens that lead from one to the next."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sandbox.errors import AwsError

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page:
    """How a service pages: at most `most` items, `usual` when the caller does not say; `error` for a bad token."""

    most: int
    usual: int
    error: str = "ValidationException"

    def cut(
        self, items: Sequence[Item], params: Mapping[str, Any], *, empty_before: frozenset[int] = frozenset()
    ) -> tuple[list[Item], dict[str, str]]:
        """The page that `params` (MaxResults, NextToken) ask for, and {"NextToken": …} or {}.

        `empty_before`: offsets at which an empty page comes first.
        """
        size = min(self.most, int(params.get("MaxResults") or self.usual))
        offset, paused = self._read(params.get("NextToken"))
        if offset in empty_before and not paused and offset < len(items):
            return [], {"NextToken": _token(offset, paused=True)}
        end = offset + size
        more = {"NextToken": _token(end, paused=False)} if end < len(items) else {}
        return list(items[offset:end]), more

    def _read(self, token: str | None) -> tuple[int, bool]:
        if not token:
            return 0, False
        try:
            offset, paused = json.loads(urlsafe_b64decode(token))
            return int(offset), bool(paused)
        except (ValueError, TypeError) as error:
            raise AwsError(self.error, "The NextToken is not valid") from error


def _token(offset: int, *, paused: bool) -> str:
    return urlsafe_b64encode(json.dumps([offset, paused]).encode()).decode()
