"""The stack files of shards: made from the file of the stack that they are parts of. Pure: text in, text out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from remit.sharding import Shard

_HEADER = """\
# Shard {shard} of stack {whole}, written by `remit shards --write` from Pulumi.{whole}.yaml.
# Edit that one, and write again.
"""


def stack_name(whole: str, shard: Shard) -> str:
    """The stack of a shard. Without the number of shards: with more of them, the stacks and their states stay."""
    return f"{whole}-shard-{shard.number}"


def shard_file(whole: str, settings: str, shard: Shard, written_before: str = "") -> str:
    """The file of one shard. `settings` is the text of the whole stack's file.

    What Pulumi keeps in a stack's file for itself, such as its encryption salt, is the shard's own: it comes from
    `written_before`.
    """
    config = dict(_mapping(settings).get("config") or {})
    config |= {"remit:permissionSets": "refer", "remit:shard": str(shard)}
    own = {key: value for key, value in _mapping(written_before).items() if key != "config"}
    text = yaml.safe_dump({**own, "config": config}, sort_keys=False, allow_unicode=True)
    return _HEADER.format(shard=shard, whole=whole) + text


def _mapping(text: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load(text) or {}
    return found
